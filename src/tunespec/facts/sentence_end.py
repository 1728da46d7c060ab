"""How a text ends: with a finished sentence, with something that needs none, or in the middle of one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# A text's last sign, if it leaves a sentence open: a letter of a script whose sentences end with a sign (Thai's and
# Lao's do not), a comma, a dash, an opening bracket, a colon. Digits, symbols and closing signs finish tables,
# formulas, links and lists.
UNFINISHED = r"[\p{L}\p{M},:\-–—(\[{«“‘&，、；：（「『،؛]$"
_SCRIPTS = {
    "han": r"[\p{Han}\p{Hiragana}\p{Katakana}，、；：。！？（「『」』）]",
    "hangul": r"\p{Hangul}",
    "arabic": r"[\p{Arabic}،؛؟۔]",
    "indic": r"[\p{Devanagari}\p{Bengali}\p{Gujarati}\p{Gurmukhi}\p{Tamil}\p{Telugu}।॥]",
    "cyrillic": r"\p{Cyrillic}",
    "greek": r"\p{Greek}",
    "hebrew": r"\p{Hebrew}",
    "latin": r"\p{Latin}",
}
_STOP = r"[.!?…。！？．؟۔।॥]"
_CLOSERS = r"[\"'”’»)\]」』）*_`]*"
_STOPPED = re.compile(rf"{_STOP}{_CLOSERS}(?=\s|$)|[。！？]")
_LIST = re.compile(r"^\s*(?:[-*+•–—·▪‣○●✓✔]|\(?\d{1,3}[.):、]|\(?[a-zA-Z][.)]|#{1,6}\s|\||>)\s*")
_INLINE = re.compile(r"(?:^|\s)(?:-\s|\(?\d{1,2}[.)、](?!\d))")
# What announces something that must follow; a colon after other words asks the user ("Your choice:").
_ANNOUNCED = re.compile(
    r"(?i)\b(?:following|follows|below|these|here|steps?|examples?|such as|includ\w+|are|is|folgende\w*|suivant\w*|"
    r"siguientes?|ejemplos?|Beispiele?)\b|如下|以下|例如|下列|包括"
)
_LABEL = re.compile(r"^[\w *'’-]{1,40}[:：]")
_CODE = re.compile(r"[{}<>=|\\^~]|\w\(|::|//|_\w+_|\w_\w|[#＃]\w|@\w|\$|https?:|www\.")
_TITLED = re.compile(r"\b[A-ZÀ-Þ]\w*")
_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[一-鿿぀-ヿ]")
# A sentence cannot end with one of these: articles, conjunctions, prepositions that need their noun.
_DANGLING = frozenset(
    "the a an and or of to with for from by because but which while its their our your my these those whose than into "
    "der die das ein eine einen und oder von mit für weil dass "
    "le la les un une des et ou de du avec pour que parce dans "
    "el los las una y o con para porque del".split()
)
# How a letter closes, or who said it, at the start of what follows the last sentence.
_CLOSINGS = re.compile(
    r"(?i)\W*(?:(?:with|many|best|kind|warm|warmest|all|yours|much|most|the|mit|freundlichen|viele|liebe)\s+)*"
    r"(?:regards|sincerely|cheers|love|yours|best|wishes|thanks|thank you|respectfully|cordially|truly|faithfully|"
    r"affectionately|grüßen|grüße|cordialement|saludos|atentamente|gracias|signed|written by|author|source|copyright|"
    r"end|祝福|最好的祝福|此致|敬礼|祝好|敬上|谢谢|敬具)(?:\b|，)"
)
_SHORTENED = re.compile(r"\b(Dr|Mr|Mrs|Ms|Prof|St|Jr|[A-Z])\.")  # their dots end no sentence
_SIGNED = re.compile(r"(?:^|[.!?]\s+)(?:With|Your|Yours|Kind|Warm|Until)\b[^.!?]{0,60},[^.!?,]{0,40}$")
_ATTRIBUTED = re.compile(r"[\"'”’»」*_.!?]\s*(?:[-–—~]|by)\s*[\w .'’-]{2,40}$")  # "Stay hungry." - Steve Jobs
_UNIT = re.compile(r"\d[ \u00a0]?[^\W\d_]{1,3}$|\b[A-Z]$")  # 42 km, "the answer is A"
_LEAST_WORDS = 8  # of a last line that can be called a sentence; titles, names and labels are shorter
_LEAST_HAN = 14  # characters of the same in Chinese and Japanese
_DANGLING_WORDS, _DANGLING_HAN = 3, 6  # the same where the last sign or word calls for more
_MOST_LINES = 0.75  # of the lines before the last one finish: a paragraph, not a poem
_LISTED_WORDS = 2  # the same of a list whose other items all finish
_TITLE = 0.6  # of the words are capitalised: a title or a list of names
_HOW = {
    **dict.fromkeys(",，、،", "after a comma"),
    **dict.fromkeys(";；؛", "after a semicolon"),
    **dict.fromkeys(":：", "with a colon and nothing after it"),
}


def script_of(text: pl.Expr) -> pl.Expr:
    """The script of a text's last letters, as a name; empty for one whose sentences need no sign at their end."""
    import polars as pl

    last = text.str.tail(40)
    found = pl.lit("")
    for name, pattern in reversed(_SCRIPTS.items()):
        found = pl.when(last.str.contains(pattern)).then(pl.lit(name)).otherwise(found)
    return found


