"""D007's ``missing_reference``: a prompt about a text, a picture or a table that is not there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from tunespec.conversation import Conversation
from tunespec.facts import Fact
from tunespec.facts.exchanges import has_media
from tunespec.facts.reference_words import Reference, earlier_turn, reference, without_question
from tunespec.findings import Mark
from tunespec.records import Records

if TYPE_CHECKING:
    import polars as pl

_LONGEST = 400  # characters; a longer prompt holds its material, somewhere
_GATE = (
    r"(?i)\b(?:following|below|above|attached|enclosed|accompanying|aforementioned|provided|given|supplied|"
    r"(?:the|this|these) (?:\w+ )?(?:text|passage|paragraph|article|excerpt|sentence|image|picture|photo|"
    r"photograph|screenshot|"
    r"diagram|figure|chart|graph|table|code|snippet|function|script|program|query|regex|document|email|e-mail|"
    r"transcript|"
    r"dialogue|conversation|review|essay|poem|abstract|letter|tweet|report|error message|stack trace|context)|"
    r"your (?:previous|last|earlier|prior)|the (?:previous|last|earlier)|left off|we stopped|you stopped|"
    r"earlier|previously|last time|said before|mentioned before)\b"
)
_SYSTEM_SHARE = 0.05  # of the records: a system prompt that more of them share holds no record's material
_SYSTEM_WORDS = 20
_MAKES = re.compile(
    r"\b(?:function|program|script|algorithm|class|method|code|regex|query|command|macro|"
    r"formula)\b[^.?!]*\b(?:that|which|to|takes?|for)\b",
    re.IGNORECASE,
)
_THING = (
    r"(?:text|article|passage|paragraph|sentence|code|snippet|image|picture|photo|table|chart|graph|diagram|attachment|"
    r"document|file|letter|email|report|content|information|context|details|conversation|question|poem|review|figure)s?"
)
# An answer that asks for what is missing, or says that it is, teaches the right thing.
_ASKS = re.compile(
    r"\b(?:(?:please|could you|can you|would you|you(?:'ll)? (?:need|have) to|if you)(?: \w+){0,3} "
    r"(?:provide|share|paste|send|attach|upload|supply|include|specify|clarify|tell|copy|post|give)|"
    r"(?:don't|do not|can't|cannot|couldn't|could not) (?:\w+ )?(?:see|view|find|have|access|open|read|recall|"
    r"remember)|"
    rf"(?:no|any|without) {_THING}|{_THING} (?:is|are|seems?|appears?)(?: to be)? (?:missing|absent|not)|missing "
    rf"{_THING}|"
    rf"(?:need|want)(?:ed)? (?:to see |to have )?(?:the|your) {_THING}|(?:not|\w+n't)(?: been)? (?:provided|"
    r"attached|included|given|shared|uploaded)|"
    r"(?:didn't|did not) (?:provide|attach|include|share|paste|upload)|(?:first|new|no (?:previous|earlier|"
    r"prior)) (?:message|conversation|turn))\b",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://|www\.|!\[|<\w|\.(?:png|jpe?g|pdf|csv|xlsx?|docx?|txt|py|js|mp[34])\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_REQUEST = re.compile(
    r"^(?:please|kindly|then|also|and|but|next|first|finally|do|don't|keep|use|write|make|include|answer|give|"
    r"explain|be|"
    r"limit|list|ensure|focus|avoid|only|no more|at most|your|the (?:summary|answer|translation|result|output|"
    r"response|tone)|"
    r"it (?:should|must)|you (?:should|must|can|may|are)|i (?:need|want|would|am|have to)|i'd|we need|provide|"
    r"identify|return|"
    r"respond|reply|choose|select|pick|translate|summari[sz]e|rewrite|describe|state|name|say|tell|show|find|determine|"
    r"calculate|compute|consider|think|assume|highlight|mention|preserve|maintain|format|output|thanks?|thank you|"
    r"what|which|who|whom|whose|when|where|why|how|is|are|was|were|does|did|can|could|would|will|should|has|have)\b",
    re.IGNORECASE,
)
_LIMITS = re.compile(
    r"(?:keep (?:it|the|your)|use (?:no|at|a|an|only|bullet|simple|plain|three|two|one)|limit|make sure|ensure|"
    r"focus on|avoid|"
    r"do not|don't|no more than|at most|output|format|respond|return only|answer in|include|thanks?|thank you)\b",
    re.IGNORECASE,
)
_LENGTHS = re.compile(
    r"\b(?:\d+|one|two|three|four|five|ten)[- ]?(?:to[- ]\d+ |or \w+ )?(?:words?|sentences?|bullet|points?|lines?|"
    r"paragraphs?|characters?|year|steps?|key|main|adjectives|stars?)\b",
    re.IGNORECASE,
)
_TASK_NAMES = re.compile(
    r"\b(?:in|into|to|from|as|using|with|of)\s+(?:a |an |the )?[A-Z][\w+#]*(?:\s+(?:and|or)\s+[A-Z]\w*)?"
)
_SIGNS = re.compile(r"[`\"“”„«»|{}\[\]=<>]|(?<!\w)'[^']{2,}'|:\s*\S|\d")


def missing_reference_fact(records: Records, exchanges: pl.DataFrame) -> Fact:
    """First prompts that speak of material, where neither they nor anything beside them holds some.

    Where the dataset has a column or a labelled place for it, ``empty_context`` has them.
    """
    from tunespec.facts.context_slots import with_empty_slot
    from tunespec.facts.empty_context import lacks_context

    others = set(range(len(records))) - lacks_context(records)
    found = dict(suspected_references(records, exchanges, others))
    owned = with_empty_slot(records, found)
    marks = {row: Mark(said) for row, said in found.items() if row not in owned}
    return Fact("missing_reference", marks, exchanges.height, None if exchanges.height else "no record has a prompt")


def suspected_references(records: Records, exchanges: pl.DataFrame, rows: Collection[int]) -> Iterator[tuple[int, str]]:
    """``(row, what is missing)`` of those among some records whose first prompt refers to material that is not there.

    Not where the answer asks for it.
    """
    import polars as pl

    asked = exchanges.filter(pl.col("prompt").str.len_bytes() <= _LONGEST)
    systems = Counter(c.system for c in records.conversations if c is not None and c.system)
    for row, prompt, answer in asked.filter(pl.col("prompt").str.contains(_GATE)).iter_rows():
        said = missing(prompt) if row in rows else None
        if said and not (answer and asks_for_material(answer)) and not _beside(records, row, systems):
            yield row, said


def asks_for_material(answer: str) -> bool:
    """Whether an answer asks, at its beginning, for what is missing, or says that it is."""
    return _ASKS.search(answer[:300]) is not None


def missing(prompt: str) -> str | None:
    """What a prompt refers to and does not hold, as a sentence about the record."""
    text = prompt.strip()
    found = reference(text)
    if found is not None and not _there(text, found):
        return f"refers to material (`{found.noun}`) that is not there"
    if found is None and earlier_turn(text):
        return "refers in its first turn to an earlier one"
    return None


def _there(text: str, found: Reference) -> bool:
    """Whether the prompt holds something that the reference may mean."""
    text = without_question(text, found, _around(text, found)[0])
    if _URL.search(text) or (_MAKES.search(text[: found.start]) and found.kind in {"prose", "table", "code"}):
        return True
    if any(line.strip() and (found.kind == "code" or _is_line(line)) for line in _other_lines(text, found)):
        return True
    sentence, others = _around(text, found)
    bare = _LENGTHS.sub(" ", sentence)
    if _SIGNS.search(bare):
        return True
    after = _TASK_NAMES.sub(" ", _LENGTHS.sub(" ", text[found.end : text.find(sentence) + len(sentence)]))
    if found.kind in {"prose", "table"} and re.search(r"(?<![.!?]\s)(?<!^)\b(?!I\b)[A-Z]\w+", after):
        return True
    if found.kind in {"visual", "code", "table"}:
        return any(_SIGNS.search(_LENGTHS.sub(" ", other)) for other in others)
    return any(_is_material(other, 2) for other in others)


def _around(text: str, found: Reference) -> tuple[str, list[str]]:
    """The sentence with the reference, and the others."""
    position = 0
    own, others = text, []
    for part in _SENTENCE.split(text):
        start = text.find(part, position)
        position = start + len(part)
        if start <= found.start < position:
            own = part
        elif part.strip():
            others.append(part.strip())
    return own, others


def _other_lines(text: str, found: Reference) -> list[str]:
    start = text.rfind("\n", 0, found.start) + 1
    end = text.find("\n", found.end)
    return [*text[:start].splitlines(), *(text[end:].splitlines() if end >= 0 else [])]


def _is_line(line: str) -> bool:
    """Whether a line of its own is material, as most are: a request to translate begins with a verb, too."""
    bare = line.strip(" \t-*#>")
    if bare.lower().strip("<>[]() .:") in {"", "noinput", "no input", "none", "n/a", "input", "text"}:
        return False
    return not _LIMITS.match(bare)


def _is_material(part: str, least: int) -> bool:
    """Whether a sentence is more than one more request."""
    bare = part.strip(" \t-*#>")
    if _SIGNS.search(_LENGTHS.sub(" ", bare)):
        return True
    return len(bare.split()) >= least and not _REQUEST.match(bare)


def _beside(records: Records, row: int, systems: Counter[str]) -> bool:
    """Whether the material may stand beside the prompt: a column, a picture, a tool, the system prompt."""
    conversation = records.conversations[row]
    if conversation is None or has_media(records, row) or "context" in records.metadata[row]:
        return True
    if conversation.tools or any(turn.role in {"tool", "call"} or turn.calls for turn in conversation.turns):
        return True
    return _in_system(conversation, systems, len(records))


def _in_system(conversation: Conversation, systems: Counter[str], total: int) -> bool:
    system = conversation.system or ""
    return len(system.split()) >= _SYSTEM_WORDS and systems[system] <= max(3, _SYSTEM_SHARE * total)
