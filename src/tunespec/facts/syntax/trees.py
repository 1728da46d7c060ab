"""Languages whose own parsers cannot be imported, by tree-sitter's grammars: an extra, and warnings.

A grammar knows fewer dialects than the compilers, and no macros. ``strict`` languages are judged by any error that no
surroundings explain; of the others only an error with unbalanced brackets or quotes counts. Measured on valid code:
docs/precision/code_blocks.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

from tunespec.codelike import code_share
from tunespec.facts.syntax import Complaint, is_diff

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree


class Grammar(NamedTuple):
    """A grammar's module and function, and what may stand around a fragment."""

    module: str
    function: str
    name: str
    strict: bool
    around: tuple[tuple[str, str], ...] = ()


_SCRIPT = (("class A {\n", "\n}"), ("x = {\n", "\n}"), ("x =\n", ""), ("x", ""), ("async function* f() {\n", "\n}"))
_GO = (("package a\n", ""), ("package a\nfunc f() {\n", "\n}"), ("package a\nvar x =\n", ""))
_JAVA = (("class A {\n", "\n}"), ("class A { void f() {\n", "\n}}"), ("class A { Object x =\n", "\n;}"))
GRAMMARS: Mapping[str, Grammar] = {
    "javascript": Grammar("tree_sitter_javascript", "language", "JavaScript", strict=True, around=_SCRIPT),
    "typescript": Grammar("tree_sitter_typescript", "language_typescript", "TypeScript", strict=True, around=_SCRIPT),
    "tsx": Grammar("tree_sitter_typescript", "language_tsx", "TSX", strict=True, around=_SCRIPT),
    "java": Grammar("tree_sitter_java", "language", "Java", strict=True, around=_JAVA),
    "go": Grammar("tree_sitter_go", "language", "Go", strict=True, around=_GO),
    "rust": Grammar("tree_sitter_rust", "language", "Rust", True, (("fn f() {\n", "\n}"), ("impl A {\n", "\n}"))),
    "c": Grammar("tree_sitter_c", "language", "C", False, (("void f() {\n", "\n}"),)),
    "cpp": Grammar("tree_sitter_cpp", "language", "C++", False, (("void f() {\n", "\n}"), ("class A {\n", "\n};"))),
    "sql": Grammar("tree_sitter_sql", "language", "SQL", strict=False),
}
_LIKE = ("typescript", "tsx", "java", "cpp", "go", "rust")  # languages that are taken for each other
_CODE = 0.4  # of the lines
# `...args` and JSX's `style={{` leave nothing out; `...` alone and a template's `{{ name }}` do.
_ELIDES = re.compile(r"\.\.\.(?![\w\[({$\"'])|…|⋮|\{%|<%|\{\{\s*[\w.]+\s*(?:\||\}\})")
_BRANCHES = re.compile(r"(?m)^[ \t]*#[ \t]*if")  # each branch of the preprocessor may hold half a pair of brackets
_OPENING = {"(": ")", "[": "]", "{": "}"}
_SIGNS = {"${": ("{",), "#{": ("{",), "$(": ("(",), "((": ("(", "("), "))": (")", ")")}  # tokens that hold brackets


def installed() -> bool:
    """Whether the extra ``code`` is there."""
    return all(find_spec(one.module) for one in GRAMMARS.values()) and find_spec("tree_sitter") is not None


def tree_complaint(language: str, body: str) -> Complaint | None:
    """What is wrong with a block of one of ``GRAMMARS``, or None."""
    grammar = GRAMMARS[language]
    parser = _parser(language)
    tree = parser.parse(body.encode(errors="replace"))
    if not tree.root_node.has_error or _ELIDES.search(body) or is_diff(body):
        return None
    unbalanced = _unbalanced(tree)
    if not grammar.strict and (unbalanced is None or _BRANCHES.search(body)):
        return None
    if any(_parses(parser, before + body + after) for before, after in grammar.around) or not _is_code(body):
        return None
    if any(_parses(_parser(other), body) for other in _LIKE if other != language):
        return None  # the fence names the wrong language
    line = unbalanced if unbalanced is not None else _first_error(tree)
    what = "brackets or quotes that do not match" if unbalanced is not None else "cannot be parsed"
    return Complaint(line + 1, what)


@cache
def _parser(language: str) -> Parser:
    from tree_sitter import Language, Parser

    grammar = GRAMMARS[language]
    module: Any = import_module(grammar.module)
    return Parser(Language(getattr(module, grammar.function)()))


def _is_code(body: str) -> bool:
    """Whether most lines are code: converters guess a language for output and plain text too."""
    import polars as pl

    return float(code_share(pl.DataFrame({"body": [body]}), "body")[0]) >= _CODE


def _parses(parser: Parser, source: str) -> bool:
    return not parser.parse(source.encode(errors="replace")).root_node.has_error


def _unbalanced(tree: Tree) -> int | None:
    """The line (from 0) of the first bracket without its other half, outside of strings and comments."""
    opened: list[tuple[str, int]] = []
    for node in _leaves(tree.root_node):
        kind = node.type
        if node.is_missing:
            continue
        line = node.start_point[0]
        for sign in _SIGNS.get(kind, (kind,)):
            if sign in _OPENING:
                opened.append((sign, line))
            elif sign in _OPENING.values() and (not opened or _OPENING[opened.pop()[0]] != sign):
                return line
    return opened[-1][1] if opened else None


def _leaves(root: Node) -> Iterator[Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        if node.child_count:
            pending.extend(reversed(node.children))
        else:
            yield node


def _first_error(tree: Tree) -> int:
    pending = [tree.root_node]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            return int(node.start_point[0])
        pending.extend(reversed([child for child in node.children if child.has_error or child.is_missing]))
    return 0
