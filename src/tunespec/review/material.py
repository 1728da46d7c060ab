"""What can be reviewed: the records of a dataset or the outputs of a recording, with what a person reads of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from tunespec.discover import Discovery, discover
from tunespec.errors import CannotJudgeError
from tunespec.findings import Place
from tunespec.inference.source import AnswerSource
from tunespec.inference.tool_calls import in_openais_form
from tunespec.progress import Progress
from tunespec.review.judgement import Judgement, Kind
from tunespec.review.targets import model_of, output_key
from tunespec.sources import RecordSource
from tunespec.subjects import Dataset, Recording

if TYPE_CHECKING:
    from tunespec.config import Config
    from tunespec.conversation import Conversation
    from tunespec.inference.answered import Answered

_NAMES = {"call": "tool call", "assistant": "answer", "tool": "tool result"}


class Said(NamedTuple):
    """One text of what is reviewed, and whose it is; ``judged``: the text that is judged."""

    who: str
    text: str
    judged: bool = False


@dataclass(frozen=True)
class Material:
    """Records or outputs to review.

    Args:
        kind: what its rows are.
        name: the subject's.
        model: whose outputs they are; see ``Target.model``.
        source: the same as records, for what is computed of texts.
        rows: hash -> row of ``source``; equal ones are one, what cannot be read is not among them.
        said: the texts of a row, in order.
    """

    kind: Kind
    name: str
    model: str
    source: RecordSource
    rows: Mapping[str, int]
    said: Callable[[int], list[Said]]

    def holds(self, judgement: Judgement) -> bool:
        """Whether a judgement is of one of them, as far as that is known of this model."""
        same = not self.model or judgement.model in {self.model, ""}
        return same and judgement.kind == self.kind and judgement.hash in self.rows

    def place(self, row: int) -> Place:
        """Where a row stands."""
        return self.source.records.places[row]


def looked_for(config: Config, paths: Sequence[str]) -> Discovery:
    """What lies under ``paths``: the configured outputs are not meant where paths are named.

    Raises:
        CannotJudgeError: for a path that does not exist, or nothing in them.
    """
    return discover(replace(config, inference={}) if paths else config, paths)


def material(config: Config, found: Discovery) -> Material:
    """What is to be reviewed of it: the outputs, if there are some, else the records.

    Raises:
        CannotJudgeError: if nothing or several things could be meant, or it cannot be read.
    """
    recordings = [one for one in found.answering if isinstance(one, Recording)]
    candidates: Sequence[Dataset | Recording] = recordings or found.datasets
    if len(candidates) != 1:
        raise CannotJudgeError(_not_one([one.name for one in candidates]))
    (subject,) = candidates
    if isinstance(subject, Dataset):
        return _records(RecordSource(subject, None, config, Progress()))
    return _outputs(AnswerSource(subject, config, Progress()))


def _not_one(names: Sequence[str]) -> str:
    if not names:
        return "nothing to review: neither recorded outputs nor a dataset are among the files"
    shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    return f"several things may be reviewed ({shown}): name one of them, as in `tunespec review {names[0]}`"


def _records(source: RecordSource) -> Material:
    records = source.records
    rows: dict[str, int] = {}
    for row, (place, conversation) in enumerate(zip(records.places, records.conversations, strict=True)):
        if conversation is not None and not conversation.defect:
            rows.setdefault(place.key, row)
    return Material("record", source.dataset.name, "", source, rows, lambda row: _said(source, row))


def _outputs(source: AnswerSource) -> Material:
    rows: dict[str, int] = {}
    for row, one in enumerate(source.answered):
        rows.setdefault(output_key(one), row)
    name = source.subject.name
    return Material("output", name, model_of(source), source.texts, rows, lambda row: _answered(source.answered[row]))


def _answered(one: Answered) -> list[Said]:
    before = [_turn(str(m["role"]), str(m["content"]) or _calls(m.get("tool_calls", ()))) for m in one.messages]
    calls = _calls([in_openais_form(call) for call in one.reply.calls])
    return [*before, Said("answer", "\n".join(filter(None, (one.reply.text, calls))), judged=True)]


def _said(source: RecordSource, row: int) -> list[Said]:
    records = source.records
    conversation = records.conversations[row]
    assert conversation is not None  # `_records` leaves those out
    context = records.metadata[row].get("context", "")
    found = [Said("system", conversation.system)] if conversation.system else []
    if context and context not in records.prompts[row]:
        found.append(Said("context", context))
    if conversation.shape == "text":
        return [*found, Said("prompt", records.prompts[row]), Said("answer", records.answers[row], judged=True)]
    return found + _turns(conversation)


def _turns(conversation: Conversation) -> list[Said]:
    found = [_turn(turn.role, turn.text or _calls(turn.calls)) for turn in conversation.turns]
    rejected = [Said("rejected answer", turn.text) for turn in conversation.rejected or () if turn.role == "assistant"]
    last = max((at for at, one in enumerate(found) if one.who in {"answer", "tool call"}), default=-1)
    return [one._replace(judged=at == last) for at, one in enumerate(found)] + rejected


def _turn(role: str, text: str) -> Said:
    return Said(_NAMES.get(role, role), text)


def _calls(calls: Iterable[object]) -> str:
    from tunespec.canonical import canonical

    return "\n".join(canonical(call).decode(errors="replace") for call in calls)
