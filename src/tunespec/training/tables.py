"""The tables of a training run: which facts each has, and what finds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from tunespec.templates.rows import Rows
from tunespec.training.recognise import LOG
from tunespec.training.setting_rows import SettingRows

if TYPE_CHECKING:
    from tunespec.tables import Table
    from tunespec.training.source import RunSource

# Facts that are found together -> the module and function of this package that finds them.
SETTINGS: Mapping[str, str] = {
    "masked_turn_end untrained_ends unaligned_end foreign_token untrained_embedding": (
        "setting_facts.turn_ends:turn_end_facts"
    ),
    "foreign_template": "setting_facts.template_names:template_name_facts",
    "too_many_epochs no_training": "setting_facts.epochs:epoch_facts",
    "learning_rate_high learning_rate_destructive learning_rate_low": "setting_facts.rates:rate_facts",
    "weight_decay_high": "setting_facts.rates:decay_facts",
    "endless_warmup long_warmup schedule_mismatch": "setting_facts.warmup:warmup_facts",
    "small_batch large_batch batch_over_dataset": "setting_facts.batches:batch_facts",
    "impossible_batch contradicting_batch": "setting_facts.batch_numbers:batch_number_facts",
    "few_steps few_steps_to_evaluate": "setting_facts.step_count:step_count_facts",
    "evaluation_off evaluation_off_long evaluation_without_data large_validation": (
        "setting_facts.evaluation:evaluation_facts"
    ),
    "early_stopping_dead patience_over_run best_model_refused best_model_off missing_metric": (
        "setting_facts.stopping:stopping_facts"
    ),
    "logging_over_run evaluation_over_run save_over_run": "setting_facts.pace:pace_facts",
    "full_precision contradicting_precision overruled_precision": "setting_facts.precision:precision_facts",
    "half_overflows half_of_bf16_model half_precision fixed_loss_scale unscaled_half": "setting_facts.half:half_facts",
    "clipping_off contradicting_clipping": "setting_facts.clipping:clipping_facts",
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
    """Row n is the n-th logged row."""
    if source.logged is None:
        broken = [f"{path}: {why}" for path, why in source.problems.items()] if source.run.of(LOG) else []
        rows.skip(rows.facts, next(iter(broken), _NO_LOG))
        return
    for row in range(len(source.logged.log.rows)):
        rows.add_place(source.logged.place(row))
    for finder in groups.values():
        resolve_name(f"tunespec.training.{finder}")(source, rows)
