"""A dataset's files into columns, one entry per record, in file order."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tunespec.canonical import canonical
from tunespec.conversation import Conversation
from tunespec.findings import Place
from tunespec.headers import Template, infer_template
from tunespec.metadata import metadata_of
from tunespec.progress import Progress
from tunespec.reading import read
from tunespec.shapes import Shapes
from tunespec.shown import shown
from tunespec.splits import split_word
from tunespec.subjects import Dataset
from tunespec.text import shorten


@dataclass(frozen=True)
class Records:
    """Columns of equal length. ``conversations`` is None where a row is unreadable or of no known shape.

    ``prompts`` and ``answers`` are texts without template; ``contents`` hashes what a record teaches (text and roles
    after whitespace normalisation, tools, label, and the context or picture that it is about; no ids, no other
    metadata): equal hash, equal lesson. ``metadata`` holds what a record says of itself under the names of
    ``metadata.py``: its topic, its language. ``apart`` are the paths of files that a trainer reads each by itself, as
    its configuration names them.
    """

    places: list[Place] = field(default_factory=list)
    splits: list[str | None] = field(default_factory=list)
    keys: list[tuple[str, ...]] = field(default_factory=list)
    defects: list[str | None] = field(default_factory=list)
    conversations: list[Conversation | None] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    metadata: list[Mapping[str, str]] = field(default_factory=list)
    template: Template | None = None
    unknown_splits: dict[str, int] = field(default_factory=dict)  # value of a split column that names none -> records
    apart: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.places)

    def asked(self) -> Sequence[str]:
        """What each record asks: its prompt, and the text that it is about where that has a column of its own."""
        about = {row: own["context"] for row, own in enumerate(self.metadata) if "context" in own}
        if not about:
            return self.prompts
        return [f"{prompt}\n{about[row]}" if row in about else prompt for row, prompt in enumerate(self.prompts)]

    def followed_by(self, other: Records, *, split: str) -> Records:
        """These records and then the other's, which all get the split ``split``."""
        theirs = {**vars(other), "splits": [split] * len(other)}
        joined = {name: own + theirs[name] for name, own in vars(self).items() if isinstance(own, list)}
        return Records(**joined, template=self.template, unknown_splits=self.unknown_splits, apart=self.apart)


def read_records(dataset: Dataset, columns: Mapping[str, str], roles: Mapping[str, str], progress: Progress) -> Records:
    """Read every file of a dataset.

    Args:
        dataset: its files may say what their own columns and roles are called.
        columns: canonical name -> column of all files, which counts before that.
        roles: role name -> canonical role, likewise.
        progress: is told how far it is.

    Raises:
        CannotJudgeError: for a file that cannot be read as a whole.
    """
    records = Records(apart=frozenset(file.shown for file in dataset.files if file.named_by))
    split_column = columns.get("split", "split")
    for file in dataset.files:
        shapes = Shapes(dict(file.columns) | dict(columns), dict(file.roles) | dict(roles))
        for number, row in enumerate(read(file.path, file.format)):
            data = row.data
            text = row.raw if data is None else canonical(data)
            key = hashlib.blake2b(text, digest_size=16).hexdigest()
            records.places.append(Place(file.shown, row.line, number, key))
            split = file.split or _split_of(data, split_column)
            records.splits.append(split)
            if split is None and data is not None and split_column in data:
                value = shorten(str(data[split_column]))
                records.unknown_splits[value] = records.unknown_splits.get(value, 0) + 1
            records.keys.append(tuple(data or ()))
            records.defects.append(row.defect)
            records.metadata.append(metadata_of(data) if data is not None else {})
            records.conversations.append(shapes.convert(data) if data is not None else None)
            if number % 10_000 == 0:
                progress(f"reading {file.shown}", number)
    template = infer_template(records.conversations)
    for index, conversation in enumerate(records.conversations):
        prompt, answer = _texts(conversation, template)
        about = records.metadata[index]
        if conversation is not None and (parts := [turn.shown for turn in conversation.turns if turn.shown]):
            about = records.metadata[index] = {**about, "shown": shown([about.get("shown"), *parts])}
        records.prompts.append(prompt)
        records.answers.append(answer)
        records.contents.append(_content(conversation, about))
    return Records(**{**vars(records), "template": template})


def _split_of(data: dict[str, Any] | None, column: str) -> str | None:
    value = data.get(column) if data else None
    return split_word(value) if isinstance(value, str) else None


def _texts(conversation: Conversation | None, template: Template | None) -> tuple[str, str]:
    if conversation is None or conversation.defect:
        return "", ""
    if conversation.shape == "text":
        text = conversation.turns[0].text
        return template.divide(text) if template else ("", text)
    return conversation.prompt, conversation.answer


def _content(conversation: Conversation | None, metadata: Mapping[str, str]) -> bytes:
    if conversation is None or conversation.defect:
        return b""
    turns = conversation.turns if conversation.rejected is None else (*conversation.turns, *conversation.rejected)
    texts = [conversation.system or ""]
    for turn in turns:
        texts += (turn.role, turn.text)
    content = _unspaced("\0".join(texts))
    calls = {n: turn.calls for n, turn in enumerate(turns) if turn.calls}
    if calls or conversation.label is not None or conversation.tools is not None:
        content += b"\0" + canonical((conversation.label, conversation.tools, calls))
    if metadata and ("context" in metadata or "shown" in metadata):
        content += f"\0{metadata.get('context')}\0{metadata.get('shown')}".encode(errors="replace")
    return hashlib.sha256(content).digest()  # processors have it built in: half the time of BLAKE2


def _unspaced(text: str) -> bytes:
    """The text without whitespace: the fastest way to a form in which whitespace does not count."""
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.encode(errors="replace").translate(None, b" \t\n\r\v\f")
