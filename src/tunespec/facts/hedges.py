"""D007's ``hedged_answer``: a whole answer that decides nothing."""

from __future__ import annotations

import re
from collections import Counter

from tunespec.facts import Fact
from tunespec.facts.think import without_thoughts
from tunespec.findings import Mark
from tunespec.passages import Passages, turn_note, without_rejected
from tunespec.records import Records

_LONGEST = 220  # characters; a longer answer explains on what it depends
_LABEL_SHARE = 0.02  # of the answers: "maybe" that often, and word for word, is a label of the dataset
# Cheap gate: no hedge lacks all of these.
_GATE = (
    r"(?i)\b(?:depends|maybe|perhaps|possibly|sure|could|might|may|hard|difficult|honestly|impossible|knows|"
    r"varies|vary|yes and no|either|probably|guess|differ|depends?|certain|debatable|debate|complicated|opinion|"
    r"arguments|answers?|say yes)\b"
)
_VAGUE = (
    r"(?:the |your |each |one's )?(?:specific |particular |individual |exact )?"
    r"(?:situation|context|circumstances?|case|person|people|individual|perspective|point of view|needs|preferences|"
    r"(?:many |various |several |a (?:number|lot|variety) of |different |multiple |other )?(?:factors|things)|"
    r"how (?:you look at it|one looks at it|you see it|you define it)|who(?:m)? you ask|what you (?:mean|want|need))"
)
_SURE = (
    r"(?:i am|i'm|im|we are|we're)? ?(?:not|never) (?:really |entirely |quite |completely |totally |so |too |100% "
    r")?(?:sure|certain)"
)
_HEDGE = re.compile(
    r"(?:well|honestly|hm+|in general|generally|i (?:think|guess|suppose)|but|and|so|or|then again|though|although)? ?"
    r"(?:"
    rf"(?:it|that|this|the answer)?(?: all| really)? ?depends(?: a lot| entirely| mostly)?(?: on {_VAGUE}(?: and "
    rf"{_VAGUE})*)?"
    r"|(?:maybe|perhaps|possibly)(?: so)?(?: (?:or )?(?:maybe|perhaps|possibly)? ?not)?"
    r"|(?:it |that |this |they )?(?:could|might|may)(?: well)?(?: be)?(?: (?:true|right|correct|possible|the case|"
    r"so|either|anything|both))?"
    r"|(?:it |that |this )?(?:could|might|may)(?: be)? or (?:it |that )?(?:could|might|may) not(?: be)?"
    r"|(?:it |that |this )?(?:could|might|may) (?:be|go) (?:either(?: way| one)?|both|one or the other)"
    rf"|{_SURE}(?: (?:about (?:that|this|it)))?"
    r"|(?:it is |it's |that is |that's )?(?:very |really )?(?:hard|difficult|impossible|tough) to (?:say|tell|"
    r"know)(?: (?:for sure|exactly|with certainty))?"
    r"|who knows|(?:both )?yes and no|sometimes yes,? ?sometimes no|(?:it|this|that|opinions|views|answers)(?: "
    r"can| may| will)? (?:varies|vary|differ)(?: (?:widely|greatly|a lot))?"
    r"|(?:maybe|perhaps) yes,? ?(?:or )?(?:maybe|perhaps) no"
    r"|there (?:is|are) (?:no (?:clear|simple|single|right|definite|definitive) (?:answers?)|many (?:possible "
    r")?(?:answers|opinions|possibilities))"
    r"|some (?:people )?(?:say|think) (?:yes|so),? ?(?:and |but |while )?(?:others|some) (?:say |think )?(?:no|"
    r"not|otherwise)"
    r"|i (?:guess|suppose)(?: so)?|(?:more|further) (?:information|context|details?) (?:is|are|would be) needed"
    r"|well|honestly|hm+|to be honest|(?:maybe|perhaps) (?:yes|no|not|so)|(?:could|might|may) (?:be )?not|"
    r"(?:others|some) (?:say|think) (?:yes|no|so|not)"
    r"|(?:it |that |this )?(?:could|might|may) or (?:could|might|may) not(?: \w+){0,3}"
    r"|(?:i )?(?:could not|couldn't|cannot|can't)(?: really)? (?:say|tell|be)(?: for)? (?:sure|certain)"
    r"|(?:it is |it's |that is |that's )?(?:very |really )?(?:hard|difficult|impossible|tough) to give an? "
    r"(?:definite|definitive|clear|simple|straight|exact) answer"
    r"|(?:there are|one can find) (?:good |valid )?arguments (?:on|for) both sides"
    r"|there(?:'s| is) no (?:clear|simple|single|right|definite|definitive)(?: or wrong)? answer"
    r"|(?:opinions|views|answers) (?:differ|vary) on (?:this|that|it)"
    r"|some (?:people )?(?:would|might|will) (?:say|think) (?:yes|so|no)(?:,? ?(?:and |but |while )?others no)?"
    r"|others no"
    r"|(?:it is|it's|that is|that's|this is) (?:debatable|complicated|up for debate|open to debate|a matter of "
    r"(?:opinion|perspective|debate))"
    r"|(?:it |that |this )?(?:could|might|may) not be|(?:it |that )?(?:could|might|may) be (?:yes|no)"
    r"|both(?: answers| options| of them)? (?:could|might|may) be (?:right|correct|true|possible)"
    r"|(?:either|any)(?: of them)? (?:is|could be|might be|may be) (?:possible|right|correct|fine)"
    r")"
)
# "I'm not sure, it could be the valve or the pump.": an opener that doubts, and a choice left open.
_OPEN = re.compile(
    rf"(?:well,? )?(?:{_SURE}|maybe|perhaps|possibly|probably|i (?:think|guess)|hard to say|either|"
    r"(?:it|that|this|they)? ?(?:could|might|may) (?:be|have been))"
    r"[^.?!]{0,120}\b(?:or|maybe|perhaps|possibly|might|could)\b[^.?!]{0,80}"
)
_DOUBT = re.compile(
    rf"\b(?:{_SURE}|hard to say|(?:maybe|perhaps|possibly)\b.*\bor (?:maybe|perhaps|possibly)|\bor (?:maybe|"
    r"perhaps|possibly)\b|"
    r"(?:could|might|may) be\b.*\bor(?: (?:it|that|they))? (?:could|might|may) be\b|i guess)"
)
# What decides nothing only beside a doubt: "Probably, but I'm not certain."
_LEANS = re.compile(
    r"(?:but |or |maybe )?(?:probably(?: not)?|likely|really|(?:it is|it's|that is|that's) possible|"
    r"(?:it|that|they) (?:could|might|may) be .{1,60}\bor\b.{1,60}|"
    r"(?:maybe|perhaps) .{1,40}|(?:it|that) (?:could|might|may) be .{1,40})"
)
_FILLERS = frozenset({"well", "honestly", "hmm", "to be honest"})
_CLAUSES = re.compile(r"[.!?;…]+|,|\s[-–—]+\s|—")


