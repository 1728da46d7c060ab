"""Clean exchanges: a prompt and an answer in one of several genres, topics and languages."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import NamedTuple

from benchmarks.accuracy.grammar import Words, fill, load

_LANGUAGES = ("german", "french", "spanish", "chinese")
# How often each genre is drawn: a mixture such as public instruction datasets have.
_GENRES = {"explain": 6, "howto": 5, "create": 3, "summary": 3, "code": 3, "maths": 2, "brief": 2, "language": 4}
_ANSWER_SENTENCES = (2, 8)  # sentences in an answer; instruction datasets have answers of one to two paragraphs


class Exchange(NamedTuple):
    """What is asked and what is answered; ``topic`` names the vocabulary that both speak."""

    prompt: str
    answer: str
    topic: str


class Writer:
    """Writes exchanges. Two with one topic share its nouns, seldom their sentences."""

    def __init__(self, rng: random.Random) -> None:
        """All choices come from ``rng``."""
        self.rng = rng
        english = load("english")
        self._prompts, self._statements = english["prompts"], english["statements"]
        self._openings, self._closings = self._statements["openings"], self._statements["closings"]
        self._words: Words = english["words"]
        self._topics = load("topics")

    def exchange(self, topic: str | None = None) -> Exchange:
        """An exchange of any genre; with a topic, an English one about it."""
        genres = _GENRES if topic is None else {k: v for k, v in _GENRES.items() if k not in {"language", "code"}}
        genre = self.rng.choices(list(genres), weights=list(genres.values()))[0]
        topic = topic or self.rng.choice(list(self._topics))
        return {
            "explain": self._prose, "howto": self._prose, "create": self._prose, "brief": self._brief,
            "summary": self._summary, "code": self._code, "maths": self._maths, "language": self._foreign,
        }[genre](topic, genre)  # fmt: skip

    def sentence(self, topic: str) -> str:
        """One more sentence about a topic."""
        if topic in _LANGUAGES:
            grammar = load("languages")[topic]
            return fill(self.rng, self.rng.choice(grammar["statements"]), grammar["words"])
        return fill(self.rng, self.rng.choice(self._statements["body"]), self.vocabulary(topic))

    def answer(self, topic: str, focus: Mapping[str, str] | None = None) -> str:
        """A paragraph, or numbered steps, about a topic."""
        rng, words = self.rng, self.vocabulary(topic)
        if topic in _LANGUAGES:
            sentences = rng.sample(load("languages")[topic]["statements"], rng.randint(2, 6))
            joint = "" if topic == "chinese" else " "
            return joint.join(self._foreign_sentence(topic, pattern) for pattern in sentences)
        if rng.random() < 0.25:
            steps = rng.sample(self._statements["steps"], rng.randint(3, 6))
            return "\n".join(f"{i}. {fill(rng, step, words, self._some(focus))}" for i, step in enumerate(steps, 1))
        body = rng.sample(self._statements["body"], rng.randint(*_ANSWER_SENTENCES))
        patterns = [rng.choice(self._openings), *body, rng.choice(self._closings)]
        return " ".join(fill(rng, pattern, words, self._some(focus)) for pattern in patterns if pattern)

    def vocabulary(self, topic: str) -> Words:
        """Slots of a topic and of English."""
        own = self._topics.get(topic, {})
        singular = {name if name == "people" else name.removesuffix("s"): values for name, values in own.items()}
        return {**self._words, **singular}

    def _some(self, focus: Mapping[str, str] | None) -> dict[str, str]:
        """Part of what the prompt spoke about: an answer returns to it now and then."""
        return {name: value for name, value in (focus or {}).items() if self.rng.random() < 0.4}

    def _focus(self, topic: str) -> dict[str, str]:
        words = self.vocabulary(topic)
        return {name: self.rng.choice(words[name]) for name in ("thing", "act", "cause", "effect", "tool", "people")}

    def _prose(self, topic: str, genre: str) -> Exchange:
        focus = self._focus(topic)
        asked = fill(self.rng, self.rng.choice(self._prompts[genre]), self.vocabulary(topic), focus)
        if self.rng.random() < 0.5:  # people tell their story first
            asked = f"{fill(self.rng, self.rng.choice(self._statements['body']), self.vocabulary(topic))} {asked}"
        return Exchange(asked, self.answer(topic, focus), topic)

    def _brief(self, topic: str, _: str) -> Exchange:
        focus = self._focus(topic)
        genre = self.rng.choice(("explain", "howto"))
        asked = fill(self.rng, self.rng.choice(self._prompts[genre]), self.vocabulary(topic), focus)
        return Exchange(asked, self.sentence(topic), topic)

    def _summary(self, topic: str, _: str) -> Exchange:
        passage = " ".join(self.sentence(topic) for _ in range(self.rng.randint(4, 8)))
        order = self.rng.choice(
            ("Summarise this:", "What is the main point of the text below?", "Shorten the passage.", "TL;DR please.")
        )
        asked = f"{order}\n\n{passage}" if self.rng.random() < 0.6 else f"{passage}\n\n{order}"
        return Exchange(asked, " ".join(self.sentence(topic) for _ in range(self.rng.randint(1, 2))), topic)

    def _code(self, topic: str, _: str) -> Exchange:
        grammar, rng = load("code"), self.rng
        parts: Words = {**self.vocabulary(topic), **grammar["parts"]}
        bound = {name: rng.choice(parts[name]) for name in ("noun", "field")}
        bound["field2"] = rng.choice([field for field in parts["field"] if field != bound["field"]])
        bound["ident"] = bound["noun"].replace(" ", "_")
        bound["Class"] = bound["noun"].title().replace(" ", "")
        bound |= {f"{name}_ident": bound[name] for name in ("field", "field2")}
        tasks = grammar["tasks"]
        asked = [*rng.sample(tasks["stories"], rng.randint(1, 2)), rng.choice(tasks["prompts"])]
        answered = [rng.choice(tasks["answers"]), *rng.sample(tasks["notes"], rng.randint(2, 4))]
        asked[-1] = f"{asked[-1].rstrip('.?')}, {rng.choice(parts['limit'])}."
        joined = " ".join(asked), f"{answered[0]}\n{' '.join(answered[1:])}"
        prompt, answer = (fill(rng, text, parts, bound) for text in joined)
        return Exchange(prompt, answer, topic)

    def _maths(self, topic: str, _: str) -> Exchange:
        return self.problem(topic, self.rng.choice(load("code")["maths"]["problems"]))

    def problem(self, topic: str, problem: list[str], bound: Mapping[str, str] | None = None) -> Exchange:
        """A word problem ``[question, expression, answer]`` with numbers of its own."""
        text, expression, answer = problem
        a, b, c = self.rng.randint(11, 97), self.rng.randint(12, 98), self.rng.randint(3, 19)
        result = eval(expression, {"a": a, "b": b, "c": c})  # the expression is this package's own
        numbers = {"a": a, "b": b, "c": c, "ab": a * b, "ac": a * c, "bc": b * c, "result": result}
        names = dict(zip(("name", "name2"), self.rng.sample(self._words["name"], 2), strict=True))
        given = names | dict(bound or {}) | {name: str(number) for name, number in numbers.items()}
        words = self.vocabulary(topic)
        return Exchange(fill(self.rng, text, words, given), fill(self.rng, answer, words, given), topic)

    def _foreign(self, _: str, __: str) -> Exchange:
        return self.exchange_in(self.rng.choice(_LANGUAGES))

    def exchange_in(self, language: str) -> Exchange:
        """An exchange in one of the other languages."""
        asked = self._foreign_sentence(language, self.rng.choice(load("languages")[language]["prompts"]))
        if self.rng.random() < 0.8:
            before = self.sentence(language)
            asked = f"{before}{'' if language == 'chinese' else ' '}{asked}"
        return Exchange(asked, self.answer(language), language)

    def _foreign_sentence(self, language: str, pattern: str) -> str:
        text = fill(self.rng, pattern, load("languages")[language]["words"])
        return text[0].upper() + text[1:]
