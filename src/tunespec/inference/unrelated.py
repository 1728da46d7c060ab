"""Answers that have not one word of their question in them, among those that must."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tunespec.identify import languages_of
from tunespec.inference.answered import Answered
from tunespec.inference.source import AnswerSource
from tunespec.languages import FUNCTION_WORDS, TRANSLATES, same_language
from tunespec.templates.rows import Rows
from tunespec.text import UNSPACED

_FACT = ("unrelated_answer",)
# Measured on 13,098 pairs of public datasets: 14 are named, and 86 % of what is judged of the same pairs shuffled.
_LEAST = 25  # words of an answer: a shorter one may be a value, a name, a refusal
_TELLING = 3  # words of a question that say what it is about
_STEM = 4  # letters that inflected forms share
_USUAL, _FEW = 0.03, 3  # share of all answers, and count, above which a word says nothing about this one
_STOP = frozenset().union(*FUNCTION_WORDS.values())
_WORD = re.compile(r"[^\W_]+")
_CODE = re.compile(
    r"```|^\s*(?:def|import|from|class|function|var|let|const|#include|public|SELECT|<\w+)\b|[{};]\s*$|</\w+>",
    re.MULTILINE,
)
# What is invented has no word of its order in it: "Suggest some games", "Imagine you are Dumbledore".
_INVENTS = re.compile(
    r"\b(?:writ|imagin|pretend|suggest|list|creat|come up|recommend|invent|compos|make|choose|design|plan|generat|role|"
    r"stor(?:y|ies)|poem|act as|you are|brainstorm|predict|give|name|describ|output|repeat)\w*",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"^\W*(?:i['’]?m |i am )?(?:sorry|unfortunately|as an? (?:ai|language)|i (?:can['’]?t|cannot|don['’]?t|do not)|"
    r"it (?:seems|looks|appears)|(?:could|can) you)",
    re.IGNORECASE,
)


def unrelated_facts(source: AnswerSource, rows: Rows) -> None:
    """``unrelated_answer``, for each prose answer that is long enough to have something of its question in it."""
    texts = [(_asked(answered), answered.reply.text) for answered in source.answered]
    stems = [(_stems(asked), _stems(answer)) for asked, answer in texts]
    spread = Counter(stem for _, said in stems for stem in said)
    most = max(_FEW, _USUAL * len(texts))
    suspects: list[int] = []
    for row, ((asked, answer), (wanted, said)) in enumerate(zip(texts, stems, strict=True)):
        telling = {stem for stem in wanted if spread[stem] <= most}
        if len(telling) < _TELLING or not _is_judged(asked, answer) or source.answered[row].runaway:
            continue
        rows.examine(*_FACT)
        if not telling & said:
            suspects.append(row)
    for row in _in_one_language(suspects, texts):
        rows.mark(_FACT[0], row, "no telling word of the question stands in the answer")
    rows.skip(_FACT, "no answer is prose of at least 25 words, to a question that asks for nothing invented")


def _asked(answered: Answered) -> str:
    """Whatever the answer may take its words from: all turns."""
    return "\n".join(str(message["content"]) for message in answered.messages)


def _is_judged(asked: str, answer: str) -> bool:
    if len(_WORD.findall(answer)) < _LEAST or UNSPACED.search(asked) or UNSPACED.search(answer):
        return False
    changes = TRANSLATES.search(asked) or _INVENTS.search(asked)
    return not (changes or _CODE.search(answer) or _REFUSES.search(answer))


def _stems(text: str) -> frozenset[str]:
    """The beginnings of the words that say something, in any language that puts blanks between them."""
    words = (word for word in _WORD.findall(text.casefold()) if word not in _STOP)
    return frozenset(word[:_STEM] for word in words if len(word) > 2 or word.isdigit())


def _in_one_language(suspects: Sequence[int], texts: Sequence[tuple[str, str]]) -> list[int]:
    """Those whose answer is in the question's language: another one shares no words by nature."""
    import polars as pl

    asked, said = (languages_of(pl.Series([texts[row][part] for row in suspects], dtype=pl.String)) for part in (0, 1))
    return [
        row
        for row, one, other in zip(suspects, asked, said, strict=True)
        if one and other and same_language(one, other)
    ]
