"""D007's facts about prompts: several questions at once, choices that are not there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tunespec.facts import Fact
from tunespec.facts.exchanges import has_choices_beside, has_media
from tunespec.findings import Mark
from tunespec.passages import Passages
from tunespec.records import Records

if TYPE_CHECKING:
    import polars as pl

_SEVERAL = 3  # two questions are often one: "What is it, and how does it work?"
_LONGEST = 600  # characters; longer prompts tell a story, or hold an exam
_REST = 15  # characters after a request to choose that hold no choices
_STEM = 5  # letters that inflected forms of an English word share
_BEGINS = re.compile(
    r"(?:(?:and|also|plus|oh|next|then|finally|additionally|besides|by the way|btw|separately|lastly|secondly|"
    r"thirdly|first|"
    r"second|third|one more thing|another thing)[,:]? )*"
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|should|would|will|has|"
    r"have)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|that|these|those|he|she|him|her|his|hers|so|such|there|one|ones|"
    r"other|others|"
    r"else|instead|same|both|either|each|another|more|my|your|our|you|we)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(r"^(?:can|could|would|will) you (?:please )?", re.IGNORECASE)  # no reference to anything said
_SELF = re.compile(r"\b(?:i|me)\b", re.IGNORECASE)
_ASIDE = re.compile(
    r"\b(?:by the way|btw|separately|one more thing|another thing|on another note|unrelated)\b", re.IGNORECASE
)
_LISTED = re.compile(r"(?m)^\s*(?:\d+[.)]|[-*•]|[A-Ha-h][.)]|\([a-h\d]\)|Q\d*[:.])\s")
_STOP = frozenset(
    "what which who whom whose when where why how the and are was were does did can could should would will has "
    "have had for "
    "from with into about between than then also plus next many much long often most best first used use make "
    "made get take "
    "mean called work works tell explain some any not you your its their there people person thing things way "
    "ways kind "
    "type types name world year years time good need want give find know".split()
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")

_WHICH = re.compile(
    r"\bwhich (?:one )?of (?:the following|these|those|the (?:options|choices|answers))\b(?! (?:two|three|conditions))|"
    r"\b(?:select|choose|pick) (?:the )?(?:one )?(?:correct|right|best|most appropriate|appropriate|true)? ?"
    r"(?:answer|option|choice|one)? ?(?:from|of|among|out of) (?:the )?(?:following|options|choices|given options|"
    r"list below|options below)|"
    r"\b(?:select|choose|pick) the (?:correct|right|best|most appropriate) (?:answer|option|choice|alternative)\b|"
    r"\bwhich (?:one )?of (?:the )?(?:following|above|below|given|listed)\b(?! (?:two|three|conditions))|"
    r"\bwhich (?:option|choice|alternative)s? (?:is|are|best|below|above|correctly|would|describes)\b|"
    r"\bwhich (?:statement|sentence|answer|word)s? (?:below|above|listed|given)\b|"
    r"\b(?:select|choose|pick|tick|mark|circle|identify|find|indicate|name)(?: which| the)? "
    r"(?:one |ones |item |items |word |sentence |statement |(?:correct|right|best|most appropriate|"
    r"true|false|odd) (?:\w+ )?(?:\w+ )?){0,2}"
    r"(?:of|from|among|out of|in) the (?:following|options|choices|given|alternatives|above|below|answers)\b|"
    r"\b(?:select|choose|pick|tick|mark|circle) the (?:correct|right|best|most appropriate|true) "
    r"(?:answer|option|choice|alternative|statement)s?\b|\b(?:select|choose|check|mark|tick) all that apply\b|"
    r"\b(?:from|out of|among|using) the (?:(?:options|choices|list|answers|alternatives) "
    r"(?:given|below|above|provided)|"
    r"(?:given|listed) (?:options|choices|answers))\b|\b(?:out of|among|from) the following\b|"
    r"\b(?:choose|select|pick|answer(?: with)?) \(?A\)?, ?\(?B\)?,? ?(?:\(?C\)?,? ?)?(?:or |and )?\(?[CD]\)?[.!]?\s*$|"
    r"^multiple[- ]choice(?: question)?:|\bwelche[rs]? der (?:folgenden|obigen|genannten)|"
    r"\b(?:laquelle|lequel|lesquelles|lesquels) des (?:\w+ )?(?:suivante?s|propositions)|\bcu[aá]l(?:es)? de "
    r"(?:las|los|estas|estos) (?:siguientes|opciones)|\bquale (?:delle|dei) seguenti|"
    r"(?:下列|以下|下面)(?:哪|选项)|从(?:下列|以下)选项|"
    r"\ball of the following\b[^.?!]*\bexcept\b|\bnone of the (?:above|following)\b",
    re.IGNORECASE,
)
_LETTER = re.compile(
    r"(?i:(?:the )?(?:correct |right |best )?(?:answer|option|choice)(?: is)?):? \(?\"?(?i:option "
    r")?[A-E]\"?\)?\.?|\(?[B-E]\)?[.)]?|\([A-E]\)\.?"
)
_CHOICES = re.compile(
    r"(?m)(?:^|[\s(,;:/])\(?[A-Ea-e1-5][).:\]](?:\s|\S)|^\s*[-*•]\s|\n\s*\S|:\s*\S|\bor\b|\||/\w|\[|\"|“|\bvs\b",
    re.IGNORECASE,
)
_LETTERED = re.compile(
    r"\b(?:letters?|grades?|notes?|vitamins?|blood|keys?|strings?|types?|class(?:es)?|columns?|labels?|scores?|"
    r"ratings?|"
    r"variables?|drive|programming|language|hepatitis|categor\w+|options?|choices?|following|[A-E])\b"
)
# What such a question asks for is never a letter's name.
_COUNTED = re.compile(r"^\W*(?:how (?:many|much|long|far|old|tall|often)|when|why|who|where)\b", re.IGNORECASE)


def question_facts(records: Records, passages: Passages, exchanges: pl.DataFrame) -> list[Fact]:
    """``several_questions`` and ``choices_missing``; ``exchanges`` are the first of each record."""
    return [_several(passages), _choices(records, exchanges)]


def _several(passages: Passages) -> Fact:
    import polars as pl

    prompts = passages.of("prompt")
    text = pl.col("text")
    asked = prompts.filter(text.str.len_bytes() <= _LONGEST).filter(
        text.str.count_matches("?", literal=True) >= _SEVERAL
    )
    marks: dict[int, Mark] = {}
    for row, prompt in asked.select("row", "text").iter_rows():
        count = unrelated_questions(prompt)
        if count and row not in marks:
            marks[row] = Mark(f"asks {count} questions that share no subject", None, float(count), float(_SEVERAL - 1))
    examined = passages.records_with("prompt")
    return Fact("several_questions", marks, examined, None if examined else "no record has a prompt")


def unrelated_questions(prompt: str) -> int:
    """How many questions a prompt asks if no two of them share a word or a subject; else 0."""
    if _LISTED.search(prompt) or '"' in prompt or "“" in prompt or "`" in prompt:
        return 0
    sentences = [s.strip() for s in re.findall(r"[^.?!\n]+[.?!]*", prompt) if s.strip()]
    questions = [s for s in sentences if s.endswith("?")]
    if len(questions) < _SEVERAL or len(questions) < len(sentences) - 1:
        return 0
    return len(questions) if _unrelated(questions) else 0


def _unrelated(questions: Sequence[str]) -> bool:
    seen: set[str] = set()
    for question in questions:
        if not _BEGINS.match(question) or len(question.split()) < 3 or _refers(question):
            return False
        words = {w[:_STEM].lower() for w in _WORD.findall(question) if len(w) > 2 and w.lower() not in _STOP}
        least = 2 if _SELF.search(question) else 1  # "what tools do I need?" belongs to the question before
        if len(words) < least or words & seen:
            return False
        seen |= words
    return True


def _refers(question: str) -> bool:
    return _REFERS.search(_POLITE.sub("", _ASIDE.sub("", question).lstrip(" ,"))) is not None


def _choices(records: Records, exchanges: pl.DataFrame) -> Fact:
    import polars as pl

    prompt, answer = pl.col("prompt"), pl.col("answer")
    gate = prompt.str.contains(
        r"(?i)of the|of these|of those|(?:select|choose|pick|tick|mark|circle|check) (?:the|all|a|\()"
        r"|(?:among|from|using|in) the"
        r"|which (?:option|choice|alternative|statement|sentence|answer|word)|multiple.choice|welche|l[ae]s?quel"
        r"|cu[aá]l|quale d"
        r"|下列|以下|下面"
    ) | (answer.str.len_bytes() <= 40) & answer.str.contains(r"\b[A-E]\b")
    suspects = exchanges.filter(prompt.str.len_bytes() <= _LONGEST).filter(gate)
    marks: dict[int, Mark] = {}
    for row, asked, said in suspects.iter_rows():
        if (value := choices_missing(asked, said or "")) and not _beside(records, row):
            marks[row] = Mark(value)
    return Fact("choices_missing", marks, exchanges.height, None if exchanges.height else "no record has a prompt")


def choices_missing(prompt: str, answer: str) -> str | None:
    """What is wrong with a multiple-choice question without choices, as a sentence about the record."""
    if (found := _WHICH.search(prompt)) is not None:
        rest = prompt[found.end() :]
        if not rest.isascii() and len(rest) > _REST:
            return None  # without blanks, words do not tell
        after = re.sub(r"^[^.?!\n]*[.?!]?", "", rest, count=1).split()
        asked = prompt[: found.end()] + re.sub(r"^\s*[:：]", " ", rest)  # "Choose the right answer: What barks?"
        if len(after) < 2 and not _CHOICES.search(asked) and "," not in rest:
            return "asks to choose, and holds no choices"
        return None
    named = _LETTERED.search(prompt) and not _COUNTED.search(prompt)
    if _LETTER.fullmatch(answer.strip()) and not _CHOICES.search(prompt) and not named:
        return "is answered with the letter of a choice, and holds no choices"
    return None


def _beside(records: Records, row: int) -> bool:
    """Whether choices may stand beside the prompt: a column, a picture, a system prompt that lists them."""
    conversation = records.conversations[row]
    system = (conversation.system or "") if conversation else ""
    return has_choices_beside(records, row) or has_media(records, row) or bool(re.search(r"\b[A-E]\b[).:,]", system))
