"""Ends of answers as texts: which two are meant to be the same."""

from __future__ import annotations

import re

_BLANKS = re.compile(r"\s+")
_RUN = re.compile(r"([^\w\s])\1+")
_SAME = str.maketrans("｜▁", "|_")  # the signs of a family whose tokens are retyped with those of a keyboard


def spelt_alike(one: str, other: str) -> bool:
    """Whether two texts differ only in case, blanks, and how often a sign repeats: `###End` and `### END`."""
    return bool(_bare(one)) and _bare(one) == _bare(other)


def _bare(text: str) -> str:
    text = text.replace("\\n", " ").replace("\\t", " ")  # typed escapes: the Modelfile has none
    return _RUN.sub(r"\1", _BLANKS.sub("", text.translate(_SAME))).lower()
