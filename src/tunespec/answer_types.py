"""What form an answer has: a number, a label, a sentence, prose, a list, a table, JSON or code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

TYPES = ("empty", "number", "label", "sentence", "prose", "list", "table", "json", "code")
LABEL = 30  # characters; the longest labels of public classification sets ("Arts & Crafts") are shorter
SENTENCE = 200  # characters; a longer text without structure is prose, however it is punctuated
# A Chinese, Japanese or Korean character says about as much as two Latin letters; it is as wide as two, too
# (Unicode Standard Annex 11).
WIDE = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
_ITEM = r"(?m)^[ \t]*(?:[-*+•‣·]|\(?\d{1,3}[.)、]|\(?[a-zA-Z][.)])[ \t]*\S"
_ROW = r"(?m)^[ \t]*\|.*\|[ \t]*$"
_CODE_LINE = (
    r"(?m)[;{}][ \t]*$|^[ \t]*(?:def|class|import|from|function|const|let|var|public|private|return|#include|using|"
    r"SELECT|INSERT|UPDATE|DELETE|CREATE|for|while|if|print|console\.|<\/?[a-z]+[^>]*>|@\w+|package)\b.*[(){};:=>]"
    r"|^[ \t]*\w[\w.\[\]]* = \S|^[ \t]*</?[a-zA-Z][^<>\n]*>"
)
_NUMBER = r"^[-+−]?[$€£¥]?[ ]?\d[\d.,:/ ]*(?:[%‰°]|\s?\p{L}{1,3}\.?)?$"
_ITEMS, _ROWS, _FENCED, _CODE_SHARE = 2, 2, "```", 0.5


def text_size(text: pl.Expr) -> pl.Expr:
    """The length of texts in characters, of which wide ones count twice.

    They take three bytes each, which counts them faster than a search for each of them.
    """
    import polars as pl

    characters, octets = text.str.len_chars(), text.str.len_bytes()
    wide = pl.when(octets > characters).then(text).str.contains(WIDE).fill_null(value=False)
    return characters + pl.when(wide).then((octets - characters) // 2).otherwise(0)


def answer_types(frame: pl.DataFrame, column: str = "text") -> pl.Series:
    """The type of each text, one of ``TYPES``.

    Code is what stands in a fence that the text begins with, or what half of the lines look like. A text with two
    list items is a list, whatever stands around them.
    """
    import polars as pl

    text = pl.col(column).str.strip_chars()
    frame = frame.select(text.alias("text")).with_columns(text_size(pl.col("text")).alias("size"))
    text, size = pl.col("text"), pl.col("size")
    lines = text.str.count_matches("\n", literal=True) + 1
    broken = lines > 1
    items = pl.when(broken).then(text).str.count_matches(_ITEM).fill_null(0)
    rows = pl.when(text.str.contains("|", literal=True) & broken).then(text).str.count_matches(_ROW).fill_null(0)
    signs = text.str.contains(r"[;{}()=<>]")
    code = pl.when(signs).then(text).str.count_matches(_CODE_LINE).fill_null(0)
    sentence = text.str.contains(r"[.!?。！？][\"'”’)*_]*$")
    form = (
        pl.when(size == 0).then(pl.lit("empty"))
        .when((size <= LABEL) & text.str.contains(_NUMBER)).then(pl.lit("number"))
        .when(text.str.contains(r"^[\[{][\s\S]*[\]}]$") & text.str.contains(r"^(?:\[\s*[\]{\[\"\d-]|\{\s*[\"}])"))
        .then(pl.lit("json"))
        .when(text.str.starts_with(_FENCED) | (code >= _CODE_SHARE * lines)).then(pl.lit("code"))
        .when(rows >= _ROWS).then(pl.lit("table"))
        .when(items >= _ITEMS).then(pl.lit("list"))
        .when((size <= LABEL) & ~broken & ~(sentence & text.str.contains(r"\S\s+\S+\s+\S"))).then(pl.lit("label"))
        .when((size <= SENTENCE) & ~broken).then(pl.lit("sentence"))
        .otherwise(pl.lit("prose"))
    )  # fmt: skip
    return frame.select(form.cast(pl.Enum(TYPES)).alias("type"))["type"]
