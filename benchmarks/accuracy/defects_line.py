"""Lines that are no record: what broken exports, concatenations and editors leave behind."""

from __future__ import annotations

import random
from collections.abc import Mapping

from benchmarks.accuracy.defects import Spoil, encoded
from benchmarks.accuracy.samples import Record


def variants(_: str) -> Mapping[str, Mapping[str, Spoil]]:
    """Kind -> variant -> how a record becomes that line."""
    return {"unreadable": _UNREADABLE}


def _cut(rng: random.Random, record: Record) -> bytes:
    line = encoded(record)
    return line[: rng.randint(len(line) // 3, len(line) - 2)]


def _bad_utf8(rng: random.Random, record: Record) -> bytes:
    line = encoded(record)
    place = line.index(b'": "') + 4
    return line[:place] + rng.choice((b"\xff", b"\xe9 ", b"\xc3\x28", b"\xed\xa0\x80")) + line[place:]


def _inside(mark: bytes) -> Spoil:
    """The mark inside the first text of the record."""

    def spoil(_: random.Random, record: Record) -> bytes:
        head, quote, tail = encoded(record).partition(b'": "')
        return head + quote + mark + tail

    return spoil


def _python(_: random.Random, record: Record) -> bytes:
    return repr(record).encode()


def _trailing_comma(_: random.Random, record: Record) -> bytes:
    return encoded(record)[:-1] + b",}"


def _comma_after(_: random.Random, record: Record) -> bytes:
    return encoded(record) + b","


def _not_a_number(_: random.Random, record: Record) -> bytes:
    return encoded({**record, "score": float("nan")})


def _infinity(_: random.Random, record: Record) -> bytes:
    return encoded({**record, "score": float("-inf")})


def _bare_string(rng: random.Random, record: Record) -> bytes:
    return encoded(record)[:0] + rng.choice((b'"a bare string"', b"null", b"17", b"true", b"[]", b'["a", "b"]'))


def _two_objects(_: random.Random, record: Record) -> bytes:
    return encoded(record) * 2


def _comment(_: random.Random, record: Record) -> bytes:
    return b"// " + encoded(record)


def _event(_: random.Random, record: Record) -> bytes:
    return b"data: " + encoded(record)


def _unquoted_key(_: random.Random, record: Record) -> bytes:
    return encoded(record).replace(b'"', b"", 2)


def _fence(_: random.Random, __: Record) -> bytes:
    return b"```json"


def _byte_order_mark(_: random.Random, record: Record) -> bytes:
    return b"\xef\xbb\xbf" + encoded(record)


FIRST_LINE_ONLY = "byte order mark"  # in the middle of a file these bytes are an error of syntax
_UNREADABLE: Mapping[str, Spoil] = {
    "cut line": _cut,
    "bad UTF-8": _bad_utf8,
    "NUL byte": _inside(b"\0"),
    "raw tab": _inside(b"\t"),
    "raw line end": _inside(b"\r"),
    "raw newline": _inside(b"\n"),
    "unescaped quote": _inside(b' "quoted" '),
    "bad escape": _inside(b"\\x41"),
    "Python's repr": _python,
    "trailing comma": _trailing_comma,
    "comma after the object": _comma_after,
    "NaN": _not_a_number,
    "-Infinity": _infinity,
    "not an object": _bare_string,
    "two objects": _two_objects,
    "comment": _comment,
    "event stream": _event,
    "unquoted key": _unquoted_key,
    "code fence": _fence,
    FIRST_LINE_ONLY: _byte_order_mark,
}
