"""The metric that says which checkpoint is best: whether it is computed, and which end of it is the good one.

Sources: transformers 5.23 (``training_args.py``: `loss` where no metric is named, and a greater value is better unless
the name ends with `loss`; ``trainer.py``: _determine_best_metric, an error for a metric that is not there),
LLaMA-Factory 0.9.5 (``train/sft/workflow.py``), TRL 1.16 (``trainer/sft_trainer.py``), and TRL's issue 5800 and pull
request 5811 on its own metrics.
"""

from __future__ import annotations

import re

from tunespec.training.frameworks.trl import configuration
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.setting_facts.told import told
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.trainers import runs_in_transformers
from tunespec.training.values import switch

KINDS = "missing_metric foreign_metric worst_model"
# LLaMA-Factory's metric -> the key that has it computed (supervised fine-tuning).
_COMPUTED = {"accuracy": "compute_accuracy", "rouge": "predict_with_generate", "bleu": "predict_with_generate"}
# What a trainer measures by itself; several held-out sets put their name before it.
_OWN = re.compile(
    r".*(loss|runtime|samples_per_second|steps_per_second|entropy|num_tokens|mean_token_accuracy|epoch|model_preparation"
    r"_time)|.*/.*"
)
_LESS_IS_BETTER = re.compile(r"(.*_)?(loss|perplexity|ppl|wer|cer|ter|mer|bpb|bits_per_byte|mse|rmse|mae|error_rate)")
_MORE_IS_BETTER = re.compile(r"(.*_)?(accuracy|acc|f1|bleu|sacrebleu|chrf|exact_match|em|precision|recall|rouge.*|mcc)")


def best_metric_facts(_: RunSource, rows: SettingRows) -> None:
    """Mark a metric that is not computed, and one whose worst value counts as the best."""
    rows.skip("missing_metric", "the configuration names no metric whose computation it would set")
    rows.skip("foreign_metric", "the metric is one of the trainer's own, or none is named, or a program computes it")
    rows.skip("worst_model", "no checkpoint is chosen by a metric, or its good end is not known")
    if not runs_in_transformers(rows.spec):
        return
    if rows.spec.value("best_metric"):
        (_in_llama_factory if rows.spec.framework.name == "LLaMA-Factory" else _in_transformers)(rows)
    _direction(rows)


def _bare(metric: str) -> str:
    return metric.strip().lower().removeprefix("eval_")


def _in_llama_factory(rows: SettingRows) -> None:
    """The configuration alone says which metrics there are."""
    spec, metric = rows.spec, str(rows.spec.value("best_metric"))
    needed = _COMPUTED.get(_bare(metric).partition("-")[0])
    setting = rows.examine("missing_metric", "best_metric") if spec.objective == "sft" else None
    if setting is not None and needed is not None and not switch(spec.written.get(needed)):
        text = f"{told(spec, setting)}, which is computed with `{needed}: true` alone"
        rows.mark("missing_metric", setting.name, f"{text}: the first evaluation ends the run")


def _in_transformers(rows: SettingRows) -> None:
    """A program passes `compute_metrics`; of a file for TRL's commands nothing does."""
    spec = rows.spec
    computes = spec.written.has("compute_metrics") if spec.written.call else not configuration(spec.written)
    is_sft = spec.objective == "sft" or (spec.written.call and not spec.objective)
    if computes or not is_sft or not _chooses(spec):
        return
    fact = "missing_metric" if spec.written.call else "foreign_metric"
    setting = rows.examine(fact, "best_metric")
    if setting is None or _OWN.fullmatch(_bare(setting.value)):
        return
    why = "which the trainer does not compute by itself, and it gets no `compute_metrics`"
    if not spec.written.call:
        why = "which TRL's commands do not compute: only a program of your own would"
    rows.mark(fact, setting.name, f"{told(spec, setting)}, {why}: the first evaluation ends the run")


def _chooses(spec: RunSpec) -> bool:
    """Whether the run evaluates, and a metric decides which checkpoint is kept or when it ends."""
    chosen = spec.value("load_best") is True or spec.number("patience") or spec.value("save_strategy") == "best"
    return bool(chosen) and spec.value("eval_strategy") not in {"no", None}


def _direction(rows: SettingRows) -> None:
    spec, greater = rows.spec, rows.spec.setting("greater_is_better")
    if not _chooses(spec) or not spec.is_known("best_metric") or greater is None or not greater.is_known:
        return
    setting = rows.examine("worst_model", "greater_is_better")
    metric = str(spec.value("best_metric") or "loss")
    more = setting.value if setting is not None and setting.value is not None else not metric.endswith("loss")
    good = _MORE_IS_BETTER if _MORE_IS_BETTER.fullmatch(_bare(metric)) else _LESS_IS_BETTER
    if setting is None or not good.fullmatch(_bare(metric)) or more is (good is _MORE_IS_BETTER):
        return
    where, said = _place(spec, setting)
    end = "greatest" if more else "least"
    rows.mark("worst_model", where, f"{said}: the checkpoint with the {end} `{metric}` counts as the best")


def _place(spec: RunSpec, greater: Setting) -> tuple[str, str]:
    """The setting that decides, and what is said of it."""
    if greater.is_written and greater.value is not None:
        return greater.name, told(spec, greater)
    metric = spec.setting("best_metric")
    assert metric is not None  # its value was looked at
    return metric.name, f"{told(spec, metric)} without `greater_is_better: false`"
