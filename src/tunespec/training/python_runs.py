"""A Python program that trains, as what a configuration writes: its trainer's arguments, and what stands beside."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tunespec.subjects import DataFile
from tunespec.templates.python_scopes import dotted
from tunespec.training.frameworks.trl import TRAINERS
from tunespec.training.python_calls import ARGUMENTS, LOADER, OTHERS, Given, Program, shown_code
from tunespec.training.python_tokenizer import PAD, end_set_anew, padding_of
from tunespec.training.written import ANY, Written

_OF_TRAINERS = ("packing", "max_seq_length", "max_length", "dataset_text_field", "beta", "max_prompt_length")
_PASSED = ("eval_dataset", "data_collator", "compute_metrics")
_SEVERAL = "several calls differ"
_ELSEWHERE = "the trainer is made elsewhere"
_LOADED = ("load_in_4bit", "load_in_8bit", "dtype", "torch_dtype", "quantization_config", ANY)
_FORMATS = frozenset("bfloat16 float16 half set_default_dtype".split())
_FILES = frozenset("json csv parquet".split())


@dataclass
class _Gathered:
    """Values, unknown keys and lines, by dotted key."""

    data: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def take(self, calls: Sequence[Given], under: str = "", only: Sequence[str] = ()) -> None:
        """What calls of one name are given; where they differ, it is not known. What is there already stays."""
        own = self.data.setdefault(under, {}) if under and calls else self.data
        keys = dict.fromkeys(key for call in calls for key in (*call.values, *call.unknown))
        for key in keys:
            dotted_key = f"{under}.{key}" if under else key
            if (only and key not in only) or key in own or dotted_key in self.unknown:
                continue
            if lines := [call.lines[key] for call in calls if key in call.lines]:
                self.lines[dotted_key] = lines[0]
            said = [call.values.get(key, ANY) for call in calls]
            if why := next((call.unknown[key] for call in calls if key in call.unknown), ""):
                self.unknown[dotted_key] = why
            elif any(one != said[0] for one in said):
                self.unknown[dotted_key] = _SEVERAL
            else:
                own[key] = said[0]

    def set(self, key: str, value: Any, line: int) -> None:
        """One value that no argument of a call is."""
        self.data.setdefault(key, value)
        self.lines.setdefault(key, line)


def python_run(file: DataFile, text: str) -> Written | None:
    """What a program says of the run that it starts; None if it starts none.

    Raises:
        TrainingError: for a text that Python does not parse.
    """
    program = Program.of(text)
    arguments, trainers = program.of_name(*ARGUMENTS), program.trainers()
    call = arguments[0] if arguments else next((one for one in trainers if _own_defaults(one)), None)
    if call is None:
        return None
    name = call.name if arguments else call.name.replace("Trainer", "Config")
    found = _Gathered()
    found.take([one for one in arguments if one.name == call.name])
    _set_later(found, program.tree, call)
    _of_trainers(found, trainers)
    _of_others(found, program, trainers)
    _of_tokenizer(found, program.tree)
    return Written(file, found.data, found.lines, unknown=found.unknown, call=name, calls_line=call.line)


def _own_defaults(trainer: Given) -> bool:
    """Whether a trainer is made without arguments: TRL's then take their configuration's defaults."""
    known = trainer.name.replace("Trainer", "Config") in TRAINERS
    return known and not {"args", ANY} & {*trainer.values, *trainer.unknown}


def _set_later(found: _Gathered, tree: ast.Module, call: Given) -> None:
    """`args.learning_rate = ...`: what holds then is not known."""
    names = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and node.value.lineno == call.line
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and dotted(node.value) in names:
            found.data.pop(node.attr, None)
            found.unknown[node.attr] = f"set anew in line {node.lineno}"
            found.lines[node.attr] = node.lineno


def _of_trainers(found: _Gathered, trainers: Sequence[Given]) -> None:
    found.take(trainers, only=_OF_TRAINERS)
    for trainer in trainers:
        found.set("trainer", trainer.name.replace("Unsloth", "SFT"), trainer.line)
        if isinstance(model := trainer.values.get("model"), str):
            found.set("model", model, trainer.lines["model"])
        if "tokenizer" in trainer.nodes:
            found.data.setdefault(trainer.name, {})["tokenizer"] = shown_code(trainer.nodes["tokenizer"])
            found.lines[f"{trainer.name}.tokenizer"] = trainer.lines["tokenizer"]
    if not trainers or any(ANY in one.unknown for one in trainers):
        found.unknown |= dict.fromkeys(_PASSED, _ELSEWHERE)
        return
    for key in _PASSED:
        nodes = [one.nodes[key] for one in trainers if key in one.nodes and one.values.get(key, "") is not None]
        if not nodes:
            continue
        if len({ast.unparse(node) for node in nodes}) > 1 or isinstance(nodes[0], ast.IfExp):
            found.unknown[key] = shown_code(nodes[0])
            found.lines[key] = nodes[0].lineno
        elif key == "eval_dataset":
            found.set(key, shown_code(nodes[0]), nodes[0].lineno)
        else:
            found.unknown[key], found.lines[key] = shown_code(nodes[0]), nodes[0].lineno


def _of_others(found: _Gathered, program: Program, trainers: Sequence[Given]) -> None:
    for name in (*OTHERS, LOADER):
        found.take(program.of_name(name), under=name)
    if any(one.conditional for one in program.of_name("LoraConfig", "get_peft_model")):
        found.unknown["use_peft"] = "an adapter under a condition"
    loaded = program.of_name("from_pretrained")
    found.take(loaded, under="from_pretrained", only=_LOADED)
    if any(_names_format(node) for node in ast.walk(program.tree)):
        found.data["formats"] = True
    found.data |= {"loads": True} if loaded else {}
    for one in (*program.of_name(LOADER), *loaded):
        if isinstance(model := one.values.get("model_name"), str):
            found.set("model", model, one.line)
    adapted = any("peft" in origin.lower() or "unsloth" in origin for origin in program.imports.values())
    adapted |= any("peft_config" in one.nodes for one in trainers)
    if trainers and not adapted and _is_seen(trainers, loaded):
        found.data["whole"] = True
    collators = [one for one in program.calls if one.name.startswith("DataCollator")]
    if len({one.name for one in collators}) == 1 and "data_collator" in found.unknown and trainers:
        found.unknown.pop("data_collator")
        found.set("data_collator", collators[0].name, collators[0].line)
        found.take(collators, under="collator", only=("mlm",))
    _of_data(found, program)


def _is_seen(trainers: Sequence[Given], loaded: Sequence[Given]) -> bool:
    """Whether the program itself loads the model, or leaves that to its trainers, by the model's name."""
    named = all(isinstance(one.values.get("model"), str) and ANY not in one.unknown for one in trainers)
    return bool(loaded) or named


def _names_format(node: ast.AST) -> bool:
    """Whether a number format is named, as in `torch.bfloat16` and `model.half()`."""
    return isinstance(node, ast.Attribute) and node.attr in _FORMATS


def _of_data(found: _Gathered, program: Program) -> None:
    """`load_dataset("json", data_files=...)`: files by split."""
    files: dict[str, Any] = {}
    for one in program.of_name("load_dataset"):
        given = one.values.get("data_files")
        if one.values.get("path") in _FILES and given:
            by_split = given if isinstance(given, Mapping) else {str(one.values.get("split") or "train"): given}
            files |= {str(split).partition("[")[0]: named for split, named in by_split.items()}
    if files:
        found.data["data_files"] = files


def _of_tokenizer(found: _Gathered, tree: ast.Module) -> None:
    """`tokenizer.pad_token = ...`; under a condition it is not known, and no more is an end that is set anew."""
    if why := end_set_anew(tree):
        found.unknown.setdefault("eos_token", why)
    padding = padding_of(tree)
    if padding is None:
        return
    found.lines[PAD] = padding.line
    if padding.is_known:
        found.data["tokenizer"] = {"pad_token": padding.token}
    else:
        found.unknown[PAD] = "only where the tokenizer has none of its own"
