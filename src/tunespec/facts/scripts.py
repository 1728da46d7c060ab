"""D009's ``script_mixture``: letters of another script inside a word, words of another script inside prose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from tunespec.facts import Fact
from tunespec.findings import Mark
from tunespec.languages import FUNCTION_WORDS, TRANSLATES
from tunespec.passages import Passages, turn_note, without_rejected
from tunespec.records import Records

# Letters that look like Latin ones (Unicode TR39, confusables.txt), and the Latin ones that look like them.
_CYRILLIC, _GREEK = "аеорсухіјѕһԁԛԝӏүвгкмнтпиАВЕКМНОРСТХУІЈЅ", "οναιρτυκΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
_LATIN = "aceopxyijsABEKMHOPCTXYIJSk"
_GATE = r"[\p{Cyrillic}\p{Greek}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Arabic}\p{Hebrew}\p{Thai}\p{Devanagari}]"
_TOUCH = re.compile(r"[A-Za-z][\u0370-\u0529]|[\u0370-\u0529][A-Za-z]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ASCII = str.maketrans(
    "аеорсухіјѕһԁԛԝАВЕКМНОРСТХУІЈЅονιρτυκΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxijshdqwABEKMHOPCTXYIJSovipTukABEZHIKMNOPTYX"
)
_MOST_STRANGE = 0.5  # of a word's letters; more only in one that is a common word without them
_FOREIGN = re.compile(
    r"[\u0400-\u04ff]{3,}|[\u0600-\u06ff]{2,}|[\u0590-\u05ff]{2,}|[\u0e00-\u0e7f]{2,}|[\u0900-\u097f]{2,}|"
    r"[\u3041-\u30ff\u3400-\u9fff]+|[\uac00-\ud7af]+"
)
# A name with its gloss, a quotation, a term that is spoken about: marks on both sides, a gloss that follows, a sign
# between the two, or a word before it.
_OPENS = "([{（「『《【〈\"“”„«‘'`*_<"
_CLOSES = ")]}）」』》】〉\"“”»’'`*_>"
_BETWEEN = ":：/|=、→–—"
_GLOSS = "(（[=:：–—→/"
_MENTIONS = re.compile(
    r"\b(?:called|named|means|meaning|word|words|term|phrase|character|characters|script|letter|letters|spelled|"
    r"spelt|written|"
    r"says?|said|pronounced|known as|name|title|titled|i\.e\.|translates?|original|transliterat\w*|kanji|hanzi|"
    r"kana)\W*$",
    re.IGNORECASE,
)
# Subjects that explain a script, and those that explain any. Cities do not: texts name them in passing.
_SUBJECTS = {
    "han": r"chin(?:a|ese)|mandarin|cantonese|taiwan\w*|japan(?:ese)?|kanji|manga|anime|confuci\w*|tao(?:ism|ist)?|"
    r"zen|korean?",
    "hangul": r"korea(?:n|ns)?|k-?pop|kimchi",
    "cyrillic": r"russia(?:n|ns)?|soviet|ukrain\w*|bulgaria\w*|serbia\w*|belarus\w*|kazakh\w*|mongol\w*",
    "arabic": r"arab(?:ic|s|ia\w*)?|islam\w*|muslim|quran|persian?|iran\w*|urdu|pakistan\w*|egypt\w*",
    "hebrew": r"hebrew|jew(?:ish|s)?|israel\w*|torah|bible",
    "thai": r"thai(?:land)?",
    "devanagari": r"hindi|indian?|sanskrit|hindu\w*|nepal\w*|yoga|buddh\w*",
}
_GENERAL = r"unicode|utf-?8|homoglyphs?|etymolog\w*|languages|linguist\w*|multilingual|locali[sz]ation|i18n"
_ABOUT = {
    script: re.compile(rf"\b(?:{subjects}|{_GENERAL})\b", re.IGNORECASE) for script, subjects in _SUBJECTS.items()
}
_FAMILY = {"CJK": "han", "HIRAGANA": "han", "KATAKANA": "han"}
_QUOTED = 60  # characters within which a mark has its partner
_GOES_ON = re.compile(r"[a-z]+ [a-z]")
_MOST_RUNS = 12  # foreign runs of an answer; more is a passage in another language, which answer_language judges
_LEAST_LATIN = 20


def script_fact(records: Records, passages: Passages, told: Collection[int]) -> Fact:
    """Answers with a word of two scripts, or a stray word of another script; the first of each record.

    Args:
        records: for the prompts, where the cause may stand.
        passages: the answers.
        told: rows that are already said to be in another language.
    """
    import polars as pl

    answers = without_rejected(records, passages.of("answer"))
    marks: dict[int, Mark] = {}
    suspects = answers.filter(pl.col("prose").str.contains(_GATE)).select("row", "turn", "prose")
    for row, turn, prose in suspects.iter_rows():
        if row in marks or row in told:
            continue
        said = mixed_word(prose) or _stray(records, row, prose)
        if said:
            marks[row] = Mark(said + turn_note(records, row, turn))
    examined = passages.records_with("answer")
    return Fact("script_mixture", marks, examined, None if examined else "no record has an answer of its own")


def mixed_word(text: str) -> str | None:
    """Whether a word of one script holds letters of another one that look alike, as a sentence."""
    if not _TOUCH.search(text):
        return None
    for word in _WORD.findall(text):
        if word.isascii() or not _TOUCH.search(word):
            continue
        scripts = [_script(letter) for letter in word]
        for own, other, alike in (
            ("LATIN", "CYRILLIC", _CYRILLIC),
            ("LATIN", "GREEK", _GREEK),
            ("CYRILLIC", "LATIN", _LATIN),
            ("GREEK", "LATIN", _LATIN),
        ):
            strange = [letter for letter, script in zip(word, scripts, strict=True) if script == other]
            if not strange or set(scripts) != {own, other}:
                continue
            if len(strange) >= _MOST_STRANGE * len(word) and not (own == "LATIN" and _is_common(word)):
                continue
            if all(letter in alike for letter in strange) and _is_prose(word, scripts, own, text):
                points = ", ".join(sorted({f"U+{ord(letter):04X}" for letter in strange}))
                return f"has {other.title()} letters ({points}) inside a {own.title()} word"
    return None


def _is_common(word: str) -> bool:
    """Whether a word without its strange letters is one that no text does without (``оf``, ``Тhе``)."""
    return word.translate(_ASCII).lower() in FUNCTION_WORDS["en"]


def _is_prose(word: str, scripts: list[str], own: str, text: str) -> bool:
    """Whether the word is one of the text's own, not a formula (``ΔTο``) or an inflected acronym (``PDFа``)."""
    if own == "LATIN":
        head = [letter for letter, script in zip(word, scripts, strict=True) if script == own]
        if sum(map(str.isupper, head)) > 1 and not word.isupper():
            return False
        return sum(letter.isascii() for letter in text if letter.isalpha()) * 2 > sum(map(str.isalpha, text))
    return sum(_script(letter) == own for letter in text[:400] if letter.isalpha()) * 2 > sum(
        map(str.isalpha, text[:400])
    )


