"""D009's facts about languages: of answers, of records that say theirs, of the dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tunespec.facts import Fact, not_applicable
from tunespec.facts.answer_language import answer_language_fact
from tunespec.facts.domains import domain_fact
from tunespec.facts.mixtures import is_marked, mixture
from tunespec.facts.scripts import script_fact
from tunespec.facts.think import without_thoughts
from tunespec.findings import Mark
from tunespec.identify import confirmed, languages_of
from tunespec.languages import TRANSLATES, code_of, name_of, same_language
from tunespec.passages import Passages, without_rejected
from tunespec.records import Records

if TYPE_CHECKING:
    import polars as pl


def language_facts(
    records: Records,
    passages: Passages,
    spoken: pl.DataFrame,
    languages: Sequence[str],
    second: tuple[float, float],
) -> list[Fact]:
    """Every fact of D009.

    Args:
        records: the dataset's records.
        passages: their texts.
        spoken: these with their language, see ``spoken_passages``.
        languages: codes that the configuration allows; none means that nothing is declared.
        second: the shares of records in a second language, and domain, from which on a dataset is a mixture.
    """
    own = record_languages(spoken)
    answered = answer_language_fact(records, passages, spoken)
    return [
        answered,
        _undeclared(records, spoken, languages),
        _mixed(records, own, languages, second[0]),
        script_fact(records, passages, answered.marks),
        domain_fact(records, passages, second[1]),
    ]


def spoken_passages(records: Records, passages: Passages) -> pl.DataFrame:
    """Prompts and answers, each with its ``language``: a code, "" for a mixture, null if it is open."""
    import polars as pl

    texts = without_rejected(records, passages.of("prompt", "answer")).with_columns(pl.col("role").cast(pl.String))
    texts = texts.with_columns(without_thoughts(pl.col("prose")))
    return texts.with_columns(pl.Series("language", languages_of(texts["prose"]), dtype=pl.String))


def record_languages(spoken: pl.DataFrame) -> dict[int, str]:
    """Row -> its language, where all its texts that have one agree."""
    found: dict[int, str] = {}
    for row, language in spoken.select("row", "language").drop_nulls().iter_rows():
        known = found.setdefault(row, language)
        if known and not same_language(known, language):
            found[row] = ""
    return {row: language for row, language in found.items() if language}


def _undeclared(records: Records, spoken: pl.DataFrame, languages: Sequence[str]) -> Fact:
    allowed = [code for language in languages if (code := code_of(language))]
    columns = {row: code for row, meta in enumerate(records.metadata) if (code := code_of(meta.get("language", "")))}
    if not allowed and not columns:
        return not_applicable("undeclared_language", "no languages are configured, and no column names a record's")
    marks: dict[int, Mark] = {}
    rows = set()
    answers = spoken.filter(spoken["role"] == "answer").select("row", "language", "prose")
    for row, language, text in answers.drop_nulls().iter_rows():
        declared = [columns[row]] if row in columns else allowed
        if not declared or not language:
            continue
        rows.add(row)
        if row in marks or any(same_language(language, one) for one in declared) or not confirmed(text, language):
            continue
        if row in columns and not TRANSLATES.search(records.prompts[row]):
            marks[row] = Mark(
                f"says of itself that it is in {name_of(columns[row])}, and is answered in {name_of(language)}"
            )
        elif row not in columns:
            marks[row] = Mark(f"is answered in {name_of(language)}; declared is {', '.join(map(name_of, declared))}")
    reason = None if rows else "no answer is long enough to tell its language"
    return Fact("undeclared_language", marks, len(rows), reason)


def _mixed(records: Records, own: Mapping[int, str], languages: Sequence[str], second: float) -> Fact:
    name = "mixed_languages"
    if len(languages) > 1:
        return not_applicable(name, "several languages are configured")
    if is_marked(records, "language"):
        return not_applicable(name, "a column names each record's language")
    if not own:
        return not_applicable(name, "no text is long enough to tell its language")
    found = mixture(own, second, same_language)
    if found is None:
        return Fact(name, {}, len(own))
    said = (
        f"is the first in {name_of(found.other)} ({found.other_share} of the records) in a dataset in "
        f"{name_of(found.usual)} ({found.usual_share}), and no column says which is which"
    )
    return Fact(name, {found.row: Mark(said, None, found.share, second)}, len(own))
