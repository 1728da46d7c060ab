"""The table of logged steps: which facts it has, what finds them, and where its rows stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from tunespec.templates.rows import Rows
from tunespec.training.step_facts import faults, instability, overtraining, unmonitored
from tunespec.training.step_facts.faults import fault_facts
from tunespec.training.step_facts.instability import instability_facts
from tunespec.training.step_facts.logged_run import LoggedRun
from tunespec.training.step_facts.overtraining import Limits, overtraining_facts
from tunespec.training.step_facts.unmonitored import unmonitored_facts

Thresholds = Mapping[str, Any]


def _overtraining(run: LoggedRun, rows: Rows, own: Thresholds) -> None:
    overtraining_facts(run, rows, Limits(**own))


def _unmonitored(run: LoggedRun, rows: Rows, own: Thresholds) -> None:
    unmonitored_facts(run, rows, **own)


def _faults(run: LoggedRun, rows: Rows, _: Thresholds) -> None:
    fault_facts(run, rows)


def _instability(run: LoggedRun, rows: Rows, own: Thresholds) -> None:
    instability_facts(run, rows, **own)


# Facts that are found together -> the pitfall whose thresholds on this table count for them, and what finds them.
GROUPS: Mapping[tuple[str, ...], tuple[str, Callable[[LoggedRun, Rows, Thresholds], None]]] = {
    overtraining.FACTS: ("H001", _overtraining),
    unmonitored.FACTS: ("H003", _unmonitored),
    faults.FACTS: ("H004", _faults),
    instability.FACTS: ("H004", _instability),
}
FACTS = frozenset(fact for facts in GROUPS for fact in facts)


def step_rows(run: LoggedRun, wanted: Collection[str], thresholds: Callable[[str], Thresholds]) -> Rows:
    """The rows of a run with the groups of facts that hold a wanted one; a log without rows has one for its file.

    Args:
        run: the run.
        wanted: names of facts.
        thresholds: code of a pitfall -> the thresholds of its function on this table.
    """
    groups = {facts: own for facts, own in GROUPS.items() if set(wanted) & set(facts)}
    rows = Rows(frozenset(fact for facts in groups for fact in facts))
    for path, row in zip(run.paths, run.rows, strict=True):
        side = "eval" if any(name.startswith("eval_") for name in row.values) else "train"
        position = row.step if row.step is not None else row.epoch
        rows.add(path, row.line, f"{side} {position}")
    if not run.rows:
        rows.add(run.path, None, "log")
    for code, find in groups.values():
        find(run, rows, thresholds(code))
    return rows
