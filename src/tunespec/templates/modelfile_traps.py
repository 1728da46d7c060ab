"""Where a Modelfile is not what it seems to say: what Ollama's lexer drops, keeps, swallows or ignores."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from tunespec.templates.instruction import Instruction
from tunespec.templates.ollama_parameters import DEPRECATED, REFUSED, TYPES, closest_parameter, typed
from tunespec.templates.stop_traps import stop_traps
from tunespec.templates.trap_kinds import Trap

_SINGLE = frozenset({"template", "system", "renderer", "parser", "adapter"})
_COMMANDS = _SINGLE | {"model", "license", "message", "draft", "requires"}
_PROMPT = frozenset({"template", "system", "message", "stop"})  # what reaches the model, or is compared with its output
_PROSE = frozenset({"system", "message"})
_PATHS = frozenset({"model", "adapter", "draft", "renderer", "parser"})
_ACTION = re.compile(r"\{\{.*?(?:\}\}|\Z)", re.DOTALL)  # to the end if nothing closes it, so that time stays linear
_ESCAPE = re.compile(r"\\(?:[nrt\"]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})")
_ESCAPE_IN_PROSE = re.compile(r"\\(?:[nrt](?![a-z])|\")")  # not LaTeX, as in `\nabla`
_HASH = re.compile(r"[ \t](#(?:[ \tA-Za-z].*)?)$")
_HASH_IN_PROSE = re.compile(r"[ \t](#[ \t].*)$")  # not a #hashtag
_NUMBER = "(?:0|[1-9][0-9]*)"
_SEMVER = re.compile(rf"v?{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)?)?")
_COMMAND_LINE = re.compile(
    r"(?:FROM|TEMPLATE|SYSTEM|ADAPTER|LICENSE|RENDERER|PARSER|PARAMETER[ \t]+[a-z_]+"
    r"|MESSAGE[ \t]+(?:user|system|assistant))[ \t]+\S"
)


def find_traps(instructions: Sequence[Instruction]) -> Iterator[Trap]:
    """The traps of a Modelfile's instructions."""
    for given in instructions:
        if given.dropped:
            yield Trap("dropped_characters", given.dropped[0].line, _dropped(given))
        yield from _parameter(given)
        yield from _characters(given)
        yield from _comments(given)
        yield from _newlines(given)
        yield from _empty(given)
        yield from _version(given)
    yield from _repetitions(instructions)


def _dropped(given: Instruction) -> str:
    counts = Counter(lost.character for lost in given.dropped)
    names = ", ".join(_named(character) + f" ({n} times)" * (n > 1) for character, n in counts.most_common(5))
    more = f" and {len(counts) - 5} others" if len(counts) > 5 else ""
    return f"{shown(given)} loses {names}{more}, first in column {given.dropped[0].column}"


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def _parameter(given: Instruction) -> Iterator[Trap]:
    """Traps of a PARAMETER's name and of its value's type."""
    if given.keyword != "PARAMETER":
        return
    name, line = given.argument, given.line
    if name in _COMMANDS:
        command = "FROM" if name == "model" else name.upper()
        yield Trap("parameter_is_command", line, f"`PARAMETER {name}` acts as {command}")
    elif name in DEPRECATED:
        yield Trap("deprecated_parameter", line, f"`{name}` does nothing")
    elif name in REFUSED:
        yield Trap("refused_parameter", line, f"{name} is no longer supported")
    elif name.lower() in TYPES and name not in TYPES:
        yield Trap("wrong_case_parameter", line, f"unknown parameter '{name}'; it is `{name.lower()}`")
    elif name not in TYPES:
        yield Trap("unknown_parameter", line, f"unknown parameter '{name}'; {_instead(given)}")
    else:
        try:
            typed(name, given.value)
        except ValueError as error:
            comment = "; behind a value, `#` begins no comment" * (_HASH.search(given.value) is not None)
            yield Trap("wrong_type_parameter", line, f"`{name}`: {error}{comment}")


def _instead(given: Instruction) -> str:
    if not given.argument:
        return "one blank stands between PARAMETER and the name, no more"
    if given.argument in DEPRECATED or (near := closest_parameter(given.argument)) is None:
        return "Ollama has no parameter of such a name"
    return f"did you mean `{near}`?"


