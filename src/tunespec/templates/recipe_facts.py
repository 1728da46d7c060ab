"""T003's fact about a training configuration's template name: the one of another generation of the same models.

Source: LLaMA-Factory 0.9.5, ``extras/constants.py`` (which template belongs to which models); only names are listed
whose conversations begin and end with other tokens than those of the model's own template.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tunespec.templates.recipe import configuration, recipe_of
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource

FACT = "foreign_template"
# What a model's name matches, in lower case; templates of its relatives, which are not its own; and its own.
_RELATIVES: Sequence[tuple[re.Pattern[str], frozenset[str], str]] = (
    (re.compile(r".*deepseek-(v3|r1)(?!.*distill).*"), frozenset({"deepseek", "deepseekcoder"}), "deepseek3"),
    (re.compile(r".*deepseek-(coder-)?v2.*"), frozenset({"deepseek3", "deepseekr1"}), "deepseek"),
    (re.compile(r".*llama-2-\d+b-chat.*"), frozenset({"llama3", "llama4"}), "llama2"),
    (re.compile(r".*llama-3[\d.]*-\d+b-instruct.*"), frozenset({"llama2", "llama4"}), "llama3"),
    (re.compile(r".*llama-4-.*instruct.*"), frozenset({"llama2", "llama3"}), "llama4"),
    (re.compile(r".*gemma-4-.*"), frozenset({"gemma", "gemma2", "gemma3"}), "gemma4"),
)


def judge_recipes(source: TemplateSource, rows: Rows) -> None:
    """Mark a configuration whose template is that of a relative of its model."""
    for file in source.pair.of("recipe"):
        recipe = recipe_of(file.path, source.template_settings)
        told = configuration(file.path)
        model = told.get("model_name_or_path", told.get("base_model"))
        if recipe is None or not isinstance(model, str):
            continue
        row = rows.add(file.shown, recipe.line, "template")
        rows.examine(FACT)
        if own := own_template(model, recipe.name):
            rows.mark(FACT, row, f"{recipe.says} for `{model}`, whose own is `{own}`")
    rows.skip([FACT], "no training configuration is there that names a template")


def own_template(model: str, template: str) -> str:
    """The template of a model's own, where it is given that of a relative; else empty."""
    for pattern, relatives, own in _RELATIVES:
        if pattern.fullmatch(model.lower()) and template in relatives:
            return own
    return ""
