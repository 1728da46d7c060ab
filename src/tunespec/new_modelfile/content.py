"""The text of a new Modelfile, each instruction with the reason for it."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from tunespec.new_modelfile.composed import has_default, template_of
from tunespec.new_modelfile.ends import Ending, stop_line
from tunespec.new_modelfile.inexpressible import InexpressibleError
from tunespec.new_modelfile.lengths import Lengths
from tunespec.new_modelfile.shape import Shape
from tunespec.templates.modelfile import ModelfileError, parse_modelfile
from tunespec.templates.side_by_side import brief

_WIDTH = 110
_QUOTED = 70
_NO_MODEL = "./model.gguf"


def content_of(
    shape: Shape, trained_with: str, model: str, ending: Ending, lengths: Lengths, notes: Sequence[str]
) -> str:
    """The whole Modelfile.

    Args:
        shape: what the training template writes.
        trained_with: that template, as a person names it.
        model: what FROM names; empty if no model file is there.
        ending: the stop sequence.
        lengths: the limits.
        notes: what it does not express.

    Raises:
        InexpressibleError: if a Modelfile cannot hold a text.
    """
    template = template_of(shape)
    stop = stop_line(ending.stop) if ending.stop else ""
    if stop is None:
        raise InexpressibleError(f"a Modelfile cannot hold the stop sequence `{brief(ending.stop, _QUOTED)}`")
    lines = [
        *([] if model else [_comment("No model file is here yet: this is where it is expected.")]),
        f"FROM {model or _NO_MODEL}",
        "",
        _comment(f"Writes what {trained_with} writes, byte for byte. It must not be changed but with the training."),
        *(_comment(part, "- ") for part in _explained(shape)),
        *(_comment(note, "- Not here: ") for note in notes),
        f'TEMPLATE """{template}"""',
        "",
        _comment(ending.why),
        *([stop] if stop else []),
        "",
        _comment(f"A limit in tokens, for whatever does not stop: {lengths.why_answer}."),
        f"PARAMETER num_predict {lengths.answer}",
        _comment(f"The context in tokens: {lengths.why_context}."),
        f"PARAMETER num_ctx {lengths.context}",
    ]
    content = "\n".join(lines) + "\n"
    _holds(content, template, ending.stop)
    return content


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
