"""A model's own tokenizer, from its ``tokenizer.json``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tunespec.errors import CannotJudgeError

MISSING = "the tokenizers library is not there (pip install tunespec[tokenizers])"


def read_tokenizer(path: Path) -> Any:
    """The tokenizer, or None if the library that reads it is not installed (see ``MISSING``).

    Raises:
        CannotJudgeError: if the file is no tokenizer's.
    """
    try:
        from tokenizers import Tokenizer
    except ImportError:
        return None
    try:
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_truncation()  # trainers save it with the tokenizer: nothing would ever be too long
        tokenizer.no_padding()
    except Exception as error:  # the library raises plain Exceptions
        raise CannotJudgeError(f"{path.name}: not a tokenizer.json that can be read ({error})") from error
    return tokenizer
