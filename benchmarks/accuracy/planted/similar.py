"""Look-alikes: groups of records that resemble each other and yet each teach something of their own."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from benchmarks.accuracy.grammar import Words, fill, load
from benchmarks.accuracy.planted import ALL_SHAPES, GROUP, Lookalike
from benchmarks.accuracy.samples import Sample
from benchmarks.accuracy.tools import same_request
from benchmarks.accuracy.writer import Exchange, Writer

_LANGUAGES = ("english", "german", "french", "spanish", "chinese")


def _samples(writer: Writer, pairs: Sequence[tuple[str, str]], topic: str = "databases") -> list[Sample]:
    """One sample for each distinct prompt."""
    distinct = dict(pairs)
    return [
        Sample((Exchange(prompt, answer, topic),), rejected=writer.sentence(topic), thought=writer.sentence(topic))
        for prompt, answer in distinct.items()
    ]


def _topic(rng: random.Random) -> str:
    return rng.choice(list(load("topics")))


def _short_answers(writer: Writer) -> list[Sample]:
    """Answers of a word to prompts that ask for no more."""
    answers = load("lookalikes")["short_answers"]
    topics = [_topic(writer.rng) for _ in range(GROUP)]
    asked = [f"{writer.sentence(one)} Answer in a word or two. {writer.exchange(one).prompt}" for one in topics]
    return _samples(writer, [(prompt, writer.rng.choice(answers)) for prompt in asked])


def _other_numbers(writer: Writer) -> list[Sample]:
    problem = writer.rng.choice(load("code")["maths"]["problems"])
    topic = _topic(writer.rng)
    words = writer.vocabulary(topic)
    names = ("name", "name2", "thing", "place", "people", "tool")
    bound = {name: writer.rng.choice(words[name.rstrip("2")]) for name in names}
    return _samples(writer, [writer.problem(topic, problem, bound)[:2] for _ in range(GROUP)])


def _other_entities(writer: Writer) -> list[Sample]:
    material = load("lookalikes")
    prompt, answer = writer.rng.choice(material["entities"])
    words: Words = {**load("english")["words"], **{k: v for k, v in material.items() if k.isalpha()}}
    words = {**words, "year": [str(year) for year in range(1801, 1999)]}
    pairs = []
    for _ in range(GROUP):
        filled = fill(writer.rng, f"{prompt}\n\n\n{answer}", words)
        pairs.append((filled.partition("\n\n\n")[0], filled.partition("\n\n\n")[2]))
    return _samples(writer, pairs)


def _long_system(writer: Writer) -> list[Sample]:
    prompt = load("lookalikes")["system_prompt"][0]
    exchanges = [writer.exchange(_topic(writer.rng)) for _ in range(GROUP)]
    return _samples(writer, [(f"{prompt}\n\nVisitor: {one.prompt}", one.answer) for one in exchanges])


def _shared_instruction(writer: Writer) -> list[Sample]:
    instruction = writer.rng.choice(load("lookalikes")["instructions"])
    topics = [_topic(writer.rng) for _ in range(GROUP)]
    return _samples(
        writer, [(f"{instruction}\n\n{writer.sentence(topic)}", writer.sentence(topic)) for topic in topics]
    )


def _passages(writer: Writer) -> list[Sample]:
    """Three to eight questions about each of some passages."""
    pairs: list[tuple[str, str]] = []
    while len(pairs) < GROUP:
        topic = _topic(writer.rng)
        passage = " ".join(dict.fromkeys(writer.sentence(topic) for _ in range(5)))
        patterns = writer.rng.sample(load("lookalikes")["questions"], writer.rng.randint(3, 8))
        asked = [fill(writer.rng, pattern, writer.vocabulary(topic)) for pattern in patterns]
        pairs += [(f"{passage}\n\n{question}", writer.sentence(topic)) for question in asked]
    return _samples(writer, pairs)


def _boilerplate(writer: Writer) -> list[Sample]:
    stub = load("lookalikes")["stub"][0]
    functions = load("lookalikes")["functions"][:GROUP]
    return _samples(
        writer, [(stub.format(name=name, doc=doc), f"```python\n{body}\n```") for name, doc, body in functions]
    )


def _other_language(writer: Writer) -> list[Sample]:
    pairs = []
    for row in load("lookalikes")["translations"]:
        for language, question in zip(_LANGUAGES, row, strict=True):
            pairs.append((question, writer.answer(_topic(writer.rng) if language == "english" else language)))
    return _samples(writer, pairs)


def _think_in_prose(writer: Writer) -> list[Sample]:
    """Answers about the tag; none of them thinks."""
    openings = (
        "`<think>` is a tag that some models write first.",
        "Models put thoughts between `<think>` and `</think>`.",
        "The <think> tag is removed by the server.",
        "Use <think> sparingly.",
        "Strip everything up to `</think>`, then:",
        'A literal "<think>" must be escaped in XML.',
        "There is no <think> element in HTML.",
    )
    exchanges = [writer.exchange(_topic(writer.rng)) for _ in range(GROUP)]
    return _samples(writer, [(one.prompt, f"{writer.rng.choice(openings)} {one.answer}") for one in exchanges])


def _headings(writer: Writer) -> list[Sample]:
    """Answers with headings that look like a template's headers."""
    headings = (
        "### Steps",
        "## Example",
        "### Summary:",
        "Note:",
        "Q: Is that all?\nA: Nearly.",
        "# Answer sheet",
        "### Input",
        "### Notes:",
    )
    pairs = []
    for _ in range(GROUP):
        topic = _topic(writer.rng)
        one, more = writer.exchange(topic), writer.answer(topic)
        pairs.append((one.prompt, f"{one.answer}\n\n{writer.rng.choice(headings)}\n{more}"))
    return _samples(writer, pairs)


def _few_shot(writer: Writer) -> list[Sample]:
    preamble = load("lookalikes")["few_shot"][0]
    topics = [_topic(writer.rng) for _ in range(GROUP)]
    classes = ("praise", "complaint", "question")
    return _samples(writer, [(f"{preamble} {writer.sentence(t)}\nClass:", writer.rng.choice(classes)) for t in topics])


def _tool_requests(writer: Writer) -> list[Sample]:
    calls = {call.prompt: call for call in (same_request(writer.rng) for _ in range(GROUP))}
    return [Sample((Exchange(call.prompt, call.answer, "weather"),), call=call) for call in calls.values()]


# class -> how it is made, and the shapes whose datasets it can stand in
LOOKALIKES: Mapping[str, Lookalike] = {
    "short factual answers": (_short_answers, ALL_SHAPES),
    "one exercise, other numbers": (_other_numbers, ALL_SHAPES),
    "one question, other names": (_other_entities, ALL_SHAPES),
    "shared long system prompt": (_long_system, ALL_SHAPES),
    "shared instruction, other inputs": (_shared_instruction, ALL_SHAPES),
    "questions about one passage": (_passages, ALL_SHAPES),
    "code with shared boilerplate": (_boilerplate, ALL_SHAPES),
    "same question in other languages": (_other_language, ALL_SHAPES),
    "`<think>` in prose": (_think_in_prose, ALL_SHAPES),
    "headings like headers": (_headings, ALL_SHAPES),
    "shared few-shot preamble": (_few_shot, ALL_SHAPES),
    "shared tools, other calls": (_tool_requests, ("tools",)),
}
