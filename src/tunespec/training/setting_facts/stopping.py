"""Early stopping, and the best checkpoint: whether they can work at all.

Sources: transformers 5.23 (``training_args.py``: _validate_args, ``trainer_callback.py``: EarlyStoppingCallback),
LLaMA-Factory 0.9.5 (``train/tuner.py``, ``train/sft/workflow.py``), Axolotl 0.19 (``utils/schemas/validation.py``:
check_early_stopping, ``core/builders/causal.py``, ``utils/config/__init__.py``: normalize_config).
"""

from __future__ import annotations

from tunespec.training.cadence import evaluations
from tunespec.training.plan import Plan
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting_facts.best_model import why_off_in_axolotl, why_refused
from tunespec.training.setting_facts.told import told
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.trainers import is_axolotl, takes_flags


def stopping_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark early stopping that cannot work, and a best checkpoint that is never loaded."""
    _best_model(rows)
    _early_stopping(source.plan, rows)
    rows.skip("early_stopping_dead patience_over_run", "the configuration sets no early stopping")
    rows.skip("best_model_refused best_model_off", "the configuration does not ask for the best checkpoint")


def _early_stopping(plan: Plan | None, rows: SettingRows) -> None:
    patience = rows.spec.number("patience")
    setting = rows.examine("early_stopping_dead", "patience") if patience else None
    if setting is None or patience is None:
        return
    if why := _why_dead(rows.spec):
        rows.mark("early_stopping_dead", setting.name, f"{told(rows.spec, setting)}: {why}")
        rows.skip("patience_over_run", "early stopping cannot work at all")
        return
    count = evaluations(rows.spec, plan) if plan is not None else None
    if count is None:
        rows.skip("patience_over_run", "how often the run evaluates is not known")
        return
    rows.examine("patience_over_run", "patience")
    if count <= patience:
        had = f"{count} evaluations" if count != 1 else "one evaluation"
        text = f"{told(rows.spec, setting)}, and the run has {had}: it cannot stop before its end"
        rows.mark("patience_over_run", setting.name, text)


def _best_model(rows: SettingRows) -> None:
    """In Axolotl early stopping asks for the best checkpoint, too, and is judged instead."""
    asked = rows.spec.setting("load_best")
    if asked is None or not asked.is_written or asked.value is not True:
        return
    if is_axolotl(rows.spec) and rows.spec.number("patience"):
        return
    fact = "best_model_off" if is_axolotl(rows.spec) else "best_model_refused"
    if fact == "best_model_refused" and not takes_flags(rows.spec):
        return
    why = why_off_in_axolotl(rows.spec) if is_axolotl(rows.spec) else why_refused(rows.spec)
    setting = rows.examine(fact, "load_best")
    if setting is not None and why:
        rows.mark(fact, setting.name, f"{told(rows.spec, setting)}: {why}")


def _why_dead(spec: RunSpec) -> str:
    """Why early stopping ends the run before its first step, in the words of who ends it."""
    if is_axolotl(spec):
        return _why_dead_in_axolotl(spec)
    if spec.value("eval_strategy") == "no":
        return "the run does not evaluate, and transformers refuses to stop early without evaluations"
    if spec.is_known("best_metric") and spec.value("best_metric") is None and spec.value("load_best") is False:
        return (
            "no metric is watched, which transformers refuses: set `load_best_model_at_end: true`, or "
            "`metric_for_best_model: eval_loss`"
        )
    return ""


def _why_dead_in_axolotl(spec: RunSpec) -> str:
    save, every = spec.number("save_steps"), spec.number("eval_steps")
    missing = [f"`{key}`" for key, value in (("eval_steps", every), ("save_steps", save)) if value is None]
    if not all(spec.is_known(name) for name in ("save_steps", "eval_steps")):
        return ""
    if save is None or every is None:
        return (
            f"Axolotl refuses it without {' and '.join(missing)} (`evals_per_epoch` and `saves_per_epoch` do not count)"
        )
    if save % every:
        return f"Axolotl refuses it where `save_steps: {save:g}` is no multiple of `eval_steps: {every:g}`"
    if spec.value("eval_strategy") == "no":
        return "no records are held out (`val_set_size`, `test_datasets`), so the run does not evaluate"
    return ""
