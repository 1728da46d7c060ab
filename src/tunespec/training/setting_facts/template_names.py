"""The chat template that a run trains with, by its name."""

from __future__ import annotations

from tunespec.templates.recipe_facts import FACT, own_template
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource


def template_name_facts(_: RunSource, rows: SettingRows) -> None:
    """Mark the template of another generation of the model."""
    rows.skip(FACT, "the configuration names no template, or no model")
    model = rows.spec.value("model")
    if not model or not rows.spec.value("template") or (template := rows.examine(FACT, "template")) is None:
        return
    if own := own_template(str(model), str(template.value)):
        rows.mark(FACT, "template", f"{template} for `{model}`, whose own is `{own}`")
