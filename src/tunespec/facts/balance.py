"""D006's facts: does one topic, label, kind of answer or prompt crowd out the others?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tunespec.answer_types import LABEL
from tunespec.facts import Fact, not_applicable
from tunespec.facts.subjects import dominant_subject
from tunespec.findings import Mark
from tunespec.metadata import sorts_records

if TYPE_CHECKING:
    import polars as pl

    from tunespec.records import Records

Marks = dict[int, Mark]
_LABELS, _DISTINCT = 0.8, 20  # share of answers that are labels, and how many labels there may be
_NAMED = 0.5  # share of a split's records that name their topic, from which it is judged
_REFUSAL = (
    r"^(?:i(?:'m| am) (?:very |so |really )?sorry|sorry,|i apologi[sz]e|unfortunately, i (?:can|"
    r"am)|i (?:can(?:no|')t|won't|"
    r"am (?:unable|not able)|must decline)|i'm (?:unable|not able|afraid i can)|"
    r"as an ai(?: language model)?,? i (?:can|do|am)|"
    r"抱歉|对不起|很抱歉|es tut mir leid|désolé|je suis désolé|lo siento|desculpe|mi dispiace)"
)


def balance_facts(answers: pl.DataFrame, records: Records, limits: Mapping[str, Any]) -> list[Fact]:
    """Every fact of D006, split by split. A mark stands at the offender's first record and names its share.

    Args:
        answers: see ``taught_answers``.
        records: theirs.
        limits: the thresholds of D006.
    """
    table = _table(answers, records)
    few = f"no split has {limits['least']} records"
    return [
        _fact("topic_share", _topic, table.drop_nulls("topic"), limits, few + " that name a topic"),
        _fact("subject_share", _subject, table.filter(table["prompt"] != ""), limits, few),
        _fact("label_share", _label, table.drop_nulls("answer"), limits, few),
        _fact("refusal_share", _refusal, table.drop_nulls("answer"), limits, few),
        _fact("prompt_share", _prompt, table.filter(table["prompt"] != ""), limits, few),
    ]


def _fact(
    name: str,
    judge: Callable[[pl.DataFrame, str, Mapping[str, Any]], Marks],
    table: pl.DataFrame,
    limits: Mapping[str, Any],
    reason: str,
) -> Fact:
    """A fact over the splits that are large enough."""
    marks: Marks = {}
    examined = 0
    for (split,), part in table.group_by("split", maintain_order=True):
        if len(part) >= limits["least"]:
            examined += len(part)
            marks |= judge(part, f" of the split {split}" if split else "", limits)
    return Fact(name, marks, examined) if examined else not_applicable(name, reason)


def _table(answers: pl.DataFrame, records: Records) -> pl.DataFrame:
    """One row for each readable record: its split, topic, prompt, a hash of all that it asks and shows, last answer."""
    import polars as pl

    rows = [row for row, c in enumerate(records.conversations) if c is not None and not c.defect]
    asked = records.asked()
    last = answers.group_by("row", maintain_order=True).agg(answer=pl.col("text").last(), size=pl.col("size").last())
    table = pl.DataFrame(
        {
            "row": rows,
            "pair": [_is_pair(records, row) for row in rows],
            "split": [records.splits[row] or "" for row in rows],
            "topic": [records.metadata[row].get("topic") for row in rows],
            "prompt": [records.prompts[row] for row in rows],
            "asked": [hash((asked[row], records.metadata[row].get("shown"))) for row in rows],
        },
        schema={
            "row": pl.UInt32,
            "pair": pl.Boolean,
            **dict.fromkeys(("split", "topic", "prompt"), pl.String),
            "asked": pl.Int64,
        },
    )
    return table.join(last, on="row", how="left", maintain_order="left")


def _is_pair(records: Records, row: int) -> bool:
    """Whether a record rates an answer: such sets have several answers to each prompt by design."""
    conversation = records.conversations[row]
    return conversation is not None and (conversation.rejected is not None or conversation.label is not None)


def _topic(part: pl.DataFrame, where: str, limits: Mapping[str, Any]) -> Marks:
    counts = _counts(part, "topic")
    if len(counts) < 2 or not sorts_records(len(counts), len(part)):
        return {}
    most = limits["topics"] if len(counts) > 2 else limits["labels"]
    return _offender(
        counts, len(part), most, f"has the topic of {{share:.0%}} of the records{where}, one of {len(counts)} topics"
    )


def _subject(part: pl.DataFrame, where: str, limits: Mapping[str, Any]) -> Marks:
    found = dominant_subject(part["prompt"], limits["topics"])
    if found is None or part["topic"].n_unique() > 2:
        return {}
    place, share = found
    text = f"speaks of the one subject that {share:.0%} of the prompts{where} have, unlike the others"
    return {int(part["row"][place]): Mark(text, None, share, limits["topics"])}


def _label(part: pl.DataFrame, where: str, limits: Mapping[str, Any]) -> Marks:
    import polars as pl

    short = part.filter(pl.col("size") <= LABEL).with_columns(
        label=pl.col("answer").str.to_lowercase().str.strip_chars(" \t\n.!。\"'")
    )
    counts = _counts(short, "label")
    if len(short) < _LABELS * len(part) or len(counts) > max(_DISTINCT, len(part) // 50):
        return {}
    message = f"has the answer of {{share:.0%}} of the records{where}, one of {len(counts)} labels"
    return _offender(counts, len(part), limits["labels"], message)


def _refusal(part: pl.DataFrame, where: str, limits: Mapping[str, Any]) -> Marks:
    import polars as pl

    heads = part["answer"].str.slice(0, 60).str.to_lowercase().str.replace_all("’", "'", literal=True)
    refusals = heads.str.contains(_REFUSAL)
    share = float(refusals.sum() / len(part))
    if share <= limits["refusals"]:
        return {}
    row = part.filter(pl.Series(refusals))["row"][0]
    return {int(row): Mark(f"refuses, like {share:.0%} of the answers{where}", None, share, limits["refusals"])}


def _prompt(part: pl.DataFrame, where: str, limits: Mapping[str, Any]) -> Marks:
    """One prompt too often, or some prompts in rotation."""
    asked = part.filter(~part["pair"])
    counts = _counts(asked, "asked")
    if len(asked) < limits["least"] or len(counts) < 2:
        return {}
    found = _offender(counts, len(asked), limits["prompts"], f"has the prompt of {{share:.0%}} of the records{where}")
    distinct = len(counts) / len(asked)
    if found or distinct >= limits["distinct"] or len(asked) < limits["least"] / limits["distinct"]:
        return found
    text = f"has one of only {len(counts):,} prompts, which {len(asked):,} records{where} take in turns"
    return {int(counts["row"][0]): Mark(text, None, distinct, limits["distinct"])}


def _counts(part: pl.DataFrame, column: str) -> pl.DataFrame:
    """The values of a column, the most frequent first, each with its count ``n`` and its first ``row``."""
    import polars as pl

    grouped = part.group_by(column, maintain_order=True).agg(n=pl.len(), row=pl.col("row").first())
    return grouped.sort("n", "row", descending=[True, False])


def _offender(counts: pl.DataFrame, total: int, most: float, message: str) -> Marks:
    share = counts["n"][0] / total if len(counts) else 0.0
    return {int(counts["row"][0]): Mark(message.format(share=share), None, share, most)} if share > most else {}
