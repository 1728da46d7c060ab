"""A model's own tokenizer, from its ``tokenizer.json``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from tunespec.errors import CannotJudgeError

MISSING = "the tokenizers library is not there (pip install tunespec[tokenizers])"


def read_tokenizer(path: Path) -> Any:
    """The tokenizer, or None if the library that reads it is not installed (see ``MISSING``).

    The last one is kept until its file changes: there are many MB to parse, and many facts that ask for it.

    Raises:
        CannotJudgeError: if the file is no tokenizer's, or is not there.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise CannotJudgeError(f"{path.name}: cannot be read ({error.strerror})") from error
    return _read(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int, _size: int) -> Any:
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
