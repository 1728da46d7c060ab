"""Whether a run evaluates on held-out records, and on how many.

Source for mlx-lm: 0.32.2 (``tuner/datasets.py``, ``lora.py``: a warning where no validation set is there).
"""

from __future__ import annotations

from tunespec.named_files import found_from
from tunespec.training.cadence import least_steps
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.setting_facts.told import told
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.trainers import is_axolotl
from tunespec.training.values import word

_OFF = "evaluation_off evaluation_off_long"
# Their configuration alone says what is evaluated on; to other trainers a program passes it.
_SAYS_ITS_DATA = frozenset(("LLaMA-Factory", "mistral-finetune"))
# What they train on; a configuration without is a form to fill in.
_TRAINED = ("dataset", "datasets", "pretraining_dataset", "tokenized_path", "data.instruct_data", "data.data")
_DATA = ("validation_share", "validation_data")
# Objective -> what is looked at instead.
_UNWATCHED = {
    "rl": "reinforcement learning is watched by its rewards",
    "pretrain": "pretraining sees its texts about once: its training loss is one on texts that are new to it",
}
# What turns evaluation on.
_TURNS_ON = {
    "Hugging Face": "`eval_strategy: steps` with an evaluation set",
    "LLaMA-Factory": "`eval_strategy: steps` with `val_size: 0.1`",
    "Axolotl": "`val_set_size: 0.05` with `evals_per_epoch: 4`",
    "mistral-finetune": "`no_eval: false` with `data.eval_instruct_data`",
    "mlx-lm": "a `valid.jsonl` beside `train.jsonl`",
    "torchtune": "`run_val_every_n_steps: 50` with `dataset_val`",
}


