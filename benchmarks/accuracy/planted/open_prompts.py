"""T002: prompts that ask for nothing or for anything, and what only looks like it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from benchmarks.accuracy.grammar import fill, load
from benchmarks.accuracy.planted import ALL_SHAPES, GROUP, DatasetDefect, Entries, Lookalike, TextDefect
from benchmarks.accuracy.samples import SHAPES, Sample
from benchmarks.accuracy.writer import Exchange, Writer

_WORDS: Mapping[str, Sequence[str]] = load("open_prompts")
_TOPICS = tuple(load("topics"))
_FOREIGN = ("german", "french", "spanish", "chinese")
Spoil = Callable[[Writer, Sample], Sample]


def _prompt(name: str) -> Spoil:
    """The first prompt is one of a list, and is answered in English at length."""

    def spoil(writer: Writer, sample: Sample) -> Sample:
        topic = writer.rng.choice(_TOPICS)
        asked = fill(writer.rng, writer.rng.choice(_WORDS[name]), writer.vocabulary(topic))
        return _replaced(writer, sample, asked, topic)

    return spoil


def _thing(writer: Writer, sample: Sample) -> Sample:
    topic = writer.rng.choice(_TOPICS)
    asked = fill(
        writer.rng, writer.rng.choice(("The {thing}", "{A_thing}.", "{thing}s in general")), writer.vocabulary(topic)
    )
    return _replaced(writer, sample, asked, topic)


def _replaced(writer: Writer, sample: Sample, asked: str, topic: str) -> Sample:
    answer = f"{writer.sentence(topic)}{'' if topic == 'chinese' else ' '}{writer.answer(topic)}"
    first = Exchange(asked, answer, topic)
    return sample._replace(exchanges=(first, *sample.exchanges[1:]), rejected=writer.answer(topic))


DEFECTS = [
    TextDefect("T002.no_request", "topic", _prompt("topics")),
    TextDefect("T002.no_request", "thing", _thing),
    TextDefect("T002.no_request", "statement", _prompt("statements")),
    TextDefect("T002.no_request", "greeting", _prompt("greetings")),
    *(
        TextDefect("T002.boundless_request", name, _prompt(name))
        for name in ("everything", "something", "about", "bare")
    ),
]


def _all(name: str) -> Callable[[Writer], Entries]:
    """A dataset of nothing else."""

    def make(writer: Writer) -> Entries:
        records: dict[str, Sample] = {}
        while len(records) < 40:
            topic = writer.rng.choice(_TOPICS)
            asked = fill(
                writer.rng, writer.rng.choice(_WORDS[name] if name else ["{Thing}s"]), writer.vocabulary(topic)
            )
            records[asked] = Sample((Exchange(asked, writer.answer(topic), topic),))
        return [("train", SHAPES["alpaca"](sample), "", "") for sample in records.values()]

    return make


def _foreign(language: str) -> Callable[[Writer], Entries]:
    """A dataset in another language with some open prompts."""

    def make(writer: Writer) -> Entries:
        clean = {(one := writer.exchange_in(language)).prompt: one for _ in range(60)}
        entries: Entries = [("train", SHAPES["messages"](Sample((one,))), "", "") for one in clean.values()]
        for asked in _WORDS[language]:
            wide = any(mark in asked for mark in " -说聊告写")
            kind = "T002.boundless_request" if wide and not asked.startswith(("Die ", "La ")) else "T002.no_request"
            sample = Sample((Exchange(asked, writer.answer(language), language),))
            entries.append(("train", SHAPES["messages"](sample), kind, ""))
        return entries

    return make


DATASETS = [
    DatasetDefect("T002.mostly_open", "topics", _all("")),
    DatasetDefect("T002.mostly_open", "about", _all("about")),
    *(DatasetDefect("", language, _foreign(language)) for language in _FOREIGN),
]


def _pairs(name: str) -> Callable[[Writer], list[Sample]]:
    """Prompts of a list with their answers."""
    return lambda writer: [_sample(writer, *line.split(" => ")) for line in _WORDS[name]]


def _sample(writer: Writer, asked: str, answer: str) -> Sample:
    topic = writer.rng.choice(_TOPICS)
    rejected, thought = writer.answer(topic), writer.sentence(topic)
    return Sample((Exchange(asked, answer, topic),), rejected=rejected, thought=thought)


def _searches(writer: Writer) -> list[Sample]:
    """Keywords, with the task in the system prompt."""
    return [
        _sample(writer, asked, writer.answer(writer.rng.choice(_TOPICS)))._replace(system=system)
        for asked in _WORDS["keywords"]
        for system in _WORDS["systems"]
    ]


def _remarks(writer: Writer) -> list[Sample]:
    return [_sample(writer, remark, label) for remark, label in zip(_WORDS["remarks"], _WORDS["labels"], strict=True)]


def _later(writer: Writer) -> list[Sample]:
    """A follow-up that is not judged by itself."""
    samples = []
    for number in range(GROUP):
        topic = writer.rng.choice(_TOPICS)
        later = Exchange(_WORDS["follow_ups"][number % len(_WORDS["follow_ups"])], writer.answer(topic), topic)
        samples.append(Sample((writer.exchange(topic), later)))
    return samples


LOOKALIKES: Mapping[str, Lookalike] = {
    "a short but clear prompt": (_pairs("clear"), ALL_SHAPES),
    "a request with a scope": (_pairs("scoped"), ALL_SHAPES),
    "a riddle or a problem without a question mark": (_pairs("riddles"), ALL_SHAPES),
    "a trouble or a wish": (_pairs("troubles"), ALL_SHAPES),
    "a greeting that is greeted back": (_pairs("small_talk"), ALL_SHAPES),
    "keywords with a system prompt that states the task": (_searches, ("messages", "think")),
    "a remark to classify": (_remarks, ALL_SHAPES),
    "an open follow-up": (_later, ("multi-turn",)),
}
