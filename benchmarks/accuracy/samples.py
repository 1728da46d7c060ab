"""Samples, independent of record shape, and their encoding in each shape."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.tools import Call, make_call, tool_schemas
from benchmarks.accuracy.writer import Exchange, Writer

Record = dict[str, Any]

_SYSTEMS = (
    "You are a helpful assistant.",
    "You answer in the language of the question, briefly and without flattery.",
    "You are a patient tutor. If a question is unclear, say what you assume, then answer it.",
)


class Sample(NamedTuple):
    """What a record teaches: ``exchanges`` of prompt and answer, and what some shapes hold besides."""

    exchanges: tuple[Exchange, ...]
    system: str = _SYSTEMS[0]
    call: Call | None = None
    rejected: str = "I do not know."
    thought: str = "Let me see."

    @property
    def prompts(self) -> list[str]:
        """The prompts, in order."""
        return [exchange.prompt for exchange in self.exchanges]

    def texts(self, shape: str) -> list[str]:
        """The texts that a shape stores of this sample: prompts, answers, and a losing answer or a thought."""
        more = {"preference": [self.rejected], "think": [self.thought]}.get(shape, [])
        return [*self.prompts, *(exchange.answer for exchange in self.exchanges), *more]

    def with_texts(self, texts: list[str], shape: str) -> Sample:
        """The sample with other texts, in the order of :meth:`texts`."""
        count = len(self.exchanges)
        pairs = zip(self.exchanges, texts[:count], texts[count : 2 * count], strict=True)
        exchanges = tuple(Exchange(prompt, answer, exchange.topic) for exchange, prompt, answer in pairs)
        changed = self._replace(exchanges=exchanges)
        if shape == "preference":
            return changed._replace(rejected=texts[-1])
        return changed._replace(thought=texts[-1]) if shape == "think" else changed


def make_sample(writer: Writer, shape: str) -> Sample:
    """A clean sample as a shape needs it."""
    rng = writer.rng
    first = writer.exchange()
    exchanges = [first]
    call = None
    if shape == "multi-turn":
        foreign = first.topic in {"german", "french", "spanish", "chinese"}
        exchanges += [writer.exchange(None if foreign else first.topic) for _ in range(rng.randint(1, 3))]
    if shape == "tools":
        call = make_call(rng)
        first = writer.exchange(rng.choice(list(load("topics"))))  # in English, as the call is
        exchanges = [Exchange(call.prompt, f"{call.answer} {writer.sentence(first.topic)}", first.topic)]
    rejected, thought = writer.answer(first.topic), f"{writer.sentence(first.topic)} {writer.sentence(first.topic)}"
    return Sample(tuple(exchanges), rng.choice(_SYSTEMS), call, rejected, thought)


def _messages(sample: Sample) -> Record:
    turns = [{"role": "system", "content": sample.system}]
    for exchange in sample.exchanges:
        turns += [{"role": "user", "content": exchange.prompt}, {"role": "assistant", "content": exchange.answer}]
    return {"messages": turns}


def _multi_turn(sample: Sample) -> Record:
    return {"messages": _messages(sample)["messages"][1:]}


def _tools(sample: Sample) -> Record:
    user, answer = _multi_turn(sample)["messages"]
    call = sample.call
    assert call is not None
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    asked = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": function}],
    }
    result = {"role": "tool", "tool_call_id": "c1", "content": json.dumps(call.result)}
    return {"messages": [user, asked, result, answer], "tools": tool_schemas()}


def _sharegpt(sample: Sample) -> Record:
    names = {"user": "human", "assistant": "gpt"}
    return {
        "conversations": [{"from": names[t["role"]], "value": t["content"]} for t in _multi_turn(sample)["messages"]]
    }


def _alpaca(sample: Sample) -> Record:
    """A prompt of two paragraphs is an instruction and its input."""
    exchange = sample.exchanges[0]
    instruction, _, rest = exchange.prompt.partition("\n\n")
    return {"instruction": instruction, "input": rest, "output": exchange.answer}


def _completion(sample: Sample) -> Record:
    return {"prompt": sample.exchanges[0].prompt, "completion": sample.exchanges[0].answer}


def _question(sample: Sample) -> Record:
    digest = hashlib.md5(sample.exchanges[0].prompt.encode(), usedforsecurity=False).hexdigest()
    return {"question": sample.exchanges[0].prompt, "answer": sample.exchanges[0].answer, "source": digest}


def _text(sample: Sample) -> Record:
    exchange = sample.exchanges[0]
    return {"text": f"### Question:\n{exchange.prompt}\n\n### Answer:\n{exchange.answer}"}


def _preference(sample: Sample) -> Record:
    sides = {"chosen": sample.exchanges[0].answer, "rejected": sample.rejected}
    asked = sample.exchanges[0].prompt
    return {
        side: [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
        for side, answer in sides.items()
    }


def _think(sample: Sample) -> Record:
    record = _messages(sample)
    for turn in record["messages"]:
        if turn["role"] == "assistant":
            turn["content"] = f"<think>\n{sample.thought}\n</think>\n\n{turn['content']}"
    return record


SHAPES: Mapping[str, Callable[[Sample], Record]] = {
    "messages": _messages,
    "multi-turn": _multi_turn,
    "tools": _tools,
    "sharegpt": _sharegpt,
    "alpaca": _alpaca,
    "prompt/completion": _completion,
    "question/answer": _question,
    "text": _text,
    "preference": _preference,
    "think": _think,
}
