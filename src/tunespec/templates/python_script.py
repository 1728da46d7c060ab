"""A Python script's text, in the encoding that it declares as Python reads it."""

from __future__ import annotations

import codecs
import tokenize
from io import BytesIO

from tunespec.templates.python_code import Code, CodeError

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # as PowerShell's redirection writes it


def script_code(content: bytes) -> Code:
    """The text of a script: UTF-8, unless one of its first two lines declares another encoding.

    Source: https://peps.python.org/pep-0263/

    Args:
        content: the file's bytes.

    Raises:
        CodeError: for what Python does not read as text.
    """
    if content.startswith(_UTF_16):
        raise CodeError("it is UTF-16: save it as UTF-8, which Python reads")
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise CodeError("it is no UTF-8" if encoding.startswith("utf-8") else f"it is no {encoding}") from error
    except SyntaxError as error:  # an encoding that nobody knows, or a first line that is no UTF-8
        raise CodeError("it is no UTF-8, and declares no other encoding that Python knows") from error
    return Code(text.replace("\r\n", "\n").replace("\r", "\n"))
