"""I001's fact about a limit that is too short: answers of the training data that it would cut."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tunespec.templates.limits import Limit
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource
from tunespec.tokenizer_file import read_tokenizer

if TYPE_CHECKING:
    import polars as pl

_SHARE = 0.01  # of the answers may be longer: one text of thousands that runs on is no measure of the others
_PING = 8  # tokens; a program that asks for fewer wants no answer: it loads the model, or sees whether it is there
_WORD = r"\S+"


def judge_lengths(own: Limit, row: int, source: TemplateSource, rows: Rows) -> None:
    """The fact ``short_limit``: more than 1 % of the training answers have more tokens than a limit.

    Without the model's tokenizer an answer has at least as many tokens as words, since none of the usual tokenizers
    makes one token of two words: a lower bound.
    """
    if source.records is None:
        rows.skip(["short_limit"], "no dataset is there, or several may be meant")
        return
    if not isinstance(own.tokens, int) or own.tokens <= (_PING if own.line and own.asked else 0):
        return
    answers = source.records.answers
    if answers.is_empty():
        rows.skip(["short_limit"], "the dataset has no answer")
        return
    rows.examine("short_limit")
    lengths, exact = _lengths(answers, own.tokens, source.records.tokenizer)
    long = lengths.filter(lengths > own.tokens)
    if len(long) > _SHARE * len(answers):
        counted = "tokens" if exact else "words, which are at least as many tokens"
        rest = f"{len(long):,} of {len(answers):,} training answers are longer, up to {max(long.to_list()):,} {counted}"
        rows.mark("short_limit", row, f"{own.name} is {own.tokens:,}, and {rest}")


def _lengths(answers: pl.DataFrame, limit: int, tokenizer: Path | None) -> tuple[pl.Series, bool]:
    """The lengths of the answers that may be longer than the limit, and whether the model's own tokenizer says so."""
    import polars as pl

    # A tokenizer makes at most one token of a byte.
    texts = answers.filter(pl.col("text").str.len_bytes() > limit)["text"]
    encoder = read_tokenizer(tokenizer) if tokenizer is not None else None
    if encoder is None:
        return texts.str.count_matches(_WORD), False
    encoded = encoder.encode_batch_fast(texts.to_list(), add_special_tokens=False)
    return pl.Series([len(one.ids) for one in encoded], dtype=pl.Int64), True
