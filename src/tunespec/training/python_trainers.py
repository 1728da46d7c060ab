"""What a run of a Python program is told by the calls that make its trainers, beside their arguments' own settings.

Source: transformers 5.23.0 (``trainer.py``: Trainer.__init__), whose parameters TRL's trainers pass on to it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tunespec.training.python_calls import Program
from tunespec.training.python_gathered import Gathered
from tunespec.training.python_given import Given, shown_code
from tunespec.training.python_parts import Part
from tunespec.training.written import ANY

_OF_TRAINERS = ("packing", "max_seq_length", "max_length", "dataset_text_field", "beta", "max_prompt_length")
_HELD = "eval_dataset"
_PASSED = (_HELD, "data_collator", "compute_metrics")
_ELSEWHERE = "the trainer is made elsewhere"


def of_trainers(found: Gathered, program: Program, part: Part) -> None:
    """What the trainers of a run are given; what they are surely not given to evaluate on is none."""
    trainers = part.trainers
    found.take(trainers, only=_OF_TRAINERS)
    for trainer in trainers:
        found.set("trainer", trainer.name.replace("Unsloth", "SFT"), trainer.line)
        if isinstance(model := trainer.values.get("model"), str):
            found.set("model", model, trainer.lines["model"])
        if "tokenizer" in trainer.nodes:
            found.data.setdefault(trainer.name, {})["tokenizer"] = shown_code(trainer.nodes["tokenizer"])
            found.lines[f"{trainer.name}.tokenizer"] = trainer.lines["tokenizer"]
    if taken := [one.lines["train_dataset"] for one in trainers if "train_dataset" in one.nodes]:
        found.lines["train_dataset"] = taken[0]
    if why := next((one.unknown[ANY] for one in trainers if ANY in one.unknown), "" if trainers else _ELSEWHERE):
        found.unknown |= dict.fromkeys(_PASSED, why)
        return
    for key in _PASSED:
        _passed(found, key, trainers)
    if _HELD not in found.unknown and not found.data.get(_HELD) and _takes_none(program, part):
        found.set(_HELD, None, next((one.lines[_HELD] for one in trainers if _HELD in one.lines), trainers[0].line))


def _passed(found: Gathered, key: str, trainers: Sequence[Given]) -> None:
    """An argument that only a run would tell, but whose name or expression a message can show."""
    if why := next((one.unknown[key] for one in trainers if key in one.unknown and key not in one.nodes), ""):
        found.unknown[key] = why
        return
    nodes = [one.nodes[key] for one in trainers if key in one.nodes and one.values.get(key, "") is not None]
    if not nodes:
        return
    if key != _HELD or len({ast.unparse(node) for node in nodes}) > 1 or isinstance(nodes[0], ast.IfExp):
        found.unknown[key], found.lines[key] = shown_code(nodes[0]), nodes[0].lineno
    else:
        found.set(key, shown_code(nodes[0]), nodes[0].lineno)


def _takes_none(program: Program, part: Part) -> bool:
    """Whether the run has nothing to evaluate on, whatever a run would tell.

    That is not sure where data are given later, or another evaluation is asked for, or the arguments are made anew
    (`replace(args, ...)`), nor of a trainer that is only asked to evaluate.
    """
    changed = any(isinstance(node, ast.Attribute) and _changes(node) for node in program.nodes)
    return part.is_linked and not changed and not part.only_asks


def _changes(node: ast.Attribute) -> bool:
    return node.attr == "set_evaluate" or (node.attr == _HELD and isinstance(node.ctx, ast.Store))