def _script(letter: str) -> str:
    if letter.isascii():
        return "LATIN"
    return unicodedata.name(letter, "?").partition(" ")[0]


def _stray(records: Records, row: int, text: str) -> str | None:
    """Whether prose holds words of another script with no mark around them and no cause before them."""
    runs = list(_FOREIGN.finditer(text))
    letters = sum(map(str.isalpha, text))
    foreign = sum(len(run[0]) for run in runs)
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    if not runs or len(runs) > _MOST_RUNS or latin < _LEAST_LATIN or foreign > 0.4 * letters:
        return None
    conversation = records.conversations[row]
    if conversation is None:
        return None
    before = f"{conversation.system or ''}\n{records.prompts[row]}"
    if _FOREIGN.search(before) or TRANSLATES.search(before):
        return None
    for run in runs:
        script = _script(run[0][0])
        about = _ABOUT.get(_FAMILY.get(script, script.lower()))
        if about and not about.search(before) and not about.search(text) and not _is_marked(text, run):
            return f"has words in {_name(run[0])} inside prose in Latin script, with no gloss and no quotation marks"
    return None


def _is_marked(text: str, run: re.Match[str]) -> bool:
    before, after = text[: run.start()].rstrip(), text[run.end() :].lstrip()
    if not before or not after:  # begins or ends with it: a greeting, a signature
        return not before or not before[-1].isalnum()
    if after[0] in _GLOSS or _MENTIONS.search(before[-40:]):
        return True
    if before[-1] in _OPENS or (before[-1] in _BETWEEN and not _GOES_ON.match(after)):
        return before[-1] in _BETWEEN or any(sign in after[:_QUOTED] for sign in _CLOSES)
    if after[0] in _CLOSES and any(sign in before[-_QUOTED:] for sign in _OPENS):
        return True
    ends = text.find("\n", run.end())
    line = text[text.rfind("\n", 0, run.start()) + 1 : ends if ends >= 0 else len(text)]
    return sum(letter.isascii() and letter.isalpha() for letter in line) < 8


def _name(run: str) -> str:
    script = _script(run[0])
    return {"CJK": "Chinese or Japanese", "HANGUL": "Korean", "HIRAGANA": "Japanese", "KATAKANA": "Japanese"}.get(
        script, script.title()
    ) + " script"
