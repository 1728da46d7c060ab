"""A Modelfile's traps as facts: by what they hit (template, stop sequence, other text) rather than by their cause."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from tunespec.templates.instruction import Instruction
from tunespec.templates.modelfile import RAW_PROMPT, Modelfile, is_file_reference
from tunespec.templates.modelfile_traps import shown
from tunespec.templates.ollama_parameters import TYPES
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource
from tunespec.templates.trap_kinds import CHANGES, Trap
from tunespec.text import shorten

_SINGLE = frozenset({"template", "system", "renderer", "parser", "adapter"})
_INHERITED = frozenset({"template", "system"})  # what stays of a base model if the Modelfile's own is empty
_ALTERS = {"template": "altered_template", "stop": "altered_stop", "system": "altered_text", "message": "altered_text"}
_FACTS = {
    "swallowed_instruction": "swallowed_instruction",
    "newline_around_template": "newline_around_template",
    "given_twice": "replaced_instruction",
    "empty_value": "empty_value",
    "repeated_stop": "repeated_stop",
    "deprecated_parameter": "odd_parameter",
    "parameter_is_command": "odd_parameter",
}
_BECAUSE = {
    "not_an_escape": "a Modelfile has no escapes",
    "carriage_return": "save the file with LF line ends",
    "replaced_bytes": "the file is no UTF-8, or was damaged before",
    "dropped_characters": "the server drops what is not printable",
    "hash_in_value": "behind a value, `#` begins no comment",
    "equals_is_text": "a Modelfile has no `=`",
    "list_is_text": "a Modelfile has no lists",
    "newline_around_template": "so does every prompt",
    "quotes_are_text": "only double quotes around the whole value are quotes",
}
_PATHS = frozenset({"model", "adapter", "draft", "renderer", "parser"})
# Marks of direction, joiners of words and soft hyphens: nobody sees them, and nobody misses them. Not so U+200C, with
# which words of Persian are written, and in a template U+200D, with which words of Hindi are; in prose it joins emoji.
_UNMISSED = frozenset("\ufeff\u200b\u2060\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNMISSED_IN_PROSE = _UNMISSED | {"\u200d"}


def judge_instructions(source: TemplateSource, rows: Rows) -> None:
    """A row for each instruction, and for each other line of one where a trap is."""
    modelfile = source.modelfile
    if modelfile is None:
        return
    compared = source.training is not None and source.serving is not None
    placed = _Placed(rows, source.pair.of("modelfile")[0].shown, modelfile.instructions)
    for one in modelfile.instructions:
        rows.examine(*_looked_at(one, modelfile, compared=compared))
    for fact, trap in [*_swallowed(modelfile, placed), *_found(modelfile, placed), *_unused_template(modelfile)]:
        if fact != "newline_around_template" or not compared:  # else the comparison of both sides decides
            rows.mark(fact, placed.row(trap, fact), _text(trap, placed.instruction(trap), modelfile))


def _looked_at(one: Instruction, modelfile: Modelfile, *, compared: bool) -> Iterator[str]:
    """The facts that look at an instruction."""
    if alters := _ALTERS.get(one.command):
        yield alters
    if one.command == "stop":
        yield "repeated_stop"
    if one.command == "template" and not compared:
        yield "newline_around_template"
    if one.command in _INHERITED and not is_file_reference(modelfile.base):
        yield "empty_value"
    if one.quotes:
        yield "swallowed_instruction"
    if one.command in _SINGLE or (one.command in TYPES and one.command != "stop"):
        yield "replaced_instruction"
    if one.keyword == "PARAMETER":
        yield "odd_parameter"
    yield "refused_by_server"


def _swallowed(modelfile: Modelfile, placed: _Placed) -> Iterator[tuple[str, Trap]]:
    """Instructions within a value that ends later than it seems to, with what keeps it open."""
    openers = {
        placed.index(t): t for t in modelfile.traps if t.kind == "hash_in_value" and placed.instruction(t).quotes
    }
    swallowing = {placed.index(t) for t in modelfile.traps if t.kind == "swallowed_instruction"}
    yield from (("swallowed_instruction", trap) for at, trap in openers.items() if at not in swallowing)
    for trap in modelfile.traps:
        if trap.kind == "swallowed_instruction":
            opener = openers.get(placed.index(trap))
            start = placed.instruction(trap).line
            why = f"which {opener.text.rpartition(' keeps ')[0]} in line {start} keeps open" if opener else ""
            why = why or f"whose quotes of line {start} are not closed before"
            yield trap.kind, trap._replace(text=f"{trap.text}, {why}")


def _found(modelfile: Modelfile, placed: _Placed) -> Iterator[tuple[str, Trap]]:
    """The other traps that matter, each with its fact."""
    swallowing = {placed.index(t) for t in modelfile.traps if t.kind == "swallowed_instruction"}
    for trap in modelfile.traps:
        one = placed.instruction(trap)
        # What else is wrong with a value that runs on over the next instructions comes from that.
        own = trap.fatal or (placed.index(trap) not in swallowing and trap.kind != "swallowed_instruction")
        if own and _matters(trap, one, modelfile) and (fact := _fact(trap, one)) is not None:
            yield fact, trap


def _matters(trap: Trap, one: Instruction, modelfile: Modelfile) -> bool:
    """Whether a trap does any harm."""
    match trap.kind:
        case "dropped_characters":
            unmissed = _UNMISSED_IN_PROSE if _ALTERS.get(one.command) == "altered_text" else _UNMISSED
            return not {lost.character for lost in one.dropped} <= unmissed
        case "given_twice":
            return any(other.value != one.value for other in modelfile.given(one.command) if other.line < one.line)
        case "empty_value":
            return one.command in _INHERITED and not is_file_reference(modelfile.base)
        case "hash_in_value":
            return not one.quotes  # else see `_swallowed`
    return True


def _fact(trap: Trap, one: Instruction) -> str | None:
    """The fact that a trap belongs to; None for those of another table, and those that do no harm."""
    if trap.fatal or (trap.kind == "hash_in_value" and one.command in _PATHS):
        return "refused_by_server"
    return _ALTERS.get(one.command) if trap.kind in CHANGES else _FACTS.get(trap.kind)


def _text(trap: Trap, one: Instruction, modelfile: Modelfile) -> str:
    if trap.kind == "empty_value":
        return f"{trap.text}: that of `{shorten(modelfile.base)}` stays"
    if trap.kind == "hash_in_value" and one.quotes:
        return trap.text
    return f"{trap.text}: {_BECAUSE[trap.kind]}" if trap.kind in _BECAUSE else trap.text


def _unused_template(modelfile: Modelfile) -> Iterator[tuple[str, Trap]]:
    """A TEMPLATE beside a RENDERER; what `ollama show` writes there for models that never use it is no mistake."""
    if modelfile.renderer is not None and modelfile.template not in {None, RAW_PROMPT}:
        line = modelfile.given("template")[-1].line
        by = modelfile.given("renderer")[-1]
        yield (
            "replaced_instruction",
            Trap("given_twice", line, f"RENDERER of line {by.line} writes the prompts instead"),
        )


class _Placed:
    """The rows of a Modelfile's instructions, and of other lines where a trap is."""

    def __init__(self, rows: Rows, path: str, given: Sequence[Instruction]) -> None:
        self._rows, self._path, self._given = rows, path, given
        self._lines = [one.line for one in given]
        count: Counter[str] = Counter()
        self._made: dict[int, int] = {}
        for one in given:
            count[one.command] += 1
            self._made[one.line] = rows.add(path, one.line, f"{one.command} {count[one.command]}")

    def index(self, trap: Trap) -> int:
        """Which instruction a trap is in."""
        return bisect_right(self._lines, trap.line) - 1

    def instruction(self, trap: Trap) -> Instruction:
        """The instruction that a trap is in."""
        return self._given[self.index(trap)]

    def row(self, trap: Trap, fact: str) -> int:
        """The row of the line where a trap is; a new one is looked at by the trap's fact."""
        if trap.line not in self._made:
            one = self.instruction(trap)
            self._made[trap.line] = self._rows.add(self._path, trap.line, f"{shown(one)} {trap.line - one.line}")
            self._rows.examine(fact)
        return self._made[trap.line]
