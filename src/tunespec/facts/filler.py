"""A filler that many answers open with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tunespec.findings import Mark

if TYPE_CHECKING:
    import polars as pl

_LEAST = 8  # answers; of fewer, a share says little
_FILLERS = (
    r"sure(?: thing)?|certainly|absolutely|definitely|of course|no problem|got it|understood|gladly|happy to help|"
    r"i(?:'d| would) be (?:happy|glad|delighted|pleased) to(?: help| assist)?|i(?:'m|"
    r" am) (?:happy|glad|here) to (?:help|assist)|"
    r"(?:that(?:'s| is) an? )?(?:great|good|excellent|interesting|fantastic|wonderful) question|"
    r"thank(?:s| you) for (?:your|the|asking)(?: question)?|as an? (?:ai|artificial intelligence|"
    r"language model|assistant)(?: language)?(?: model)?|"
    r"i(?:'m| am) (?:just )?an? (?:ai|language model)(?: language)?(?: model)?|here(?: is|'s|"
    r" are) (?:the|an?|your|some)|"
    r"natürlich|selbstverständlich|gerne|aber gern|klar|als (?:ki|sprachmodell)|bien s[uû]r|certainement|avec plaisir|"
    r"en tant qu['’]ia|claro|por supuesto|con gusto|como (?:un )?modelo de lenguaje|certo|certamente|com certeza|"
    r"конечно|当然(?:可以)?|好的|没问题|作为一个?(?:ai|人工智能)?(?:语言)?(?:模型|助手)|もちろん(?:です)?|물론(?:입니다|이죠)?"
)
_OPENING = rf"^[\s*_\"'“]*((?:{_FILLERS}))(?:[\s,.!:;，。！：、…—–-]|$)"


def filler_opening(answers: pl.DataFrame, least: float) -> dict[int, Mark]:
    """One mark at the first answer that opens with a filler, if at least a share of all answers does."""
    if len(answers) < _LEAST:
        return {}
    heads = answers["text"].str.slice(0, 60).str.to_lowercase().str.replace_all("’", "'", literal=True)
    openings = heads.str.extract(_OPENING, 1)
    share = 1 - openings.null_count() / len(answers)
    if share <= least:
        return {}
    filler, count = (
        openings.drop_nulls().value_counts(sort=True, name="n").sort("n", openings.name, descending=True).row(0)
    )
    first = openings.eq_missing(filler).arg_max()
    assert first is not None
    own = count / len(answers)
    text = f"opens with the filler `{filler}`, like {own:.0%} of the answers; {share:.0%} open with one or another"
    return {int(answers["row"][first]): Mark(text, None, share, least)}
