"""D011's fact about role marks: a turn that holds the mark of another turn (`Human:`, `### Response:`)."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from tunespec.facts import Fact, not_applicable
from tunespec.facts.role_words import MARK_GATE, is_role_name, next_turn
from tunespec.findings import Mark
from tunespec.headers import headers_of
from tunespec.passages import Passages, turn_note
from tunespec.profile import Profile
from tunespec.records import Records

_ASKING = r"###[ ]?(?:Instruction|Human|User)[ ]?:|(?:Human|HUMAN|USER|User)[ ]?:|<(?:human|user)>:|\[\|Human\|\]"
_REPLYING = (
    r"###[ ]?(?:Response|Assistant)[ ]?:|(?:Assistant|ASSISTANT|AI|GPT|Bot|Model)[ ]?:|<(?:bot|assistant)>:|\[\|AI\|\]"
)
_OWN = r"###[ ]?(?:Response|Assistant)[ ]?:|(?:Assistant|ASSISTANT)[ ]?:|<(?:bot|assistant)>:|\[\|AI\|\]"
_ANY = (
    rf"(?m)^[ \t]*(?:{_ASKING}|{_REPLYING}|(?:user|human|assistant|model)[ \t]*$)|[.!?] (?:Human|HUMAN|USER|User|Q):"
    rf"|{MARK_GATE}|[.!?](?:user|assistant)\n\n"
)
_LINE = r"(?m)^[ \t]*"
_BEGINS = re.compile(
    rf"\s*({_OWN})|\s*(assistant)[ \t]*\n"
    # A title or a field begins with such a word, too; a sentence does not go on with a small letter.
    r"|\s*((?:\*\*)?(?:AI|Bot|BOT|Chat-?[Bb]ot|ChatGPT|GPT(?:-4)?|Assistant|Response)(?:\*\*)?:(?:\*\*)?)(?=\s*[^\Wa-z_][^?\n]{15,})"
)
_ASKED = re.compile(rf"{_LINE}({_ASKING})(?=[ \t]*(?:\n[ \t]*)?\S)")
_REPLIED = re.compile(rf"{_LINE}({_REPLYING})")
# A list of roles or accounts has one word a line; what somebody says is a sentence.
_SAID = r"[ \t]*\n\s*(?=\S[^\n]*[ .?!。？！])"
_BARE = re.compile(rf"\n[ \t]*(user|human){_SAID}"), re.compile(r"\n[ \t]*(?:assistant|model)[ \t]*(?:\n|\Z)")
_SYSTEM = re.compile(rf"\n[ \t]*(system){_SAID}"), re.compile(rf"\n[ \t]*(?:user|human){_SAID}")
# The end of a turn was stripped, and what it began with is glued to the sentence before, as in Llama 3's template.
_GLUED = re.compile(r"[.!?](user|assistant)\n\n(?=\S)")
_SAME_LINE = re.compile(
    r"[.!?] (Human:|HUMAN:|USER:|User:|Q:) \S[^\n]{0,4000} "
    r"(?:Assistant|ASSISTANT|AI|Bot|BOT|Chatbot|ChatGPT|GPT|Model|A):"
)
_ENDS = re.compile(rf"{_LINE}({_OWN})\s*\Z")
_SPEAKER = re.compile(r"(?m)^[ \t]*\**([A-Z][\w.]{1,20}(?:[ ][A-Z][\w.]{0,20})?)\**:")
# Who asks for a dialogue gets one, and who shows one speaks about it.
_DIALOGUE = re.compile(
    r"(?i)dialog|conversation|transcript|screenplay|\binterview\b(?! question)|\bskit\b|\brole.?play|simulat|chat"
    r"|\bplay\b|\bscene\b|pretend|act as|few.shot|\bprompts?\b|\bscript for"
    r"|(?:movie|film|video|call|phone|radio|sales) script|gespräch|entretien|conversaci"
    r"|对话|聊天|剧本|会話|대화|диалог"
)
_SHARE = 0.5  # of the records; a mark in more of them is part of how this dataset is written
_HEAD = 20  # characters of a prompt that tell whether it is repeated
_UNSURE = frozenset({"User"})  # a word of manuals and forms too: a turn only if a reply follows


class Turn(NamedTuple):
    """A turn that an answer forges: what it does, with which mark, and where it begins."""

    how: str
    mark: str
    start: int


def role_mark_fact(records: Records, passages: Passages, profile: Profile) -> Fact:
    """Turns that hold another turn's role mark.

    A text without template is a document, in which people may speak; those records are not examined.
    """
    import polars as pl

    if profile.shape == "text" and profile.template is None:
        return not_applicable("role_mark", "the texts have no template, so they have no turns")
    frame = passages.of("prompt", "answer")
    total = int(frame["row"].n_unique())
    if not total:
        return not_applicable("role_mark", "no record has a prompt or an answer")
    own = frozenset(header for header in profile.template.headers) if profile.template else frozenset()
    found = frame.filter(pl.col("prose").str.contains(_ANY)).select(
        "row", "turn", pl.col("role").cast(pl.String), "prose"
    )
    marks: dict[int, Mark] = {}
    for row, turn, role, prose in found.iter_rows():
        if role == "answer":
            turn_found = forged_mark(prose, records.prompts[row], own)
            text = f"{turn_found.how} `{turn_found.mark}`" if turn_found else None
        else:
            text = None if profile.shape == "text" else _in_prompt(prose)
        if text is not None:
            marks.setdefault(row, Mark(text + turn_note(records, row, turn)))
    return Fact("role_mark", {} if len(marks) > max(_SHARE * total, 2) else marks, total)


def forged_mark(prose: str, prompt: str, own: frozenset[str]) -> Turn | None:
    """The mark that an answer begins with, or that of the next turn that it forges.

    Args:
        prose: the answer without its code.
        prompt: what was asked; who asks for a dialogue gets one.
        own: the marks of the template, which others judge.
    """
    if _DIALOGUE.search(prompt) or _is_dialogue(prose):
        return None
    begins = _BEGINS.match(prose)
    if begins and (mark := begins[1] or begins[2] or begins[3]) and mark not in own and mark not in prompt:
        return Turn("begins its answer with the role mark", mark, begins.start(begins.lastindex or 0))
    for asks, replies in (_SYSTEM, _BARE):
        if (bare := asks.search(prose)) and replies.search(prose, bare.end()):
            return Turn("goes on after its answer with the turn mark", bare[1], bare.start(1))
    if glued := _GLUED.search(prose):
        return Turn("goes on after its answer with the turn mark", glued[1], glued.start(1))
    if same := _SAME_LINE.search(prose):
        return Turn("has another turn in its answer:", same[1], same.start(1))
    mark = _asked_again(prose, prompt, own)
    return Turn("has another turn in its answer:", mark, _place(prose, mark)) if mark else None


def asked_in_turns(prompt: str) -> str:
    """A prompt without the marks of its own turn and of the reply that is due: one that examples precede keeps all."""
    ends = _ENDS.search(prompt)
    if ends is None or len(_ASKED.findall(prompt)) > 1 or len(_REPLIED.findall(prompt)) > 1:
        return prompt
    return _ASKED.sub("", prompt[: ends.start()]).strip()


def _place(prose: str, mark: str) -> int:
    """Where a mark stands first at the beginning of a line."""
    found = re.search(rf"{_LINE}{re.escape(mark)}", prose)
    return found.end() - len(mark) if found else prose.index(mark)


def _asked_again(prose: str, prompt: str, own: frozenset[str]) -> str | None:
    """The mark of a user's turn in an answer, which the prompt does not have."""
    for mark, (start, end) in _first_places(prose).items():
        if mark in own or mark in headers_of(prompt) or re.search(rf"(?m)^[ \t]*{re.escape(mark)}", prompt):
            continue
        if mark[0].isalpha() and _is_shown(prose[:start], prose[end:], prompt):
            continue
        if mark.rstrip(" :") not in _UNSURE or _REPLIED.search(prose, end) or "?" in prose[end:]:
            return mark
    next_mark = next_turn(prose, prompt)
    return next_mark if next_mark and next_mark not in own and next_mark not in prompt else None


