"""The tables of a training run: which facts each has, and what finds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from tunespec.templates.rows import Rows, facts_of, rows_for
from tunespec.training.recognise import LOG
from tunespec.training.setting_rows import SettingRows

if TYPE_CHECKING:
    from tunespec.tables import Table
    from tunespec.training.source import RunSource

# Facts that are found together -> the module and function of this package that finds them.
SETTINGS: Mapping[str, str] = {
    "masked_turn_end untrained_ends unaligned_end": "setting_facts.turn_ends:turn_end_facts",
    "foreign_token untrained_embedding": "setting_facts.new_tokens:token_facts",
    "masked_eos": "setting_facts.sequences:padding_facts",
    "cut_by_packing unseparated_records": "setting_facts.sequences:packing_facts",
    "foreign_template": "setting_facts.template_names:template_name_facts",
    "too_many_epochs no_training": "setting_facts.epochs:epoch_facts",
    "learning_rate_high learning_rate_destructive learning_rate_low": "setting_facts.rates:rate_facts",
    "weight_decay_high": "setting_facts.rates:decay_facts",
    "contradicting_optimizer": "setting_facts.contradicting_optimizer:contradicting_optimizer_facts",
    "endless_warmup long_warmup schedule_mismatch": "setting_facts.warmup:warmup_facts",
    "small_batch large_batch batch_over_dataset": "setting_facts.batches:batch_facts",
    "impossible_batch contradicting_batch": "setting_facts.batch_numbers:batch_number_facts",
    "few_steps few_steps_to_evaluate": "setting_facts.step_count:step_count_facts",
    "evaluation_off evaluation_off_long evaluation_without_data large_validation": (
        "setting_facts.evaluation:evaluation_facts"
    ),
    "evaluation_on_training_data": "setting_facts.evaluation_data:evaluation_data_facts",
    "early_stopping_dead patience_over_run best_model_refused best_model_off": "setting_facts.stopping:stopping_facts",
    "missing_metric foreign_metric worst_model": "setting_facts.best_metric:best_metric_facts",
    "logging_over_run evaluation_over_run evaluation_over_long_run save_over_run": "setting_facts.pace:pace_facts",
    "full_precision contradicting_precision overruled_precision": "setting_facts.precision:precision_facts",
    "half_overflows half_of_bf16_model half_precision fixed_loss_scale unscaled_half": "setting_facts.half:half_facts",
    "clipping_off contradicting_clipping": "setting_facts.clipping:clipping_facts",
    "number_as_text word_as_false text_as_true repeated_key repeated_key_refused": (
        "setting_facts.misread:misread_facts"
    ),
    "foreign_key misplaced_key removed_value": "setting_facts.foreign_keys:foreign_key_facts",
    "removed_key refused_key unknown_key unknown_value fraction_of_steps fraction_without_effect": (
        "setting_facts.keys:key_facts"
    ),
    "undefined_dataset": "setting_facts.undefined:undefined_facts",
    "foreign_output shared_output": "setting_facts.output_folder:output_folder_facts",
}
STEPS: Mapping[str, str] = {
    "validation_lost validation_rises memorised perfect_loss": "step_facts.overtraining:overtraining_facts",
    "never_evaluated loss_unlogged best_not_saved early_stop_unreachable": "step_facts.unmonitored:unmonitored_facts",
    "other_run": "step_facts.other_run:other_run_facts",
    "nan_loss masked_nan zero_loss nan_gradient": "step_facts.faults:fault_facts",
    "diverged loss_spike exploding_gradient constant_gradient": "step_facts.instability:instability_facts",
    "rate_shock": "step_facts.rate:rate_facts",
    "flat_loss": "step_facts.flat:flat_facts",
}
SETTING_FACTS, STEP_FACTS = facts_of(SETTINGS), facts_of(STEPS)
_PACKAGE = "tunespec.training"
_NO_CONFIGURATION = "no training configuration is there"
_NO_LOG = "no log of the run is there"


def build(name: str, columns: Iterable[str], source: RunSource) -> tuple[Table, dict[str, Any]]:
    """The table ``settings`` or ``steps`` with these columns, and the subject's description.

    Raises:
        CannotJudgeError: for a column that the table does not have, and files that cannot be read.
    """
    from tunespec.tables import Table, require_facts

    wanted = set(columns)
    require_facts(name, wanted, SETTING_FACTS if name == "settings" else STEP_FACTS)
    rows = (_settings if name == "settings" else _steps)(source, wanted)
    return Table.of(rows.places, rows.found()), source.described()


def _settings(source: RunSource, wanted: set[str]) -> Rows:
    """A row for each setting."""
    rows, finders = rows_for(SETTINGS, wanted)
    if source.spec is None:
        rows.skip(rows.facts, next(iter(source.problems.values()), _NO_CONFIGURATION))
        return rows
    own = SettingRows.of(source.spec, rows)
    for finder in finders:
        resolve_name(f"{_PACKAGE}.{finder}")(source, own)
    return rows


def _steps(source: RunSource, wanted: set[str]) -> Rows:
    """Row n is the n-th logged row; a log that holds none has one row for its file."""
    rows, finders = rows_for(STEPS, wanted)
    if source.logged is None:
        broken = [f"{path}: {why}" for path, why in source.problems.items()] if source.run.of(LOG) else []
        rows.skip(rows.facts, next(iter(broken), _NO_LOG))
        return rows
    for place in source.logged.places():
        rows.add_place(place)
    for finder in finders:
        resolve_name(f"{_PACKAGE}.{finder}")(source, rows)
    return rows
