"""D004 and D005 where a record is about a text or a picture that stands beside its question.

One question about many passages, or about many pictures, is many questions; the same about the same one is a copy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.planted import ALIKE, GROUP, DatasetDefect, Entries
from benchmarks.accuracy.samples import Record
from benchmarks.accuracy.writer import Writer

_FILLED, _HELD_OUT, _COPIES = 150, 60, 6
_CLOSED = (  # a question, and what may be the answer to it
    ("Is what you see here friendly or not?", "Friendly.", "Not friendly.", "Both."),
    ("Is anybody named here?", "Yes.", "No."),
    ("Would this suit a child of ten?", "Yes, it would.", "No, it would not."),
)
_OPEN = ("Describe what you see here.", "Summarise it in a few sentences.", "What could one learn from this?")

Show = Callable[[str, str, str], Record]  # question, what is shown, answer -> record


def _passage(writer: Writer) -> str:
    topic = writer.rng.choice(list(load("topics")))
    return " ".join(dict.fromkeys(writer.sentence(topic) for _ in range(writer.rng.randint(3, 6))))


def _picture(writer: Writer) -> str:
    return f"pictures/{writer.rng.randrange(10**9):09}.jpg"


def _dolly(question: str, passage: str, answer: str) -> Record:
    return {"instruction": question, "context": passage, "response": answer}


def _squad(question: str, passage: str, answer: str) -> Record:
    return {"question": question, "context": passage, "answer": answer}


def _llava(question: str, picture: str, answer: str) -> Record:
    said = [{"from": "human", "value": f"<image>\n{question}"}, {"from": "gpt", "value": answer}]
    return {"image": picture, "conversations": said}


def _parts(question: str, picture: str, answer: str) -> Record:
    shown = {"type": "image_url", "image_url": {"url": f"https://example.org/{picture}"}}
    content: list[dict[str, Any]] = [shown, {"type": "text", "text": question}]
    return {"messages": [{"role": "user", "content": content}, {"role": "assistant", "content": answer}]}


def _dataset(name: str, show: Show, make_shown: Callable[[Writer], str]) -> Callable[[Writer], Entries]:
    """Records of many questions, a few questions about many things each, and copies of records in either split."""

    def make(writer: Writer) -> Entries:
        rng = writer.rng
        several = [writer.exchange(rng.choice(list(load("topics")))) for _ in range(_FILLED + _HELD_OUT)]
        asked = [(one.prompt, make_shown(writer), one.answer) for one in several]
        splits = ["train"] * _FILLED + ["validation"] * _HELD_OUT
        entries: Entries = [(split, show(*one), "", "") for split, one in zip(splits, asked, strict=True)]
        for number in range(GROUP):
            question, *answers = rng.choice(_CLOSED)
            if number % 2:
                question, answers = rng.choice(_OPEN), [writer.answer(rng.choice(list(load("topics"))))]
            record = show(question, make_shown(writer), rng.choice(answers))
            entries.append((rng.choice(("train", "validation")), record, ALIKE, name))
        copied = rng.sample(asked[:_FILLED], 3 * _COPIES)
        for number, (prompt, shown, answer) in enumerate(copied):
            other = writer.answer(rng.choice(list(load("topics"))))
            split, said, kind = (
                ("train", answer, "D005.duplicate_of"),
                ("validation", answer, "D004.leaked_record"),
                ("validation", other, "D004.leaked_prompt"),
            )[number % 3]
            entries.append((split, show(prompt, shown, said), kind, f"with {name}"))
        return entries

    return make


DATASETS = [
    DatasetDefect("", "a passage in its column", _dataset("one question, other contexts", _dolly, _passage)),
    DatasetDefect("", "a context in its column", _dataset("one question, other contexts", _squad, _passage)),
    DatasetDefect("", "a picture in its column", _dataset("one question, other pictures", _llava, _picture)),
    DatasetDefect("", "a picture in a part", _dataset("one question, other pictures", _parts, _picture)),
]
