"""What a Python program makes its tokenizer's padding of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tunespec.templates.python_scopes import dotted
from tunespec.training.python_given import shown_code

PAD = "tokenizer.pad_token"
_PADDING = {"pad_token": "eos_token", "pad_token_id": "eos_token_id"}
_EOS = "tokenizer.eos_token"


def padding_of(tree: ast.Module) -> tuple[str | None, int] | None:
    """`tokenizer.pad_token = ...` and its line; under a condition the token is not known (None)."""
    said = list(_paddings(tree))
    if not said:
        return None
    value, line, _ = said[0]
    is_open = any(conditional for *_, conditional in said) or len({one for one, *_ in said}) > 1
    return None if is_open else value, line


def _paddings(tree: ast.Module) -> Iterator[tuple[str, int, bool]]:
    left: list[tuple[ast.AST, bool]] = [(tree, False)]
    while left:
        one, under = left.pop()
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Attribute):
            attribute = one.targets[0].attr
            if attribute in _PADDING:
                ends = dotted(one.value).endswith(f".{_PADDING[attribute]}")
                plain = one.value.value if isinstance(one.value, ast.Constant) else None
                yield _EOS if ends else str(plain or shown_code(one.value)), one.lineno, under
        inner = under or isinstance(one, ast.If | ast.IfExp)
        left += [(child, inner) for child in ast.iter_child_nodes(one)]
