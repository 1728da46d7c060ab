"""The only user of Great Expectations: declared expectations over a table, judged in one suite run.

GX passes on what it did not look at and hides what it could not do; the guards here turn both into errors (measured
with GX 1.24; each has a test in tests/test_engine.py).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tunespec.errors import CannotJudgeError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from tunespec.expect import Declaration

_SEVERITIES = {"error": "critical", "warning": "warning", "info": "info"}


@dataclass(frozen=True)
class Asked:
    """One expectation to judge: where it comes from, and its severity after configuration."""

    pitfall: str
    declaration: Declaration
    severity: str


@dataclass(frozen=True)
class Answer:
    """GX's result. ``rows`` are the labels of unexpected rows; ``observed`` is an aggregate's value."""

    success: bool
    rows: Sequence[int]
    looked_at: int | None
    observed: Any


@cache
def _gx() -> ModuleType:
    """Great Expectations, imported once, without its side effects on warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sre_constants is deprecated, and pyspark dislikes pandas 3
        import great_expectations as gx
        import great_expectations.expectations
    logging.captureWarnings(capture=False)  # its import sends every later warning to logging instead
    return gx


@cache
def _context() -> Any:
    gx = _gx()
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


def warm_up() -> None:
    """Import Great Expectations now, so that the first question is answered at once."""
    _context()


def evaluate(frame: pd.DataFrame, asked: Sequence[Asked]) -> list[Answer]:
    """Judge every expectation over the frame, whose index labels its rows: 0, 1, 2, ...

    Raises:
        CannotJudgeError: if GX refuses, drops or fails to compute one of them.
    """
    distinct = _distinct(asked)
    suite = make_suite("tunespec", list(distinct.values()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch = _batch(frame)
        result = batch.validate(suite, result_format={"result_format": "COMPLETE"})
    if len(result.results) != len(distinct):
        raise CannotJudgeError(f"Great Expectations judged {len(result.results)} of {len(distinct)} expectations")
    by_position = {r.expectation_config.meta["position"]: r for r in result.results}
    positions = {identity: position for position, identity in enumerate(distinct)}
    return [_answer(by_position[positions[_identity(one)]], one) for one in asked]


def _distinct(asked: Sequence[Asked]) -> dict[str, Asked]:
    """GX keeps one of two equal expectations: two pitfalls may ask the same, and both get the answer."""
    distinct: dict[str, Asked] = {}
    for one in asked:
        distinct.setdefault(_identity(one), one)
    return distinct


def _identity(one: Asked) -> str:
    return repr((one.declaration.type, sorted(one.declaration.kwargs.items()), one.severity))


def make_suite(name: str, asked: Sequence[Asked]) -> Any:
    """GX's own ExpectationSuite of these expectations.

    Raises:
        CannotJudgeError: for an expectation that GX does not know or whose arguments it refuses.
    """
    _context()  # a suite refuses expectations before there is one
    # All at once: adding one compares it with each that is there.
    suite = _gx().ExpectationSuite(name=name, expectations=[_expectation(one, i) for i, one in enumerate(asked)])
    if len(suite.expectations) != len(asked):
        raise CannotJudgeError(f"Great Expectations kept {len(suite.expectations)} of {len(asked)} expectations")
    return suite


def export_suite(folder: Path, table: str, asked: Sequence[Asked]) -> None:
    """Write the suite of a table as GX's JSON."""
    import orjson

    document = make_suite(table, list(_distinct(asked).values())).to_json_dict()
    document.get("meta", {}).pop("great_expectations_version", None)
    for expectation in document["expectations"]:
        expectation["meta"].pop("position", None)
        expectation.pop("id", None)
    document.pop("id", None)
    folder.mkdir(parents=True, exist_ok=True)
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    (folder / f"{table}.json").write_bytes(orjson.dumps(document, option=options))


def _expectation(one: Asked, position: int) -> Any:
    declaration = one.declaration
    kind = getattr(_gx().expectations, declaration.type, None)
    if kind is None:
        raise CannotJudgeError(f"{one.pitfall}: Great Expectations has no {declaration.type}")
    try:
        return kind(
            **declaration.kwargs,
            severity=_SEVERITIES[one.severity],
            meta={"pitfall": one.pitfall, "kind": declaration.kind, "position": position},
        )
    except (TypeError, ValueError) as error:  # pydantic's ValidationError is a ValueError
        reason = "; ".join(str(error).splitlines()[1:3]) or str(error)
        raise CannotJudgeError(f"{one.pitfall}: {declaration.type} refuses its arguments: {reason}") from error


def _batch(frame: pd.DataFrame) -> Any:
    source = _context().data_sources.add_or_update_pandas("tunespec")
    definition = source.add_dataframe_asset("facts").add_batch_definition_whole_dataframe("all")
    return definition.get_batch({"dataframe": frame})


def _answer(result: Any, one: Asked) -> Answer:
    raised = [info for info in _exceptions(result.exception_info) if info.get("raised_exception")]
    if raised or not result.result:
        message = str(raised[0].get("exception_message")) if raised else "no result"
        raise CannotJudgeError(f"{one.pitfall}: {one.declaration.kind} could not be judged: {message}")
    details = result.result
    looked_at = details.get("element_count")
    if looked_at is not None:
        looked_at -= details.get("missing_count") or 0
    rows = sorted(int(row) for row in details.get("unexpected_index_list") or ())
    return Answer(bool(result.success), rows, looked_at, details.get("observed_value"))


def _exceptions(info: Any) -> list[dict[str, Any]]:
    """GX's exception info: one flat mapping, or one for each metric."""
    if not info:
        return []
    return [info] if "raised_exception" in info else [v for v in info.values() if isinstance(v, dict)]
