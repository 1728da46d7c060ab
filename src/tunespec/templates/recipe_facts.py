"""T003's facts about the template's name in a training or serving configuration: one that the model was not taught."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tunespec.templates.named_turns import model_turns, template_turns
from tunespec.templates.recipe import LLAMAFACTORY, configuration, recipe_of
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource

FACT, SERVED = "foreign_template", "foreign_serving_template"
_MAY_BE_TRAINED = ("adapter_name_or_path", "export_dir")


def judge_recipes(source: TemplateSource, rows: Rows) -> None:
    """Mark a configuration whose template writes other turns than its model knows."""
    for file in source.pair.of("recipe"):
        recipe = recipe_of(file.path, source.template_settings)
        told = configuration(file.path)
        model = told.get("model_name_or_path", told.get("base_model"))
        if recipe is None or not isinstance(model, str):
            continue
        row = rows.add(file.shown, recipe.line, "template")
        fact = SERVED if recipe.framework == LLAMAFACTORY and _only_serves(told) else FACT
        if why := untold(recipe.name, model):
            rows.skip([fact], why)
            continue
        rows.examine(fact)
        if wrong := other_turns(recipe.framework, recipe.name, model):
            rows.mark(fact, row, f"{recipe.says} {wrong}")
    rows.skip([FACT, SERVED], "no such configuration is there that names a template")


def _only_serves(told: Mapping[str, Any]) -> bool:
    """Whether LLaMA-Factory answers with the model as its maker left it; a training may have taught it other turns."""
    if any(told.get(key) for key in _MAY_BE_TRAINED):
        return False
    return not told.get("do_train") and ("stage" not in told or bool(told.get("do_predict")))


def untold(template: str, model: str) -> str:
    """Why the names do not tell whether a template is the model's; empty if they do."""
    if not template_turns(template):
        return f"the template `{template}` is not known to be of certain models"
    if model_turns(model) is None:
        return f"the name `{model}` does not tell which turns the model was taught, if any"
    return ""


def other_turns(framework: str, template: str, model: str) -> str:
    """What is wrong with a template, to stand behind its name; empty if its turns are the model's, or not known."""
    written, taught = template_turns(template), model_turns(model)
    if not written or taught is None or written == taught.turns:
        return ""
    own = f": {framework}'s own for it is `{taught.own[framework]}`" if framework in taught.own else ""
    return f"writes turns as `{written}`, and `{model}` knows them as `{taught.turns}`{own}"
