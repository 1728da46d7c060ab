"""Which model a run of a Python program has: how it is loaded, and what adapts it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from tunespec.training.python_calls import OTHERS, Program
from tunespec.training.python_gathered import Gathered
from tunespec.training.python_given import Given
from tunespec.training.python_parts import Part
from tunespec.training.python_positions import LOADER
from tunespec.training.written import ANY

_LOADED = ("load_in_4bit", "load_in_8bit", "dtype", "torch_dtype", "quantization_config", ANY)
_NAME = "pretrained_model_name_or_path"  # what transformers calls the first position of `from_pretrained`
_FORMATS = frozenset("bfloat16 float16 half set_default_dtype".split())


def of_model(found: Gathered, program: Program, part: Part) -> None:
    """Which model is loaded, in which format, and whether all of it is trained."""
    for name in (*OTHERS, LOADER):
        found.take(part.of_name(name), under=name)
    if why := _why_method_unknown(part):
        found.unknown["use_peft"] = why
    loaded = part.of_name("from_pretrained")
    found.take(loaded, under="from_pretrained", only=_LOADED)
    if any(_names_format(node) for node in program.nodes):
        found.data["formats"] = True
    for one in (*part.of_name(LOADER), *loaded):
        if isinstance(model := one.values.get("model_name", one.values.get(_NAME)), str):
            found.set("model", model, one.line)
    for one in loaded[:1]:
        found.data["loads"] = True
        found.set("model_class", one.owner, one.line)
    if (other := _other_adapter(program.imports)) and not program.of_name("LoraConfig"):
        found.data["adapter"] = other
    if _trains_all(program, part.trainers, loaded):
        found.data["whole"] = True


def _why_method_unknown(part: Part) -> str:
    """Why only the run would tell whether an adapter is trained; empty where the program says it."""
    if any(one.conditional for one in part.of_name("LoraConfig", "get_peft_model")):
        return "an adapter under a condition"
    adapting = {"peft_config" in one.nodes for one in part.trainers}
    if len(adapting) > 1:
        return "of several trainers one adapts the model"
    return (
        "the model of another trainer, with what that has adapted"
        if part.is_after_another and True not in adapting
        else ""
    )


def _trains_all(program: Program, trainers: Sequence[Given], loaded: Sequence[Given]) -> bool:
    """Whether no adapter is in sight, and the program loads the model itself, or its trainers do by the name."""
    if not trainers or any("peft_config" in one.nodes or ANY in one.unknown for one in trainers):
        return False
    adapted = any("peft_config" in one.nodes for one in program.trainers()) or any(
        "peft" in origin.lower() or "unsloth" in origin for origin in program.imports.values()
    )
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
