"""Edge cases of content: another language, code, unusual characters, several numbers, a rare topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from tunespec.cases.view import View, rows_of

# Numbers that stand for themselves: no year, no ordinal, no part of a name, no mark of a list's item.
_WHOLE = (
    r"[0-9]{1,3}|1[0-4][0-9]{2}|2[2-9][0-9]{2}|[3-9][0-9]{3}|[0-9]{5,}|[0-9]{4}[.,][0-9]+"  # 1500 to 2199 are years
)
_NUMBER = rf"(?-u:\b)(?:{_WHOLE})(?:[.,][0-9]+)*(?-u:\b)"
_ITEM = r"(?m)^[ \t]*[0-9]+[.)]"
_OPERANDS = 2  # numbers in a prompt with which something can be reckoned
_CODE_SHARE = 0.5  # of an answer's lines, see code_share
_HEAD = 500  # characters of an answer in which code shows
_USUAL = 0.5  # share of the training records from which on signs are usual in the dataset
# Letters and symbols beyond ASCII: typographic punctuation, spaces, formulas and signs such as ° are in most texts.
_LETTERS = r"[^\x00-\x7F\p{P}\p{Z}\p{Sc}\p{Sm}\p{Cc}\p{Cf}°©®™§´¨²³½¼¾→←↑↓•·]"
# Where letters beyond ASCII are usual: what splits into several code points (emoji, combining marks), and writing from
# right to left.
_RARE = r"[\x{10000}-\x{10FFFF}\p{Mn}\x{2600}-\x{27BF}\p{Hebrew}\p{Arabic}]"
_SURELY_SPOKEN = 0.1  # of the training records; fewer may be mistaken for it by single words
_TOPICS = 3  # two topics are two classes, of which none is an edge
_RARE_TOPIC = 0.5  # of the records that each topic would have if all were equally frequent


def language(view: View) -> set[int]:
    """Records in another language than most training records, by their own column or their texts."""
    from tunespec.facts.languages import record_languages
    from tunespec.languages import code_of, same_language

    metadata = view.records.metadata
    named = {row: code for row in view.rows if (code := code_of(metadata[row].get("language", "")))}
    found = record_languages(view.spoken) | named
    counts = Counter(found[row] for row in view.trained if row in found)
    if not counts:
        return set()
    usual = min(counts, key=lambda code: (-counts[code], code))
    others = {row for row, code in found.items() if not same_language(code, usual)}
    if view.trained_share(others) >= _SURELY_SPOKEN:
        return others
    return (others & set(named)) | _confirmed(view, {row: found[row] for row in others - set(named)})


def _confirmed(view: View, languages: Mapping[int, str]) -> set[int]:
    """The rows of which every text in a language is in it by the model, too: function words of short texts mislead."""
    from tunespec.identify import confirmed

    texts = view.spoken.drop_nulls("language").select("row", "prose")
    own = [(row, text) for row, text in texts.iter_rows() if row in languages]
    return set(languages) - {row for row, text in own if not confirmed(text, languages[row])}


def code(view: View) -> set[int]:
    """Records with a fenced block, or an answer that is code."""
    import polars as pl

    from tunespec.codelike import code_share

    rows = view.source.passages.frame["row"].gather(sorted(view.source.passages.blocks)).to_list()
    fenced = set(rows) & (view.trained | view.tested)
    bare = view.answers.filter(pl.col("type") == "code", ~pl.col("row").is_in(sorted(fenced)))
    bare = bare.select("row", pl.col("text").str.slice(0, _HEAD))  # equations look like code at first
    return fenced | rows_of(bare.filter(code_share(bare, "text") >= _CODE_SHARE))


def unicode(view: View) -> set[int]:
    """Records with letters or signs that are not usual in the dataset."""
    import polars as pl

    texts = pl.concat([frame.select("row", "text") for frame in (view.prompts, view.answers)])
    wide = texts.filter(pl.col("text").str.len_bytes() > pl.col("text").str.len_chars())
    found = rows_of(wide.filter(pl.col("text").str.contains(_LETTERS)))
    if view.trained_share(found) < _USUAL:
        return found
    return rows_of(wide.filter(pl.col("text").str.contains(_RARE)))


def numeric(view: View) -> set[int]:
    """Records that put several numbers into a prompt and have one in the answer; numbers in code do not count."""
    import polars as pl

    prose = pl.col("prose")
    numbers = prose.str.count_matches(_NUMBER).cast(pl.Int64) - prose.str.count_matches(_ITEM).cast(pl.Int64)
    return rows_of(view.prompts.filter(numbers >= _OPERANDS)) & rows_of(view.answers.filter(numbers > 0))


def rare(view: View) -> set[int]:
    """Records of a topic that has few of the training records, by the column that sorts them."""
    from tunespec.metadata import sorts_records

    metadata = view.records.metadata
    topics = {row: metadata[row]["topic"] for row in view.rows if "topic" in metadata[row]}
    counts = Counter(topics[row] for row in view.trained if row in topics)
    if len(counts) < _TOPICS or not sorts_records(len(counts), counts.total()):
        return set()
    most = _RARE_TOPIC * counts.total() / len(counts)
    return {row for row, topic in topics.items() if counts[topic] <= most}
