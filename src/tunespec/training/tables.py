"""The tables of a training run: which facts each has, and what finds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from tunespec.templates.rows import Rows
from tunespec.training.setting_rows import SettingRows

if TYPE_CHECKING:
    from tunespec.tables import Table
    from tunespec.training.source import RunSource

# Facts that are found together -> the module and function of this package that finds them.
SETTINGS: Mapping[str, str] = {
    "too_many_epochs": "setting_facts.epochs:epoch_facts",
    "number_as_text word_as_false repeated_key": "setting_facts.misread:misread_facts",
    "removed_key unknown_key fraction_of_steps": "setting_facts.keys:key_facts",
}
STEPS: Mapping[str, str] = {}
_NO_CONFIGURATION = "no training configuration is there"
_NO_LOG = "no log of the run is there"


def build(name: str, columns: Iterable[str], source: RunSource) -> tuple[Table, dict[str, Any]]:
    """The table ``settings`` or ``steps`` with these columns, and the subject's description.

    Raises:
        CannotJudgeError: for a column that the table does not have, and files that cannot be read.
    """
    from tunespec.tables import Table, require_facts

    wanted, groups = set(columns), SETTINGS if name == "settings" else STEPS
    require_facts(name, wanted, (fact for facts in groups for fact in facts.split()))
    groups = {facts: finder for facts, finder in groups.items() if wanted & set(facts.split())}
    rows = Rows(frozenset(fact for facts in groups for fact in facts.split()))
    fill = _settings if name == "settings" else _steps
    fill(source, rows, groups)
    return Table.of(rows.places, rows.found()), source.described()


def _settings(source: RunSource, rows: Rows, groups: Mapping[str, str]) -> None:
    if source.spec is None:
        rows.skip(rows.facts, next(iter(source.problems.values()), _NO_CONFIGURATION))
        return
    own = SettingRows.of(source.spec, rows)
    for finder in groups.values():
        resolve_name(f"tunespec.training.{finder}")(source, own)


def _steps(source: RunSource, rows: Rows, groups: Mapping[str, str]) -> None:
    if not source.run.of("log"):
        rows.skip(rows.facts, _NO_LOG)
        return
    for finder in groups.values():
        resolve_name(f"tunespec.training.{finder}")(source, rows)