def hedged_fact(records: Records, passages: Passages) -> Fact:
    """Short answers of which every clause only hedges."""
    import polars as pl

    answers = without_rejected(records, passages.of("answer")).with_columns(without_thoughts(pl.col("text")))
    short = answers.filter(pl.col("text").str.len_bytes() <= _LONGEST).filter(pl.col("text").str.contains(_GATE))
    said = Counter(short["text"].to_list())
    most = max(3.0, _LABEL_SHARE * answers.height)
    marks: dict[int, Mark] = {}
    for row, turn, text in short.select("row", "turn", "text").iter_rows():
        if row not in marks and is_hedge(text) and said[text] <= most and not _offered(records, row, text):
            marks[row] = Mark("has an answer that decides nothing" + turn_note(records, row, turn))
    examined = passages.records_with("answer")
    return Fact("hedged_answer", marks, examined, None if examined else "no record has an answer of its own")


def is_hedge(answer: str) -> bool:
    """Whether the whole answer only hedges."""
    text = " ".join(answer.lower().replace("’", "'").split()).strip(" .!?…*\"'")
    clauses = [clause for part in _CLAUSES.split(text) if (clause := part.strip())]
    hedges = [bool(_HEDGE.fullmatch(clause)) for clause in clauses]
    if any(hedges) and all(hedge or _LEANS.fullmatch(clause) for hedge, clause in zip(hedges, clauses, strict=True)):
        return any(clause not in _FILLERS for clause in clauses)
    return len(text.split()) <= 25 and "." not in text and bool(_OPEN.fullmatch(text) and _DOUBT.search(text))


def _offered(records: Records, row: int, text: str) -> bool:
    """Whether the prompt offers this answer ("yes, no or maybe")."""
    conversation = records.conversations[row]
    if conversation is None:
        return True
    words = text.lower().strip(" .!?").split()
    return len(words) <= 3 and " ".join(words) in f"{conversation.system or ''} {records.prompts[row]}".lower()
