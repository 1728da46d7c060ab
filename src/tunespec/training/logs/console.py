"""What the Hugging Face Trainer prints: a Python dictionary per row, among progress bars and other lines.

transformers 4 prints numbers, 5 prints them in quotes; ``nan`` is bare in the first. No row says its step: the progress
bar does, which tqdm draws anew behind each line that is written through it, with the step of that moment.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tunespec.training.logs.log import Log, Logged
from tunespec.training.logs.names import logged, number, whole
from tunespec.training.logs.texts import Lines

ROW = re.compile(r"\{['\"](?:loss|eval_\w+|train_runtime)['\"]: [^{}\n]*\}")
_TOTAL = re.compile(r"/(\d{1,12}) \[")  # of tqdm's `10/100 [`: a pattern that starts with digits takes 1 s more
_STEP = re.compile(r"\d+\Z")
_RUN = re.compile(r"\{['\"]train_runtime['\"]: [^{}\n]*\}")
_CUT = re.compile(r"\{['\"](?:loss|eval_\w+|train_runtime)['\"]: [^{}\n]*\Z")


class _Bars(NamedTuple):
    """Progress bars by their position in the text: how far each is."""

    positions: Sequence[int]
    steps: Sequence[int]

    def step(self, start: int, end: int, following: int) -> int | None:
        """The step of the row from ``start`` to ``end``: of the first bar behind it, else of the last before it."""
        behind = bisect_right(self.positions, end)
        if behind < len(self.positions) and self.positions[behind] < following:
            return self.steps[behind]
        before = bisect_left(self.positions, start)
        return self.steps[before - 1] if before else None


def read_console(text: str) -> Log:
    """The rows of the text."""
    found = list(ROW.finditer(text))
    total, bars = _bars(text, found)
    lines = Lines(text)
    rows = []
    behind = [*(match.start() for match in found[1:]), len(text)]
    for match, following in zip(found, behind, strict=False):
        row = logged(_pairs(match[0]), lines.at(match.start()))
        if row is not None:
            rows.append(row._replace(step=bars.step(match.start(), match.end(), following)))
    kept = _of_last_launch(_in_order(rows))
    ended = any("train_runtime" in row.values for row in kept)
    done = _steps_of_run(text) if ended else None
    return Log(
        "console",
        tuple(kept),
        max_steps=total or done,
        global_step=None if any(row.step is not None for row in rows) else done,
        epoch=max((row.epoch for row in kept if row.epoch is not None), default=None),
        ended=ended,
        cut_off=_CUT.search(text, text.rfind("\n") + 1) is not None,
        earlier=len(rows) - len(kept),
    )


def _steps_of_run(text: str) -> int | None:
    """The steps of the last run that ended; transformers' ``speed_metrics`` divides them by the run's seconds."""
    ends = _RUN.findall(text)
    told = {key: number(value) for key, value in _pairs(ends[-1])} if ends else {}
    return whole((told.get("train_runtime") or 0) * (told.get("train_steps_per_second") or 0) + 0.5) or None


def _pairs(row: str) -> Iterator[tuple[str, str]]:
    """Keys and values of a dictionary as it is printed. ``ast.literal_eval`` knows no ``nan``, and takes 2 s longer."""
    for pair in row[1:-1].split(", "):
        key, _, value = pair.partition(": ")
        yield key.strip("'\""), value.strip("'\"")


def _bars(text: str, found: Sequence[re.Match[str]]) -> tuple[int | None, _Bars]:
    """The bar of the training, which most rows of training have beside them, and its total."""
    positions, totals = [], []
    for bar in _TOTAL.finditer(text):
        positions.append(bar.start())
        totals.append(int(bar[1]))
    beside: Counter[int] = Counter()
    for match in found:
        if "loss" in match[0][:8]:
            at = bisect_left(positions, match.start())
            beside.update(totals[max(at - 1, 0) : at + 1])
    if not beside:
        return None, _Bars((), ())
    total = max(beside, key=lambda one: (beside[one], one))
    own = [
        (position, int(step[0]))
        for position, of in zip(positions, totals, strict=True)
        if of == total and (step := _STEP.search(text[max(position - 12, 0) : position]))
    ]
    return total, _Bars([position for position, _ in own], [step for _, step in own])


def _in_order(rows: Sequence[Logged]) -> Sequence[Logged]:
    """The rows, without steps if some have none: a step that is known for a part would put them in a wrong order."""
    known = all(row.step is not None for row in rows)
    return rows if known else [row._replace(step=None) for row in rows]


def _of_last_launch(rows: Sequence[Logged]) -> Sequence[Logged]:
    """The rows without those that a later launch in the same file trained anew: its epochs begin before theirs.

    Where the rows have steps, those are put in order when the run is made of all its logs.
    """
    if any(row.step is not None for row in rows):
        return rows
    kept: list[Logged] = []
    for row in rows:
        if row.epoch is not None and kept and (kept[-1].epoch or 0) > row.epoch:
            while kept and (kept[-1].epoch or 0) >= row.epoch:
                kept.pop()
        kept.append(row)
    return kept
