"""The values of a GGUF file's metadata, read in place and never beyond the file's end.

Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import mmap
import struct

Scalar = int | float | bool | str
Value = Scalar | tuple[Scalar, ...]

_FORMATS = dict(enumerate("BbHhIif?")) | {10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_SHORT = 64  # items of an array that is kept although nobody asks for it
_MOST_ITEMS = 1 << 22  # in all arrays together; the largest vocabulary in use has 1.1 million with merges and types
_MOST_MB = 128  # of texts that are kept; the largest in use, a whole tokenizer.json, has 35


class GGUFError(ValueError):
    """The file is no GGUF file that can be read: its text says why."""


class Reader:
    """A position in a file's bytes, behind the magic; ``order`` is that of ``struct``.

    Every read is checked against the file's end. Raises GGUFError.
    """

    def __init__(self, data: bytes | mmap.mmap) -> None:
        self.data, self.position, self.order = data, 4, "<"
        self._size, self._items, self._kept = len(data), 0, 0

    def number(self, code: str) -> int:
        """A number of one of ``struct``'s formats."""
        return int(self._unpack(code, 1)[0])

    def text(self) -> str:
        """A text; what is no UTF-8 becomes U+FFFD."""
        size = self.number("Q")
        self._keep(size)
        return self._bytes(size).decode("utf-8", "replace")

    def value(self, *, kept: bool) -> Value:
        """A value with its type; of a long array nothing, unless it is ``kept``."""
        kind = self.number("I")
        if kind == _ARRAY:
            return self._array(kept=kept)
        if kind == _STRING:
            return self.text()
        return self._unpack(_format(kind), 1)[0]

    def _array(self, *, kept: bool) -> tuple[Scalar, ...]:
        """The items, or none if they are not asked for."""
        kind, count = self.number("I"), self.number("Q")
        kept = kept or count <= _SHORT
        if kind == _STRING:
            return self._texts(count, kept=kept)
        code = _format(kind)
        if kept:
            self._count(count)
            return self._unpack(code, count)
        self._pass(count * struct.calcsize(f"<{code}"))
        return ()

    def _texts(self, count: int, *, kept: bool) -> tuple[str, ...]:
        self._count(count)
        length_at = struct.Struct(f"{self.order}Q").unpack_from
        data, size, start, position, found = self.data, self._size, self.position, self.position, []
        room = start + (_MOST_MB << 20) - self._kept if kept else size
        for _ in range(count):  # a vocabulary has a hundred thousand, so no call for each
            if position + 8 > size or (end := position + 8 + length_at(data, position)[0]) > size:
                raise GGUFError(f"the metadata is cut off: a text of an array ends behind byte {size}")
            if end > room:
                raise _too_long()
            if kept:
                found.append(data[position + 8 : end])
            position = end
        self.position, self._kept = position, self._kept + (position - start if kept else 0)
        return tuple(text.decode("utf-8", "replace") for text in found)

    def _count(self, items: int) -> None:
        """Each item takes time, or many times its size in memory."""
        self._items += items
        if self._items > _MOST_ITEMS:
            raise GGUFError(f"{self._items} items in arrays, more than {_MOST_ITEMS}")

    def _keep(self, size: int) -> None:
        """A file of holes may have any size."""
        self._kept += size
        if self._kept > _MOST_MB << 20 and self.position + size <= self._size:
            raise _too_long()

    def _unpack(self, code: str, count: int) -> tuple[Scalar, ...]:
        size = count * struct.calcsize(f"<{code}")
        return struct.unpack(f"{self.order}{count}{code}", self._bytes(size))

    def _bytes(self, size: int) -> bytes:
        start = self.position
        self._pass(size)
        return self.data[start : start + size]

    def _pass(self, size: int) -> None:
        if size > self._size - self.position:
            raise GGUFError(f"the metadata is cut off: {size} bytes wanted at byte {self.position} of {self._size}")
        self.position += size


def _too_long() -> GGUFError:
    return GGUFError(f"more than {_MOST_MB} MB of texts in the metadata")


def _format(kind: int) -> str:
    code = _FORMATS.get(kind)
    if code is None:
        raise GGUFError(f"a metadata value of the unknown type {kind}")
    return code
