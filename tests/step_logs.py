"""Logs of made-up runs, with curves that are drawn like real ones: exponential decay, and noise from a fixed seed."""

from __future__ import annotations

import math
from pkgutil import resolve_name
from types import SimpleNamespace

import numpy as np

from tunespec.templates.rows import Rows
from tunespec.training.logs.log import Log, Logged
from tunespec.training.step_facts.logged_run import logged_run
from tunespec.training.tables import STEPS

NAN = float("nan")
FACTS = frozenset(fact for facts in STEPS for fact in facts.split())
DEFAULTS: dict[str, dict[str, float]] = {
    "H001": {"rise": 0.05, "lost": 0.2, "perfect": 0.2},
    "H003": {"least": 100},
    "H004": {"gradient": 100.0},
}


def decay(count, start=2.0, end=1.0, noise=0.03, seed=1):
    """A training loss that falls fast, then slowly."""
    share = np.arange(count) / max(count - 1, 1)
    drawn = np.random.default_rng(seed).normal(0, noise, count)
    return (end + (start - end) * np.exp(-6 * share) + drawn).tolist()


def curve(name="loss", values=(), every=10, epochs=3.0, **more):
    """One row for each value, all with the numbers of ``more``."""
    total = every * len(values)
    return [
        Logged(every * n, epochs * every * n / total, {name: value, **more}, line=n)
        for n, value in enumerate(values, start=1)
    ]


def evaluated(values, total, name="eval_loss", **more):
    """Rows of evaluations, spread evenly over ``total`` steps."""
    return [
        Logged(round(total * n / len(values)), None, {name: value, **more}, line=1000 + n)
        for n, value in enumerate(values, start=1)
    ]


def state(*parts, **told):
    """A finished trainer state with these rows in the order of their steps."""
    rows = sorted((row for part in parts for row in part), key=lambda row: row.step or 0)
    last = rows[-1].step if rows else 0
    finished = {"max_steps": last, "global_step": last, "num_train_epochs": 3.0}
    return Log("trainer_state", tuple(rows), **{**finished, **told})


def found(*logs, wanted=FACTS, **thresholds):
    """Kind -> (line, text) of everything that is found in the logs of a run."""
    rows = rows_of(*logs, wanted=wanted, **thresholds)
    facts = rows.found()
    assert all(fact.examined or fact.reason for fact in facts)
    return {fact.name: (rows.places[at].line, mark.text) for fact in facts for at, mark in fact.marks.items()}


def reasons(*logs):
    """Kind -> why it was not judged."""
    return {fact.name: fact.reason for fact in rows_of(*logs).found() if not fact.examined}


def rows_of(*logs, wanted=FACTS, spec=None, **thresholds):
    told = {code: {**own, **thresholds.get(code, {})} for code, own in DEFAULTS.items()}
    source = SimpleNamespace(
        logged=logged_run([(f"{n}.json", log) for n, log in enumerate(logs)]),
        threshold=lambda code, key: told[code][key],
        spec=spec,
    )
    groups = {facts: finder for facts, finder in STEPS.items() if set(wanted) & set(facts.split())}
    rows = Rows(frozenset(fact for facts in groups for fact in facts.split()))
    for place in source.logged.places():
        rows.add_place(place)
    for finder in groups.values():
        resolve_name(f"tunespec.training.{finder}")(source, rows)
    return rows


def with_norms(norm, values=None):
    """The rows of a healthy training loss, with the norm of the gradient that ``norm`` gives for each."""
    rows = curve(values=decay(100) if values is None else values)
    return [row._replace(values={**row.values, "grad_norm": norm(n)}) for n, row in enumerate(rows)]


def finite(log):
    """Whether every value is a number."""
    return all(math.isfinite(value) for row in log.rows for value in row.values.values())
