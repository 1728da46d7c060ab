"""Random templates of Go's grammar, with data and conversations for them.

Everything is drawn through one function ``choose``, so that Hypothesis (which shrinks) and a plain random generator
(which is fast) give the same texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from hypothesis import strategies as st

Choose: TypeAlias = Callable[[Sequence[Any]], Any]

TEXTS = (
    "",
    "a",
    "x",
    " ",
    "\n",
    "é",
    "日本",
    "\U0001f600",
    '<b>&"',
    "a\nb\t",
    "\\",
    "%d",
    "\u200b",
    "\x7f",
    "user",
    "=+/ ?",
)
FLOATS = (0.5, -2.0, 1e21, 1e-7, 1234567.0, 100000.0, 3.25, 0.0, 12345678901234.5, 999999.0, 123456.0, 1e20, 0.0001)
INTEGERS = (0, 1, 2, -1, 3, 7, 255, 1000000, -9223372036854775808, 9223372036854775807)
KEYS = ("S", "N", "L", "M", "a", "b c")
VERBS = {
    "s": "%s %v %q %x %X %5s %-5s| %.1s %+q %#q %05s %T % x %#x %c".split(" "),
    "n": "%d %v %x %X %c %U %q %05d %+d %-5d| %o %O %b %3d %.2d %#x %#o %#U %T %+q %8.3d".split(" "),
    "f": "%v %g %e %f %.2f %8.3f %+.1e %G %T %06.1f %.0f %.3g %E".split(" "),
    "b": "%t %v %5t %T %d".split(" "),
    "l": "%v %s %d %q %+v %5v %x %T %t".split(" "),
    "m": "%v %s %d %q %+v %T".split(" "),
}
ODD_VERBS = "%% %[2]v %[1]d %*d %z %! %w %.*f %[3]*.[2]*[1]f %-*d| %[9]d %[x]d %".split(" ")
STRINGS = ("`raw\n`", r'"\x41\u00e9\n"', r'"\xff"', r'"\xc3\xa9"', '"user"', '"a"', '""', '"é日"', r'"\"\\\t"')
NUMBERS = ("0", "1", "2", "3", "-1", "+3", "0x1F", "0b11", "0o17", "017", "1_000", "'a'", r"'\n'", "'é'")
REALS = ("1.5", "1e3", ".5", "1.", "0x1p-2", "-2.25", "1e21")
ODD_LITERALS = (
    "2i",
    "1+2i",
    "08",
    "9223372036854775808",
    "99999999999999999999",
    "1e400",
    "0x",
    "1__0",
    "'ab'",
    "nil",
    "''",
)
FIELDS = {"s": ".S", "n": ".N", "f": ".F", "b": ".T", "l": ".L", "m": ".M"}
KINDS = ("s", "n", "f", "b", "l", "m")


def quoted(text: str) -> str:
    """A text as a literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


