"""An output folder that is named for another stage than the one that is trained: a line that was copied with the rest.

Source: hiyouga/LLaMA-Factory, commit bc71380b5, its own example of pretraining wrote to ``saves/llama3-8b/lora/sft``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import PurePosixPath

from tunespec.subjects import DataFile
from tunespec.training.configuration import spec_in
from tunespec.training.errors import TrainingError
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.setting_facts.told import told
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource

KINDS = "foreign_output shared_output"
# What a folder may be named for -> the objectives that such a folder is for.
_STAGES: Mapping[str, frozenset[str]] = {
    "sft": frozenset(["sft"]),
    **dict.fromkeys(("pretrain", "pretraining", "cpt"), frozenset(["pretrain"])),
    "dpo": frozenset("dpo ipo orpo simpo cpo".split()),
    "kto": frozenset(["kto"]),
    "orpo": frozenset(["orpo"]),
    "simpo": frozenset(("simpo", "cpo")),
    "rm": frozenset(["reward"]),
    **dict.fromkeys(("ppo", "grpo", "rloo"), frozenset(["rl"])),
}
# What a folder's name may have beside the stage without being one of its own: `lora-sft`, `sft_out`.
_BESIDE = frozenset("lora qlora dora full freeze out output outputs adapter adapters checkpoint checkpoints".split())
_NUMBERED = re.compile(r"(?:run|v|version|exp|trial|seed|checkpoint)?[-_.]?\d[\d._-]*")
_PARTS = re.compile(r"[-_.\s]+")
_LOSSES = ("pref_loss", "loss_type", "rl")  # of which one may name what the folder is named for: `pref_loss: kto_pair`
_ADAPTERS = ("adapter_name_or_path", "lora_model_dir")  # of LLaMA-Factory and Axolotl: what a run goes on from
_SAYS_ITS_STAGE = "LLaMA-Factory"  # elsewhere plain texts are also trained on as if they were a fine-tune's


def output_folder_facts(source: RunSource, rows: SettingRows) -> None:
    """Mark an output folder whose name is that of another stage, and one that another stage writes to as well."""
    rows.skip(KINDS, "where the run writes to, or what it trains for, is not known")
    spec, output, stage = rows.spec, rows.spec.setting("output_dir"), _stage(rows.spec)
    if stage is None or output is None or not output.is_written or not output.value:
        return
    _shared(source, rows, output, stage)
    rows.examine("foreign_output", output.name)
    word = _named_for(str(output.value), spec)
    if word and not _fits(word, spec):
        text = f"{told(spec, output)} is named for a run of `{word}`, and this one has {_said(spec, stage)}"
        rows.mark("foreign_output", output.name, f"{text}: it writes over what the other one left")


def _shared(source: RunSource, rows: SettingRows, output: Setting, stage: Setting) -> None:
    """Of one model each stage once: where a stage is there twice, the files are examples to choose from."""
    spec = rows.spec
    rows.examine("shared_output", output.name)
    others = [other for other in _beside(source) if _is_of_one_project(spec, other)]
    stages = [found for found in map(_stage, others) if found is not None]
    if not others or len({stage.value, *(one.value for one in stages)}) <= len(others):
        return
    theirs = ", ".join(
        f"{_name(other.written.file)} ({_said(other, one)})" for other, one in zip(others, stages, strict=True)
    )
    text = f"{told(spec, output)} with {_said(spec, stage)} is also the folder of {theirs}"
    rows.mark("shared_output", output.name, f"{text}: the later run writes over what the earlier one left")


def _name(file: DataFile) -> str:
    """A configuration as its run is named: of a program that starts several, with the one that is meant."""
    return f"{file.shown}:{file.part}" if file.part else file.shown


def _beside(source: RunSource) -> Iterator[RunSpec]:
    """The configurations that write to the same folder, as far as they can be read."""
    for file in source.run.beside:
        with suppress(TrainingError):
            found = spec_in(file) if file.format == "training" else None
            if found is not None:
                yield found


def _is_of_one_project(spec: RunSpec, other: RunSpec) -> bool:
    """Whether both train the same model, or one starts from what is in the folder."""
    names = [str(one.value("model") or "").rstrip("/").rpartition("/")[2].lower() for one in (spec, other)]
    output = PurePosixPath(str(spec.value("output_dir")))
    starts = [str(value) for one in (spec, other) for value in (one.value("model"), *map(one.written.get, _ADAPTERS))]
    from_there = any(output in (path, *path.parents) for path in map(PurePosixPath, starts))
    return from_there or (bool(names[0]) and names[0] == names[1])


def _stage(spec: RunSpec) -> Setting | None:
    """What the run trains for, if it says so; keys that several trainers have do not."""
    stage = spec.setting("objective")
    if stage is None or not stage.value or not stage.key:
        return None
    flat = spec.framework.name == "Hugging Face" and not spec.written.call
    guessed = (flat and stage.value == "sft") or (spec.framework.name == "torchtune" and stage.value == "pretrain")
    return None if guessed else stage


def _said(spec: RunSpec, stage: Setting) -> str:
    """What it trains for, in the user's own words where these are some."""
    own = spec.written.get(stage.key)
    if not stage.is_written or isinstance(own, str):
        return (
            f"`{stage.key}: {own or stage.value}`"
            if stage.is_written
            else f"no `{stage.key}` ({stage.said}: {stage.value})"
        )
    return f"`{stage.key}` ({stage.value})"


def _named_for(folder: str, spec: RunSpec) -> str:
    """The stage that a folder is named for; empty for none, and where the run's own is in its path, too."""
    segments = [part for part in re.split(r"[/\\]", folder.lower()) if part not in {"", ".", ".."}]
    if any(_fits(part, spec) for segment in segments for part in _PARTS.split(segment) if part in _STAGES):
        return ""
    while segments and _NUMBERED.fullmatch(segments[-1]):
        segments.pop()
    parts = [part for part in _PARTS.split(segments[-1]) if part] if segments else []
    found = [part for part in parts if part in _STAGES]
    plain = all(part in _BESIDE or _NUMBERED.fullmatch(part) for part in parts if part not in found)
    return found[0] if len(found) == 1 and plain else ""


def _fits(word: str, spec: RunSpec) -> bool:
    """Whether a folder of this name may be the run's own."""
    if spec.objective in _STAGES[word] or any(word in str(spec.written.get(key) or "").lower() for key in _LOSSES):
        return True
    return "pretrain" in _STAGES[word] and spec.objective == "sft" and spec.framework.name != _SAYS_ITS_STAGE
