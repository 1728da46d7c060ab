"""What training and template put around answers, none of which belongs into one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, NamedTuple

from tunespec.headers import headers_of
from tunespec.inference.served_side import served_side
from tunespec.special_tokens import BY_DESIGN, SEQUENCE

if TYPE_CHECKING:
    from tunespec.inference.source import AnswerSource
    from tunespec.templates.sides import ServingSide
    from tunespec.templates.written import Written


class End(NamedTuple):
    """What stands behind each answer: the token or text, the same with its blanks, and who says so."""

    marker: str
    whole: str
    who: str


class Surroundings(NamedTuple):
    """What stands around answers: their ends, the headers of turns, and the tokenizer's special tokens."""

    ends: tuple[End, ...]
    headers: tuple[str, ...]
    tokens: tuple[str, ...]


def surroundings(source: AnswerSource) -> Surroundings:
    """What the templates, the training data and the server say; without any of them, what the answers themselves do."""
    serving, who = _serving(source)
    ends = tuple({end.marker: end for end in reversed(list(_ends(source, serving, who)))}.values())
    side = source.template.training if source.template is not None else None
    tokens = sorted((side.tokens if side is not None else frozenset()) - BY_DESIGN)
    between = frozenset(end.marker for end in ends) | SEQUENCE
    headers = dict.fromkeys(_headers(source, serving, between))
    return Surroundings(ends, tuple(headers), tuple(token for token in tokens if token.strip()))


def _serving(source: AnswerSource) -> tuple[ServingSide | None, str]:
    """What the model is asked with, and who says so: Ollama itself, else the Modelfile."""
    served = served_side(source)
    if served is not None and served.is_shown:
        return (None if served.problem else served.side), "server"
    return (source.template.serving if source.template is not None else None), "Modelfile"


def _ends(source: AnswerSource, serving: ServingSide | None, who: str) -> Iterator[End]:
    """Several where the template puts a token behind the data's own marker."""
    training = source.template.training if source.template is not None else None
    if training is not None and training.turn_end:
        yield End(training.turn_end, training.end_text, "with which training ends each answer")
    elif serving is not None and serving.turn_end:
        yield End(serving.turn_end, serving.end_text or serving.turn_end, f"with which the {who} ends earlier answers")
    taught = source.trained.taught if source.trained is not None else None
    if marker := taught.end_marker if taught is not None else source.texts.profile.end_marker:
        most = "most training answers end" if taught is not None else "most of these answers end"
        yield End(marker.text, marker.text, f"with which {most}")


def _headers(source: AnswerSource, serving: ServingSide | None, between: AbstractSet[str]) -> Iterator[str]:
    training = source.template.training if source.template is not None else None
    for side in (training, serving):
        if side is not None and side.written is not None:
            yield from _written_headers(side.written, between)
    if source.trained is not None:
        yield from source.trained.taught.headers


def _written_headers(written: Written, between: AbstractSet[str]) -> Iterator[str]:
    """The lines of what a template writes that are headers as a whole: a default system prompt is none.

    ``between`` holds what may stand beside a header in its line: ends of turns, and tokens that begin a text.
    """
    apart = re.compile("|".join(re.escape(text) for text in sorted(between, key=len, reverse=True)))
    for piece in sorted(written.pieces):
        for line in apart.sub("\n", piece).splitlines():
            bare = line.strip().removesuffix("<|end_header_id|>")
            if [bare] == headers_of(f"{bare}\n"):
                yield bare
