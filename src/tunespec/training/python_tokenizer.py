"""What a Python program does to its tokenizer: the token that it pads with, and an end or a template of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tunespec.templates.python_scopes import dotted
from tunespec.training.python_given import shown_code

PAD = "tokenizer.pad_token"
EOS = "tokenizer.eos_token"  # as the value of a padding that is the tokenizer's own end
_PADDING = {"pad_token": "eos_token", "pad_token_id": "eos_token_id"}
_ENDS = frozenset("eos_token eos_token_id chat_template".split())
# Functions that give a tokenizer both: TRL's, and Unsloth's.
_GIVERS = frozenset("setup_chat_format clone_chat_template get_chat_template".split())


@dataclass(frozen=True)
class Padding:
    """The token that a program pads with, and where it says so; not known where it says several, or only perhaps."""

    token: str
    line: int
    is_known: bool


def padding_of(tree: ast.Module) -> Padding | None:
    """What a program pads with; None if it does not say."""
    said = list(_paddings(tree))
    if not said:
        return None
    token, line, _ = said[0]
    is_known = not any(conditional for *_, conditional in said) and len({one for one, *_ in said}) == 1
    return Padding(token, line, is_known)


def end_set_anew(tree: ast.Module) -> int | None:
    """The line in which a program gives its tokenizer an end or a template; None if it gives it none."""
    return next((getattr(node, "lineno", 1) for node in ast.walk(tree) if _sets_end(node)), None)


def _sets_end(node: ast.AST) -> bool:
    """By an attribute, a table of special tokens, or a function that does both."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.ctx, ast.Store) and node.attr in _ENDS
    if isinstance(node, ast.Dict):
        return any(isinstance(key, ast.Constant) and key.value in _ENDS for key in node.keys)
    return isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in _GIVERS


def _paddings(node: ast.AST) -> Iterator[tuple[str, int, bool]]:
    """Token, line, and whether only a run would tell."""
    left = [(node, False)]
    while left:
        one, under = left.pop()
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Attribute):
            attribute = one.targets[0].attr
            if attribute in _PADDING:
                ends = dotted(one.value).endswith(f".{_PADDING[attribute]}")
                plain = one.value.value if isinstance(one.value, ast.Constant) else None
                yield EOS if ends else str(plain or shown_code(one.value)), one.lineno, under
        inner = under or isinstance(one, ast.If | ast.IfExp)
        left += [(child, inner) for child in ast.iter_child_nodes(one)]
