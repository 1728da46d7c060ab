"""A Python program that trains, as what a configuration writes: its trainer's arguments, and what stands beside."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunespec.subjects import DataFile
from tunespec.templates.python_scopes import dotted
from tunespec.training.frameworks.trl import ARGUMENTS, TRAINERS
from tunespec.training.python_calls import OTHERS, Program
from tunespec.training.python_gathered import Gathered
from tunespec.training.python_given import LOADER, Given, shown_code
from tunespec.training.python_tokenizer import PAD, end_set_anew, padding_of
from tunespec.training.written import ANY, Written

_OF_TRAINERS = ("packing", "max_seq_length", "max_length", "dataset_text_field", "beta", "max_prompt_length")
_PASSED = ("eval_dataset", "data_collator", "compute_metrics")
_ELSEWHERE = "the trainer is made elsewhere"
_LOADED = ("load_in_4bit", "load_in_8bit", "dtype", "torch_dtype", "quantization_config", ANY)
_FORMATS = frozenset("bfloat16 float16 half set_default_dtype".split())
_FILES = frozenset("json csv parquet".split())


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
    found = Gathered()
    found.take([one for one in arguments if one.name == call.name])
    _set_later(found, program.tree, call)
    own = [one for one in trainers if one.name.replace("Trainer", "Config") == name] or trainers
    _of_trainers(found, own)
    _of_others(found, program, own)
    _of_tokenizer(found, program.tree)
    unread = tuple(_unread(call, arguments))
    return Written(
        file,
        found.data,
        found.lines,
        unknown=found.unknown,
        said=found.said,
        unread=unread,
        call=name,
        calls_line=call.line,
    )


def _unread(call: Given, arguments: Sequence[Given]) -> Iterator[str]:
    """The other runs of a program, of which one is read."""
    seen = {call.name}
    for one in arguments:
        if one.name not in seen:
            seen.add(one.name)
            yield (
                f"the run of `{one.name}` in line {one.line} is not judged: of a program one run is read, here that of "
                f"`{call.name}` in line {call.line}; in a file of its own it would be"
            )


def _own_defaults(trainer: Given) -> bool:
    """Whether a trainer is made without arguments: TRL's then take their configuration's defaults."""
    known = trainer.name.replace("Trainer", "Config") in TRAINERS
    return known and not {"args", ANY} & {*trainer.values, *trainer.unknown}


def _set_later(found: Gathered, tree: ast.Module, call: Given) -> None:
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


def _of_trainers(found: Gathered, trainers: Sequence[Given]) -> None:
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


def _of_others(found: Gathered, program: Program, trainers: Sequence[Given]) -> None:
    for name in (*OTHERS, LOADER):
        found.take(program.of_name(name), under=name)
    _of_model(found, program, trainers)
    collators = [one for one in program.calls if one.name.startswith("DataCollator")]
    if len({one.name for one in collators}) == 1 and "data_collator" in found.unknown and trainers:
        found.unknown.pop("data_collator")
        found.set("data_collator", collators[0].name, collators[0].line)
        found.take(collators, under="collator", only=("mlm",))
    _of_data(found, program)


def _of_model(found: Gathered, program: Program, trainers: Sequence[Given]) -> None:
    """Which model is loaded, in which format, and whether all of it is trained."""
    if any(one.conditional for one in program.of_name("LoraConfig", "get_peft_model")):
        found.unknown["use_peft"] = "an adapter under a condition"
    loaded = program.of_name("from_pretrained")
    found.take(loaded, under="from_pretrained", only=_LOADED)
    if any(_names_format(node) for node in ast.walk(program.tree)):
        found.data["formats"] = True
    for one in (*program.of_name(LOADER), *loaded):
        if isinstance(model := one.values.get("model_name"), str):
            found.set("model", model, one.line)
    for one in loaded[:1]:
        found.data["loads"] = True
        found.set("model_class", one.owner, one.line)
    if (other := _other_adapter(program.imports)) and not program.of_name("LoraConfig"):
        found.data["adapter"] = other
    if _trains_all(program, trainers, loaded):
        found.data["whole"] = True


def _trains_all(program: Program, trainers: Sequence[Given], loaded: Sequence[Given]) -> bool:
    """Whether no adapter is in sight, and the program loads the model itself, or its trainers do by the name."""
    if not trainers or any("peft_config" in one.nodes or ANY in one.unknown for one in trainers):
        return False
    adapted = any("peft" in origin.lower() or "unsloth" in origin for origin in program.imports.values())
    named = all(isinstance(one.values.get("model"), str) for one in trainers)  # which no program has adapted
    return named or (bool(loaded) and not adapted)


def _other_adapter(imports: Mapping[str, str]) -> str:
    """An adapter of PEFT that is no LoRA: `PromptTuningConfig` is `prompttuning`; empty where there is none."""
    made = [origin.rpartition(".")[2] for origin in imports.values() if origin.startswith("peft.")]
    known = {"LoraConfig", "PeftConfig"}
    return next((one.removesuffix("Config").lower() for one in made if one.endswith("Config") and one not in known), "")


def _names_format(node: ast.AST) -> bool:
    """Whether a number format is named, as in `torch.bfloat16` and `model.half()`."""
    return isinstance(node, ast.Attribute) and node.attr in _FORMATS


def _of_data(found: Gathered, program: Program) -> None:
    """`load_dataset("json", data_files=...)`: files by split."""
    files: dict[str, Any] = {}
    for one in program.of_name("load_dataset"):
        given = one.values.get("data_files")
        if one.values.get("path") in _FILES and given:
            by_split = given if isinstance(given, Mapping) else {str(one.values.get("split") or "train"): given}
            files |= {str(split).partition("[")[0]: named for split, named in by_split.items()}
    if files:
        found.data["data_files"] = files


def _of_tokenizer(found: Gathered, tree: ast.Module) -> None:
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
