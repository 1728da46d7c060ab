"""Answers that are too short, too long, walls of text or loops (D003), and right answers that look like them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

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

_TOPICS = tuple(load("topics"))
# The loop and the wall are told from the others in any shape; "text" has no prompt beside its answer's header.
_EVASIONS = (
    "Ok.",
    "idk",
    "I don't know.",
    "k",
    "See above.",
    "no idea",
    "Not sure",
    "hmm",
    "Thanks!",
    "dunno",
    "Google it.",
    "No clue.",
    "Look it up.",
    "Who knows?",
    "lol",
    "Same.",
    "Whatever.",
)
_NOTHING = ("...", "N/A", "-", ".", "TODO", "null", "n/a", "None", "…", "—")
_WORDS = (
    "Yes",
    "No.",
    "Sure.",
    "Maybe.",
    "It depends.",
    "Water.",
    "A lot",
    "Good question.",
    "Fine",
    "Yes.",
    "Many.",
    "Because.",
    "Nope",
    "Patience.",
    "Of course!",
)
_OPEN = (
    "Explain how {a_thing} changes over the years.",
    "Describe {act} for somebody who has never done it.",
    "Why do {people} care about the {thing}?",
    "How do I keep the {thing} in good order?",
    "Write a short article about {act} and the {tool}.",
    "Could you compare {act} with {act2} for me?",
    "How can {people} protect the {thing} from {cause}?",
    "What is the difference between {act} and {act2}?",
    "What should I do when {effect} keeps coming back?",
    "Give me an overview of {act}.",
    "What are the benefits of {act}?",
    "Tell me how {a_thing} works.",
    "Can you explain why {cause} leads to {effect}?",
)


def _short(answers: Sequence[str], *, opened: bool = False) -> Callable[[Writer, Sample], Sample]:
    def spoil(writer: Writer, sample: Sample) -> Sample:
        from benchmarks.accuracy.grammar import fill

        if opened:
            question = fill(writer.rng, writer.rng.choice(_OPEN), writer.vocabulary(writer.rng.choice(_TOPICS)))
            sample = asked(sample._replace(exchanges=sample.exchanges[:1]), lambda _: question)
        return answered(sample, lambda _: writer.rng.choice(answers))

    return spoil


def _rambling(writer: Writer, sample: Sample) -> Sample:
    """Sentence after sentence about anything, without a break."""
    topics = [writer.rng.choice(_TOPICS) for _ in range(writer.rng.randint(250, 350))]
    sentences = dict.fromkeys(writer.sentence(topic) for topic in topics)
    return answered(sample, lambda _: " ".join(sentences))


def _last_again(times: int, joint: str) -> Callable[[Writer, Sample], Sample]:
    def spoil(writer: Writer, sample: Sample) -> Sample:
        again = writer.sentence(writer.rng.choice(_TOPICS))
        return answered(sample, lambda answer: joint.join([answer, *[again] * times]))

    return spoil


def _tail(tail: str) -> Callable[[Writer, Sample], Sample]:
    return lambda _, sample: answered(sample, lambda answer: f"{answer} {tail}")


def _interleaved(writer: Writer, sample: Sample) -> Sample:
    topic = writer.rng.choice(_TOPICS)
    again, others = writer.sentence(topic), [writer.sentence(topic) for _ in range(4)]
    return answered(sample, lambda _: " ".join(part for other in others for part in (other, again)))


def _spread(times: int, joint: str) -> Callable[[Writer, Sample], Sample]:
    """One sentence several times, with others before, between and after."""

    def spoil(writer: Writer, sample: Sample) -> Sample:
        topic = writer.rng.choice(_TOPICS)
        again, others = writer.sentence(topic), list(dict.fromkeys(writer.sentence(topic) for _ in range(20)))
        parts = [part for other in others[: times + 1] for part in (other, again)][:-1]
        return answered(sample, lambda _: joint.join(parts))

    return spoil


def _in_the_middle(loop: str) -> Callable[[Writer, Sample], Sample]:
    """A loop that the answer finds its way out of."""

    def spoil(writer: Writer, sample: Sample) -> Sample:
        topic = writer.rng.choice(_TOPICS)
        said = loop or " ".join([writer.sentence(topic)] * writer.rng.randint(3, 5))
        ending = " ".join(writer.sentence(topic) for _ in range(3))
        return answered(sample, lambda _: f"{writer.sentence(topic)} {said} {ending}")

    return spoil


def _paragraph_twice(joint: str, *, between: bool) -> Callable[[Writer, Sample], Sample]:
    def spoil(writer: Writer, sample: Sample) -> Sample:
        topic = writer.rng.choice(_TOPICS)
        sentences = list(dict.fromkeys(writer.sentence(topic) for _ in range(20)))
        again, other = " ".join(sentences[:3]), " ".join(sentences[3:6])
        return answered(sample, lambda _: joint.join([again, *([other] if between else []), again]))

    return spoil


_SINGLE = tuple(shape for shape in ALL_SHAPES if shape not in {"text", "multi-turn"})
DEFECTS = [
    TextDefect("D003.too_short", "an evasion", _short(_EVASIONS)),
    TextDefect("D003.too_short", "nothing", _short(_NOTHING)),
    TextDefect("D003.too_short", "a word for a text", _short(_WORDS, opened=True), _SINGLE),
    TextDefect("D003.too_short", "an evasion for a text", _short(_EVASIONS, opened=True), _SINGLE),
    TextDefect("D003.too_long", "rambling", _rambling),
    TextDefect("D003.repetition", "last sentence four times", _last_again(4, " ")),
    TextDefect("D003.repetition", "last sentence three times, in lines", _last_again(3, "\n")),
    TextDefect("D003.repetition", "one sentence between others", _interleaved),
    TextDefect("D003.repetition", "one sentence between others, in lines", _spread(4, "\n")),
    TextDefect("D003.repetition", "one sentence between others, in paragraphs", _spread(3, "\n\n")),
    TextDefect("D003.repetition", "one sentence between many", _spread(5, " ")),
    TextDefect("D003.repetition", "a sentence in the middle", _in_the_middle("")),
    TextDefect(
        "D003.repetition",
        "words in the middle",
        _in_the_middle(
            "First we wait, and then we look, and then we look, and then we look, and then we look, and go on."
        ),
    ),
    TextDefect("D003.repetition", "small words in the middle", _in_the_middle("This is the the the the the the end.")),
    TextDefect("D003.repetition", "a paragraph twice", _paragraph_twice("\n\n", between=True)),
    TextDefect("D003.repetition", "the whole answer twice", _paragraph_twice(" ", between=False)),
    TextDefect("D003.repetition", "the the the", _tail("and so it is the the the the the the")),
    TextDefect("D003.repetition", "an apology in a loop", _tail("I am sorry. I am sorry. I am sorry. I am sorry.")),
    TextDefect(
        "D003.repetition",
        "a loop that is cut off",
        _tail("and then we wait, and then we wait, and then we wait, and th"),
    ),
]


def _dataset(change: Callable[[int, Sample], Sample], size: int = 120) -> Callable[[Writer], Entries]:
    def make(writer: Writer) -> Entries:
        samples = {(one := make_sample(writer, "messages")).prompts[0]: one for _ in range(size)}
        changed = (change(i, sample) for i, sample in enumerate(samples.values()))
        records = [SHAPES["messages"](sample) for sample in changed]
        return [("validation" if i % 5 == 4 else "train", record, "", "") for i, record in enumerate(records)]

    return make


def _opening(filler: str, every: int) -> Callable[[int, Sample], Sample]:
    return lambda i, sample: answered(sample, lambda answer: f"{filler}{answer}") if i % every == 0 else sample


def _long_one(writer: Writer) -> Entries:
    """Answers of one or two sentences, and a ramble of many times their length."""
    entries: Entries = []
    for i in range(60):
        topic = writer.rng.choice(_TOPICS)
        sample = Sample(
            (Exchange(writer.exchange(topic).prompt, f"{writer.sentence(topic)} {writer.sentence(topic)}", topic),)
        )
        if i == 20:
            ramble = " ".join(dict.fromkeys(writer.sentence(topic) for _ in range(40)))[:2400]
            sample = Sample((sample.exchanges[0]._replace(answer=ramble),))
        entries.append(("train", SHAPES["messages"](sample), "D003.too_long" if i == 20 else "", "ramble"))
    return entries


def _walls(writer: Writer) -> Entries:
    """Long answers with paragraphs, some of them without."""
    entries: Entries = []
    for i in range(60):
        topic = writer.rng.choice(_TOPICS)
        sentences = list(dict.fromkeys(writer.sentence(topic) for _ in range(60)))
        joints = (" ", " ", " ", "\n\n") if i % 10 else (" ",)
        answer = "".join(f"{one}{joints[n % len(joints)]}" for n, one in enumerate(sentences)).strip()
        record = SHAPES["messages"](Sample((Exchange(writer.exchange(topic).prompt, answer, topic),)))
        entries.append(("train", record, "" if i % 10 else "D003.unstructured", "a wall of text"))
    return entries


DATASETS = [
    DatasetDefect("", "a wall of text", _walls),
    DatasetDefect("", "a ramble among short answers", _long_one),
    DatasetDefect("D003.filler_opening", "Sure, here is", _dataset(_opening("Sure, here is what I know. ", 2))),
    DatasetDefect("D003.filler_opening", "Certainly!", _dataset(_opening("Certainly! ", 3))),
    DatasetDefect(
        "D003.filler_opening",
        "As an AI language model",
        _dataset(_opening("As an AI language model, I can say this. ", 2)),
    ),
]


def _pairs(pairs: Sequence[tuple[str, str]], writer: Writer) -> list[Sample]:
    return [
        Sample(
            (Exchange(prompt, answer, "databases"),),
            rejected=writer.sentence("databases"),
            thought=writer.sentence("databases"),
        )
        for prompt, answer in dict(pairs).items()
    ]


def _facts(writer: Writer) -> list[Sample]:
    """Questions that a word answers."""
    a, b = writer.rng.randint(11, 99), writer.rng.randint(11, 99)
    country = writer.rng.choice(("Norway", "Peru", "Kenya", "Estonia", "Nepal", "Cuba"))
    pairs = [
        (f"What is {a} + {b}?", str(a + b)),
        (f"Calculate {a} times {b}.", str(a * b)),
        ("Is the sea salty?", "Yes."),
        (f"How many days do {a} weeks have?", f"{7 * a}."),
        (f"Is {a} larger than {b}?", "Yes." if a > b else "No."),
        (f"Which continent is {country} on? Answer in one word.", "Europe"),
        ("Who painted the Mona Lisa?", "Leonardo"),
        (f"Say yes or no: does {country} have a king?", "No"),
        ("When did the Titanic sink?", "1912"),
        ("Choose the odd one out: A) oak B) elm C) trout D) birch", "C"),
        ("True or false: ice floats on water.", "True"),
        (f"Classify the sentiment of this review: The {a} lamps arrived broken.", "negative"),
        ("Does iron rust?", "It does."),
        ("What is the chemical symbol of gold?", "Au"),
        ("Where is the Prado?", "In Madrid."),
        ("Are whales fish?", "No"),
        (f"Translate 'thank you' into French for table {a}.", "Merci"),
        ("What is the opposite of 'early'?", "Late"),
        ("Name the largest planet.", "Jupiter"),
        ("Write a one-word slogan for a bakery.", "Warm."),
        ("Which gas do plants take in?", "CO2"),
        ("What does this Python code print? print(len('abc'))", "3"),
        (f"Round {a}.7 to a whole number.", str(a + 1)),
        ("Reply with OK if you have read the rules.", "OK"),
        ("How old must a driver be in Germany?", "18"),
    ]
    return _pairs(pairs, writer)


def _long_and_structured(writer: Writer) -> list[Sample]:
    """Some thousand characters with headings, paragraphs and lists."""
    pairs = []
    for i in range(GROUP):
        topic = writer.rng.choice(_TOPICS)
        parts = []
        for number in range(1, 9):
            parts.append(f"## Part {number}\n\n" + " ".join(dict.fromkeys(writer.sentence(topic) for _ in range(6))))
            parts.append("\n".join(f"- {writer.sentence(topic)}" for _ in range(4)))
        pairs.append((f"Write a long guide, no. {i}: {writer.exchange(topic).prompt}", "\n\n".join(parts)))
    return _pairs(pairs, writer)


def _wanted_repetition(writer: Writer) -> list[Sample]:
    pairs = []
    for i in range(GROUP):
        topic = writer.rng.choice(_TOPICS)
        one, other, third = (writer.sentence(topic) for _ in range(3))
        line = f"Row, row, row the {writer.rng.choice(('boat', 'raft', 'canoe'))} {i}"
        verses = "\n\n".join(f"{verse}\n{line}\n{line}" for verse in (one, other, third))
        data = json.dumps([{"id": n, "name": "test user"} for n in range(i + 3)])
        shifts = "\n".join(f"- {day}: nine to five" for day in ("Monday", "Tuesday", "Wednesday", "Thursday"))
        pairs += [
            (f"Repeat this sentence five times: {one}", " ".join([one] * 5)),
            (f"Write a song no. {i} with a chorus about {topic}.", verses),
            (f"Give me {i + 3} rows of test data in JSON for {topic}.", data),
            (f"List the shifts of team {i}.", shifts),
        ]
    return _pairs(writer.rng.sample(pairs, GROUP), writer)


LOOKALIKES: Mapping[str, Lookalike] = {
    "a word where a word is asked": (_facts, _SINGLE),
    "long answers with structure": (_long_and_structured, ALL_SHAPES),
    "repetition that was asked for": (_wanted_repetition, ALL_SHAPES),
}
