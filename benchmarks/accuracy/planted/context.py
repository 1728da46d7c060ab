"""I003: records that refer to a context which is empty, absent or null, beside those that need none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.planted import DatasetDefect, Entries
from benchmarks.accuracy.samples import Record
from benchmarks.accuracy.writer import Writer

_WORDS = load("ambiguity")
_REFERENCES = [
    prompt for name in ("missing_below", "missing_above", "missing_attached", "missing_bare") for prompt in _WORDS[name]
]
_KIND = "I003.empty_context"
_FILLED, _PLANTED = 150, 10


def _passage(writer: Writer) -> str:
    topic = writer.rng.choice(list(load("topics")))
    return " ".join(writer.sentence(topic) for _ in range(writer.rng.randint(2, 5)))


def _dataset(column: str, nothing: Mapping[str, Any]) -> Callable[[Writer], Entries]:
    """A dataset whose column holds a passage for each question, or for each question that needs one."""

    def record(prompt: str, answer: str, context: Mapping[str, Any]) -> Record:
        return {"question": prompt, **context, "answer": answer}

    def make(writer: Writer) -> Entries:
        rng = writer.rng
        entries: Entries = []
        for number in range(_FILLED):  # every other one refers to its passage
            exchange = writer.exchange()
            prompt = rng.choice(_REFERENCES) if number % 2 else exchange.prompt
            said = f"{writer.sentence(exchange.topic)} {exchange.answer}"
            entries.append(("train", record(prompt, said, {column: _passage(writer)}), "", ""))
        for _ in range(_PLANTED * 2):  # needs none
            exchange = writer.exchange()
            entries.append(("train", record(exchange.prompt, exchange.answer, nothing), "", ""))
        for prompt in rng.sample(_REFERENCES, _PLANTED // 2):  # has it in the prompt
            exchange = writer.exchange()
            entries.append(("train", record(f"{prompt}\n\n{_passage(writer)}", exchange.answer, nothing), "", ""))
        for line in rng.sample(list(_WORDS["asks_back"]), _PLANTED // 2):
            prompt, answer = line.split(" => ")
            entries.append(("train", record(prompt, answer, nothing), "", ""))
        for prompt in rng.sample(_REFERENCES, _PLANTED):
            entries.append(("train", record(prompt, writer.exchange().answer, nothing), _KIND, ""))
        return entries

    return make


DATASETS = [
    DatasetDefect("", "an empty column", _dataset("context", {"context": ""})),
    DatasetDefect("", "a null", _dataset("passage", {"passage": None})),
    DatasetDefect("", "no column in some records", _dataset("document", {})),
]
