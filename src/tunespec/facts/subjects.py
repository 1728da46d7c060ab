"""The subject that most prompts share, where the others are about something else altogether."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_SAMPLE = 5_000  # prompts: a share is known to a per cent from these
_SUBJECT = 0.6  # of the prompts have one word at least
_ALL = 0.97  # a word of more prompts is their template's, or the name of what the assistant is for
_OTHERS = 5  # prompts about other things; fewer are chance
# A domain assistant's prompts speak one language whether or not they name the domain: most of their words are known
# from the others. Prompts about another topic share with them little beyond function words.
_KNOWN, _STRANGE = 0.02, 0.35
_COMMON = frozenset(
    "about after also another answer because been before being between both code come could describe does each example "
    "explain find following from generate give given good have help here however input into "
    "just know like list main make "
    "many more most much name need only other output over people please possible provide "
    "question really right sentence "
    "several should show some such summarize take tell text than thank that their them then "
    "there these they thing things "
    "this those time using very want well were what when where which while will with without "
    "word work would write your "
    "yourself create design compare suggest difference important best step steps long short "
    "explain summary based use used "
    "mean means different same first last kind type every always never still back down around "
    "through during under".split()
)


def dominant_subject(prompts: pl.Series, least: float) -> tuple[int, float] | None:
    """``(place of its first prompt, share)`` of a subject that crowds out all others, or None.

    A subject is a content word, together with all prompts whose words are those of its prompts.

    Args:
        prompts: one for each record.
        least: the share above which a subject is dominant.
    """
    import polars as pl

    step = max(1, len(prompts) // _SAMPLE)
    places = pl.int_range(len(prompts), eager=True).gather_every(step)
    words = prompts.gather(places).str.slice(0, 1_000).str.to_lowercase().str.extract_all(r"\p{L}{4,}").list.unique()
    table = pl.DataFrame({"place": places, "word": words}).explode("word").drop_nulls()
    table = table.filter(~pl.col("word").is_in(list(_COMMON)))
    total = len(places)
    counts = table["word"].value_counts(name="n").filter(pl.col("n") <= _ALL * total).sort("n", "word", descending=True)
    if not len(counts) or counts["n"][0] < _SUBJECT * total:
        return None
    subject = counts["word"][0]
    inside = table.filter(pl.col("word") == subject)["place"]
    known = table.filter(pl.col("place").is_in(inside.to_list()))["word"].value_counts(name="n")
    familiar = known.filter(pl.col("n") >= _KNOWN * len(inside))["word"]
    others = table.filter(~pl.col("place").is_in(inside.to_list())).group_by("place").agg(
        known=pl.col("word").is_in(familiar.to_list()).mean()
    )  # fmt: skip
    strangers = others.filter(pl.col("known") < _STRANGE)
    share = 1 - len(strangers) / total
    if len(strangers) < _OTHERS or len(strangers) < len(others) / 2 or share <= least:
        return None
    return int(inside.min()), share  # type: ignore[arg-type]
