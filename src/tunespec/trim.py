"""The raw text of a model, cut as an Ollama server cuts it: at its stop sequences.

A raw text is one that was generated with stop sequences switched off (``options.stop = []``). The law is the engine's:
after each token it looks for every stop sequence in the text so far. Once one is complete, that text and everything
behind it is removed, and nothing else is: blanks and line ends before it stay. While the text ends with the beginning
of a stop sequence, the engine holds back all that it has not yet sent.

Where a token's text ends is not known here, so the law is that of tokens of one character each. It gives what the
server gives, except where one stop sequence stands within another, neither at its beginning nor at its end: there the
one that is complete first counts, which a single token may hide from the server.

Sources: llama.cpp b10970, ``tools/server/server-context.cpp`` (``process_token``, ``find_stopping_strings``), which is
Ollama's engine from 0.30 on; Ollama 0.24, ``runner/common/stop.go``, before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

Engine = Literal["llama-server", "runner"]


class _Match(NamedTuple):
    """Where a stop sequence is complete, which of several at one place counts, and where the text is cut."""

    end: int
    rank: int
    start: int


class Trimmer:
    """A stream that is cut at stop sequences; what it has shown once is never taken back.

    How the text is split into pieces makes no difference.
    """

    def __init__(self, stops: Sequence[str], *, engine: Engine = "llama-server") -> None:
        """Args are those of :func:`trim`.

        Raises:
            TypeError: if ``stops`` is one text instead of a list of them.
        """
        if isinstance(stops, str):
            raise TypeError(f"stops must be a list of texts, not one text: [{stops!r}]")
        self._stops, self._engine = tuple(stops), engine
        self._begun = tuple({stop[:count] for stop in stops for count in range(1, len(stop))})
        self._held = ""
        self.stopped = False  # whether a stop sequence was complete: whatever comes now is cut

    def feed(self, piece: str) -> str:
        """What may be shown now that ``piece`` has come: no beginning of a stop sequence is in it."""
        if self.stopped:
            return ""
        text, before = self._held + piece, len(self._held)
        if (match := self._first(text)) is not None:
            self.stopped, self._held = True, ""
            return text[: match.start]
        free = self._free(text, before)
        self._held = text[free:]
        return text[:free]

    def finish(self, reason: str | None = "stop") -> str:
        """What is still shown at the end: the text that was held back, if the engine sends it; see :func:`trim`."""
        held, self._held, self.stopped = self._held, "", True
        sent = reason == "stop" or (reason == "length" and self._engine == "runner")
        return held if sent else ""

    def _first(self, text: str) -> _Match | None:
        """The stop sequence that is complete first; of several, the one that cuts most, or the runner's first.

        All of them begin within ``text``, since a begun one is held back.
        """
        found = [
            _Match(start + len(stop), start if self._engine == "llama-server" else number, start)
            for number, stop in enumerate(self._stops)
            if (start := text.find(stop)) >= 0
        ]
        return min(found, default=None)

    def _free(self, text: str, before: int) -> int:
        """How much of ``text`` is sent: up to where it last did not end with the beginning of a stop sequence."""
        for end in range(len(text), before, -1):
            if not text.endswith(self._begun, 0, end):
                return end
        return 0


def trim(
    text: str, stops: Sequence[str], finish_reason: str | None = "stop", *, engine: Engine = "llama-server"
) -> str:
    r"""What the server answers with stop sequences on, of the raw text that it gives with them off.

    >>> trim("Paris.\n### End\n### Question:", ["### End"])
    'Paris.\n'

    Args:
        text: the answer to the same request with ``options.stop = []``.
        stops: the stop sequences. An empty one among them empties every answer, as it does on the server; an empty
            list cuts nothing.
        finish_reason: why the raw text ended (Ollama's ``done_reason``, OpenAI's ``finish_reason``). It counts where no
            stop sequence is complete and the text ends with the beginning of one: after ``stop`` the server shows that
            beginning. After ``length``, llama-server loses it, with whatever else it held back since it last sent
            something. It looks at the ends of tokens only, so that it may hold back, and lose, more than this law
            does: the text before it in the token in which the stop began, and tokens before that one which end with
            the beginning of a stop sequence, too. After any other end (None: the stream broke off) it is lost.
        engine: ``llama-server`` is Ollama's from 0.30 on. ``runner`` is that of 0.24 and before, which shows the
            beginning after ``length``, too; where several stop sequences end in one place, it cuts at the one that
            its list has first, llama-server at the one that begins first.

    Returns:
        A beginning of ``text``.

    Raises:
        TypeError: if ``stops`` is one text instead of a list of them.
    """
    trimmer = Trimmer(stops, engine=engine)
    return trimmer.feed(text) + trimmer.finish(finish_reason)
