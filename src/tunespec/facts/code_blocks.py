"""D008's facts: are the code blocks of the answers whole, well-formed, indented and fenced?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from tunespec.facts import Fact, not_applicable
from tunespec.facts.syntax import Complaint
from tunespec.facts.syntax.context import is_shown_on_purpose
from tunespec.facts.syntax.languages import SURE, canonical_language
from tunespec.facts.syntax.python import lost_indentation
from tunespec.facts.syntax.trees import GRAMMARS, installed, tree_complaint
from tunespec.facts.unfenced import unfenced_code
from tunespec.fences import Block
from tunespec.findings import Mark
from tunespec.passages import Passages, loses, turn_note
from tunespec.records import Records

_NO_EXTRA = "judging other languages needs an extra: pip install 'tunespec[code]'"
_NO_ANSWER = "no record has an answer"
_REMEMBERED = 4096  # verdicts on blocks; more would keep the user's code in memory


class Answer(NamedTuple):
    """An answer with fences: its record's row, where it is (see ``turn_note``), and the prompts before it."""

    row: int
    where: str
    text: str
    blocks: list[Block]
    prompt: Callable[[], str]


@dataclass
class _Judged:
    """What was found of one kind, and in which records it was looked for."""

    marks: dict[int, Mark] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)

    def fact(self, name: str, reason: str) -> Fact:
        return Fact(name, self.marks, len(self.rows), None if self.rows else reason)


def code_block_facts(records: Records, passages: Passages) -> list[Fact]:
    """Every fact of D008. Only answers count: a prompt may show broken code in order to have it mended."""
    answers = list(_answers(records, passages))
    sure, suspect, indented = _Judged(), _Judged(), _Judged()
    extra = installed()
    for answer in answers:
        for number, block in enumerate(answer.blocks, start=1):
            if block.closed and not block.fault and block.body.strip():
                _judge(answer, number, block, sure=sure, suspect=suspect if extra else None, indented=indented)
    others = "no answer has a block of JavaScript, TypeScript, Java, Go, Rust, C, C++ or SQL"
    return [
        _code_fence(passages, answers),
        sure.fact("syntax_error", "no answer has a block of Python, JSON, TOML or YAML"),
        suspect.fact("suspect_syntax", others) if extra else not_applicable("suspect_syntax", _NO_EXTRA),
        indented.fact("lost_indentation", "no answer has a block of Python"),
        unfenced_code(records, passages),
    ]


def _answers(records: Records, passages: Passages) -> Iterator[Answer]:
    """The answers with fences. A losing answer may be broken: that is what it loses for."""
    rows, turns, roles, texts = (passages.columns[name] for name in ("row", "turn", "role", "text"))

    def prompts_before(index: int) -> Callable[[], str]:
        def joined() -> str:
            first = next((i for i in range(index, -1, -1) if rows[i] != rows[index]), -1) + 1
            return "\n".join(texts[i] for i in range(first, index) if roles[i] == "prompt")

        return joined

    for index, found in passages.blocks.items():
        conversation = records.conversations[rows[index]]
        if roles[index] != "answer" or conversation is None or loses(conversation, turns[index]):
            continue
        where = turn_note(records, rows[index], turns[index])
        yield Answer(rows[index], where, texts[index], found, prompts_before(index))


def _judge(
    answer: Answer, number: int, block: Block, *, sure: _Judged, suspect: _Judged | None, indented: _Judged
) -> None:
    """One block: a lost indentation is told once, and not as a syntax error too."""
    language = canonical_language(block.language)
    tagged = language == "python"
    if language in SURE:
        sure.rows.add(answer.row)
    if tagged or (not block.info and "def " in block.body):
        indented.rows.add(answer.row)
        line = _lost_indentation(block.body, tagged)
        if line is not None and not is_shown_on_purpose(answer.text, block, answer.prompt()):
            message = "a body stands no deeper than its head, as if the indentation had been stripped"
            _mark(indented, answer, "Python", number, Complaint(line, message))
            return
    if language in SURE:
        name, _ = SURE[language]
        _complain(sure, answer, name, number, block, _sure(language, block.body))
    elif language in GRAMMARS and suspect is not None:
        suspect.rows.add(answer.row)
        name = GRAMMARS[language].name
        _complain(suspect, answer, name, number, block, _suspect(language, block.body))


def _complain(
    judged: _Judged, answer: Answer, name: str, number: int, block: Block, complaint: Complaint | None
) -> None:
    if complaint is not None and not is_shown_on_purpose(answer.text, block, answer.prompt()):
        _mark(judged, answer, name, number, complaint)


def _mark(judged: _Judged, answer: Answer, name: str, number: int, complaint: Complaint) -> None:
    text = f"{name} block {number}, line {complaint.line}: {complaint.message}{answer.where}"
    judged.marks.setdefault(answer.row, Mark(text))


# A block stands in many records of a dataset, often near each other: most are parsed once.
@lru_cache(_REMEMBERED)
def _sure(language: str, body: str) -> Complaint | None:
    return SURE[language][1](body)


@lru_cache(_REMEMBERED)
def _suspect(language: str, body: str) -> Complaint | None:
    return tree_complaint(language, body)


@lru_cache(_REMEMBERED)
def _lost_indentation(body: str, tagged: bool) -> int | None:
    return lost_indentation(body, tagged=tagged)


def _code_fence(passages: Passages, answers: list[Answer]) -> Fact:
    marks: dict[int, Mark] = {}
    for answer in answers:
        if (fault := _fault(answer)) is not None:
            marks.setdefault(answer.row, Mark(f"{fault}{answer.where}"))
    examined = passages.records_with("answer")
    return Fact("code_fence", marks, examined, None if examined else _NO_ANSWER)


def _fault(answer: Answer) -> str | None:
    for number, block in enumerate(answer.blocks, start=1):
        if not block.closed:
            return _unclosed(number, block)
        if block.fault:
            return f"code block {number} {block.fault}"
    return None


def _unclosed(number: int, block: Block) -> str:
    if not block.body.strip():
        return f'ends with a fence ("{block.fence}") that closes and opens nothing'
    other = "~~~" if block.fence[0] == "`" else "```"
    lines = {line.strip() for line in block.body.splitlines()}
    if other in lines or block.fence[:3] in lines:
        shown = other if other in lines else block.fence[:3]
        return f'code block {number} opens with "{block.fence}" and is closed by "{shown}"'
    return f'code block {number} opens with "{block.fence}" and is never closed'
