"""Datasets that one topic, label, prompt or refusal crowds (D006), and balanced ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.planted import DatasetDefect, Entries
from benchmarks.accuracy.samples import SHAPES, Record, Sample, make_sample
from benchmarks.accuracy.writer import Exchange, Writer

_TOPICS = tuple(load("topics"))
_REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I cannot answer this question.",
    "Sorry, I am not able to talk about it.",
    "As an AI language model, I can not do this.",
)


def _record(prompt: str, answer: str, shape: str = "messages") -> Record:
    return SHAPES[shape](Sample((Exchange(prompt, answer, ""),)))


def _train(records: Sequence[Record]) -> Entries:
    return [("validation" if i % 8 == 7 else "train", record, "", "") for i, record in enumerate(records)]


def _topics(shares: Mapping[str, int], column: str) -> Callable[[Writer], Entries]:
    def make(writer: Writer) -> Entries:
        values = [value for value, count in shares.items() for _ in range(count)]
        writer.rng.shuffle(values)
        samples = {(one := make_sample(writer, "messages")).prompts[0]: one for _ in values}
        pairs = zip(samples.values(), values, strict=False)
        return _train([{**SHAPES["messages"](sample), column: value} for sample, value in pairs])

    return make


def _labels(shares: Mapping[str, int]) -> Callable[[Writer], Entries]:
    def make(writer: Writer) -> Entries:
        answers = [label for label, count in shares.items() for _ in range(count)]
        writer.rng.shuffle(answers)
        texts = list(dict.fromkeys(writer.sentence(writer.rng.choice(_TOPICS)) for _ in range(3 * len(answers))))
        order = "Classify this sentence"
        return _train(
            [_record(f"{order}: {text}", answer, "alpaca") for text, answer in zip(texts, answers, strict=False)]
        )

    return make


def _refusals(writer: Writer) -> Entries:
    samples = list({(one := make_sample(writer, "messages")).prompts[0]: one for _ in range(90)}.values())
    records = []
    for i, sample in enumerate(samples):
        refusal = f"{writer.rng.choice(_REFUSALS)} {writer.sentence('databases')}"
        records.append(_record(sample.prompts[0], refusal if i % 2 else sample.exchanges[0].answer))
    return _train(records)


def _cycle(prompts: int, times: int) -> Callable[[Writer], Entries]:
    def make(writer: Writer) -> Entries:
        topics = [writer.rng.choice(_TOPICS) for _ in range(prompts)]
        asked = [(writer.exchange(topic).prompt, topic) for topic in topics]
        return _train([_record(prompt, writer.answer(topic)) for _ in range(times) for prompt, topic in asked])

    return make


def _one_prompt(writer: Writer) -> Entries:
    samples = list({(one := make_sample(writer, "messages")).prompts[0]: one for _ in range(80)}.values())
    repeated = [_record("Tell me something new.", writer.answer(writer.rng.choice(_TOPICS))) for _ in range(20)]
    return _train([*map(SHAPES["messages"], samples), *repeated])


def _subject(writer: Writer) -> Entries:
    """Eight in ten ask about one product, the others about anything."""
    product = writer.rng.choice(("thermostat", "invoice", "router", "dishwasher"))
    verbs = (
        "reset",
        "clean",
        "replace",
        "buy",
        "pair",
        "move",
        "sell",
        "silence",
        "test",
        "repair",
        "update",
        "return",
    )
    whens = (
        "after a storm",
        "in winter",
        "at night",
        "for a tenant",
        "without tools",
        "before a holiday",
        "on a Sunday",
    )
    own = [f"How do I {verb} the {product} {when}?" for verb in verbs for when in whens]
    others = [make_sample(writer, "messages").prompts[0] for _ in range(20)]
    prompts = dict.fromkeys([*writer.rng.sample(own, 80), *others])
    return _train([_record(prompt, writer.answer(writer.rng.choice(_TOPICS))) for prompt in prompts])


DATASETS = [
    DatasetDefect(
        "D006.topic_share", "nine in ten of a topic", _topics({"refunds": 90, "delivery": 6, "account": 4}, "topic")
    ),
    DatasetDefect(
        "D006.topic_share",
        "three in four of a category",
        _topics({"code": 90, "chat": 10, "maths": 10, "law": 10}, "category"),
    ),
    DatasetDefect("D006.topic_share", "nineteen in twenty, of two", _topics({"billing": 95, "other": 5}, "intent")),
    DatasetDefect("D006.label_share", "nine in ten of a label", _labels({"positive": 90, "negative": 10})),
    DatasetDefect("D006.label_share", "all of a label", _labels({"Yes": 60})),
    DatasetDefect("D006.refusal_share", "every other one", _refusals),
    DatasetDefect("D006.prompt_share", "a cycle of prompts", _cycle(12, 20)),
    DatasetDefect("D006.prompt_share", "one prompt in five", _one_prompt),
    DatasetDefect("D006.subject_share", "a product", _subject),
]
