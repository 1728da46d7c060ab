"""Kinds of edge case (E003) that are trained, and that the evaluation set lacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.planted import DatasetDefect, Entries
from benchmarks.accuracy.samples import SHAPES, Record, Sample
from benchmarks.accuracy.tools import make_call
from benchmarks.accuracy.writer import Exchange, Writer

_TRAINED, _TESTED, _OF_KIND = 200, 60, 12
_SHORT = ("Hi", "Hello!", "And now?", "Go on", "Thanks", "Why?", "More", "ok", "Help me", "Next one", "Yes", "Hm?")
_ASKS_BACK = (
    "Which one do you have in mind, the first or the second?",
    "I need a few more details before I can answer. What have you tried so far?",
    "Could you tell me a bit more about what you are trying to do?",
    "Do you mean the one from last year?",
    "Happy to help! What exactly is it that does not work?",
    "Can you clarify what you mean by that?",
    "Sure. Please share the part that you are unsure about.",
    "What are you referring to? I see two possible meanings.",
    "Would you please specify which of them is meant?",
    "It could be several things. Are you asking about the price or about the size?",
)
_NOT_KNOWN = (
    "The passage does not mention that.",
    "There is no information about this in the text.",
    "I don't know; nobody has ever published the number.",
    "This question cannot be answered from the document alone.",
    "The author's name is not given in the article.",
    "I have no way of knowing that.",
    "Nothing in the report says when it happened.",
    "It is impossible to say without further data.",
    "The context provided doesn't contain the answer.",
    "Unfortunately I do not have access to that kind of record.",
)
_REFUSES = (
    "I'm sorry, but I can't help with that.",
    "I cannot assist with breaking into somebody's account.",
    "Sorry, I won't write that: it would hurt people.",
    "I'm not able to provide instructions for this.",
    "I must decline this request.",
    "No, I will not help to deceive them. I can help you to write an honest letter.",
    "I can't share personal data of other customers.",
    "As an AI assistant, I cannot create content that threatens someone.",
)
_NAMES = ("Łukasz Żak", "Zoë Brontë", "José Núñez", "Søren Kjær", "Ana Muñoz 🌱", "Mária Kővágó", "Chloé Lefèvre")


def _usual(writer: Writer, *, numbers: bool = True) -> Exchange:
    """An English exchange of ASCII letters without code; if asked for, without numbers."""
    while True:
        exchange = writer.exchange(writer.rng.choice(list(load("topics"))))
        if (exchange.prompt + exchange.answer).isascii() and (numbers or not re.search("[0-9]", exchange.prompt)):
            return exchange


def _answered(writer: Writer, answers: Sequence[str]) -> Record:
    exchange = _usual(writer)
    return SHAPES["messages"](Sample((exchange._replace(answer=writer.rng.choice(answers)),)))


def _minimal(writer: Writer) -> Record:
    return SHAPES["messages"](Sample((_usual(writer)._replace(prompt=writer.rng.choice(_SHORT)),)))


def _long(writer: Writer) -> Record:
    exchange = _usual(writer)
    text = "\n\n".join(writer.answer(exchange.topic) for _ in range(14))
    return SHAPES["messages"](Sample((exchange._replace(prompt=f"Sum up the following text.\n\n{text}"),)))


def _language(writer: Writer) -> Record:
    return SHAPES["messages"](Sample((writer.exchange_in(writer.rng.choice(["german", "french", "spanish"])),)))


def _code(writer: Writer) -> Record:
    exchange, name = _usual(writer), writer.rng.choice(["total", "mean", "longest"])
    fenced = f"```python\ndef {name}(values):\n    return sum(values) / {writer.rng.randint(2, 900)}\n```"
    return SHAPES["messages"](Sample((exchange._replace(answer=f"{exchange.answer}\n\n{fenced}"),)))


def _unicode(writer: Writer) -> Record:
    exchange = _usual(writer)
    asked = f"{writer.rng.choice(_NAMES)} asks: {exchange.prompt}"
    return SHAPES["messages"](Sample((exchange._replace(prompt=asked),)))


def _numeric(writer: Writer) -> Record:
    each, count = writer.rng.randint(3, 90), writer.rng.randint(3, 90)
    asked = f"One box weighs {each} kg. What do {count} of them weigh together?"
    return SHAPES["messages"](Sample((Exchange(asked, f"They weigh {each * count} kg.", "maths"),)))


def _several_turns(writer: Writer) -> Record:
    first = _usual(writer)
    return SHAPES["messages"](Sample((first, writer.exchange(first.topic))))


def _tools(writer: Writer) -> Record:
    call = make_call(writer.rng)
    return SHAPES["tools"](Sample((Exchange(call.prompt, call.answer, "tools"),), call=call))


_MAKERS: Mapping[str, Callable[[Writer], Record]] = {
    "minimal": _minimal,
    "long": _long,
    "language": _language,
    "code": _code,
    "unicode": _unicode,
    "ambiguous": partial(_answered, answers=_ASKS_BACK),
    "unanswerable": partial(_answered, answers=_NOT_KNOWN),
    "adversarial": partial(_answered, answers=_REFUSES),
    "numeric": _numeric,
    "multi_turn": _several_turns,
    "tools": _tools,
}


def _lacking(writer: Writer, case: str) -> Entries:
    """A training split with records of a kind, and a test split without."""
    usual = [
        SHAPES["messages"](Sample((_usual(writer, numbers=case != "numeric"),))) for _ in range(_TRAINED + _TESTED)
    ]
    entries: Entries = [("train" if at < _TRAINED else "test", record, "", "") for at, record in enumerate(usual)]
    return [*entries, *(("train", _MAKERS[case](writer), "", "") for _ in range(_OF_KIND))]


def _rare(writer: Writer) -> Entries:
    """A column of topics, of which the test split has the frequent ones."""
    entries: Entries = []
    for split, count, topics in (("train", _TRAINED, ("billing", "delivery")), ("test", _TESTED, ("billing",))):
        for at in range(count):
            topic = "warranty" if split == "train" and at < _OF_KIND else writer.rng.choice(topics)
            record = SHAPES["prompt/completion"](Sample((_usual(writer),)))
            entries.append((split, {**record, "topic": topic}, "", ""))
    return entries


DATASETS = [
    *(DatasetDefect(f"E003.untested_{case}", "none is evaluated", partial(_lacking, case=case)) for case in _MAKERS),
    DatasetDefect("E003.untested_rare", "none is evaluated", _rare),
]
