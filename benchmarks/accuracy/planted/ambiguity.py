"""D007: prompts that leave open what is asked, answers that leave open what is right, and what only looks like it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.planted import (
    ALL_SHAPES,
    GROUP,
    DatasetDefect,
    Entries,
    Lookalike,
    TextDefect,
    answered,
    asked,
)
from benchmarks.accuracy.samples import SHAPES, Sample, make_sample
from benchmarks.accuracy.writer import Exchange, Writer

_WORDS: Mapping[str, Sequence[str]] = load("ambiguity")
Spoil = Callable[[Writer, Sample], Sample]


def _prompt(name: str) -> Spoil:
    """The whole first prompt is one of a list."""
    return lambda writer, sample: asked(sample, lambda _: writer.rng.choice(_WORDS[name]))


def _answer(name: str) -> Spoil:
    return lambda writer, sample: answered(sample, lambda _: writer.rng.choice(_WORDS[name]))


def _several(count: int, joint: str) -> Spoil:
    def spoil(writer: Writer, sample: Sample) -> Sample:
        questions = writer.rng.sample(list(_WORDS["questions"]), count)
        return asked(sample, lambda _: joint.join([questions[0], *(_continued(q, joint) for q in questions[1:])]))

    return spoil


def _continued(question: str, joint: str) -> str:
    return question if joint == " " else question[0].lower() + question[1:]


def _letter(writer: Writer, sample: Sample) -> Sample:
    question = writer.rng.choice(_WORDS["questions"])
    return answered(asked(sample, lambda _: question), lambda _: writer.rng.choice(_WORDS["letters"]))


# A conversation of several turns has other prompts that may hold what the first lacks, in `text` the headers do.
_SINGLE = tuple(shape for shape in ALL_SHAPES if shape != "multi-turn")

DEFECTS = [
    TextDefect("D007.several_questions", "three", _several(3, " ")),
    TextDefect("D007.several_questions", "four", _several(4, " ")),
    TextDefect("D007.several_questions", "also", _several(3, " Also, ")),
    *(
        TextDefect("D007.missing_reference", name.removeprefix("missing_"), _prompt(name))
        for name in (
            "missing_below",
            "missing_above",
            "missing_attached",
            "missing_bare",
            "missing_thing",
            "missing_turn",
        )
    ),
    TextDefect("D007.hedged_answer", "bare", _answer("hedges")),
    TextDefect("D007.hedged_answer", "A or B", _answer("hedges_open")),
    TextDefect("D007.choices_missing", "prompt", _prompt("which")),
    TextDefect("D007.choices_missing", "letter", _letter, _SINGLE),
]


def _conflicts(shape: str, change: Callable[[str], str]) -> Callable[[Writer], Entries]:
    """A dataset in which some prompts come twice, with another answer."""

    def make(writer: Writer) -> Entries:
        samples = {s.prompts[0]: s for s in (make_sample(writer, shape) for _ in range(160))}
        first = list(samples.values())
        entries: Entries = [("train", SHAPES[shape](sample), "", "") for sample in first]
        for sample in writer.rng.sample(first, 12):
            again = asked(sample, change)
            again = again._replace(exchanges=tuple(e._replace(answer=writer.answer(e.topic)) for e in again.exchanges))
            entries.append(("train", SHAPES[shape](again), "D007.conflicting_answer", ""))
        return entries

    return make


def _labels(answers: tuple[str, str]) -> Callable[[Writer], Entries]:
    def make(writer: Writer) -> Entries:
        samples = list({e.prompt: e for e in (writer.exchange("databases") for _ in range(120))}.values())
        rows = [(one.prompt, writer.rng.choice(answers)) for one in samples]
        entries: Entries = [("train", {"prompt": p, "completion": a}, "", "") for p, a in rows]
        for prompt, answer in writer.rng.sample(rows, 6):
            other = answers[1] if answer == answers[0] else answers[0]
            entries.append(("train", {"prompt": prompt, "completion": other}, "D007.contradicting_label", ""))
        return entries

    return make


DATASETS = [
    DatasetDefect("", "same prompt", _conflicts("messages", str)),
    DatasetDefect("", "other case", _conflicts("alpaca", str.lower)),
    DatasetDefect("", "no end mark", _conflicts("question/answer", lambda text: text.rstrip(".?!"))),
    DatasetDefect("", "several turns", _conflicts("multi-turn", str)),
    DatasetDefect("", "yes and no", _labels(("Yes.", "No."))),
    DatasetDefect("", "labels", _labels(("praise", "complaint"))),
]


def _pairs(name: str) -> Callable[[Writer], list[Sample]]:
    """Prompts of a list with proper answers: ``prompt => answer`` where it has one."""

    def make(writer: Writer) -> list[Sample]:
        return [_sample(writer, *line.split(" => ")) for line in _WORDS[name]]

    return make


def _sample(writer: Writer, prompt: str, answer: str = "") -> Sample:
    topic = writer.rng.choice(list(load("topics")))
    exchange = Exchange(prompt, answer or writer.answer(topic), topic)
    return Sample((exchange,), rejected=writer.answer(topic), thought=writer.sentence(topic))


def _with_passage(writer: Writer) -> list[Sample]:
    """A reference with the text that it means, before or after it."""
    return [_sample(writer, prompt) for prompt in _references(writer)]


def _references(writer: Writer) -> Iterator[str]:
    for _ in range(GROUP):
        topic = writer.rng.choice(list(load("topics")))
        passage = " ".join(writer.sentence(topic) for _ in range(writer.rng.randint(1, 5)))
        order = writer.rng.choice(_WORDS["references"])
        yield writer.rng.choice(
            (f"{order}\n\n{passage}", f"{passage}\n\n{order}", f"{order}\n{passage}", f'{order} "{passage}"')
        )


LOOKALIKES: Mapping[str, Lookalike] = {
    "a reference with its text": (_with_passage, ALL_SHAPES),
    "a reference without need of a text": (_pairs("no_reference"), ALL_SHAPES),
    "one question in several sentences": (_pairs("one_question"), ALL_SHAPES),
    "an answer that says on what it depends": (_pairs("depends"), ALL_SHAPES),
    "choices that are there": (_pairs("choices"), ALL_SHAPES),
    "an answer that asks for the missing text": (_pairs("asks_back"), ALL_SHAPES),
}
