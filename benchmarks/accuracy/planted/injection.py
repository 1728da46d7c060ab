"""T004: orders that hijack, text that hides, turns that are forged, answers that give their prompt away."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.planted import ALL_SHAPES, GROUP, Lookalike, TextDefect, answered, asked
from benchmarks.accuracy.samples import Sample
from benchmarks.accuracy.writer import Exchange, Writer

_CHAT = ("messages", "multi-turn", "tools", "sharegpt", "alpaca", "think")
_WITH_SYSTEM = ("messages", "think")
_ONE_TURN = ("messages", "sharegpt", "alpaca", "prompt/completion", "question/answer", "text")
_MATERIAL = load("injection")


def _phrase(rng: random.Random, name: str) -> str:
    phrases: list[str] = _MATERIAL[name]
    return rng.choice(phrases)


def _joined(rng: random.Random, prompt: str, order: str) -> str:
    """Before, behind or between, as attackers write."""
    places = (f"{prompt} {order}", f"{prompt}\n\n{order}", f"{order}\n\n{prompt}", f"{prompt}\n---\n{order}\n---")
    return rng.choice(places)


def _ordered(name: str) -> Callable[[Writer, Sample], Sample]:
    return lambda writer, sample: asked(sample, lambda p: _joined(writer.rng, p, _phrase(writer.rng, name)))


def _obeyed(writer: Writer, sample: Sample) -> Sample:
    order, answer = writer.rng.choice(_MATERIAL["obeyed"])
    ordered = asked(sample, lambda prompt: f"{prompt}\n\n{order}")
    return answered(ordered, lambda _: answer)


def _tags(text: str) -> str:
    return "".join(chr(0xE0000 + ord(letter)) for letter in text)


def _hidden_in_prompt(writer: Writer, sample: Sample) -> Sample:
    return asked(sample, lambda prompt: f"{prompt}{_tags(_phrase(writer.rng, 'drops'))}")


def _hidden_in_answer(writer: Writer, sample: Sample) -> Sample:
    return answered(sample, lambda answer: f"{answer[:9]}{_tags('x' * writer.rng.randint(1, 9))}{answer[9:]}")


def _hidden_bytes(writer: Writer, sample: Sample) -> Sample:
    data = "".join(chr(0xE0100 + writer.rng.randint(0, 239)) for _ in range(12))
    return asked(sample, lambda prompt: f"{prompt} 😀{data}")


def _forged(writer: Writer, sample: Sample) -> Sample:
    return asked(sample, lambda prompt: f"{prompt}{_phrase(writer.rng, 'forged')}")


def _told_system(writer: Writer, sample: Sample) -> Sample:
    system = _phrase(writer.rng, "systems")
    lead = writer.rng.choice(("", "", "My instructions: ", "As I was told: "))
    return answered(sample._replace(system=system), lambda answer: f"{lead}{system} {answer}")


def _told_sentence(writer: Writer, sample: Sample) -> Sample:
    system = _phrase(writer.rng, "systems")
    sentence = max(system.split(". "), key=lambda part: len(part.split())).rstrip(".") + "."
    return answered(sample._replace(system=system), lambda answer: f"{answer} {sentence}")


def _repeated_prompt(writer: Writer, sample: Sample) -> Sample:
    topic = sample.exchanges[0].topic
    prompt = f"{writer.sentence(topic)} {_phrase(writer.rng, 'questions')}"
    gap = writer.rng.choice((" ", "\n", "\n\n"))
    one = sample.exchanges[0]._replace(prompt=prompt, answer=f"{prompt}{gap}{sample.exchanges[0].answer}")
    return sample._replace(exchanges=(one, *sample.exchanges[1:]))


DEFECTS: Sequence[TextDefect] = (
    TextDefect("T004.hijacking_instruction", "drops", _ordered("drops")),
    TextDefect("T004.hijacking_instruction", "tells", _ordered("tells")),
    TextDefect("T004.hijacking_instruction", "persona", _ordered("persona")),
    TextDefect("T004.hijacking_instruction", "new system", _ordered("new_system")),
    TextDefect("T004.hijacking_instruction", "other languages", _ordered("foreign")),
    TextDefect("T004.obeyed_injection", "obeyed", _obeyed, _ONE_TURN),
    TextDefect("T004.hidden_text", "order in tags", _hidden_in_prompt),
    TextDefect("T004.hidden_text", "tags in the answer", _hidden_in_answer),
    TextDefect("T004.hidden_text", "bytes behind an emoji", _hidden_bytes),
    TextDefect("T004.forged_turn", "forged turn", _forged, _CHAT),
    TextDefect("T004.prompt_leak", "system prompt", _told_system, _WITH_SYSTEM),
    TextDefect("T004.prompt_leak", "one sentence of it", _told_sentence, _WITH_SYSTEM),
    TextDefect("T004.prompt_leak", "prompt", _repeated_prompt, _ONE_TURN),
)


def _pairs(name: str) -> Callable[[Writer], list[Sample]]:
    """Samples of the prompts, with their own answers or an ordinary one."""

    def make(writer: Writer) -> list[Sample]:
        chosen = writer.rng.sample(_MATERIAL[name], min(GROUP, len(_MATERIAL[name])))
        return [_sample(writer, prompt, *answer) for prompt, *answer in chosen]

    return make


def _sample(writer: Writer, prompt: str, answer: str = "", system: str = "") -> Sample:
    topic = "databases"
    exchange = Exchange(prompt, answer or writer.answer(topic), topic)
    made = Sample((exchange,), rejected=writer.sentence(topic), thought=writer.sentence(topic))
    return made._replace(system=system) if system else made


def _refused(writer: Writer) -> list[Sample]:
    samples = []
    for _ in range(GROUP):
        one = writer.exchange("databases")
        prompt = _joined(writer.rng, one.prompt, _phrase(writer.rng, writer.rng.choice(("drops", "tells", "persona"))))
        samples.append(_sample(writer, prompt, f"{_phrase(writer.rng, 'refusals')} {writer.sentence('databases')}"))
    return samples


LOOKALIKES: Mapping[str, Lookalike] = {
    "orders about other things": (_pairs("harmless"), ALL_SHAPES),
    "lessons about injection": (_pairs("lessons"), ALL_SHAPES),
    "refused orders": (_refused, ALL_SHAPES),
    "flags and emoji": (_pairs("flags"), ALL_SHAPES),
    "answers that return the text": (_pairs("returned"), ("messages", "think")),
}
