"""``PARAMETER stop`` of a new Modelfile: the end of an answer, where it is a text that the server must be told."""

from __future__ import annotations

from typing import NamedTuple

from tunespec.templates.end_texts import in_line
from tunespec.templates.generation import has_token, taken_as
from tunespec.templates.source import TemplateSource
from tunespec.templates.turn_end_facts import known_end

_NONE = (
    "The training puts nothing but blanks behind an answer. If the trainer adds an EOS token, the engine ends there; "
    "else nothing ends an answer before num_predict does."
)


class Ending(NamedTuple):
    """The stop sequence, empty if none is of use, and why."""

    stop: str
    why: str


def ending_of(source: TemplateSource) -> Ending:
    """How answers of the trained model end, and what the server must be told of it."""
    end = known_end(source)
    if end is None:
        return Ending("", _NONE)
    shown = in_line(end.marker)
    taken = taken_as(end.marker, source)
    if taken == "ends" and has_token(end.marker, source) is None and not _is_eos(end.marker, source):
        why = (
            f"Answers end with `{shown}`. Where that is a token, the engine ends by itself; where it is text, by this."
        )
        return Ending(end.marker, why)
    if taken == "ends":
        return Ending("", f"Answers end with `{shown}`, a token at which the engine ends by itself: no stop is needed.")
    if taken == "hidden":
        return Ending(
            "",
            f"Answers end with `{shown}`, a control token: the engine shows no text of it, so no stop sequence can "
            "match. It must be the model's EOS or EOT token in the model file.",
        )
    if taken == "unknown":
        why = f"Answers end with `{shown}`: if it is a token of the model, the engine may end there by itself."
        return Ending(end.marker, why)
    return Ending(end.marker, "The training puts this behind each answer. Stop sequences are compared byte by byte.")


def _is_eos(marker: str, source: TemplateSource) -> bool:
    return source.training is not None and marker == source.training.eos
