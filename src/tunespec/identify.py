"""Which language a text is in: by its script and its function words, cheaply, and by a model where that matters."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from tunespec.languages import FUNCTION_WORDS, same_language

if TYPE_CHECKING:
    import polars as pl

HEAD = 400  # characters of a text that are looked at
_LEAST_LETTERS = 20  # below, no method tells languages apart (py3langid's authors: "unreliable on very short texts")
_CONFIDENCE = 0.5  # of the model, on top of the words' own verdict
# A script that belongs to one language, or to a few that count as one here. An ideograph or syllable says as much as
# two to three Latin letters.
SCRIPTS: Mapping[str, tuple[str, float]] = {
    "ja": (r"[\p{Hiragana}\p{Katakana}]", 2.5),
    "zh": (r"\p{Han}", 2.5),
    "ko": (r"\p{Hangul}", 2.5),
    "ru": (r"\p{Cyrillic}", 1.0),
    "el": (r"\p{Greek}", 1.0),
    "ar": (r"\p{Arabic}", 1.0),
    "he": (r"\p{Hebrew}", 1.0),
    "hi": (r"\p{Devanagari}", 1.0),
    "th": (r"\p{Thai}", 1.0),
}
_SHARE = 0.6  # of the letters that the leading script needs
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_WEIGHTS: dict[str, list[tuple[str, float]]] = defaultdict(list)
for _language, _words in FUNCTION_WORDS.items():
    for _word in _words:
        _WEIGHTS[_word].append((_language, 1.0 / sum(_word in other for other in FUNCTION_WORDS.values())))


def languages_of(texts: pl.Series) -> list[str | None]:
    """The language of each text, None where it is open: too short, code, names, a mixture, an unknown language."""
    import polars as pl

    heads = pl.DataFrame({"text": texts.str.slice(0, HEAD)}).with_row_index()
    found: list[str | None] = [None] * len(heads)
    wide = heads.filter(pl.col("text").str.len_bytes() > pl.col("text").str.len_chars())
    by_script = _by_script(wide)
    for index, language in by_script.items():
        found[index] = language
    latin = heads.filter(~pl.col("index").is_in(list(by_script))) if by_script else heads
    for index, language in _by_words(latin).items():
        found[index] = language
    return found


def _by_script(wide: pl.DataFrame) -> dict[int, str]:
    """Index -> language of the texts whose letters are mostly of another script than Latin."""
    import polars as pl

    if wide.is_empty():
        return {}
    text = pl.col("text")
    counted = wide.select(
        "index",
        text.str.count_matches(r"\p{Latin}").alias("latin"),
        *((text.str.count_matches(pattern) * weight).alias(code) for code, (pattern, weight) in SCRIPTS.items()),
    )
    found = {}
    for row in counted.iter_rows(named=True):
        index, latin = row.pop("index"), row.pop("latin")
        total = latin + sum(row.values())
        if row["ja"] and row["ja"] + row["zh"] >= _SHARE * total and row["ja"] >= 0.1 * (row["ja"] + row["zh"]):
            row["ja"], row["zh"] = row["ja"] + row["zh"], 0.0
        code, letters = max(row.items(), key=lambda item: item[1])
        if letters >= _SHARE * total and letters >= 5:
            found[index] = code
        elif total and latin < _SHARE * total:
            found[index] = ""  # a mixture of scripts is no language
    for index in wide.filter(text.str.contains(_ENGLISH_QUESTION))["index"]:
        if found.get(index, "") not in {"", "ja"}:
            found[index] = ""  # "Who is Лев Толстой?" is asked in English
    return found


_ENGLISH_QUESTION = r"^(?:Who|What|When|Where|Why|How|Which|Is|Are|Explain|Describe|Translate|Tell)\s+[A-Za-z]+\b"
_ENGLISH = r"(?-u:\b)(?i:the|and|of|is|to|that|with|for|are|it|you|how|what|from|be|this)(?-u:\b)"
_SAMPLE, _HOPELESS = 2_000, 0.02  # texts looked at first; share of decided ones below which words tell nothing


def _by_words(latin: pl.DataFrame) -> dict[int, str]:
    """Index -> language by function words. English is told by one expression; what it leaves open, word by word."""
    import polars as pl

    text = pl.col("text")
    english = latin.filter(
        text.str.contains(r"(?-u:\b)(?i:the|and|with|you|this|are|what|how)(?-u:\b)")
        & (text.str.count_matches(_ENGLISH) >= pl.max_horizontal(3, text.str.count_matches(" ") * 0.12))
    )
    found = dict.fromkeys(english["index"].to_list(), "en")
    rest = latin.filter(~pl.col("index").is_in(english["index"].implode())).filter(
        text.str.len_bytes() >= _LEAST_LETTERS
    )
    if rest.height > 4 * _SAMPLE:  # random letters, or a language of no list: nothing would be found at some cost
        sample = rest.sample(_SAMPLE, seed=0)["text"].to_list()
        if sum(by_words(one) is not None for one in sample) < _HOPELESS * _SAMPLE:
            return found
    for index, one in rest.iter_rows():
        if (language := by_words(one)) is not None:
            found[index] = language
    return found


def by_words(text: str) -> str | None:
    """The language of a text in Latin script by its function words, None if they say too little."""
    words = _WORD.findall(text.lower())
    if sum(map(len, words)) < _LEAST_LETTERS:
        return None
    scores: dict[str, float] = defaultdict(float)
    distinct: dict[str, set[str]] = defaultdict(set)
    for word in words:
        for language, weight in _WEIGHTS.get(word, ()):
            scores[language] += weight
            distinct[language].add(word)
    if not scores:
        return None
    best = max(scores, key=lambda language: scores[language])
    others = max((s for language, s in scores.items() if not same_language(language, best)), default=0.0)
    if len(distinct[best]) < 2 or scores[best] < max(1.2, 0.08 * len(words)) or scores[best] < 1.6 * others:
        return None
    return best


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def confirmed(text: str, language: str) -> bool:
    """Whether the model agrees that a text in Latin script is in a language."""
    if language in SCRIPTS:
        return True
    guess, confidence = guessed(text)
    return same_language(guess, language) and confidence >= _CONFIDENCE


def guessed(text: str) -> tuple[str, float]:
    """The language of a text by the model, and its confidence between 0 and 1."""
    guess, confidence = _model().classify(text[:HEAD])
    return str(guess), float(confidence)
