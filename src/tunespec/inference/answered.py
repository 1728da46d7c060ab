"""What came back: a model's reply, and everything that was asked of it for one probe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tunespec.findings import Place

EXPECTED = ("must", "any", "must_not", "context", "secret")
"""What a probe says of its answer: see `probe.Probe`."""

BROKEN = frozenset({"abort", "repetition", "error"})
"""vLLM's words for an answer that was broken off (vllm/v1/engine/__init__.py, FINISH_REASON_STRINGS)."""


class Call(NamedTuple):
    """One call of a tool: its name, empty if it has none, and its arguments; as text where they are no JSON."""

    name: str
    arguments: Any


@dataclass(frozen=True)
class Reply:
    """One reply.

    Args:
        text: what the model said, in the order of the stream.
        reason: the server's own word for why it ended: ``stop`` or ``length``; None if the stream ended without a word
            (Ollama's guard against repetition does that), or nobody recorded it; empty if it ended without saying why
            (Ollama before 0.1.38); ``refused`` is ours, for a prompt that the server found too long to answer, and for
            tools that it does not pass to the model. A call of tools ends with ``stop``.
        tokens: how many the model wrote, its end included, as the server counts; None if it does not say.
        prompt_tokens: how many the prompt has, the BOS token included.
        seconds: the server's own time for all of it.
        pieces: the text as it was streamed; empty if it was not.
        thoughts: pieces that the server streamed as the model's thoughts, of which none is in ``text``.
        abandoned: whether we hung up, since no end was in sight.
        calls: the tools that it calls; if there is one, it may say nothing.
        overlong: whether the prompt was longer than the context, and the server shortened it before it answered.
        stop: the stop sequence that ended it, where the server tells; empty: a token of the model's own did; None: it
            does not tell.
        noted: whether how it ended was noted: where it was not, a ``reason`` of None says nothing.
    """

    text: str
    reason: str | None = None
    tokens: int | None = None
    prompt_tokens: int | None = None
    seconds: float | None = None
    pieces: tuple[str, ...] = ()
    abandoned: bool = False
    calls: tuple[Call, ...] = ()
    overlong: bool = False
    noted: bool = True
    thoughts: int = 0
    stop: str | None = None

    @property
    def ended(self) -> str | None:
        """How it ended: ``abandoned``, ``broken`` (the stream ended without a word), else ``reason``; None: unknown."""
        if self.abandoned or not self.noted:
            return "abandoned" if self.abandoned else self.reason
        return "broken" if self.reason is None else self.reason

    @property
    def refuses_tools(self) -> bool:
        """Whether the server refused to answer since the request has tools."""
        return self.reason == "refused" and not self.overlong

    @property
    def streamed(self) -> int:
        """Pieces of text and of thoughts: where we hung up, no more is known of its tokens."""
        return len(self.pieces) + self.thoughts

    def is_as(self, other: Reply) -> bool:
        """Whether both say the same, and call the same."""
        return (self.text, self.calls) == (other.text, other.calls)


@dataclass(frozen=True)
class Answered:
    """A prompt with its answer.

    Args:
        id: the probe's, or the record's in its recording.
        case: the kind of edge case; empty if it is not known.
        messages: the conversation that was answered.
        place: where the prompt stands.
        reply: the answer as a caller gets it, streamed.
        again: the same once more, not streamed.
        repeated: where ``again`` says something else, the same once more, streamed.
        raw: the same with stop sequences switched off.
        rendered: the prompt as the server itself renders it, without the BOS that its tokenizer adds.
        generated: the same by the endpoint for single questions, if the prompt is one and the server has one.
        expected: what the answer must and must not hold: ``must``, ``any``, ``must_not``, ``context``, ``secret``.
        tools: that the model could call, in OpenAI's form.
        call: the names of tools of which the answer must call one; empty: it must call none; None: it may do either.
        runaway: whether only a limit ends the answer.
        own: whether the prompt is the user's, rather than one of the specification.
    """

    id: str
    messages: tuple[Mapping[str, Any], ...]
    place: Place
    reply: Reply
    case: str = ""
    again: Reply | None = None
    repeated: Reply | None = None
    raw: Reply | None = None
    rendered: str | None = None
    generated: str | None = None
    expected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tools: tuple[Mapping[str, Any], ...] = ()
    call: tuple[str, ...] | None = None
    runaway: bool = False
    own: bool = True

    @property
    def question(self) -> str:
        """The text of the last question."""
        asked = [message["content"] for message in self.messages if message["role"] == "user"]
        return str(asked[-1]) if asked else ""


@dataclass(frozen=True)
class Served:
    """What a server says of its model, as far as it says it.

    Args:
        name: the model's.
        server: its kind and version, such as ``Ollama 0.34.2``.
        digest: of the model, empty if the server has none.
        template: the prompt template; None if it does not say.
        system: the system message that is sent if the caller sends none.
        stops: the stop sequences that count: those of the caller if it sends some, else the model's own; None if the
            server does not say.
        limit: the most tokens of an answer, by the caller or the model; None: none is set, or not known.
        context: tokens of prompt and answer together; None if it does not say.
        options: all parameters, by the server's names.
        rendering: whether it can show the rendered prompt.
        kind: ``ollama``, ``llama.cpp``, or ``openai``: any other server that speaks OpenAI's interface.
        engine: Ollama's, by `trim`'s names: how it cuts at stop sequences.
        asked: when its answers were recorded; None: they are today's.
        given: which of ``stops`` and ``limit`` the caller sends, and the file that says so.
        tools: whether it passes tools to the model; None: it does not say.
        model_stops: where the caller sends stop sequences, the model's own, which count for nothing then.
    """

    name: str
    server: str
    digest: str = ""
    template: str | None = None
    system: str = ""
    stops: tuple[str, ...] | None = None
    limit: int | None = None
    context: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    rendering: bool = False
    kind: str = "ollama"
    engine: str = "llama-server"
    asked: datetime | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    model_stops: tuple[str, ...] | None = None
    tools: bool | None = None

    @property
    def own_stops(self) -> tuple[str, ...] | None:
        """The stop sequences that count if the caller sends none; None if the server does not say."""
        return self.model_stops if "stops" in self.given else self.stops
