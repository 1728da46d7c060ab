"""Great Expectations in a process of its own.

Its import takes 3 s and a GIL, and changes warnings and logging for everybody. In a second process it takes place
while the first one reads and compares the data, and changes nothing there. Both sides speak pickle over pipes that
only they hold.
"""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, BinaryIO

from tunespec.errors import CannotJudgeError

if TYPE_CHECKING:
    from tunespec.engine import Answer, Asked

Columns = Mapping[str, Sequence[str | None]]


class EngineProcess:
    """A running engine; it starts to import Great Expectations at once, and ends with this process."""

    def __init__(self) -> None:
        """Start it."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONWARNINGS": "ignore"}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  a pipe that nobody reads would block it when full
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tunespec.engine_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
        )
        atexit.register(self.close)

    def evaluate(self, columns: Columns, asked: Sequence[Asked]) -> list[Answer]:
        """Judge expectations over columns of equal length; see :func:`tunespec.engine.evaluate`.

        Raises:
            CannotJudgeError: as the engine does, or if its process is gone.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            pickle.dump((dict(columns), list(asked)), self._process.stdin)
            self._process.stdin.flush()
            answers, refusal = pickle.load(self._process.stdout)  # noqa: S301  our own process
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            raise CannotJudgeError(f"Great Expectations could not run: {self._last_words()}") from error
        if refusal:
            raise CannotJudgeError(refusal)
        return list(answers)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was not sent any more
                pipe.close()  # type: ignore[union-attr]

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        return self._process.poll() is not None

    def _last_words(self) -> str:
        self.close()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"its process ended with {self._process.returncode}"


def engine_process() -> EngineProcess:
    """The engine of this process, started when first asked for, and again if it has ended."""
    engine = _started()
    if engine.ended:
        _started.cache_clear()
        engine = _started()
    return engine


@cache
def _started() -> EngineProcess:
    return EngineProcess()


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the other side ends."""
    from tunespec.engine import warm_up

    gc.disable()  # thousands of classes are made, and none of them is garbage
    warm_up()
    gc.freeze()
    gc.enable()
    while True:
        try:
            columns, asked = pickle.load(questions)  # noqa: S301  our own process
        except EOFError:
            return
        pickle.dump(_answer(columns, asked), answers)
        answers.flush()


def _answer(columns: Columns, asked: Sequence[Asked]) -> tuple[list[Answer], str | None]:
    import pandas as pd

    from tunespec.engine import evaluate

    frame = pd.DataFrame({name: pd.Series(list(values), dtype=object) for name, values in columns.items()})
    try:
        return evaluate(frame, asked), None
    except CannotJudgeError as error:
        return [], str(error)


if __name__ == "__main__":
    # Whatever a library prints must not get between the answers.
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, pipe)
