"""How often a run sees its records."""

from __future__ import annotations

from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource

KINDS = "too_many_epochs"


def epoch_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark a run that sees its records too often."""
    rows.skip(KINDS, "how many epochs the run has is not known")
    most, plan = source.threshold("H001", "epochs"), source.plan
    epochs = rows.examine("too_many_epochs", "epochs", "max_steps")
    if epochs is not None and plan is not None and plan.epochs is not None and plan.epochs > most:
        rows.mark("too_many_epochs", epochs.name, f"{epochs}: more than {most:g} passes over the same records")
