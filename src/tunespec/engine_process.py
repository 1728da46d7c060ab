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
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, BinaryIO

from tunespec.child_process import command, end
from tunespec.errors import CannotJudgeError
from tunespec.expect import NULL
from tunespec.postponed import postpone

if TYPE_CHECKING:
    import pandas as pd

    from tunespec.engine import Answer, Asked

# Great Expectations imports them for a few expectations about distributions: a third of its import's time and memory.
_RARELY_USED = ("altair", "scipy.stats")
Columns = Mapping[str, Mapping[int, str]]  # name -> row -> value; the other rows have none


class EngineProcess:
    """A running engine; it starts to import Great Expectations at once, and ends with this process."""

    def __init__(self) -> None:
        """Start it."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  a pipe that nobody reads would block it when full
        self._process = subprocess.Popen(  # noqa: S603  our own Python, our own code
            command("tunespec.engine_process"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )
        atexit.register(self.close)

    def evaluate(
        self, rows: int, columns: Columns, asked: Sequence[Asked], meanwhile: Callable[[], None] = lambda: None
    ) -> list[Answer]:
        """Judge expectations over ``rows`` rows of columns; see :func:`tunespec.engine.evaluate`.

        ``meanwhile`` is done here while the other process is at work.

        Raises:
            CannotJudgeError: as the engine does, or if its process is gone.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(pickle.dumps((rows, dict(columns), list(asked))))
            self._process.stdin.flush()
            meanwhile()
            answers, refusal = pickle.load(self._process.stdout)  # noqa: S301  our own process
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            raise CannotJudgeError(f"Great Expectations could not run: {self._last_words()}") from error
        if refusal:
            raise CannotJudgeError(refusal)
        return list(answers)

    def close(self) -> None:
        """End it."""
        end(self._process)

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
            rows, columns, asked = pickle.load(questions)  # noqa: S301  our own process
        except EOFError:
            return
        pickle.dump(_answer(rows, columns, asked), answers)
        answers.flush()


def dense(rows: int, columns: Columns, *, marked_only: bool = False) -> pd.DataFrame:
    """The frame that Great Expectations judges, labelled by row, with None where a column has no value.

    Args:
        rows: how many rows the table has.
        columns: their values.
        marked_only: leave out rows that have no value in any column, but for the last one. An expectation of null says
            the same without them, in half the time; how many rows a fact examined is not taken from here.
    """
    import numpy as np
    import pandas as pd

    labels = np.arange(rows)
    if marked_only and rows:
        labels = np.array(sorted({rows - 1, *(row for column in columns.values() for row in column)}))
    values = np.full((len(labels), len(columns)), None, dtype=object, order="F")  # one block: GX selects whole rows
    for position, column in enumerate(columns.values()):
        values[np.searchsorted(labels, list(column)), position] = list(column.values())
    return pd.DataFrame(values, columns=list(columns), index=labels, dtype=object)


def _answer(rows: int, columns: Columns, asked: Sequence[Asked]) -> tuple[list[Answer], str | None]:
    from tunespec.engine import evaluate

    only_null = all(one.declaration.type == NULL for one in asked)
    try:
        return evaluate(dense(rows, columns, marked_only=only_null), asked), None
    except CannotJudgeError as error:
        return [], str(error)


def main() -> None:
    """The engine's side of the pipes."""
    # Whatever a library prints must not get between the answers.
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    postpone(*_RARELY_USED)
    serve(sys.stdin.buffer, pipe)
