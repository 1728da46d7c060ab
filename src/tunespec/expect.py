"""Great Expectations' expectations, declared lazily.

``expect.ExpectColumnValuesToBeNull(column="duplicate_of")`` records the call. Only :mod:`tunespec.engine` turns the
record into GX's own object, so that ``tunespec list``, ``explain`` and an unchanged rerun never pay GX's import
(3 to 4 s). Type checkers see GX's real classes and their arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from great_expectations.expectations import *  # noqa: F403


NULL = "ExpectColumnValuesToBeNull"  # what nearly every pitfall expects of its facts


@dataclass(frozen=True)
class Declaration:
    """One recorded expectation: the name of GX's class and its keyword arguments."""

    type: str
    kwargs: Mapping[str, Any]
    severity: str | None = None

    @property
    def kind(self) -> str:
        """The name of the fact column that is judged; for an expectation on a whole table, its type."""
        if "column" in self.kwargs:
            return str(self.kwargs["column"])
        columns = self.kwargs.get("column_list") or [v for k, v in self.kwargs.items() if k.startswith("column_")]
        return "_".join(map(str, columns)) if columns and isinstance(columns, list) else self.type

    @property
    def mostly(self) -> float:
        """The share of rows that must conform, 1 if the expectation names none."""
        return float(self.kwargs.get("mostly", 1.0))


def _declare(type_: str, *, severity: str | None = None, **kwargs: object) -> Declaration:
    plain = {
        key: sorted(value, key=str) if isinstance(value, set | frozenset) else value for key, value in kwargs.items()
    }
    return Declaration(type_, plain, severity)


def __getattr__(name: str) -> Callable[..., Declaration]:
    if name.startswith("Expect"):
        return partial(_declare, name)
    raise AttributeError(f"module 'tunespec.expect' has no attribute {name!r}")
