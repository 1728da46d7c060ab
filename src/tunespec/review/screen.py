"""What a reviewer reads in the terminal: texts that cannot drive it, and the keys."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tunespec.review.judgement import ASPECTS
from tunespec.review.material import Said
from tunespec.templates.paint import Paint
from tunespec.templates.visible import code_point

LONG = 3_000  # characters of a text that are shown at first: a screen or two
_TAIL = 600  # of them, from its end: where an answer stops is half of what is judged
_SHOWN = frozenset("\n\t\u200c\u200d\ufe0f")  # joiners and the emoji selector, which texts need and no terminal obeys
_MARGIN = "  | "
REJECT = {str(number): aspect for number, aspect in enumerate(ASPECTS, 1)}
KEYS = (
    ("a", "accept: it is complete, relevant, concise, stops properly and is correct"),
    *((key, f"reject: it is {what}") for key, what in zip(REJECT, ASPECTS.values(), strict=True)),
    ("m", "more than one: press the numbers of all that is wrong, then Enter (Esc: back)"),
    ("n", "note: a line of text that is kept with the judgement"),
    ("l", "long: show the whole text"),
    ("s", "skip: leave it for later"),
    ("u", "undo: take the last judgement back, and judge that one again"),
    ("q", "quit: every judgement is on the disk already"),
    ("?", "these keys"),
)


def safe(text: str) -> str:
    r"""The text as a terminal may have it: whatever could drive it or reorder its line is written out, as `\u001b`."""
    return "".join(
        c if c in _SHOWN or c == " " or not _drives(c) else code_point(c) for c in text.replace("\r\n", "\n")
    )


def _drives(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}


def shortened(text: str) -> str:
    """The beginning and the end of a long text."""
    if len(text) <= LONG:
        return text
    left_out = len(text) - LONG
    return f"{text[: LONG - _TAIL]}\n[... {left_out:,} characters more; l shows them ...]\n{text[-_TAIL:]}"


def page(heading: str, said: Sequence[Said], paint: Paint, *, whole: bool) -> str:
    """Everything that is read of one record or output."""
    lines = ["", paint.heading(safe(heading).replace("\n", " "))]
    for who, text, judged in said:
        size = f" ({len(text):,} characters)" if judged else ""
        title = f"{safe(who)}{size}{', to be judged' if judged else ''}".replace("\n", " ")
        lines.append(paint.style(title, fg="cyan", bold=judged))
        shown = safe(text if whole else shortened(text)) or "(empty)"
        lines += [f"{_MARGIN}{line}" for line in shown.split("\n")]
    return "\n".join(lines)


def prompt(note: str) -> str:
    """The line under it: the keys in short."""
    rejections = "  ".join(f"{key} {what}" for key, what in zip(REJECT, ASPECTS.values(), strict=True))
    noted = f"  (note: {safe(note)})" if note else ""
    return f"a accept | {rejections} | m n l s u q ?{noted} "


def help_text() -> str:
    """All keys."""
    return "\n".join(f"  {key}  {what}" for key, what in KEYS)
