"""Why the best checkpoint is not loaded at the end of a run that asks for it.

Sources: transformers 5.23 (``training_args.py``: _validate_args), Axolotl 0.19 (``core/builders/causal.py``,
``utils/config/__init__.py``: normalize_config).
"""

from __future__ import annotations

from tunespec.training.cadence import steps_between
from tunespec.training.frameworks.axolotl import steps_between as steps_in_axolotl
from tunespec.training.run_spec import RunSpec

_WHOLE = 1_000_000  # transformers compares shares of the run as integers of this many parts


def why_refused(spec: RunSpec) -> str:
    """Why transformers refuses the configuration; empty if it does not, or that is not known."""
    evaluated, saved = spec.setting("eval_strategy"), spec.setting("save_strategy")
    if evaluated is None or saved is None or evaluated.value is None or saved.value is None or saved.value == "best":
        return ""
    if evaluated.value != saved.value:
        return (
            f"transformers refuses it unless evaluations and checkpoints go together, and `{evaluated.key}` is "
            f"`{evaluated.value}`, `{saved.key}` `{saved.value}`"
        )
    every, save = steps_between(spec), spec.number("save_steps")
    if evaluated.value != "steps" or not every or not save or _meet(save, every):
        return ""
    return f"transformers refuses it where `save_steps` ({save:g}) is no multiple of `eval_steps` ({every:g})"


def why_off_in_axolotl(spec: RunSpec) -> str:
    """Why Axolotl turns it off without a word; empty if it does not, or that is not known."""
    if not all(spec.is_known(name) for name in ("eval_steps", "save_steps", "validation_share")):
        return ""
    if spec.value("eval_strategy") == "no":
        return "no records are held out (`val_set_size`, `test_datasets`), so Axolotl turns it off, silently"
    every = steps_in_axolotl(spec.written, "eval_steps", "evals_per_epoch")
    save = steps_in_axolotl(spec.written, "save_steps", "saves_per_epoch")
    if not every or not save:
        return f"with {_said(spec)} the run does not evaluate and save by steps, so Axolotl turns it off, silently"
    if save % every == 0:
        return ""
    return f"with {_said(spec)} Axolotl does not see every checkpoint evaluated, and turns it off, silently"


def _meet(save: float, every: float) -> bool:
    if save % every == 0:
        return True
    return save < 1 and every < 1 and (save * _WHOLE) % (every * _WHOLE) == 0


def _said(spec: RunSpec) -> str:
    """How often it evaluates and saves, as it is written; once an epoch of one epoch is no step."""
    said = []
    for names in (("eval_steps", "evals_per_epoch"), ("save_steps", "saves_per_epoch")):
        settings = [one for one in map(spec.setting, names) if one is not None]
        written = next((one for one in settings if one.value), None)
        said.append(f"`{written.key}: {written.value:g}`" if written is not None else f"no `{settings[0].key}`")
    epochs = spec.setting("epochs")
    of = f" in `{epochs.key}: {epochs.value:g}`" if epochs is not None and "_per_epoch" in "".join(said) else ""
    return f"{said[0]} and {said[1]}{of}"