def _characters(given: Instruction) -> Iterator[Trap]:
    """Traps of what stands in a value that reaches the model, or is compared with its output."""
    if given.command not in _PROMPT:
        return
    literal = _ACTION.sub(_blanks, given.value) if given.command == "template" else given.value
    prose = given.command in _PROSE
    escape = (_ESCAPE_IN_PROSE if prose else _ESCAPE).search(literal)
    shows = given.quotes == '"""'  # escapes, in code or JSON
    if escape and not (shows and (prose or escape[0] == '\\"')):
        yield Trap("not_an_escape", line_of(given, escape.start()), f"{shown(given)} has `{escape[0]}` as text")
    if "\r" in given.value:
        count = given.value.count("\r")
        yield Trap("carriage_return", given.line, f"{shown(given)} has {count} carriage return{'s' * (count > 1)}")
    if "\ufffd" in given.value:
        at = line_of(given, given.value.index("\ufffd"))
        yield Trap("replaced_bytes", at, f"{shown(given)} has U+FFFD {given.value.count(chr(0xFFFD))} times")
    if given.command == "stop":
        yield from stop_traps(given)


def _comments(given: Instruction) -> Iterator[Trap]:
    """A `#` behind a value, and instructions within one."""
    first, _, rest = given.written.partition("\n")
    if given.quotes:
        behind = re.search(rf"(?<=\S){given.quotes}[ \t]+(#.*)", first) if rest else None
        if behind:
            yield Trap("hash_in_value", given.line, f"`{behind[1].strip()}` keeps {shown(given)} open")
        # Only if the quotes stand within: a prompt may show a Dockerfile, which has FROM lines too.
        inside = rest.split("\n") if given.quotes in given.value and given.command != "license" else []
        for number, line in enumerate(inside, given.line + 1):
            if _COMMAND_LINE.match(line):
                yield Trap("swallowed_instruction", number, f"`{line.strip()[:40]}` belongs to {shown(given)}")
    elif given.command in _PROMPT | _PATHS:  # of a number the type is wrong then, and a licence is anything
        found = (_HASH_IN_PROSE if given.command in _PROSE else _HASH).search(given.value)
        if found:
            yield Trap("hash_in_value", given.line, f"{shown(given)} has `{found[1][:40]}` as its end")


def _newlines(given: Instruction) -> Iterator[Trap]:
    """Line breaks at the ends of a template; around a system message they are usual, and most models do not mind."""
    value = given.value
    if given.command != "template" or not value.strip():
        return
    before = value.startswith(("\n", "\r")) and not value.lstrip().startswith("{{-")
    # Behind a header (`<|im_start|>assistant`) the line break belongs to it; behind a block it comes on top.
    behind = (
        value.endswith(("\n", "\r"))
        and ".Messages" in value
        and value.rstrip().endswith("}}")
        and not value.rstrip().endswith("-}}")
    )
    if before or behind:
        where = " and ".join(name for name, there in (("begins", before), ("ends", behind)) if there)
        yield Trap("newline_around_template", given.line, f"{shown(given)} {where} with a line break")


def _empty(given: Instruction) -> Iterator[Trap]:
    if not given.value and given.command in _SINGLE:
        yield Trap("empty_value", given.line, f"{shown(given)} is empty")


def _version(given: Instruction) -> Iterator[Trap]:
    if given.command == "requires" and not _SEMVER.fullmatch(given.value):
        yield Trap("wrong_version", given.line, f"`{given.value}`: requires must be a valid semver (e.g. 0.14.0)")


def _repetitions(instructions: Sequence[Instruction]) -> Iterator[Trap]:
    """What is given more than once."""
    first: dict[str, Instruction] = {}
    stops: dict[str, int] = {}
    for given in instructions:
        name = given.command
        if name == "stop":
            if given.value in stops:
                yield Trap("repeated_stop", given.line, f"the stop sequence of line {stops[given.value]} again")
            stops.setdefault(given.value, given.line)
        elif name in _SINGLE or name in TYPES:
            if name in first:
                yield Trap("given_twice", given.line, f"{shown(given)} replaces the one of line {first[name].line}")
            first[name] = given


def shown(given: Instruction) -> str:
    """How a message names an instruction."""
    if given.command == "stop":
        return "a stop sequence"
    return given.keyword if given.keyword != "PARAMETER" else f"`{given.argument}`"


def line_of(given: Instruction, position: int) -> int:
    """The physical line of a position in the value."""
    return given.line + len(re.findall(r"\r\n|\n|\r", given.value[:position]))


def _blanks(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
