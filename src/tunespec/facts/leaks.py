"""When an answer's repetition of its system prompt, or of the prompt that it answers, is a leak."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from tunespec.facts.injection_words import pattern
from tunespec.text import CJK

LEAST_WORDS = 12  # in a row of a system prompt: quotations of rules are shorter, copied prompts longer
_SHORT_SYSTEM = 8  # words; a system prompt of so many is told as a whole only on purpose
_AT_THE_HEAD = 4  # words of one that an answer begins with
_LEAD_TOKENS = 3  # such as "My instructions:"
SHORT_PROMPT = 6  # words; a shorter question at the head of its answer is a heading
TOKEN = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
_MOST_TOKENS = 3_000  # of a text that are compared
_LEAD = re.compile(
    r"\A[\s\"'“‘*_>]*(?:(?:#{1,4} ?)?(?:Q|Question|User|Human|Prompt|Instruction|Query|You asked"
    r"|Your question(?: was| is)?|The question (?:is|was)|Frage|Pregunta|问题|问)\s*[:：]\**\s*)?[\"'“‘*_]*"
)
_CODE = re.compile(
    r"(?m)^[^\S\n]*+(?:def |class |import |from \w+ import|#include|function |public |const |let |var |SELECT )"
    r"|[{;]\s*$"
)
_DATA, _HEADING = ("{", "[", "|", "<", "`"), ("#", "**")
_SENTENCE_ENDS = tuple(".?!:;。？！：\"”')")


def leaks_system(system: str, asked: str, answer: str) -> int:
    """How many words in a row an answer repeats of its system prompt, 0 if that is no leak."""
    theirs, own = (TOKEN.findall(text)[:_MOST_TOKENS] for text in (system, answer))
    match = SequenceMatcher(None, theirs, own, autojunk=False).find_longest_match()
    run = theirs[match.a : match.a + match.size]
    whole = match.size == len(theirs)
    if whole and match.b <= _LEAD_TOKENS and _weight(run) >= _AT_THE_HEAD:
        return match.size
    long = _weight(run) >= (_SHORT_SYSTEM if whole else LEAST_WORDS)
    return match.size if long and addresses_model(" ".join(run)) and not pattern("quotes").search(asked) else 0


def addresses_model(text: str) -> bool:
    """Whether a part of a system prompt speaks to the model."""
    return pattern("addresses").search(text) is not None


def _weight(tokens: list[str]) -> float:
    """Words; two ideographs count as one."""
    return sum(0.5 if re.match(f"[{CJK}]", token) else 1 for token in tokens)


def repeats_prompt(system: str, prompt: str, answer: str) -> int:
    """How many words long the prompt is that stands as a whole at the head of its answer, 0 if that is no leak."""
    asked, said = " ".join(prompt.split()), " ".join(answer.split())
    lead = _LEAD.match(said)
    start = lead.end() if lead else 0
    words = _weight(TOKEN.findall(asked))
    if words < SHORT_PROMPT or not said[start:].startswith(asked) or _may_return(system, prompt):
        return 0
    if words < LEAST_WORDS and (said.startswith(_HEADING) or any(map(str.isdigit, asked))):
        return 0  # a heading; a sum, written down again before it is solved
    rest = said[start + len(asked) :].lstrip()
    completes = not asked.endswith(_SENTENCE_ENDS) and rest[:1].islower()
    return 0 if completes else int(words)


def _may_return(system: str, prompt: str) -> bool:
    """Whether a good answer may begin with the whole prompt: text, code or data to be repeated, mended, continued."""
    if pattern("text_work").search(system) or pattern("quotes").search(prompt):
        return True
    if prompt.lstrip().startswith(_DATA) or _CODE.search(prompt):
        return True
    return not pattern("request").search(prompt)
