"""``html``, ``js`` and ``urlquery``: Go's escapes."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote_plus

from tunespec.templates.go_template.printing import printed, sprint
from tunespec.templates.go_template.quoting import is_printable
from tunespec.templates.go_template.values import encode

_HTML = str.maketrans({"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"})
_JS = {"\\": r"\\", "'": r"\'", '"': r"\"", "<": r"\u003C", ">": r"\u003E", "&": r"\u0026", "=": r"\u003D"}
_JS_SPECIAL = re.compile(r"[\\'\"<>&=\x00-\x1f\x80-\U0010ffff]")


def html(*values: Any) -> str:
    """The values' text, safe in HTML."""
    return _text(values).translate(_HTML)


def js(*values: Any) -> str:
    """The values' text, safe in a JavaScript string."""
    return _JS_SPECIAL.sub(lambda found: _escape_js(found.group()), _text(values))


def urlquery(*values: Any) -> str:
    """The values' text, safe in the query of a URL."""
    return quote_plus(encode(_text(values)), safe="")


def _text(values: tuple[Any, ...]) -> str:
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    return sprint([printed(value) for value in values])


def _escape_js(sign: str) -> str:
    if sign in _JS:
        return _JS[sign]
    is_raw_byte = "\udc80" <= sign <= "\udcff"
    return sign if is_raw_byte or is_printable(sign) else f"\\u{ord(sign):04X}"
