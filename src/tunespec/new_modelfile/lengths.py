"""``num_predict`` and ``num_ctx`` of a new Modelfile: above the longest training answer, within its length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tunespec.errors import CannotJudgeError
from tunespec.sources import RecordSource
from tunespec.templates.recipe import configuration
from tunespec.templates.source import TemplateSource
from tunespec.tokenizer_file import read_tokenizer

_UNKNOWN = 1024  # tokens, where nothing says how long answers are
_CONTEXT = 4096
_STEP = 128
_LOOKED_AT = 1000  # the longest answers by bytes: the longest one by tokens is among them
_BYTES = 2  # at least so many make a token in most texts: English has 4, code 3, Chinese 2 to 3
_KEYS = ("cutoff_len", "sequence_len", "max_seq_length")


class Lengths(NamedTuple):
    """Both numbers of tokens, each with why it is that."""

    answer: int
    why_answer: str
    context: int
    why_context: str


def lengths_of(source: TemplateSource) -> Lengths:
    """What the training says of lengths, or the usual numbers with the reason."""
    longest, counted = _longest(source)
    room = -(-(longest * 5 // 4) // _STEP) * _STEP if longest else _UNKNOWN
    known = min(_known_contexts(source), default=None)
    context = known[0] if known else max(_CONTEXT, 1 << (2 * room - 1).bit_length())
    why = known[1] if known else "room for the prompt beside the answer; no file says how long the training texts were"
    answer = min(room, context - context // 8)
    said = f"above {counted}" if longest else "no training answers are at hand that say how long answers are"
    if answer < room:
        said += f"; a prompt must fit into the {context:,} tokens beside it"
    return Lengths(answer, said, context, why)


def _longest(source: TemplateSource) -> tuple[int, str]:
    """The longest training answer in tokens, and how that is known; 0 without answers."""
    answers = source.records.answers if source.records is not None else None
    if source.records is None or answers is None or answers.is_empty():
        return 0, ""
    texts = sorted(answers["text"].to_list(), key=lambda text: len(text.encode(errors="replace")))[-_LOOKED_AT:]
    tokenizer = _tokenizer(source, source.records)
    if tokenizer is None:
        most = -(-len(texts[-1].encode(errors="replace")) // _BYTES)
        return most, f"the longest training answer: {_tokens(most)} at most, if each has {_BYTES} bytes or more"
    most = max(len(one.ids) for one in tokenizer.encode_batch(texts, add_special_tokens=False))
    return most, f"the longest training answer: {_tokens(most)}"


def _tokens(number: int) -> str:
    return f"{number:,} token" + "s" * (number != 1)


def _tokenizer(source: TemplateSource, records: RecordSource) -> Any:
    """The configured tokenizer, else the one beside the chat template; None where neither is, or can be read."""
    vocabulary = source.training.vocabulary if source.training is not None else None
    if records.tokenizer is not None or vocabulary is None:
        return read_tokenizer(records.tokenizer) if records.tokenizer is not None else None
    try:
        return read_tokenizer(vocabulary.path)
    except CannotJudgeError:
        return None


def _known_contexts(source: TemplateSource) -> Iterator[tuple[int, str]]:
    """Each length that a file gives."""
    if source.records is not None and (own := int(source.records.setting("D001", "max_length"))):
        yield own, "the training's length, by max_length of missing-end-marker"
    for file in source.pair.of("recipe"):
        told = configuration(file.path)
        key = next((key for key in _KEYS if isinstance(told.get(key), int) and told[key] > 0), None)
        if key is not None:
            yield told[key], f"the training's length, by {key} in {file.path.name}"
    for key, value in source.gguf.values.items() if source.gguf is not None else ():
        if key.endswith(".context_length") and isinstance(value, int) and 0 < value < _CONTEXT:
            yield value, "all that the model file's architecture has"
