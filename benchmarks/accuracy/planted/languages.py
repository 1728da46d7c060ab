"""D009: answers in another language, words of two scripts, mixtures, and what only looks like it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.planted import ALL_SHAPES, DatasetDefect, Entries, Lookalike, TextDefect, answered, inserted
from benchmarks.accuracy.samples import SHAPES, Record, Sample
from benchmarks.accuracy.writer import Exchange, Writer

_FOREIGN = ("german", "french", "spanish", "chinese")
_CODES = {"german": "de", "french": "fr", "spanish": "es", "chinese": "zh"}
_HOMOGLYPHS = {"Cyrillic": str.maketrans("aeopc", "аеорс"), "Greek": str.maketrans("ov", "ον")}
_STRAY = {
    "Chinese": ("非常", "重要", "这个", "因此", "结果"),
    "Cyrillic": ("очень", "поэтому", "данные"),
    "Korean": ("매우", "그래서"),
}
_PAIRS: Mapping[str, list[str]] = load("language_tasks")
Spoil = Callable[[Writer, Sample], Sample]


def _english(writer: Writer, sample: Sample) -> Sample:
    """The sample with its last exchange in English, and of more than a few words."""
    topic = writer.rng.choice(list(load("topics")))
    exchange = Exchange(writer.exchange(topic).prompt, f"{writer.sentence(topic)} {writer.sentence(topic)}", topic)
    return sample._replace(exchanges=(*sample.exchanges[:-1], exchange), call=None)


def _in(language: str, *, brief: bool = False) -> Spoil:
    """An English prompt, answered in another language."""

    def spoil(writer: Writer, sample: Sample) -> Sample:
        plain = _english(writer, sample)
        plain = plain._replace(exchanges=plain.exchanges[-1:])
        return answered(plain, lambda _: writer.sentence(language) if brief else writer.answer(language))

    return spoil


def _in_english(language: str) -> Spoil:
    """A prompt in another language, answered in English."""

    def spoil(writer: Writer, sample: Sample) -> Sample:
        plain = _english(writer, sample).exchanges[-1]
        asked = " ".join(writer.sentence(language) for _ in range(2))
        return sample._replace(exchanges=(Exchange(asked, plain.answer, plain.topic),))

    return spoil


def _homoglyph(table: Mapping[int, int]) -> Spoil:
    def spoil(writer: Writer, sample: Sample) -> Sample:
        def change(text: str) -> str:
            words = text.split(" ")
            fit = [
                i for i, w in enumerate(words) if len(w) > 4 and w.isalpha() and w.islower() and w.translate(table) != w
            ]
            place = writer.rng.choice(fit)
            word = words[place]
            at = writer.rng.choice([i for i, letter in enumerate(word) if letter.translate(table) != letter])
            words[place] = word[:at] + word[at].translate(table) + word[at + 1 :]
            return " ".join(words)

        plain = _english(writer, sample)
        while not any(
            len(w) > 4 and w.isalpha() and w.islower() and w.translate(table) != w
            for w in plain.exchanges[-1].answer.split(" ")
        ):
            plain = _english(writer, sample)
        return answered(plain, change)

    return spoil


def _stray(script: str) -> Spoil:
    return lambda writer, sample: answered(
        _english(writer, sample), lambda text: inserted(writer.rng, text, writer.rng.choice(_STRAY[script]))
    )


def _changes_to(language: str, joint: str) -> Spoil:
    """An answer that begins in English and ends in another language."""

    def spoil(writer: Writer, sample: Sample) -> Sample:
        plain = _english(writer, sample)
        begun = [writer.sentence(plain.exchanges[-1].topic) for _ in range(3)]
        ended = [writer.sentence(language) for _ in range(3)]
        gap = "" if language == "chinese" else " "
        return answered(plain, lambda _: f"{' '.join(begun)}{joint}{gap.join(ended)}")

    return spoil


DEFECTS = [
    *(TextDefect("D009.answer_language", f"changes to {one}", _changes_to(one, " ")) for one in _FOREIGN),
    TextDefect("D009.answer_language", "changes in a new paragraph", _changes_to("german", "\n\n")),
    *(TextDefect("D009.answer_language", f"{one}", _in(one)) for one in _FOREIGN),
    *(TextDefect("D009.answer_language", f"{one}, one sentence", _in(one, brief=True)) for one in _FOREIGN),
    *(TextDefect("D009.answer_language", f"{one} prompt", _in_english(one)) for one in _FOREIGN),
    *(TextDefect("D009.script_mixture", f"{name} letter", _homoglyph(table)) for name, table in _HOMOGLYPHS.items()),
    *(TextDefect("D009.script_mixture", f"{name} word", _stray(name)) for name in _STRAY),
]


def _split(records: list[Record]) -> Entries:
    """Every tenth record for validation."""
    return [("train" if i % 10 else "validation", record, "", "") for i, record in enumerate(records)]


def _mixture(language: str, count: int) -> Callable[[Writer], Entries]:
    """Two languages without a column."""

    def make(writer: Writer) -> Entries:
        samples = [writer.exchange("databases") for _ in range(100 - count)]
        samples += [writer.exchange_in(language) for _ in range(count)]
        return _split([SHAPES["prompt/completion"](Sample((one,))) for one in samples])

    return make


def _marked(writer: Writer) -> Entries:
    """A language column that some records contradict."""
    entries: Entries = []
    for _ in range(60):
        language = writer.rng.choice(_FOREIGN)
        one = writer.exchange_in(language)
        row = SHAPES["messages"](Sample((one,)))
        entries.append(("train", {**row, "language": _CODES[language]}, "", ""))
    for _ in range(12):
        language = writer.rng.choice(_FOREIGN)
        one = writer.exchange_in(language)
        row = {**SHAPES["messages"](Sample((one,))), "language": "en"}
        entries.append(("train", row, "D009.undeclared_language", "column"))
    return entries


def _domains(writer: Writer) -> Entries:
    """Code and prose without a column."""
    functions = load("lookalikes")["functions"]
    code = [
        Exchange(f"Write a function that does this: {doc}", f"```python\ndef {name}(numbers):\n{body}\n```", "code")
        for name, doc, body in functions[:24]
    ]
    prose = [
        Exchange(writer.exchange("bread").prompt, " ".join(writer.sentence("bread") for _ in range(4)), "bread")
        for _ in range(40)
    ]
    return _split([SHAPES["messages"](Sample((one,))) for one in (*prose, *code)])


DATASETS = [
    DatasetDefect("D009.mixed_languages", "German, a third", _mixture("german", 33)),
    DatasetDefect("D009.mixed_languages", "Chinese, half", _mixture("chinese", 50)),
    DatasetDefect("D009.mixed_languages", "French, a quarter", _mixture("french", 25)),
    DatasetDefect("D009.mixed_domains", "code and prose", _domains),
    DatasetDefect("", "a column", _marked),
]


def _tasks(name: str) -> Callable[[Writer], list[Sample]]:
    """Pairs of a list, ``prompt => answer``."""

    def make(writer: Writer) -> list[Sample]:
        topic = writer.rng.choice(list(load("topics")))
        pairs = [line.split(" => ") for line in _PAIRS[name]]
        return [
            Sample((Exchange(prompt, answer, topic),), rejected=writer.sentence(topic), thought=writer.sentence(topic))
            for prompt, answer in pairs
        ]

    return make


def _translations(writer: Writer) -> list[Sample]:
    """Sentences to translate, in either direction."""
    samples = []
    for _ in range(24):
        language = writer.rng.choice(_FOREIGN)
        topic = writer.rng.choice(list(load("topics")))
        own, other = writer.sentence(topic), writer.sentence(language)
        name = language.title()
        asked, said = writer.rng.choice((
            (f"Translate the following sentence into {name}: {own}", other),
            (f"Translate this into English.\n\n{other}", own),
            (f"How would a native say this in {name}?\n\n{own}", other),
            (f"Please answer in {name}. {writer.exchange(topic).prompt}", writer.answer(language)),
            (f"Summarise this in its own language.\n\n{other} {writer.sentence(language)}", writer.sentence(language)),
        ))  # fmt: skip
        samples.append(Sample((Exchange(asked, said, topic),), rejected=own, thought=own))
    return samples


LOOKALIKES: Mapping[str, Lookalike] = {
    "translation, and a language that is asked for": (_translations, ALL_SHAPES),
    "a language is asked for in another one": (_tasks("asked_for"), ALL_SHAPES),
    "names, quotations and terms in their own script": (_tasks("terms"), ALL_SHAPES),
    "formulas, units and signs": (_tasks("signs"), ALL_SHAPES),
    "code, names and titles as answers": (_tasks("neutral"), ALL_SHAPES),
    "loanwords and neighbouring languages": (_tasks("neighbours"), ALL_SHAPES),
}
