"""The parameters that Ollama shows of a model."""

from __future__ import annotations

import re
from typing import Any

_PARAMETER = re.compile(r"^(\w+)\s+(.*)$", re.MULTILINE)


def parameters(written: str) -> dict[str, Any]:
    """The parameters of ``/api/show``: a name and a value as Go prints it (``%#v``) in each line, stops repeated."""
    options: dict[str, Any] = {}
    for name, value in _PARAMETER.findall(written):
        if name == "stop":
            options.setdefault("stop", []).append(str(_go_value(value.strip())))
        else:
            options[name] = _go_value(value.strip())
    return options


def _go_value(written: str) -> Any:
    """A number, truth value or quoted text as Go prints it."""
    import ast

    if written in {"true", "false"}:
        return written == "true"
    try:
        value = ast.literal_eval(written)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return written.strip("`")  # a raw string
    return int(value) if isinstance(value, float) and value.is_integer() else value  # 1048576 is 1.048576e+06 in Go
