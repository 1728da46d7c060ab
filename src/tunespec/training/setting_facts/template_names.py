"""The chat template that a run trains with, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunespec.templates.recipe_facts import FACT, other_turns, untold
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.trainers import is_axolotl

_KEY = "chat_template"  # Axolotl's, of the run or of one data set; a type of data that is written with it is called so


def template_name_facts(_: RunSource, rows: SettingRows) -> None:
    """Mark a template that writes other turns than the model was taught."""
    spec = rows.spec
    model, template = str(spec.value("model") or ""), str(spec.value("template") or "")
    datasets = _datasets(spec)
    own = [str(one[_KEY]) for one in datasets if one.get(_KEY)]
    if model and template and len(own) < max(len(datasets), 1):
        if _is_written_with_one(spec, datasets):
            _judge(rows, template, model, None)
        else:
            rows.skip(FACT, "no record is written with a chat template")
    for name in own if model else ():
        _judge(rows, name, model, "datasets")
    rows.skip(FACT, "the configuration names no template, or no model")


def _judge(rows: SettingRows, name: str, model: str, key: str | None) -> None:
    """One template, which the setting names, or another key."""
    if why := untold(name, model):
        rows.skip(FACT, why)
        return
    setting = rows.examine(FACT, "template" if key is None else "model")
    wrong = other_turns(rows.spec.framework.name.removesuffix(" v1"), name, model)
    if wrong and key is None:
        rows.mark(FACT, "template", f"{setting} {wrong}")
    elif wrong and key is not None:
        rows.mark_key(FACT, key, f"`{_KEY}: {name}` of a data set {wrong}")


def _datasets(spec: RunSpec) -> list[Mapping[str, Any]]:
    """Axolotl's data sets; another framework's data are no mappings."""
    datasets = spec.written.get("datasets") if is_axolotl(spec) else None
    return [one for one in datasets if isinstance(one, Mapping)] if isinstance(datasets, list) else []


def _is_written_with_one(spec: RunSpec, datasets: list[Mapping[str, Any]]) -> bool:
    """Whether the run's template is used: not by LLaMA-Factory's `pt`, nor by Axolotl's `type: alpaca`."""
    if spec.objective == "pretrain":
        return False
    types = [str(one.get("type")) for one in datasets]
    return not types or any(one.startswith(_KEY) for one in types)
