"""Whether a run evaluates on what it trains on."""

from __future__ import annotations

from pathlib import Path

from tunespec.training.named_data import NamedData, named_data
from tunespec.training.setting_facts.trained import trial_steps
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.written import Written

KIND = "evaluation_on_training_data"
_NAMED = ": "  # between a name and the file that a registry has for it


def evaluation_data_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark each setting that names data to evaluate on which another one names to train on.

    Parts of one file (`train[:90%]` and `train[90%:]`) are not the same data. A program may give its trainer others
    than it loads: there the trainer's own arguments count.
    """
    written = rows.spec.written
    if written.call:
        _of_program(source, rows)
        return
    if rows.spec.is_known("eval_strategy") and rows.spec.value("eval_strategy") == "no":
        rows.skip(KIND, "it does not evaluate")
        return
    named = [(_same(one, written.file.path, source.root), one) for one in named_data(rows.spec, source.root)]
    trained = {same: one for same, one in reversed(named) if one.split == "train"}
    for same, one in named:
        if one.split == "train":
            continue
        rows.rows.examine(KIND)
        if same in trained:
            said = _trained_on(written, trained[same], _word(one))
            rows.mark_key(KIND, one.key, f"`{written.prefix}{one.key}` names `{_word(one)}`, which {said}")
    rows.skip(KIND, "it names no data to evaluate on")


def _of_program(source: RunSource, rows: SettingRows) -> None:
    """A trial may well evaluate on the few records that it has."""
    spec = rows.spec
    held_out = spec.setting("validation_data")
    if spec.is_known("eval_strategy") and spec.value("eval_strategy") == "no":
        rows.skip(KIND, "it does not evaluate")
    elif held_out is None or not held_out.is_known or not spec.is_known("eval_strategy"):
        rows.skip(KIND, "what the program evaluates on, or whether it does, only a run would tell")
    elif steps := trial_steps(source):
        rows.skip(KIND, f"a run of {steps} steps only shows whether it runs")
    elif held_out.value:
        rows.examine(KIND, "validation_data")
        if same := spec.written.same_data:
            where = f"`train_dataset` ({spec.written.where('train_dataset')})"
            rows.mark(KIND, held_out.name, f"`{held_out.key}` names `{same}`, which {where} trains on")
    rows.skip(KIND, "it names no data to evaluate on")


def _same(data: NamedData, configuration: Path, root: Path) -> tuple[str, str]:
    """Equal for data that are the same: by where they lie, if they are at hand, else by name; with the part."""
    place = data.place(configuration, root)
    return str(place.resolve()) if place is not None else data.name.rpartition(_NAMED)[2], data.part


def _trained_on(written: Written, data: NamedData, word: str) -> str:
    """Which setting trains on data, and by which name if that is another."""
    line = written.line(data.key)
    where = f"`{written.prefix}{data.key}`{f' (line {line})' if line is not None else ''}"
    return f"{where} trains on{f' as `{_word(data)}`' if _word(data) != word else ''}"


def _word(data: NamedData) -> str:
    """The name as the configuration writes it, without the file that a registry has for it."""
    return data.name.partition(_NAMED)[0]