def _is_shown(before: str, after: str, prompt: str) -> bool:
    """Whether an answer announces what somebody says, or consists of it; but not of its own prompt, and a reply."""
    if before.strip():
        return before.rstrip().endswith((":", "："))
    return not after.lstrip().startswith(prompt.strip()[:_HEAD])


def _first_places(prose: str) -> dict[str, tuple[int, int]]:
    """``mark -> place`` of where each mark of a user stands first: what follows a later one also follows that."""
    places: dict[str, tuple[int, int]] = {}
    for asked in _ASKED.finditer(prose):
        places.setdefault(asked[1], asked.span())
    return places


def _is_dialogue(prose: str) -> bool:
    """Whether others than a user and an assistant speak again and again, as in a play."""
    counts = Counter(name for name in _SPEAKER.findall(prose) if not is_role_name(name))
    return any(count > 1 for count in counts.values())


def _in_prompt(prose: str) -> str | None:
    """Says which reply mark a prompt ends with, as one that was rendered twice does; examples before it explain it."""
    ends = _ENDS.search(prose)
    if ends is None or _DIALOGUE.search(prose[: ends.start()]):
        return None
    asked = len(_ASKED.findall(prose))
    if asked > 1 or len(_REPLIED.findall(prose)) > 1:
        return None
    return f"ends its prompt with the role mark `{ends[1]}`"
