"""float16: whether its small range holds the model's numbers.

Sources: Micikevicius et al. 2018, Mixed Precision Training (loss scaling); DeepSpeed 0.19 (``runtime/config.py``: a
``loss_scale`` of 0 is a dynamic one); Axolotl 0.19 (``utils/schemas/config.py``: ``float16`` is "No AMP").
"""

from __future__ import annotations

from tunespec.training.model_formats import made_in, model_folder
from tunespec.training.precision import Precision, precision_of
from tunespec.training.setting_facts.told import told
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource

KINDS = "half_overflows half_of_bf16_model half_precision fixed_loss_scale unscaled_half"


def half_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark float16 on a model that needs more range, and a float16 whose small gradients vanish."""
    rows.skip(KINDS, "the number format is not in the configuration")
    precision = precision_of(rows.spec)
    if precision is None:
        return
    for fact in KINDS.split():
        rows.examine(fact, precision.setting.name)
    if precision.format == "fp16":
        _of_model(source, rows, precision)
        _scale(rows, precision)


def _of_model(source: RunSource, rows: SettingRows, precision: Precision) -> None:
    model, name = str(rows.spec.value("model") or ""), precision.setting.name
    made, text = made_in(model, model_folder(rows.spec, source.root)), told(rows.spec, precision.setting)
    if made == "overflows":
        rows.mark(
            "half_overflows",
            name,
            f"{text} on `{model}`, whose numbers exceed the range of float16 (65,504); bfloat16 holds them",
        )
    elif made == "bfloat16":
        rows.mark("half_of_bf16_model", name, f"{text} on `{model}`, which was made in bfloat16")
    elif made is None:
        unknown = f"the format that `{model}` was made in is not known" if model else "no model is named here"
        rows.mark("half_precision", name, f"{text}, and {unknown}")


def _scale(rows: SettingRows, precision: Precision) -> None:
    if precision.setting.name == "pure_fp16":
        text = f"{told(rows.spec, precision.setting)}: the weights are float16, and no loss scaler runs"
        rows.mark("unscaled_half", precision.setting.name, text)
    scale = rows.spec.setting("loss_scale")
    if scale is not None and scale.is_written and scale.value:
        text = f"{told(rows.spec, scale)}: a fixed loss scale; 0 adapts it"
        rows.mark("fixed_loss_scale", scale.name, text)
