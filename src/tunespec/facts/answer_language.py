"""D009's ``answer_language``: an answer in another language than its prompt, with nothing that asks for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tunespec.facts import Fact
from tunespec.facts.language_change import Pair, changed_language
from tunespec.findings import Mark
from tunespec.identify import HEAD, SCRIPTS, by_words, confirmed, guessed, languages_of
from tunespec.languages import FUNCTION_WORDS, TRANSLATES, name_of, names_language, same_language
from tunespec.passages import Passages, turn_note
from tunespec.records import Records

if TYPE_CHECKING:
    import polars as pl

_MOST_GUESSED = 2_000  # texts for the model alone (0.2 ms each); more means a language that no list knows
_LEAST_WORDS = 6  # of an answer that the model alone shall judge
_FEW_WORDS = 0.15  # share of an open text's words that may be function words of the other side's language
_ALONE, _SUPPORTED = 0.8, 0.5  # the model's confidence, without and with function words on its side
_LATIN_RUN = re.compile(r"(?<![A-Za-z])(?:[A-Za-z][A-Za-z'’-]{0,40}+[ ,;:]++){3}[A-Za-z]")
_SEGMENT = re.compile(r"[\n\"“”„«»`]|: |(?<=[.!?]) |(?<=[。！？])")
_HAN, _KANA = re.compile(r"[\u4e00-\u9fff]{2}"), re.compile(r"[\u3041-\u30ff]")
_ENGLISH = r"(?i)\b(?:the|and|of|is|to|with|for|are|it|you|how|what|who|when|where|why|from)\b"
_LATIN_PROMPT = r"^[\p{Latin}\p{P}\p{N}\s]+$"
_ANY_ENGLISH = r"(?i)\b(?:of|for|to|and|is|are|my|me|list|give|name|compare|suggest|tell|make|create)\b"
_QUESTION = (
    r"(?i)\b(?:what|who|when|where|why|how|which|the|with|does|explain|describe|write|solve|calculate|compute|"
    r"convert|simplify|summari[sz]e|shorten)\b"
)
_PROSE = r"^[\p{L}\p{M}\p{N}\s.,;:!?'’\"“”„«»()%/…–-]+$"


def answer_language_fact(records: Records, passages: Passages, spoken: pl.DataFrame) -> Fact:
    """Answers whose language is surely another one than their prompt's.

    Args:
        records: for the rest of the conversation, where the cause may stand.
        passages: for how many records were looked at.
        spoken: prompts and answers with their ``language``, in file order.
    """
    marks: dict[int, Mark] = {}
    for pair in _differing(spoken):
        if pair.row in marks or same_language(pair.asked, pair.answered) or _has_cause(records, pair):
            continue
        if _is_certain(pair):
            said = f"is asked in {name_of(pair.asked)} and answered in {name_of(pair.answered)}"
            marks[pair.row] = Mark(said + turn_note(records, pair.row, pair.turn))
    for pair in changed_language(spoken):
        if pair.row not in marks and not _has_cause(records, pair):
            said = f"begins in {name_of(pair.asked)} and ends in {name_of(pair.answered)}"
            marks[pair.row] = Mark(said + turn_note(records, pair.row, pair.turn))
    examined = passages.records_with("answer")
    return Fact("answer_language", marks, examined, None if examined else "no record has an answer of its own")


def _differing(spoken: pl.DataFrame) -> list[Pair]:
    """Each answer with the prompt before it, where both languages are known and not the same."""
    import polars as pl

    is_prompt = pl.col("role") == "prompt"
    before = [
        pl.when(is_prompt).then(pl.col(column)).forward_fill().over("row").alias(name)
        for column, name in (("language", "asked"), ("prose", "prompt"))
    ]
    pairs = (
        spoken.with_columns(pl.col("language").fill_null("?")).with_columns(before).filter(pl.col("role") == "answer")
    )
    pairs = pairs.filter(pl.col("asked").is_not_null() & (pl.col("asked") != "") & (pl.col("language") != ""))
    known = pairs.filter(
        (pl.col("asked") != pl.col("language")) & (pl.col("asked") != "?") & (pl.col("language") != "?")
    )
    columns = ("row", "turn", "asked", "language", "prompt", "prose")
    found = [Pair(*row) for row in known.select(columns).iter_rows()]
    modes = spoken["language"].drop_nulls().mode().sort()
    usual = modes[0] if len(modes) else ""
    found += [
        Pair(*row)._replace(asked="en", is_short=True)
        for row in _short_questions(pairs, usual).select(columns).iter_rows()
    ]
    half = pairs.filter((pl.col("asked") == "?") ^ (pl.col("language") == "?"))
    return found + _guessed([Pair(*row) for row in _open(half, usual).select(columns).iter_rows()])


def _short_questions(pairs: pl.DataFrame, usual: str) -> pl.DataFrame:
    """Pairs of a question too short to tell its language, but with a word of English, and an answer in another one.

    A language in Latin script counts where English is usual: there the short question is English like the others.
    """
    import polars as pl

    prompt, answered = pl.col("prompt"), pl.col("language")
    asks = prompt.str.contains(_QUESTION)
    elsewhere = answered.is_in(list(SCRIPTS)) & (asks | prompt.str.contains(_ANY_ENGLISH))
    other = asks & pl.lit(usual == "en") & ~answered.is_in(["en", "?"])
    return pairs.filter((pl.col("asked") == "?") & prompt.str.contains(_LATIN_PROMPT) & (elsewhere | other))


def _open(half: pl.DataFrame, usual: str) -> pl.DataFrame:
    """Pairs with a text in Latin script that may well be in another language than its other side."""
    import polars as pl

    known = pl.when(pl.col("asked") == "?").then(pl.col("language")).otherwise(pl.col("asked"))
    text = pl.when(pl.col("asked") == "?").then(pl.col("prompt")).otherwise(pl.col("prose")).str.slice(0, HEAD)
    prose = text.str.contains(_PROSE) & (text.str.count_matches(r"\p{L}{2,}") >= _LEAST_WORDS)
    # Most open texts are the usual language without its words: only a strange other side makes them worth a look.
    english = text.str.contains(_ENGLISH)
    return half.filter(prose & ((known != usual) | ~english)).head(_MOST_GUESSED)


def _guessed(pairs: list[Pair]) -> list[Pair]:
    """The pairs whose open side the model alone can tell, and tells with certainty."""
    found = []
    for pair in pairs:
        open_text, known = (pair.prompt, pair.answered) if pair.asked == "?" else (pair.answer, pair.asked)
        words = re.findall(r"\w+", open_text[:HEAD].lower())
        guess, confidence = guessed(open_text)
        theirs = FUNCTION_WORDS.get(guess, frozenset())
        strange = sum(word in FUNCTION_WORDS.get(known, frozenset()) - theirs for word in words)
        own = len(theirs.intersection(words))
        sure = confidence >= (_SUPPORTED if own >= 2 and own > strange else _ALONE)
        if strange <= _FEW_WORDS * len(words) and sure and not same_language(guess, known):
            found.append(pair._replace(asked=guess) if pair.asked == "?" else pair._replace(answered=guess))
    return found


def _has_cause(records: Records, pair: Pair) -> bool:
    """Whether something that was said before asks for the answer's language, shows it, or translates."""
    conversation = records.conversations[pair.row]
    if conversation is None:
        return True
    if conversation.shape == "text":
        before = [records.prompts[pair.row]]
    else:
        before = [turn.text for turn in conversation.turns[: max(0, pair.turn)] if turn.role in {"user", "tool"}]
    asked, system = "\n".join(before), conversation.system or ""
    said = f"{asked}\n{system}"
    head = pair.answer[:HEAD]
    if TRANSLATES.search(said) or names_language(said, pair.answered) or names_language(head, pair.asked):
        return True
    if pair.answered in SCRIPTS and names_language("".join(filter(str.isascii, head)), pair.answered):
        return True  # 'In Persian it is "..."'
    # System prompts are in English everywhere, and ask for nothing by it.
    return shows(asked, pair.answered) or (pair.answered != "en" and shows(system, pair.answered))


def shows(text: str, language: str) -> bool:
    """Whether a text holds a piece in a language: a quotation, a passage to work on, an earlier turn."""
    if language == "zh":  # ideographs beside kana are Japanese
        return any(_HAN.search(part) and not _KANA.search(part) for part in _SEGMENT.split(text))
    if language in SCRIPTS:
        import polars as pl

        return bool(pl.Series([text]).str.contains(rf"{SCRIPTS[language][0]}{{2}}")[0])
    if language == "en" and _LATIN_RUN.search(text) and any(ord(sign) > 0x2E7F for sign in text):
        return True  # English words in a Chinese, Japanese or Korean prompt
    return any(by_words(part) == language for part in _SEGMENT.split(text) if len(part) > 10)


def _is_certain(pair: Pair) -> bool:
    """Whether the model agrees on both sides, and the answer ends as it begins."""
    if pair.is_short:
        return confirmed(pair.answer, pair.answered)
    if not confirmed(pair.prompt, pair.asked) or not confirmed(pair.answer, pair.answered):
        return False
    if len(pair.answer) <= HEAD:
        return True
    import polars as pl

    (ending,) = languages_of(pl.Series([pair.answer[-HEAD:]]))
    return ending is None or same_language(ending, pair.answered)
