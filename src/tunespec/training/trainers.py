"""What several facts ask of a framework: whose trainer runs it."""

from __future__ import annotations

from tunespec.training.frameworks import IN_TRANSFORMERS
from tunespec.training.run_spec import RunSpec


def is_axolotl(spec: RunSpec) -> bool:
    """Whether Axolotl reads the configuration, which settles some contradictions before transformers sees them."""
    return spec.framework.name == "Axolotl"


def takes_flags(spec: RunSpec) -> bool:
    """Whether the configuration's own keys are those of transformers' TrainingArguments."""
    return runs_in_transformers(spec) and not is_axolotl(spec)


def runs_in_transformers(spec: RunSpec) -> bool:
    """Whether transformers' Trainer runs it."""
    return spec.framework.name in IN_TRANSFORMERS
