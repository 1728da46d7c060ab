"""A TEMPLATE's source from its parts: texts that Go writes as they are, and actions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from tunespec.templates.go_template.quoting import quote
from tunespec.templates.printable import is_printable

_BLANKS = " \t\r\n"
# What stands in a TEMPLATE otherwise than in its text: Go's delimiter, also one that the next action would complete;
# the Modelfile's quotes; a backslash, which looks like an escape; blanks before a line's end, which editors take away.
_RISKY = re.compile(r"""\{+(?![A-Za-z0-9%#.,:;!?'<>()|_-])|"{2,}|\\+|[ \t]+(?=\n)|\ufffd""")


class Part(NamedTuple):
    """A literal text, or an action without its braces; ``apart``: the action may begin a line of the source."""

    text: str
    action: bool = False
    apart: bool = False


def text(literal: str) -> Part:
    """What is written as it is."""
    return Part(literal)


def do(action: str) -> Part:
    """An action that writes nothing: it stands in a line of its own, where that writes no line end."""
    return Part(action, action=True, apart=True)


def put(action: str) -> Part:
    """An action in the midst of a text."""
    return Part(action, action=True)


def source_of(parts: Iterable[Part]) -> str:
    """The parts as a TEMPLATE between ``\"\"\"``: what it writes is what the parts say, to the byte."""
    written = ""
    for part in parts:
        if not part.action:
            written += _escaped(part.text) if written else _at_start(part.text)
        elif not part.apart:
            written += f"{{{{ {part.text} }}}}"
        elif not written:
            written = f"{{{{- {part.text} }}}}"
        elif written.endswith(tuple(_BLANKS)):  # a trim marker would take the text's own blanks
            written += f"{{{{ {part.text} }}}}"
        else:
            written += f"\n{{{{- {part.text} }}}}"
    return _closed(written)


def _at_start(literal: str) -> str:
    """At the start a line end looks like a mistake, and a quote like a fourth one."""
    body = literal.lstrip(_BLANKS + '"')
    return _action(literal[: len(literal) - len(body)]) + _escaped(body)


def _closed(written: str) -> str:
    """The same at the end, where a line end behind an action looks like one too many."""
    body = written.rstrip(_BLANKS)
    if body != written and body.endswith("}}"):
        return body + _action(written[len(body) :])
    return written[:-1] + _action('"') if written.endswith('"') else written


def _escaped(literal: str) -> str:
    pieces, at = [], 0
    for found in _RISKY.finditer(literal):
        pieces += [_printed(literal[at : found.start()]), _action(found[0])]
        at = found.end()
    return "".join([*pieces, _printed(literal[at:])])


def _printed(literal: str) -> str:
    """With what Ollama would drop, and a tab, which nobody sees, in actions."""
    if all(sign == "\n" or is_printable(sign) for sign in literal):
        return literal
    runs = re.findall(r"[\s\S]", literal)
    return "".join(sign if sign == "\n" or is_printable(sign) else _action(sign) for sign in runs)


def _action(literal: str) -> str:
    return f"{{{{ {_ascii(quote(literal))} }}}}" if literal else ""


def _ascii(quoted: str) -> str:
    """Go's own quoting, with escapes also for what Python holds for printable and Ollama drops."""
    return "".join(sign if is_printable(sign) and sign != "\ufffd" else f"\\u{ord(sign):04x}" for sign in quoted)
