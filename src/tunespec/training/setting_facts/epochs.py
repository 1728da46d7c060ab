"""How often a run sees its records, and whether it trains at all."""

from __future__ import annotations

from collections.abc import Iterator

from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.values import switch

KINDS = "too_many_epochs no_training"
# OpenAI's cookbook: few records are seen until there were 100 of them, at most 25 times
# (examples/Chat_finetuning_data_prep.ipynb).
_SEEN_AT_LEAST, _MOST = 100, 25


def epoch_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark a run that sees its records too often, and one that trains nothing."""
    _no_training(rows)
    _too_many(source, rows)
    rows.skip("too_many_epochs", "how many epochs the run has is not known")
    rows.skip("no_training", "neither epochs nor a learning rate are known")


def _too_many(source: RunSource, rows: SettingRows) -> None:
    spec, plan = rows.spec, source.plan
    if plan is None or plan.epochs is None or plan.epochs <= 0:
        return
    if spec.objective == "rl":
        rows.skip("too_many_epochs", "reinforcement learning makes its answers anew in each epoch")
        return
    most = _most(source, plan.records)
    setting = rows.examine("too_many_epochs", *_lengths(spec))
    if setting is not None and plan.epochs > most and not _ends_at_its_best(spec, plan.epochs):
        records = f"the same{'' if plan.records is None else f' {plan.records:,}'} records"
        passes = "" if setting.name == "epochs" else f" are {plan.epochs_said} passes over {records},"
        more = f" and {most:g} are enough" if passes else f": more than {most:g} passes over {records}"
        goes_on = ", and nothing ends it at its best" if _is_set(spec, "load_best") and _evaluates(spec) else ""
        rows.mark("too_many_epochs", setting.name, f"{setting}{passes}{more}{goes_on}")


def _most(source: RunSource, records: int | None) -> float:
    """How many passes are enough for so many records."""
    few = max(source.threshold("H001", "epochs"), source.threshold("H001", "epochs_few"))
    if records is None:
        return float(few)
    if records >= source.threshold("H001", "many"):
        return float(source.threshold("H001", "epochs"))
    return float(max(few, min(_MOST, _SEEN_AT_LEAST // max(1, records))))


def _lengths(spec: RunSpec) -> Iterator[str]:
    """The settings that say how long a run is, in the order in which they count."""
    yield from (name for name in ("max_steps", "micro_steps") if spec.number(name))
    yield "epochs"


def _ends_at_its_best(spec: RunSpec, epochs: float) -> bool:
    """Whether held-out records decide which checkpoint is kept, or may do so: then more epochs do no harm.

    Without early stopping the run goes on to its end, and its schedule is made for that: of a run far too long the best
    checkpoint is one at a rate that has hardly come down, if its warm-up is over.
    """
    return _evaluates(spec) and (_is_set(spec, "patience") or (_is_set(spec, "load_best") and epochs <= _MOST))


def _evaluates(spec: RunSpec) -> bool:
    return bool(spec.value("eval_strategy") != "no")


def _is_set(spec: RunSpec, name: str) -> bool:
    """Whether a setting is on, or may be so."""
    setting = spec.setting(name)
    return setting is not None and bool(setting.value or not setting.is_known)


def _no_training(rows: SettingRows) -> None:
    spec = rows.spec
    if spec.written.has("do_train") and switch(spec.written.get("do_train")) is False:
        rows.skip("no_training", "it is not meant to train (`do_train: false`)")
        return
    limits = ("epochs", "micro_steps") if spec.number("max_steps") is None else ()
    for name in (*limits, "learning_rate", "weight_decay"):
        if spec.number(name) is None or (setting := rows.examine("no_training", name)) is None:
            continue
        if why := _why_nothing(setting):
            rows.mark("no_training", name, f"{setting}: {why}")


def _why_nothing(setting: Setting) -> str:
    if setting.value < 0 and setting.name in {"learning_rate", "weight_decay"}:
        return "the optimizer refuses a number below 0"
    if setting.value > 0 or setting.name == "weight_decay":
        return ""
    return "no step changes a weight" if setting.name == "learning_rate" else "the run ends before its first step"
