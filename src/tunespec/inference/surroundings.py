"""What training and template put around answers, none of which belongs into one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, NamedTuple

from tunespec.headers import headers_of
from tunespec.special_tokens import BY_DESIGN, SEQUENCE
from tunespec.templates.errors import TemplateError
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.sides import ServingSide

if TYPE_CHECKING:
    from tunespec.inference.source import AnswerSource
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
    served = _served_side(source)
    ends = tuple({end.marker: end for end in reversed(list(_ends(source, served)))}.values())
    side = source.template.training if source.template is not None else None
    tokens = sorted((side.tokens if side is not None else frozenset()) - BY_DESIGN)
    between = frozenset(end.marker for end in ends) | SEQUENCE
    headers = dict.fromkeys(_headers(source, served, between))
    return Surroundings(ends, tuple(headers), tuple(token for token in tokens if token.strip()))


def _ends(source: AnswerSource, served: ServingSide | None) -> Iterator[End]:
    """Several where the template puts a token behind the data's own marker."""
    template = source.template
    training = template.training if template is not None else None
    serving = (template.serving if template is not None else None) or served
    if training is not None and training.turn_end:
        yield End(training.turn_end, training.end_text, "with which training ends each answer")
    elif serving is not None and serving.turn_end:
        yield End(serving.turn_end, serving.end_text or serving.turn_end, "with which the server ends earlier answers")
    taught = source.trained.taught if source.trained is not None else None
    if marker := taught.end_marker if taught is not None else source.texts.profile.end_marker:
        who = "most training answers end" if taught is not None else "most of these answers end"
        yield End(marker.text, marker.text, f"with which {who}")


def _headers(source: AnswerSource, served: ServingSide | None, between: AbstractSet[str]) -> Iterator[str]:
    template = source.template
    sides = (template.training, template.serving) if template is not None else ()
    for side in (*sides, served):
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


def _served_side(source: AnswerSource) -> ServingSide | None:
    """The template that the server itself shows."""
    if source.served is None or not source.served.template:
        return None
    try:
        return ServingSide("", None, OllamaTemplate.parse(source.served.template), "", None, ())
    except TemplateError:
        return None  # of a version whose templates have more than ours
