"""Bytes of a file, decompressed, and the format that its content shows."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import orjson

from tunespec.errors import CannotJudgeError

EXTENSIONS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
COMPRESSED = (".gz", ".zst")
_HEAD = 1 << 20


def extension(path: Path) -> str:
    """The extension that names the format, without a compression's: ``.jsonl`` for ``a.jsonl.gz``."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def format_of(path: Path) -> str:
    """``jsonl``, ``json`` (an array or one object), ``csv``, ``tsv`` or ``parquet``, by content where names deceive."""
    suffix = extension(path)
    if suffix == ".parquet":
        return "parquet"
    if suffix in {".csv", ".tsv"}:
        return suffix[1:]
    head = read_bytes(path, _HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] == b"[":
        return "json" if not _is_bare_conversation_line(head) else "jsonl"
    first, _, rest = head.partition(b"\n")
    whole_object = suffix == ".json" and (not rest.strip() or not first.rstrip().endswith(b"}"))
    return "json" if whole_object else "jsonl"


def read_bytes(path: Path, limit: int = -1) -> bytes:
    """The decompressed content, at most ``limit`` bytes.

    Raises:
        CannotJudgeError: for a file that cannot be opened or whose compression is damaged.
    """
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as stream:
                return stream.read(limit)
        if path.suffix.lower() == ".zst":
            return _read_zst(path, limit)
        with path.open("rb") as stream:
            return stream.read(limit)
    except (OSError, EOFError, zlib.error) as error:
        raise CannotJudgeError(f"{path}: cannot be read: {error}") from error
    except Exception as error:  # zstandard's own error type is known only after its import
        if type(error).__name__ != "ZstdError":
            raise
        raise CannotJudgeError(f"{path}: cannot be decompressed: {error}") from error


def _read_zst(path: Path, limit: int) -> bytes:
    import zstandard

    if limit >= 0:
        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as reader:
            return bytes(reader.read(limit))
    rest, frames = path.read_bytes(), []
    while rest:
        frame = zstandard.ZstdDecompressor().decompressobj()
        frames.append(frame.decompress(rest))
        if not frame.eof:  # the stream reader would say nothing
            raise EOFError("the compressed file ended before its end mark")
        rest = frame.unused_data
    return b"".join(frames)


def _is_bare_conversation_line(head: bytes) -> bool:
    """Whether the first line is a list of messages, and so a record: JSONL of bare conversations."""
    try:
        value = orjson.loads(head.partition(b"\n")[0])
    except orjson.JSONDecodeError:
        return False
    return bool(value) and all(isinstance(item, dict) and ("role" in item or "from" in item) for item in value)
