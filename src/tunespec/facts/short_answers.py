"""D003's fact ``too_short``: answers without words, answers that answer nothing, a word where a text was asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tunespec.facts.requests import TEXT_WORDS, wants_text, wants_verdict, wants_word
from tunespec.text import CJK

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from tunespec.facts.typical import Typical
    from tunespec.records import Records

SHORT = 30  # characters, as wide ones count: about four words
_WORDS = 4
_LOW = 60  # characters below which an answer among long ones may be too short
_USUAL = 60  # characters; where half of the answers are shorter, a word is the usual answer
_FACTOR = 8  # an eighth of the usual length: not merely a brief answer
_USED = 0.1  # of the answers; where more are this short, it is the dataset's way
_FEW = 2  # in a small set, one is a large share
_SMALL_TALK = 25  # characters of a prompt that asks nothing, which "OK" answers
_NOTHING = frozenset(
    (
        "n/a|n.a|n.a.|na|none|null|nil|nan|undefined|todo|tbd|tba|fixme|xxx|placeholder|empty|blank|no answer|"
        "no response|no output|no data|your answer here|insert answer here|answer here|answer"
    ).split("|")
)
_SIGNS = re.compile(r"[\s.…\-–—_*~!?,;:'\"/\\|#。，、！？\u200b\u200c\u200d\ufeff]*")
_ABOUT_SIGNS = re.compile(
    r"operator|symbol|punctuation|character|sign\b|delimiter|separator|emoticon|emoji|morse|regex|expression|mark\b|"
    r"符号|标点",
    re.IGNORECASE,
)
_CODE_VALUE = re.compile(
    r"\b(?:code|function|method|script|program|quer(?:y|ies)|print(?:s|ed)?|outputs?|console|values?|variables?|json|"
    r"return(?:s|ed)? (?:for|if|when|by|from)|sql|python|java|javascript|extract\w*)\b|\w\(",
    re.IGNORECASE,
)
_MISSING = re.compile(r"extract|if (?:there|none|no|not)|\bany\b|which|how (?:many|much)", re.IGNORECASE)
_ABOUT_WORDS = re.compile(  # "Thanks" translates "danke", and "OK" is an abbreviation
    r"translat|übersetz|tradu|翻译|\bdo(?:es)?\b[^.?!\n]*\bmean\b|\bmeaning of\b|"
    r"synonym|antonym|abbreviat|slang|greeting|"
    r"another word|(?:you|we|people) say|idiom|"
    r"how (?:do|does|would|can|should|is|are) (?:\w+ )?"
    r"(?:write|written|spell|spelled|spelt|say|call|called|abbreviated?|express)",
    re.IGNORECASE,
)
_EVASIONS = frozenset(
    (
        "ok|okay|okey|k|kk|okay then|ok then|idk|i dont know|i don't know|i do not know|dunno|i have no idea|"
        "no idea|not sure|i'm not sure|i am not sure|see above|see below|see docs|see documentation|"
        "see the docs|see link|as above|same as above|lol|hm|hmm|hmmm|uh|um|thx|thanks|thank you|asdf|"
        "lorem ipsum|whatever|etc|noted|will do|ditto|ask me later|no comment|google it|just google it|look it up|"
        "never mind|nevermind|meh|huh|search online|no clue|who knows|beats me|same|figure it out|"
        "不知道|我不知道|不清楚|好的|好|嗯|keine ahnung|"
        "weiß nicht|weiß ich nicht|ich weiß nicht|ich weiß es nicht|je ne sais pas|no sé|no lo sé|não sei|"
        "non lo so|わかりません|모르겠습니다"
    ).split("|")
)
_VERDICTS = frozenset(
    (
        "yes|no|yep|yup|yeah|nope|nah|sure|sure thing|maybe|perhaps|probably|of course|certainly|absolutely|"
        "definitely|it depends|that depends|depends|good question|great question|done|understood|got it|works|"
        "cool|nice|alright|no problem|fine"
    ).split("|")
)
# Several things are asked for, and one word is said.
_SEVERAL = re.compile(
    r"\b(?:list|give (?:me|us)|suggest|recommend) (?:\w+ )?(?:two|three|four|five|six|seven|eight|nine|ten|several|"
    r"some|(?:the|all) (?:\w+ )?\w+s|[2-9]|\d\d)\b|\bwhat can (?:i|we) do\b",
    re.IGNORECASE,
)
_ONE_WORD = re.compile(r"[^\W\d_]+[.!]?")
_CODE_ASKED = re.compile(
    r"\b(?:code|function|program|script|query|command|statement|variable|html|css|sql|regex|bash|"
    r"python|java)\b",
    re.IGNORECASE,
)
_CODE_LINE = re.compile(r"[(){}\[\];=<>$/\\|.+*^-]\S|^[a-z]+ \S+$")


_WIDE = re.compile(f"[{CJK}]")
Found = dict[tuple[int, int], tuple[str, int, int]]  # (row, turn) -> (what is wrong, size, limit)


class _Answer(NamedTuple):
    """A short answer. ``bare`` is folded, ``told`` all that the record says to the model, folded."""

    row: int
    turn: int
    size: int
    text: str
    bare: str
    prompt: str
    told: str
    after_tool: bool

    @property
    def is_told(self) -> bool:
        """Whether the answer stands in what the model was told, as words of their own."""
        if not re.search(r"\w", self.bare):
            return False
        if _WIDE.search(self.bare):
            return self.bare in self.told
        return re.search(rf"(?<![\w'])(?:{re.escape(self.bare)})(?![\w'])", self.told) is not None


def too_short(answers: pl.DataFrame, records: Records, typical: Typical | None) -> Found:
    """The answers that are too short.

    Args:
        answers: see ``taught_answers``.
        records: theirs.
        typical: the usual length of a text among them; without it, only answers without words are found.
    """
    low = _low(answers)
    found: Found = {}
    for one in _read(low.filter("wordless"), records):
        if _is_wordless(one):
            found[one.row, one.turn] = ("has no word in its answer", one.size, 1)
    if typical is None or typical.median < _USUAL:
        return found
    least = int(typical.median / _FACTOR)
    bare = low["bare"]
    usual = f"where half of the texts have {typical.median:,.0f} or more"
    curt = f"answers a request for a text with {{}} characters, {usual}"
    for candidates, holds, message in (
        (bare.is_in(list(_EVASIONS)), _is_evasive, "answers nothing: its {} characters fit any prompt"),
        (bare.is_in(list(_VERDICTS)), _is_verdict, "answers with {} characters what asks for more than yes or no"),
        (_curt(low, least, typical), _is_curt, curt),
        (
            low["size"] <= SHORT,
            _is_one_of_several,
            "answers with one word of {} characters what asks for several things",
        ),
    ):
        chosen = [one for one in _read(low.filter(candidates & ~low["after_tool"]), records) if holds(one)]
        if len(chosen) <= max(_FEW, _USED * len(answers)):
            for one in chosen:
                found.setdefault((one.row, one.turn), (message.format(one.size), one.size, least))
    return dict(sorted(found.items()))


def _low(answers: pl.DataFrame) -> pl.DataFrame:
    """The answers among which the short ones are, with their folded text and whether they may have no words."""
    import polars as pl

    edges = " \t\n\r.!?…\"'“”‘’*_`。！"
    low = answers.filter(pl.col("size") < _LOW).with_columns(
        bare=pl.col("text").str.to_lowercase().str.replace_all("’", "'", literal=True).str.strip_chars(edges)
    )
    letterless = ~pl.col("text").str.contains(r"[\p{L}\p{N}]")
    return low.with_columns(wordless=letterless | pl.col("bare").is_in(list(_NOTHING)))


def _curt(low: pl.DataFrame, least: int, typical: Typical) -> pl.Series:
    """Whether answers are of some words, or outliers, and their prompts may ask for a text."""
    import polars as pl

    brief = (pl.col("size") <= SHORT) & (pl.col("text").str.count_matches(r"\s+") < _WORDS)
    outlier = typical.is_below(pl.col("size"))
    texts = pl.col("prompt").fill_null("").str.to_lowercase().str.contains_any(list(TEXT_WORDS))
    return low.select(curt=(pl.col("size") <= least) & (brief | outlier) & texts)["curt"]


def _read(low: pl.DataFrame, records: Records) -> Iterator[_Answer]:
    for row, turn, size, text, bare, prompt, after in low.select(
        "row", "turn", "size", "text", "bare", "prompt", "after_tool"
    ).iter_rows():
        conversation = records.conversations[row]
        told = f"{conversation.system or '' if conversation else ''}\n{records.prompts[row]}".lower().replace("’", "'")
        yield _Answer(row, turn, size, text, bare, prompt or "", told, after)


def _is_wordless(one: _Answer) -> bool:
    if _SIGNS.fullmatch(one.text):
        return not _ABOUT_SIGNS.search(one.prompt)
    if one.bare not in _NOTHING or one.is_told:
        return False
    asked = one.prompt.split("\n\n")[0]
    if one.bare in {"null", "nil", "nan", "undefined", "none"} and _CODE_VALUE.search(asked) and not wants_text(asked):
        return False
    return not (one.bare in {"none", "n/a", "na"} and _MISSING.search(one.prompt))


def _is_evasive(one: _Answer) -> bool:
    asks = len(one.prompt) > _SMALL_TALK or re.search(r"[?？]", one.prompt) or wants_text(one.prompt)
    return bool(asks) and not one.is_told and not _ABOUT_WORDS.search(one.prompt)


def _is_verdict(one: _Answer) -> bool:
    return bool(one.prompt) and not wants_verdict(one.prompt) and not _ABOUT_WORDS.search(one.prompt)


def _is_one_of_several(one: _Answer) -> bool:
    named = _ONE_WORD.fullmatch(one.text) and _SEVERAL.search(one.prompt)
    return bool(named) and not wants_word(one.prompt) and not one.is_told and not _ABOUT_WORDS.search(one.prompt)


def _is_curt(one: _Answer) -> bool:
    value_of_code = _CODE_ASKED.search(one.prompt) and _CODE_LINE.search(one.text)
    return wants_text(one.prompt) and not value_of_code and not one.is_told and not _ABOUT_WORDS.search(one.prompt)
