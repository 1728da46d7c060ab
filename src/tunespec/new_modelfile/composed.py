"""A Go TEMPLATE of the messages style that writes a shape."""

from __future__ import annotations

from collections.abc import Iterator

from tunespec.new_modelfile.go_text import Part, do, put, source_of, text
from tunespec.new_modelfile.shape import Shape

_LAST = "eq (len (slice $.Messages $i)) 1"


def template_of(shape: Shape) -> str:
    """The TEMPLATE's source."""
    parts = (own for part in _parts(shape) for own in _dated(part, shape.day))
    return source_of(part for part in parts if part.text)


def has_default(shape: Shape) -> bool:
    """Whether the start gives way to a system message: it holds a system message of the template's own."""
    return shape.system.place == "turn" and not shape.system.before.startswith(shape.start)


def _dated(part: Part, day: str) -> Iterator[Part]:
    """A text with the present day in place of the one on which it was read."""
    pieces = part.text.split(day) if day and not part.action else [part.text]
    yield part._replace(text=pieces[0])
    for piece in pieces[1:]:
        yield from (put("currentDate"), text(piece))


def _parts(shape: Shape) -> Iterator[Part]:
    system, (header, _) = shape.system, shape.user
    in_turn = system.place == "turn" and not has_default(shape) and system.after.endswith(header)
    yield from _start(shape, in_turn=in_turn)
    yield do("range $i, $_ := .Messages" if system.place == "last" else "range .Messages")
    if in_turn:
        yield do('if eq .Role "system"')
        yield text(system.before.removeprefix(shape.start))
        yield put(".Content")
        yield text(system.after.removesuffix(header))
    yield do('else if eq .Role "user"' if in_turn else 'if eq .Role "user"')
    yield from _question(shape)
    yield do('else if eq .Role "assistant"')
    yield from (text(shape.assistant[0]), put(".Content"), text(shape.assistant[1]))
    yield from (do("end"), do("end"), text(shape.asks))


def _start(shape: Shape, *, in_turn: bool) -> Iterator[Part]:
    """What stands before all messages."""
    system, (header, _) = shape.system, shape.user
    if system.place == "first":
        yield from (text(shape.start), do("$system := .System"))
    elif system.place != "turn" or in_turn:
        yield text(shape.start)
    elif system.after.endswith(header):
        yield from (do("if .System"), text(system.before), put(".System"), text(system.after.removesuffix(header)))
        yield from (do("else"), text(shape.start), do("end"))
    else:  # the first question has no header of its own
        yield from (do("if .System"), text(system.before), put(".System"), text(system.after))
        yield from (do("else"), text(shape.start + header), do("end"), do("$first := true"))


def _question(shape: Shape) -> Iterator[Part]:
    system, (header, end) = shape.system, shape.user
    if system.place == "turn" and not system.after.endswith(header):
        yield from (do("if $first"), do("$first = false"), do("else"), text(header), do("end"))
    else:
        yield text(header)
    if system.place == "first":
        yield from (put("if $system"), text(system.before), put("$system"), text(system.after))
        yield from (put('$system = ""'), put("end"))
    elif system.place == "last":
        yield from (put(f"if and $.System ({_LAST})"), text(system.before), put("$.System"), text(system.after))
        yield put("end")
    yield from (put(".Content"), text(end))
