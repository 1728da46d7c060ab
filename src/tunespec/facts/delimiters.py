"""D012's facts: do the brackets, quotation marks and Markdown of a text close what they open?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tunespec.codelike import code_share
from tunespec.facts import Fact, not_applicable
from tunespec.facts.delimiter_brackets import unbalanced_bracket
from tunespec.facts.delimiter_markdown import broken_link, ragged_table, unclosed_code, unclosed_emphasis
from tunespec.facts.delimiter_quotes import stray_docstring_quote, unbalanced_quote
from tunespec.fences import prose
from tunespec.findings import Mark
from tunespec.passages import NAMES, Passages, turn_note, without_rejected
from tunespec.records import Records

if TYPE_CHECKING:
    import polars as pl

_JUDGED = ("system", "answer")  # users may write as they like
_SOME_CODE = 0.3  # share of code lines above which a text without fences is not judged as prose


class Check(NamedTuple):
    """One kind: what it is called, which texts may have it (an expression over ``prose``), and what is wrong there."""

    name: str
    gate: Callable[[], pl.Expr]
    find: Callable[[str], str | None]


def delimiter_facts(passages: Passages, records: Records) -> list[Fact]:
    """Every fact of D012."""
    return [*_prose_facts(passages, records), _docstring_fact(passages, records)]


def _prose_facts(passages: Passages, records: Records) -> list[Fact]:
    examined = passages.records_with(*_JUDGED)
    if not examined:
        return [not_applicable(check.name, "no record has an answer") for check in _CHECKS]
    texts = without_rejected(records, passages.judged_of(*_JUDGED))
    return [
        Fact(check.name, _marks(_suspects(texts, check, passages), check.find, records), examined) for check in _CHECKS
    ]


def _suspects(texts: pl.DataFrame, check: Check, passages: Passages) -> pl.DataFrame:
    """The texts that may have the defect, with a word for each piece of inline code: `**`code`**` is balanced."""
    import polars as pl

    suspects = texts.filter(check.gate())
    if suspects.height:
        suspects = suspects.filter(code_share(suspects, "prose") < _SOME_CODE)
    worded = [
        prose(text, passages.blocks.get(index, []), "code") if "`" in text or "~~~" in text else text
        for index, text in suspects.select("index", "text").iter_rows()
    ]
    return suspects.with_columns(prose=pl.Series(worded, dtype=pl.String))


def _marks(suspects: pl.DataFrame, find: Callable[[str], str | None], records: Records) -> dict[int, Mark]:
    marks: dict[int, Mark] = {}
    for row, turn, role, text in suspects.select("row", "turn", "role", "prose").iter_rows():
        if row not in marks and (fault := find(text)) is not None:
            marks[row] = Mark(f"{fault} in {NAMES[role]}{turn_note(records, row, turn)}")
    return marks


def _docstring_fact(passages: Passages, records: Records) -> Fact:
    """Four quotation marks where a docstring opens or closes: in code, so in prompts and fences too."""
    import polars as pl

    roles = ("prompt", *_JUDGED)
    examined = passages.records_with(*roles)
    if not examined:
        return not_applicable("docstring_quote", "no record has text")
    suspects = without_rejected(records, passages.judged_of(*roles)).filter(pl.col("text").str.contains(r'"{4}|\'{4}'))
    suspects = suspects.with_columns(prose=pl.col("text"))
    return Fact("docstring_quote", _marks(suspects, stray_docstring_quote, records), examined)


def _unequal(opening: str, closing: str) -> pl.Expr:
    import polars as pl

    return pl.col("prose").str.count_matches(opening) != pl.col("prose").str.count_matches(closing)


def _brackets() -> pl.Expr:
    return _unequal(r"[(（]", r"[)）]") | _unequal(r"[\[【「『《{]", r"[\]】」』》}]")


def _quotes() -> pl.Expr:
    import polars as pl

    straight = pl.col("prose").str.count_matches('"', literal=True) % 2 == 1
    curly = pl.col("prose").str.contains(r"[“”„«»]")
    return straight | curly


def _contains(pattern: str) -> Callable[[], pl.Expr]:
    def gate() -> pl.Expr:
        import polars as pl

        return pl.col("prose").str.contains(pattern)

    return gate


_CHECKS: Sequence[Check] = (
    Check("unbalanced_bracket", _brackets, unbalanced_bracket),
    Check("unbalanced_quote", _quotes, unbalanced_quote),
    Check("unclosed_emphasis", _contains(r"\*\*|[ (]\*[A-Za-z]"), unclosed_emphasis),
    Check("unclosed_code", _contains("`"), unclosed_code),
    Check("broken_link", _contains(r"\]\(|\[[^\[\]\n]+\((?:https?:|www\.)"), broken_link),
    Check("ragged_table", _contains(r"(?m)^[ \t]*\|?[ \t]*:?-+:?[ \t]*\|[-:| \t]*$"), ragged_table),
)
