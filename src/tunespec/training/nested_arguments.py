"""Hugging Face's arguments as a part of a program's own YAML or JSON file, which that hands to the trainer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tunespec.training.frameworks.huggingface import HUGGING_FACE
from tunespec.training.frameworks.trl import ARGUMENTS, configuration
from tunespec.training.written import Written

_TARGET = "_target_"  # by which Hydra names the class that it makes of a mapping
_LIBRARIES = ("transformers.", "trl.")
_KEYS = ("training_args", "training_arguments", "trainer_args")
_ELSEWHERE = "the trainer is made elsewhere"


def nested_arguments(written: Written) -> Written | None:
    """The arguments that a file holds in one of its keys, as if they were the file; None if it has none.

    Only a class that is named, or keys that are the trainer's own, make a mapping its arguments. Of PyYAML's readings
    nothing is said: Hydra has others, and whoever else reads the file is not known.
    """
    for key, call in (*_targets(written), *((key, "") for key in _KEYS)):
        inner = written.within(key)
        if inner is not None and (call or HUGGING_FACE.is_own(inner)):
            return replace(
                inner.without(_TARGET),
                misread={},
                unknown=dict.fromkeys(("eval_dataset", "data_collator"), _ELSEWHERE),
                call=call or configuration(inner) or "TrainingArguments",
                calls_line=written.line(key),
                prefix=f"{key}.",
            )
    return None


def _targets(written: Written) -> Iterator[tuple[str, str]]:
    """The mappings that Hydra makes arguments of, each with the class."""
    for leaf, value in written.leaves():
        key, _, last = leaf.rpartition(".")
        if key and last == _TARGET and isinstance(value, str) and value.startswith(_LIBRARIES):
            call = value.rpartition(".")[2]
            if call in ARGUMENTS:
                yield key, call
