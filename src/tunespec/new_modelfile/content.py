"""The text of a new Modelfile, each instruction with the reason for it."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tunespec.new_modelfile.composed import has_default, template_of
from tunespec.new_modelfile.ends import Ending
from tunespec.new_modelfile.inexpressible import InexpressibleError
from tunespec.new_modelfile.lengths import Lengths
from tunespec.new_modelfile.quoting import quoted
from tunespec.new_modelfile.shape import Shape
from tunespec.templates.modelfile import ModelfileError, parse_modelfile
from tunespec.templates.side_by_side import brief

_WIDTH = 110
_QUOTED = 70
_NO_MODEL = "./model.gguf"


class Parts(NamedTuple):
    """What a Modelfile is made of.

    ``shape`` is what the training template writes, which ``trained_with`` names; ``model`` is what FROM says, empty if
    no model file is there; ``system`` is the system prompt of all ``records``, empty if they have not one; ``notes``
    say what it does not express.
    """

    shape: Shape
    trained_with: str
    model: str
    ending: Ending
    lengths: Lengths
    notes: Sequence[str] = ()
    system: str = ""
    records: int = 0


def content_of(parts: Parts) -> str:
    """The whole Modelfile. Raises InexpressibleError if a Modelfile cannot hold a text."""
    template, lengths = template_of(parts.shape), parts.lengths
    lines = [
        *([] if parts.model else [_comment("No model file is here yet: this is where it is expected.")]),
        f"FROM {parts.model or _NO_MODEL}",
        "",
        _comment(f"Writes what {parts.trained_with} writes, byte for byte. Change it with the training only."),
        *(_comment(part, "- ") for part in _explained(parts.shape)),
        *(_comment(note, "- Not here: ") for note in parts.notes),
        f'TEMPLATE """{template}"""',
        *_system(parts),
        "",
        _comment(parts.ending.why),
        *_stop(parts.ending),
        "",
        _comment(f"A limit in tokens, for whatever does not stop: {lengths.why_answer}."),
        f"PARAMETER num_predict {lengths.answer}",
        _comment(f"The context in tokens: {lengths.why_context}."),
        f"PARAMETER num_ctx {lengths.context}",
    ]
    content = "\n".join(lines) + "\n"
    _holds(content, template, parts.ending.stop)
    return content


def _stop(ending: Ending) -> Iterator[str]:
    if not ending.stop:
        return
    line = quoted("PARAMETER stop", ending.stop)
    if line is None:
        raise InexpressibleError(f"a Modelfile cannot hold the stop sequence `{brief(ending.stop, _QUOTED)}`")
    yield line


def _system(parts: Parts) -> Iterator[str]:
    if not parts.system:
        return
    line = quoted("SYSTEM", parts.system)
    if line is None:
        raise InexpressibleError("a Modelfile cannot hold the system prompt of the training records")
    many = "The one record has" if parts.records == 1 else f"All {parts.records:,} records have"
    yield from ("", _comment(f"{many} this system prompt: so has whoever asks without one."), line)


def from_path(model: Path, folder: Path) -> str:
    """What FROM says for a model file: its path from the Modelfile's folder."""
    try:
        path = Path(os.path.relpath(model, folder)).as_posix()
    except ValueError:  # on another drive
        return model.as_posix()
    return path if path.startswith("../") else f"./{path}"


def _explained(shape: Shape) -> Iterator[str]:
    """What each part of the TEMPLATE does."""
    system = shape.system
    if has_default(shape):
        yield "Without a system message, the training template writes a text of its own in its place: so does this."
    elif shape.start.strip():
        yield f"Every prompt begins with `{brief(shape.start.strip(), _QUOTED)}`."
    yield {
        "turn": "A system message stands before the first question.",
        "first": "A system message stands in the first question.",
        "last": "A system message stands in the last question, whatever the history.",
        "lost": "A system message is left out, as the training template leaves it out.",
        "refused": "A system message is left out: the training template has no place for one.",
    }[system.place]
    yield "Each question and each answer stands between its header and its end; the last line asks for the answer."


def _comment(text: str, mark: str = "") -> str:
    line = "".join(sign if sign.isprintable() else brief(sign, 1) for sign in text)
    return textwrap.fill(
        line, _WIDTH, initial_indent=f"# {mark}", subsequent_indent="#   " if mark else "# ", break_long_words=False
    )


def _holds(content: str, template: str, stop: str) -> None:
    """Whether Ollama's parser takes the texts as they are meant."""
    try:
        parsed = parse_modelfile(content.encode())
    except (ModelfileError, UnicodeEncodeError) as error:
        raise InexpressibleError(f"a Modelfile cannot hold a text of the training template ({error})") from error
    if parsed.template != template or parsed.stops != _given(stop) or parsed.traps:
        why = "; ".join(trap.text for trap in parsed.traps) or "its quotes are read in another way"
        raise InexpressibleError(f"in a Modelfile a text of the training template would be taken for another: {why}")


def _given(stop: str) -> tuple[str, ...]:
    return (stop,) if stop else ()
