"""Chat templates that try to reach outside, or to use up the machine: read off the syntax tree, never executed.

Sources: Jinja's own advisories (CVE-2024-56201, CVE-2024-56326, CVE-2025-27516) and CVE-2024-34359 (a chat template in
a GGUF file that ran code in llama-cpp-python), whose published examples all take one of these ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from jinja2 import nodes

from tunespec.templates.jinja_environment import parse
from tunespec.text import shorten

_INTERNAL = re.compile(r"_\w*__|__\w")  # `__class__`, `_TemplateReference__context`
# For str.format: `{0.__class__}`, `{:>99999999}`. A field first and then what is in it, since one expression for both
# would begin again at each of its signs: these texts are a stranger's.
_FIELD, _IN_FIELD, _IN_WIDTH = re.compile(r"\{[^{}]*\}"), re.compile(r"[.\[]_\w*__"), re.compile(r"\d{8}")
_PERCENT = re.compile(r"%[-+ #0]*\d{8,}")
# Attributes of Python's frames, functions and modules that no message, tool or loop has.
_GADGETS = frozenset(
    "gi_frame gi_code cr_frame cr_code ag_frame ag_code f_globals f_locals f_builtins f_back tb_frame func_globals "
    "func_code popen check_output check_call".split()
)
_PYTHON = frozenset("eval exec open compile getattr setattr globals locals vars breakpoint input system popen".split())
# Filters that read attributes by their names, and which of their arguments is the name, from 0.
_BY_NAME = dict.fromkeys("attr selectattr rejectattr groupby sum".split(), 0)
_BY_NAME |= dict.fromkeys("join min max unique".split(), 1) | {"sort": 2}
_NAMES = frozenset({"attribute", "name"})  # the argument, where it is given by its own name
_MANY, _MANY_DIGITS = 10_000_000, 10_000  # of anything: blanks, repetitions, turns of a loop; digits of a number
_MANY_BITS = 64  # of a number that a template raises to a power


class Attempt(NamedTuple):
    """What a template tries, as a predicate ("reads Python's internals (`__globals__`)"), and in which line."""

    line: int
    what: str


def attempts(source: str) -> tuple[Attempt, ...]:
    """What a template tries that no chat template needs, in the order of its lines.

    Raises:
        TemplateError: see :func:`tunespec.templates.jinja_environment.parse`.
    """
    tree = parse(source)
    every = list(_walk(tree))
    own = {node.name for node in every if isinstance(node, nodes.Macro)}
    own |= {node.name for node in every if isinstance(node, nodes.Name) and node.ctx != "load"}
    return tuple(sorted({Attempt(node.lineno, what) for node in every if (what := _tries(node, own))}))


def _tries(node: nodes.Node, own: set[str]) -> str | None:
    """What one node tries, without what stands inside it."""
    if isinstance(node, nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends):
        return f"loads another template ({_quoted(_texts(node.template))})"
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in _PYTHON - own:
        return f"calls Python's `{node.node.name}`"
    return _reads_internals(node) or _reads_by_name(node) or _asks_for_too_much(node)


def _reads_internals(node: nodes.Node) -> str | None:
    match node:
        case nodes.Getattr(attr=name) | nodes.Name(name=name) if _INTERNAL.match(name) or name in _GADGETS:
            return f"reads Python's internals (`{shorten(name)}`)"
        case nodes.Getitem(arg=argument) if _INTERNAL.match(name := _texts(argument)):
            return f"reads Python's internals ({_quoted(name)})"
        case nodes.Const(value=str(text)) if any(_IN_FIELD.search(field) for field in _FIELD.findall(text)):
            return f"reads Python's internals through a format string ({_quoted(text)})"
    return None


def _reads_by_name(node: nodes.Node) -> str | None:
    """A filter that reads attributes by their names: `attr` with one that is computed, any of them with an internal."""
    if not isinstance(node, nodes.Filter):
        return None
    for argument in _names(node):
        if any(_INTERNAL.match(part) for part in _texts(argument).split(".")):
            return f"reads Python's internals (`{node.name}` with {_quoted(_texts(argument))})"
        if node.name == "attr" and not isinstance(argument, nodes.Const):
            return "reads an attribute whose name it computes (`attr`)"
    return None


def _names(node: nodes.Filter) -> list[nodes.Expr]:
    """The arguments that may name an attribute: `join('__')` has none."""
    name, arguments = node.name, node.args
    if name == "map" and arguments:  # applies another filter to each item
        if not isinstance(arguments[0], nodes.Const):
            return arguments
        name, arguments = _texts(arguments[0]), arguments[1:]
    elif name != "map" and name not in _BY_NAME:
        return []
    at = _BY_NAME.get(name, len(arguments))
    unpacked = [argument for argument in (node.dyn_args, node.dyn_kwargs) if argument is not None]
    return [*arguments[at : at + 1], *(pair.value for pair in node.kwargs if pair.key in _NAMES), *unpacked]


def _asks_for_too_much(node: nodes.Node) -> str | None:
    """A number that only a template has that wants to use up memory or time."""
    match node:
        case nodes.Const(value=str(text)) if found := _enormous_width(text):
            return f"asks for a text of enormous width ({_quoted(found)})"
        case nodes.Pow(right=right) if _is_enormous(right, _MANY_DIGITS):
            return "computes an enormous power"
        case nodes.Mul(left=left, right=right) if _is_enormous(left) or _is_enormous(right):
            return "multiplies by an enormous number"
        case nodes.Call() | nodes.Filter() if any(_is_enormous(argument) for argument in _arguments(node)):
            return "gives an enormous number to a function"
    return None


def _enormous_width(text: str) -> str | None:
    """The first place of a format string that asks for ten million signs or more."""
    if found := _PERCENT.search(text):
        return found[0]
    return next((field for field in _FIELD.findall(text) if _IN_WIDTH.search(field.partition(":")[2])), None)


def _is_enormous(node: nodes.Node, least: int = _MANY) -> bool:
    match node:
        case nodes.Pow(left=nodes.Const(value=int(base)), right=nodes.Const(value=int(exponent))):
            if base < 2 or exponent < 1:
                return False
            return exponent > _MANY_BITS or base.bit_length() > _MANY_BITS or base**exponent >= least
        case nodes.Const(value=int(number)):
            return number >= least
    return False


def _arguments(node: nodes.Call | nodes.Filter) -> list[nodes.Expr]:
    return [*node.args, *(pair.value for pair in node.kwargs)]


def _texts(node: nodes.Node) -> str:
    """All string constants of an expression, joined: `'__cl' ~ 'ass__'` as one name."""
    return "".join(part.value for part in _walk(node) if isinstance(part, nodes.Const) and isinstance(part.value, str))


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    """A node and all nodes in it, in the order of the text; on a stack, since a tree may be deeper than Python's."""
    waiting = [node]
    while waiting:
        yield (current := waiting.pop())
        waiting.extend(reversed(list(current.iter_child_nodes())))


def _quoted(text: str) -> str:
    return f"`{shorten(text)}`" if text else "a name that it computes"
