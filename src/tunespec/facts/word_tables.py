"""Words and regular expressions of several languages, from the TOML files beside this module.

A file has tables of lists of alternatives, by language. ``<name>`` stands for an entry of its table ``parts``, and a
backslash at the end of a line continues it.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def pattern(file: str, table: str) -> re.Pattern[str]:
    """Everything that a table lists, in all its languages, as one pattern that does not regard case."""
    return re.compile(source(file, table), re.IGNORECASE | re.MULTILINE)


@cache
def source(file: str, table: str) -> str:
    """The same as text, for a pattern that begins or ends with something else."""
    words = tables(file)
    joined = "|".join(alternative for listed in words[table].values() for alternative in listed)
    for name, part in reversed(words["parts"].items()):  # a part names earlier ones only
        joined = joined.replace(f"<{name}>", part)
    return joined.replace("\\\n", "")  # a backslash at the end of a line continues it


@cache
def tables(file: str) -> dict[str, Any]:
    """Every table of a file."""
    return tomllib.loads((Path(__file__).parent / file).read_text(encoding="utf-8"))