def breaks_off(tail: str) -> str | None:
    """How a text breaks off (``after a comma``), or None if it may well end as it does.

    Args:
        tail: the text's end, without blanks after it, whose last sign leaves a sentence open.
    """
    *before, line = re.split(r"\n\s*\n", tail)[-1].split("\n")
    listed = _LIST.match(line) is not None or len(_INLINE.findall(line)) > 1
    bare = _LIST.sub("", line)
    words = _WORD.findall(bare)
    if not words or _needs_no_end(before, line, bare) or (before and not _others_finish(before, listed)):
        return None
    last = bare[-1]
    if (listed and (not before or last in ":：")) or (last in ":：" and not _ANNOUNCED.search(bare[-80:])):
        return None
    dangling = last in ",，、;；:：" or words[-1].lower() in _DANGLING
    least = _LISTED_WORDS if listed else _DANGLING_WORDS if dangling else _LEAST_WORDS
    if not _is_sentence(bare, words, least):
        return None
    return _HOW.get(last) or ("without finishing its sentence" if last.isalnum() or last == "'" else f"after `{last}`")


def _needs_no_end(before: list[str], line: str, bare: str) -> bool:
    """Whether the last line is code, a letter's close, or names who said it."""
    close = _STOPPED.split(_SHORTENED.sub(r"\1", " ".join([*before[-1:], line])))[-1]
    return any(
        (
            _CODE.search(bare),
            _CLOSINGS.match(close),
            _SIGNED.search(line),
            _UNIT.search(line),
            _ATTRIBUTED.search(line),
        )
    )


def _others_finish(before: list[str], listed: bool) -> bool:
    """Whether the lines before the last one finish: verses, addresses and short list items do not."""
    others = [line for line in before if line.strip() and (_LIST.match(line) or not listed)]
    stopped = sum(_STOPPED.search(line.rstrip()[-4:]) is not None for line in others)
    return bool(others) and stopped >= (1 if listed else _MOST_LINES) * len(others)


def _is_sentence(line: str, words: list[str], least: int) -> bool:
    """Whether a line is running prose: after a finished sentence, or long enough, and not set like a title."""
    opened = _STOPPED.search(line) is not None
    if han := len(_HAN.findall(line)):
        return opened or han >= (_LEAST_HAN if least > _DANGLING_WORDS else _DANGLING_HAN)
    titled = len(_TITLED.findall(line)) > _TITLE * len(words) and least != _LISTED_WORDS  # beside items that finish
    if titled or (_LABEL.match(line) and not opened and line[-1] not in ":："):
        return False
    return opened or len(words) >= least
