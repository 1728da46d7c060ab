"""D009's ``mixed_domains``: code, mathematics and prose in one dataset, and nothing says which is which."""

from __future__ import annotations

from tunespec.facts import Fact, not_applicable
from tunespec.facts.mixtures import is_marked, mixture
from tunespec.facts.think import without_thoughts
from tunespec.findings import Mark
from tunespec.passages import Passages
from tunespec.records import Records

_CODE_SHARE = 0.4  # of an answer; a product's manual that shows a command is still a manual
_HEAD, _LEAST_PROSE = 1_000, 80  # characters: what is looked at, and the least that counts as prose
# Lines that only code has: declarations, imports, statements that end with a brace or semicolon, tags.
_CODE = (
    r"(?m)^\s*(?:def \w+\(|class \w+[(:{ ]|import [\w.{*]|from [\w.]+ import |#include|using [\w.]+;|package [\w.]+;|"
    r"(?:public|private|static|const|let|var|int|void|function) .*[({;=]|SELECT .* FROM |<(?:html|div|!DOCTYPE|\?php)|"
    r"return .*;?$|for \(|if \(.*\) ?\{|\}\s*;?\s*$)"
)
_MATHS = (
    r"\\(?:frac|sqrt|boxed|int|sum|cdot|times|begin\{(?:align|equation))|\$\$|\\\(|<<[\d+*/().=-]+>>|####\s*-?\d|"
    r"(?:\d[\d,.]*\s*[-+*/×÷^]\s*)+\d[\d,.]*\s*="
)
_SIGN_OF_MATHS = r"[\\$<#=]"  # what _MATHS finds has one of them, and they are found ten times as fast


def domain_fact(records: Records, passages: Passages, second: float) -> Fact:
    """One finding, at its first record, for a second domain that has at least this share of the records."""
    name = "mixed_domains"
    if is_marked(records, "topic"):
        return not_applicable(name, "a column names each record's domain")
    own = _domains(passages)
    if not own:
        return not_applicable(name, "no record has an answer of its own")
    found = mixture(own, second)
    if found is None:
        return Fact(name, {}, len(own))
    said = (
        f"is the first {found.other} ({found.other_share} of the records) in a dataset with {found.usual} "
        f"({found.usual_share}), and no column says which is which"
    )
    return Fact(name, {found.row: Mark(said, None, found.share, second)}, len(own))


def _domains(passages: Passages) -> dict[int, str]:
    """Row -> code, mathematics, prose or "" (too short, figures, something between), by the record's first answer."""
    import polars as pl

    answers = passages.of("answer").unique("row", keep="first", maintain_order=True)
    lengths = {index: sum(len(block.body) for block in found) for index, found in passages.blocks.items()}
    text = without_thoughts(pl.col("text"))
    fenced = pl.Series([lengths.get(index, 0) for index in answers["index"].to_list()], dtype=pl.Int64)
    lines = text.str.slice(0, _HEAD)
    told = answers.select(
        "row",
        code=(fenced >= _CODE_SHARE * text.str.len_chars().cast(pl.Int64)) & (fenced > 0)
        | (lines.str.count_matches(_CODE) >= _CODE_SHARE * (lines.str.count_matches("\n") + 1)),
        maths=pl.when(lines.str.contains(_SIGN_OF_MATHS)).then(lines).str.contains(_MATHS).fill_null(value=False),
        prose=(fenced == 0)
        & (text.str.len_chars() >= _LEAST_PROSE)
        & (lines.str.count_matches(r"[{}()=<>;_\[\]#\\|`]") <= 0.01 * lines.str.len_chars())
        & (lines.str.count_matches(r"\d+") < 3),
    )
    return {
        row: "code" if code else "mathematics" if maths else "prose" if prose else ""
        for row, code, maths, prose in told.iter_rows()
    }