def evaluation_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark a run without evaluation, an evaluation without data, and one that takes too many of the records."""
    _without_data(rows)
    _off(source, rows)
    _share(source, rows)
    rows.skip(_OFF, "whether the run evaluates is not known")
    rows.skip("evaluation_without_data", "what is evaluated on is not in the configuration")
    rows.skip("large_validation", "the configuration holds no share of the records out")


def _off(source: RunSource, rows: SettingRows) -> None:
    """What has another thing to look at is not meant."""
    if why := _UNWATCHED.get(rows.spec.objective):
        rows.skip(_OFF, why)
        return
    if rows.spec.value("eval_strategy") is None:
        return
    rows.examine("evaluation_off_long", "eval_strategy")
    strategy = rows.examine("evaluation_off", "eval_strategy")
    why = "" if strategy is None else _why_off(source, rows.spec, strategy)
    if strategy is None or not why:
        return
    most = source.threshold("H003", "epochs")
    plan = source.plan
    turned_on = _TURNS_ON.get(rows.spec.framework.name)
    hint = f"; {turned_on} does" if turned_on else ""
    if plan is not None and plan.epochs is not None and plan.epochs > most:
        text = f"{why}: nothing measures the loss on held-out records in {plan.epochs_said} epochs{hint}"
        rows.mark("evaluation_off_long", strategy.name, text)
    elif not _is_trial(source, rows.spec):
        text = f"{why}: nothing measures the loss on held-out records{hint}"
        rows.mark("evaluation_off", strategy.name, text)


def _is_trial(source: RunSource, spec: RunSpec) -> bool:
    """Whether the run is known to be over before there is a curve to look at, and nothing is held out for it."""
    plan, held_out = source.plan, spec.setting("validation_data")
    if plan is None or plan.steps is None:
        return False
    if spec.framework.name != "mlx-lm" and held_out is not None and held_out.is_written and held_out.value:
        return False
    through_all = plan.epochs is not None and plan.epochs >= 1
    return plan.steps < least_steps(source.threshold("H003", "least"), through_all=through_all)


def _why_off(source: RunSource, spec: RunSpec, strategy: Setting) -> str:
    """Why the run does not evaluate; empty if it does, or is refused.

    Axolotl evaluates if records are held out, and passes over how often it should.
    """
    if spec.framework.name == "mlx-lm":
        return _why_off_in_mlx(source, spec)
    share = spec.setting("validation_share")
    if strategy.value != "no" or _refused(spec) is not None:
        return ""
    if not is_axolotl(spec) or share is None or strategy.key != share.key:
        return told(spec, strategy)
    asked = spec.setting("evals_per_epoch")
    idle = f", so `{asked.key}: {asked.value:g}` does nothing" if asked is not None and asked.value else ""
    return f"{told(spec, share)}, and no `test_datasets` are set{idle}"


def _why_off_in_mlx(source: RunSource, spec: RunSpec) -> str:
    """It evaluates on the `valid.jsonl` of its data, and trains on where that is not there, or empty."""
    data = spec.setting("validation_data")
    folder = (
        found_from(spec.written.file.path, str(data.value), source.root) if data is not None and data.value else None
    )
    if data is None or folder is None or not (folder / "train.jsonl").is_file():
        return ""
    held_out = folder / "valid.jsonl"
    is_there = held_out.is_file() and held_out.stat().st_size > 0
    return "" if is_there else f"{told(spec, data)} has no `{held_out.name}`"


def _without_data(rows: SettingRows) -> None:
    spec = rows.spec
    if spec.written.call:
        _without_data_of_program(rows)
        return
    if spec.framework.name not in {*_SAYS_ITS_DATA, "Axolotl"} or not any(map(spec.written.get, _TRAINED)):
        return
    rows.examine("evaluation_without_data", "eval_strategy")
    if (asked := _refused(spec)) is not None:
        sources = " and ".join(f"no `{one.key}`" for one in map(spec.setting, _DATA) if one is not None)
        text = f"{told(spec, asked)}, with {sources}: {spec.framework.name} refuses that"
        rows.mark("evaluation_without_data", "eval_strategy", text)


def _without_data_of_program(rows: SettingRows) -> None:
    """Its trainer is given nothing to evaluate on, and nothing else in it can give that.

    transformers refuses that since 4.46 when the trainer is made (pull request 33743), and before at the first
    evaluation.
    """
    spec, strategy = rows.spec, rows.spec.setting("eval_strategy")
    given = spec.setting("validation_data")
    if strategy is None or given is None or not given.is_known or not spec.written.has(given.key):
        return
    rows.examine("evaluation_without_data", "eval_strategy")
    if strategy.is_written and strategy.value not in {"no", None} and not given.value:
        trainer = f"`{spec.written.get('trainer')}` ({spec.written.where('trainer')})"
        text = f"{told(spec, strategy)}, and {trainer} is given no `eval_dataset`: transformers refuses that"
        rows.mark("evaluation_without_data", strategy.name, text)


def _refused(spec: RunSpec) -> Setting | None:
    """The setting that asks for an evaluation for which there is no data."""
    if any(one is not None and (not one.is_known or one.value) for one in map(spec.setting, _DATA)):
        return None
    strategy = spec.setting("eval_strategy")
    if is_axolotl(spec):
        return _refused_by_axolotl(spec)
    on = strategy is not None and strategy.is_written and strategy.value not in {"no", None}
    return strategy if on and spec.framework.name in _SAYS_ITS_DATA else None


def _refused_by_axolotl(spec: RunSpec) -> Setting | None:
    """A written share of 0 with steps or a strategy (``utils/schemas/validation.py``: check_evals)."""
    share, steps, key = spec.setting("validation_share"), spec.setting("eval_steps"), "eval_strategy"
    strategy = word(spec.written.get(key))
    if share is None or not share.is_written or strategy == "no":
        return None
    if steps is not None and steps.value:
        return steps
    return Setting(key, key, strategy, share.path, spec.written.line(key), "written") if strategy else None


def _share(source: RunSource, rows: SettingRows) -> None:
    share, most = rows.spec.number("validation_share"), source.threshold("H003", "share")
    if not share or share < 0:
        return
    records = source.trained_on
    if share >= 1 and not records:
        rows.skip("large_validation", "how many records there are is not known")
        return
    setting = rows.examine("large_validation", "validation_share")
    part = share if share < 1 else share / (records or 1)
    if setting is not None and part > most:
        of = f", {part:.0%} of {records:,}" if records and share >= 1 else ""
        rows.mark(
            "large_validation",
            setting.name,
            f"{told(rows.spec, setting)}: more than {most:.0%} are kept from training{of}",
        )
