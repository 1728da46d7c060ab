"""The marks with which a text says whose turn it is, as people and programs type them: `User:`, `**AI:**`."""

from __future__ import annotations

import re
from typing import NamedTuple

# Who asks and who replies, by the way in which they are paired; the names in small letters.
_ROLES = "human|user|prompter|benutzer|nutzer|utilisateur|usuario|utente|用户|人类|ユーザー|사용자|пользователь"
_WEAK_ROLES = "customer|student|client|visitor"  # people of plays, too: only a machine's reply makes them a chat's
_MACHINES = (
    "assistant|ai|bot|chatbot|chatgpt|gpt|gpt-4|model|ai assistant|assistent|asistente|assistente|ki|ia"
    "|助手|助理|机器人"
    "|アシスタント|어시스턴트|ассистент"
)
_QUESTIONS, _ANSWERS = "q|question|frage|pregunta|问", "a|answer|antwort|réponse|respuesta|答"
_INPUTS, _OUTPUTS = "instruction|input|prompt", "response|output|completion"
_WEAK_REPLIES = "agent"
_NAMES = f"{_ROLES}|{_WEAK_ROLES}|{_MACHINES}|{_QUESTIONS}|{_ANSWERS}|{_INPUTS}|{_OUTPUTS}|{_WEAK_REPLIES}"
_NAMES = "|".join(sorted(_NAMES.split("|"), key=len, reverse=True))
_MARK = (
    rf"(?:\*\*|__)?(?:{_NAMES})(?: ?\d)?(?:\*\*|__)? ?[:：](?:\*\*|__)?"
    rf"|\#{{1,4}} ?(?:{_NAMES})\b ?:?(?=\s*(?:\n|$)|(?<=:))"
    rf"|(?:\[\|?|<|\|)(?:{_NAMES})(?:\|?\]|>|\|):?"
)
MARK = re.compile(rf"(?mi)^[ \t]*({_MARK})[ \t]*")
MARK_GATE = rf"(?mi)^[ \t]*(?:\*\*|__|#{{1,4}} ?|[\[<|]\|?)?(?:{_NAMES})(?: ?\d)?[ *_|\]>]{{0,3}}(?:[:：]|$|[\]>|])"
_NAME = re.compile(rf"(?i){_NAMES}")
_KINDS = {
    name: kind
    for kind, names in (
        ("role", _ROLES), ("weak role", _WEAK_ROLES), ("machine", _MACHINES), ("question", _QUESTIONS),
        ("answer", _ANSWERS), ("input", _INPUTS), ("output", _OUTPUTS), ("weak reply", _WEAK_REPLIES),
    )
    for name in names.split("|")
}  # fmt: skip
_REPLIES = {
    "role": {"machine", "weak reply"},
    "weak role": {"machine"},
    "question": {"answer"},
    "input": {"output"},
}
# Who asks for questions, samples or exercises gets questions with answers, and inputs with outputs.
_WANTS_PAIRS = re.compile(
    r"(?i)\bquestions\b|\bquiz|trivia|\bfaqs?\b|q ?& ?a|flash ?cards?|\bexam(?:s|ple|ples)?\b|\bsamples?\b|\btests?\b"
    r"|\b(?:ask|write|create|generate|make|pose|suggest|give)\b[^.?!\n]{0,40}\bquestion|riddle|\bjokes?\b|exercise"
    r"|practice|worksheet|\bfunction\b|\bprogram\b|\bcode\b|algorithm|\binput|\boutput|classif|dataset|training data"
    r"|fragen\b|beispiel|exemple|ejemplo|preguntas|例|题"
)
_STATEMENT = re.compile(r"[.!?。！？…][\"'”’)»]*\s*\Z")
_NEAR = 200  # characters before a mark that are looked at: all of them, for each mark, took the square of a text
_DOUBLED = re.compile(r"(?m)^[ \t]*[-*•]?[ \t]*\w[\w /-]{0,30}:")


class Speaker(NamedTuple):
    """A mark at the beginning of a line: as it stands there, what kind of name it has, where it begins and ends."""

    shown: str
    kind: str
    start: int
    end: int


def is_role_name(name: str) -> bool:
    """Whether a name is one of a chat's roles, and nobody's in a play."""
    return _KINDS.get(name.lower()) is not None


def speakers(text: str) -> list[Speaker]:
    """Every mark of a turn at the beginning of a line."""
    return [
        Speaker(match[1], _KINDS[name[0].lower()], match.start(), match.end())
        for match in MARK.finditer(text)
        if (name := _NAME.search(match[1])) is not None
    ]


def next_turn(answer: str, prompt: str) -> str | None:
    """The mark with which an answer goes on as a conversation: after a sentence, another asks, and is answered."""
    found = speakers(answer)
    for number, asked in enumerate(found):
        if asked.kind not in _REPLIES or not _ends_a_sentence(answer, asked.start):
            continue
        heading = asked.shown.startswith("#") and not asked.shown.endswith(":")
        if asked.kind in {"question", "input"} and (
            heading or _WANTS_PAIRS.search(prompt) or "\n" in answer[found[-1].end :].strip()
        ):
            continue  # asked for, or an inset of a text that goes on
        if asked.kind == "role" and not answer[asked.end :].strip():
            return asked.shown  # cut off where the next turn begins
        if asked.kind == "role" and len(found) == 1 and _is_last_line(answer, asked):
            return asked.shown
        if any(reply.kind in _REPLIES[asked.kind] for reply in found[number + 1 :]):
            return asked.shown
    return None


def _ends_a_sentence(answer: str, end: int) -> bool:
    return _STATEMENT.search(answer, max(0, end - _NEAR), end) is not None


def _is_last_line(answer: str, asked: Speaker) -> bool:
    """Whether a user says a last word, and no list of fields stands around it."""
    return "\n" not in answer[asked.end :].strip() and not _DOUBLED.search(answer[: asked.start])