class Grammar:
    """Writes one random template; ``depth`` bounds its nesting."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.in_range = 0

    def rarely(self, share: int) -> bool:
        """Once in so many times."""
        return bool(self.choose(range(share)) == share - 1)

    def operand(self, kind: str, depth: int) -> str:
        """An operand, mostly of that kind."""
        if self.rarely(25):
            return str(
                self.choose((*ODD_LITERALS, ".Z", "$.Z.Y", ".", "$", "$x", "$y", "$i.S", ".M.N.S", ".M.S", "$.L.S"))
            )
        if depth > 0 and self.rarely(2):
            pipe = self.pipeline(kind, depth - 1)
            return f"({pipe}).{self.choose(KEYS[:5])}" if kind == "m" and self.rarely(3) else f"({pipe})"
        return self.leaf(kind)

    def leaf(self, kind: str) -> str:
        """A field, a variable or a literal of that kind."""
        variable = {"s": "$x", "n": "$y", "l": "$i"}.get(kind, "$")
        chosen = self.choose((0, 0, 1, 2, 3, 4))
        if chosen == 1 and variable != "$":
            return variable
        if chosen == 2:
            return "$" + FIELDS[kind]
        if chosen == 3:
            return f"$.M{FIELDS[kind]}"
        literals = {"s": STRINGS, "n": NUMBERS, "f": REALS, "b": ("true", "false")}
        if chosen == 4 and kind in literals:
            return str(self.choose(literals[kind]))
        return FIELDS[kind]

    def call(self, kind: str, depth: int) -> str:
        """A function that gives that kind, mostly."""
        other = str(self.choose(KINDS if self.rarely(3) else "snf"))
        get = self.operand
        if kind == "s":
            return self.text_call(other, depth)
        if kind == "b":
            return self.truth_call(other, depth)
        calls: dict[str, str] = {
            "n": self.choose((f"len {get(self.choose('slm'), depth)}", f"index {get('s', depth)} {get('n', 0)}")),
            "l": f"slice {get('l', depth)} {self.choose(('', '0', '1', '0 1', '1 2', '0 1 2', '0 3', '1 1 2'))}",
            "m": " ".join(("index", get("m", depth), self.choose(('"M"', '"S"', '"nope"', ".S")))),
            "f": f"or {get('f', depth)} {get('f', 0)}",
        }
        return calls[kind]

    def truth_call(self, other: str, depth: int) -> str:
        """A function that gives a boolean, mostly."""
        function = self.choose(("eq", "ne", "lt", "le", "gt", "ge", "not", "and", "or"))
        same = other if not self.rarely(6) else str(self.choose(KINDS))
        if function == "not":
            return f"not {self.operand(other, depth)}"
        third = self.operand(other, 0) if function in {"eq", "and", "or"} and self.rarely(3) else ""
        return f"{function} {self.operand(other, depth)} {self.operand(same, depth)} {third}"

    def text_call(self, other: str, depth: int) -> str:
        """A function that gives a string."""
        get = self.operand
        function = self.choose(
            ("printf", "printf", "print", "println", "json", "html", "js", "urlquery", "slice", "and", "or")
        )
        if function == "printf":
            kinds = [other, *([self.choose(KINDS)] if self.rarely(2) else [])]
            verbs = [self.choose(ODD_VERBS if self.rarely(8) else VERBS[each]) for each in kinds]
            return " ".join(("printf", quoted(" ".join(verbs)), *(get(each, depth) for each in kinds)))
        if function == "slice":
            return f"slice {get('s', depth)} {self.choose(('', '0', '1', '0 1', '1 2', '2 1'))}"
        second = get(self.choose(KINDS), 0) if function != "json" and self.rarely(2) else ""
        return f"{function} {get(other, depth)} {second}"

    def pipeline(self, kind: str, depth: int) -> str:
        """A pipeline that gives that kind, mostly."""
        if self.rarely(40):
            return f"{self.leaf(kind)} {self.leaf('s')}"
        if self.rarely(6):
            source, stage = self.choose(
                (
                    ("s", "len"),
                    ("l", "len"),
                    ("s", 'printf "%s|%v" .N'),
                    ("m", "json"),
                    ("n", "eq 1"),
                    ("s", "print .S"),
                    ("b", "not"),
                    ("s", "html"),
                    ("n", "index .L"),
                    ("b", "and .S"),
                    ("s", "index .M"),
                    ("n", "slice .S"),
                    ("s", "printf"),
                )
            )
            return f"{self.pipeline(source, max(0, depth - 1))} | {stage}"
        return self.call(kind, depth - 1) if depth > 0 and not self.rarely(3) else self.leaf(kind)

    def action(self, inside: str) -> str:
        """An action, perhaps with trim markers."""
        return f"{self.choose(('{{', '{{ ', '{{- '))}{inside}{self.choose(('}}', ' }}', ' -}}', chr(10) + '}}'))}"

    def statement(self) -> str:
        """A printed pipeline, an assignment, a text or a comment."""
        chosen = self.choose(range(12))
        if chosen < 6:
            return self.action(self.pipeline(self.choose(KINDS), 2))
        if chosen == 6:
            variable, kind = self.choose((("$x", "s"), ("$y", "n"), ("$i", "l")))
            return self.action(f"{variable} {self.choose((':=', '='))} {self.pipeline(kind, 2)}")
        if chosen == 7:
            return self.action(f'template "t" {self.pipeline(self.choose("ls"), 1)}')
        if chosen == 8:
            return str(self.choose(("{{/* c */}}", "{{- /* c\n */ -}}")))
        if chosen == 9 and self.in_range:
            return self.action(self.choose(("break", "continue")))
        return str(self.choose(("", "a", " ", "\n", " \n x", "}}", "é ", "{ {", "\t|")))

    def body(self, depth: int) -> str:
        """Statements and blocks."""
        return "".join(
            self.block(depth - 1) if depth > 0 and self.rarely(3) else self.statement()
            for _ in range(self.choose((1, 1, 2, 3)))
        )

    def block(self, depth: int) -> str:
        """``if``, ``with``, ``range`` or ``block``."""
        keyword = self.choose(("if", "if", "with", "range", "range", "block"))
        if keyword == "range":
            return self.range(depth)
        kind = self.choose(KINDS) if keyword == "if" else self.choose("mmls")
        variable = self.choose(("", "", "", "$x := ", "$y = "))
        name = '"b" ' if keyword == "block" else variable
        inner = self.in_range
        self.in_range = 0 if keyword == "block" else inner
        parts = [self.action(f"{keyword} {name}{self.pipeline(kind, 2)}"), self.body(depth)]
        if keyword != "block" and self.rarely(3):
            parts += [self.action(f"else {keyword} {self.pipeline(self.choose(KINDS), 1)}"), self.body(depth)]
        if keyword != "block" and self.rarely(2):
            parts += [self.action("else"), self.body(depth)]
        self.in_range = inner
        return "".join((*parts, self.action("end")))

    def range(self, depth: int) -> str:
        """``range``, and perhaps its ``else``."""
        head = self.choose(("", "", "$x := ", "$y, $x := ", "$x = ", "$y, $x = "))
        self.in_range += 1
        source = self.choose(("l", "m", "l", "m", "n", "s")) if self.rarely(3) else self.choose("lm")
        parts = [self.action(f"range {head}{self.pipeline(source, 1)}"), self.body(depth)]
        self.in_range -= 1
        if self.rarely(3):
            parts += [self.action("else"), self.body(depth)]
        return "".join((*parts, self.action("end")))

    def template(self) -> str:
        """A whole template: its variables, its body, and one that it may invoke."""
        head = "{{$x := .S}}{{$y := .N}}{{$i := .L}}" if not self.rarely(20) else ""
        named = self.choose(('{{define "t"}}[{{.}}]{{end}}', '{{define "t"}}{{range .}}{{.}},{{end}}{{end}}'))
        return head + self.body(3) + ("" if self.rarely(20) else named)

    def value(self, kind: str, depth: int) -> Any:
        """A JSON value of that kind; a number with a point or an exponent is a float for Go too."""
        if kind == "l":
            return [
                self.value(self.choose(KINDS if depth else "snfb"), depth - 1) for _ in range(self.choose(range(4)))
            ]
        if kind == "m":
            kinds = KINDS if depth else "snfb"
            chosen = {key: self.choose(kinds) for key in KEYS if self.rarely(2)}
            return {key: None if self.rarely(9) else self.value(each, depth - 1) for key, each in chosen.items()}
        simple = {"s": TEXTS, "n": INTEGERS[:7] if self.rarely(2) else INTEGERS, "b": (True, False), "f": FLOATS}
        return self.choose(simple[kind])

    def data(self) -> dict[str, Any]:
        """What the template is executed with."""
        inner = self.value("m", 1) | {field[1:]: self.value(kind, 0) for kind, field in FIELDS.items()}
        return {field[1:]: self.value(kind, 2) for kind, field in FIELDS.items()} | {"M": inner}


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """``(template, data)``"""
    grammar = Grammar(lambda options: draw(st.sampled_from(options)))
    return grammar.template(), grammar.data()
