"""Where the keys of a call's arguments stand in a Python program."""

from __future__ import annotations

import ast

from tunespec.templates.python_scopes import Scope
from tunespec.templates.python_values import Values

_MOST = 200  # expressions that are looked into for one argument


def key_lines(node: ast.expr, scope: Scope, values: Values, lines: dict[str, int]) -> None:
    """Add the lines of a dict's keys, also of those within it; what has a line keeps it.

    Args:
        node: an argument of a call.
        scope: where it stands.
        values: of the program.
        lines: key -> line, from 1.
    """
    left = [(node, scope)]
    for _ in range(_MOST):
        if not left:
            return
        found, where = values.bound(*left.pop())
        if isinstance(found, ast.Dict):
            for key, value in zip(found.keys, found.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    lines.setdefault(key.value, key.lineno)
                left.append((value, where))
        elif isinstance(found, ast.Call):
            for keyword in found.keywords:
                if keyword.arg is not None:
                    lines.setdefault(keyword.arg, keyword.value.lineno)
                left.append((keyword.value, where))
            left += [(value, where) for value in found.args]
