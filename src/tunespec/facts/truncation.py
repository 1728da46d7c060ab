"""D001's fact about a length limit: records whose end a trainer would cut away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunespec.facts import Fact, not_applicable
from tunespec.findings import Mark
from tunespec.passages import Passages, is_rejected
from tunespec.records import Records
from tunespec.tokenizer_file import MISSING, read_tokenizer

if TYPE_CHECKING:
    import polars as pl

_NAME = "truncated_end"
_NO_LIMIT = 'no length limit given (tokenizer = "tokenizer.json", max_length = 2048)'
_BATCH = 256  # texts at a time: long texts are few, and their tokens take more room than they do


def truncation_fact(records: Records, passages: Passages, tokenizer: Path | None, limit: int, said: str = "") -> Fact:
    """Records with more tokens than ``limit``, without those that a template adds: a lower bound.

    A tokenizer makes at most one token of a byte, so only records with more bytes than that are tokenized; and at least
    one of a word, since all of them split texts at blanks first.

    Args:
        records: the dataset's records.
        passages: their texts.
        tokenizer: a ``tokenizer.json``; None if none is at hand: then only records with more words are found.
        limit: tokens of a record that are kept; 0: not known.
        said: who sets the limit, as a message goes on.

    Raises:
        CannotJudgeError: if the tokenizer cannot be read.
    """
    import polars as pl

    if limit <= 0:
        return not_applicable(_NAME, _NO_LIMIT)
    encoder = read_tokenizer(tokenizer) if tokenizer is not None else None
    if tokenizer is not None and encoder is None:
        return not_applicable(_NAME, MISSING)
    total = int(passages.frame["row"].n_unique())
    if not total:
        return not_applicable(_NAME, "no record has a text")
    size = pl.col("text").str.len_bytes().sum().over("row")
    suspects = passages.frame.filter(size > limit)
    kept = [_is_chosen(records, row, turn) for row, turn in suspects.select("row", "turn").iter_rows()]
    suspects = suspects.filter(pl.Series(kept, dtype=pl.Boolean))
    texts = suspects["text"].to_list()
    lengths = _lengths(encoder, texts) if encoder is not None else [len(text.split()) for text in texts]
    marks = _marks(suspects, lengths, limit, said, least=encoder is None)
    if encoder is None and not marks:
        return not_applicable(_NAME, f"no tokenizer.json is at hand to count the tokens: {limit} fit{said}")
    return Fact(_NAME, marks, total)


def _is_chosen(records: Records, row: int, turn: int) -> bool:
    """Whether a turn belongs to the conversation itself: a losing answer stands in a text of its own."""
    conversation = records.conversations[row]
    return conversation is None or not is_rejected(conversation, turn)


def _lengths(encoder: Any, texts: list[str]) -> list[int]:
    found: list[int] = []
    for start in range(0, len(texts), _BATCH):
        encoded = encoder.encode_batch_fast(texts[start : start + _BATCH], add_special_tokens=False)
        found += [len(one.ids) for one in encoded]
    return found


def _marks(suspects: pl.DataFrame, lengths: list[int], limit: int, said: str, *, least: bool) -> dict[int, Mark]:
    """``least``: whether the lengths are words, which are a token each at least."""
    counts: dict[int, int] = {}
    asked: dict[int, int] = {}  # tokens before the last answer
    for row, role, length in zip(suspects["row"], suspects["role"], lengths, strict=True):
        if role == "answer":
            asked[row] = counts.get(row, 0)
        counts[row] = counts.get(row, 0) + length
    long = {row: count for row, count in counts.items() if count > limit}
    lost = sum(asked.get(row, 0) >= limit for row in long)
    marks: dict[int, Mark] = {}
    for row, count in long.items():
        what = "all of its answer" if asked.get(row, 0) >= limit else "its end"
        share = f"{len(long)} records are too long, {lost / len(long):.0%} of them lose their whole answer"
        has = f"at least {count} tokens (one a word)" if least else f"{count} tokens"
        marks[row] = Mark(f"has {has}, and {limit} fit{said}: {what} is cut away ({share})", None, count, limit)
    return marks
