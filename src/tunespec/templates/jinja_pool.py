"""The processes that render chat templates, and what has ended one.

One process renders all templates of a run within the same bounds; it is started when first needed (0.1 s) and again
after it was ended. A conversation with which a template ended it is not tried again.
"""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from threading import Lock
from typing import Any

from tunespec.templates.jinja_process import Bounds, RenderProcess

Variables = Mapping[str, Any]

_MOST = 4  # processes at a time; one is the rule
_IN_A_ROW = 3  # conversations that end the process, one after the other: then the template is given up
_LOCK = Lock()
# By the asking process, as a forked one must have its own, and their bounds; the one used last stands last.
RUNNING: dict[tuple[int, Bounds], RenderProcess] = {}


@dataclass
class _Ends:
    """How one template has ended the process.

    Args:
        answers: by the conversation with which it did.
        in_a_row: how often, with nothing rendered since.
    """

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    in_a_row: int = 0

    def known(self, variables: Variables) -> dict[str, Any] | None:
        """The answer to a conversation that need not be tried."""
        if self.in_a_row >= _IN_A_ROW:
            return [*self.answers.values()][-1]
        return self.answers.get(_key(variables)) if self.answers else None

    def note(self, asked: Sequence[Variables], answers: Sequence[dict[str, Any]]) -> None:
        """Learn from the answers."""
        ended = bool(answers[-1].get("ended"))
        if len(answers) > ended:  # something was rendered
            self.in_a_row = 0
        if ended:
            self.in_a_row += 1
            self.answers[_key(asked[len(answers) - 1])] = answers[-1]


_ENDS: dict[tuple[str, Bounds], _Ends] = {}


def ask(source: str, conversations: Sequence[Variables], now: str, bounds: Bounds) -> list[dict[str, Any]]:
    """The answers of a worker with these bounds, one for each conversation (the template's variables).

    An answer is ``{"text", "trained"}`` or ``{"error", "line"?, "refused"?}``.

    Raises:
        CannotJudgeError: if no process can be started, or this machine is too busy to tell.
    """
    request = {"source": source, "now": now, "characters": bounds.characters}
    answers: list[dict[str, Any]] = []
    with _LOCK:
        ends = _ENDS.get((source, bounds), _Ends())
        while len(answers) < len(conversations):
            rest = conversations[len(answers) :]
            if (known := ends.known(rest[0])) is not None:
                answers.append(known)
                continue
            asked = list(takewhile(lambda one: ends.known(one) is None, rest)) if ends.answers else rest
            given = _running(bounds).ask({**request, "conversations": asked})
            ends.note(asked, given)
            answers += given
        if ends.answers:
            _ENDS[source, bounds] = ends
    return answers


def _running(bounds: Bounds) -> RenderProcess:
    key = os.getpid(), bounds
    process = RUNNING.pop(key, None)
    if process is None or process.ended:
        while len(RUNNING) >= _MOST:
            RUNNING.pop(next(iter(RUNNING))).close()
        process = RenderProcess(bounds)
    RUNNING[key] = process
    return process


@atexit.register
def _close() -> None:
    for process in RUNNING.values():
        process.close()


def _key(variables: Variables) -> str:
    return json.dumps(variables, default=str)
