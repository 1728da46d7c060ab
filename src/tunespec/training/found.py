"""What of a training run was found where: template, length, validation data, the registry of its data, tokenizer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tunespec.splits import relative
from tunespec.training.dataset_registry import registry_of
from tunespec.training.model_formats import model_folder
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting
from tunespec.training.values import texts

_TOKENIZER = ("tokenizer_config.json", "tokenizer.json")
_NAMES = 3  # of data sets that are told


def found_of(spec: RunSpec, root: Path) -> list[str]:
    """What the header says of a run, part by part, each with its place.

    Args:
        spec: the run's settings.
        root: the project's folder, from which files are named.
    """
    return [*_settings(spec), *_registry(spec, root), *_tokenizer(spec, root)]


def _settings(spec: RunSpec) -> Iterator[str]:
    template, length = spec.setting("template"), spec.setting("max_length")
    if template is not None and template.value:
        yield f"template `{template.value}`{_place(template, spec)}"
    tokens = spec.number("max_length")
    if length is not None and tokens:
        yield f"{int(tokens):,} tokens{_place(length, spec)}"
    share, data = spec.setting("validation_share"), spec.setting("validation_data")
    held_out = spec.number("validation_share")
    if share is not None and held_out and held_out > 0:
        yield f"{_amount(held_out)} held out{_place(share, spec)}"
    in_folder = spec.framework.name == "mlx-lm"  # its `data` are those of training, too
    if data is not None and data.is_written and not in_folder and (names := _names(data.value)):
        more = ", ..." if len(names) > _NAMES else ""
        yield f"evaluated on {', '.join(f'`{name}`' for name in names[:_NAMES])}{more}{_place(data, spec)}"


def _amount(held_out: float) -> str:
    """A share of the records below 1, else their number."""
    return f"{held_out * 100:g}%" if held_out < 1 else f"{int(held_out):,}"


def _names(value: Any) -> list[str]:
    """Names of data sets; Axolotl's are mappings with a path."""
    own = [one.get("path") if isinstance(one, Mapping) else one for one in value] if isinstance(value, list) else value
    return texts(own)


def _place(setting: Setting, spec: RunSpec) -> str:
    """The line; with its file where that is not the run's own."""
    if not setting.is_written:
        return " (default)"
    if setting.line is None:
        return f" ({setting.path})" if setting.path != spec.written.file.shown else ""
    own = setting.path == spec.written.file.shown
    return f" (line {setting.line})" if own else f" ({setting.path}:{setting.line})"


def _registry(spec: RunSpec, root: Path) -> Iterator[str]:
    """LLaMA-Factory's registry, where it has one of the data sets that the run names."""
    registry = registry_of(spec.framework.name, spec.written, root)
    named = {*texts(spec.written.get("dataset")), *texts(spec.written.get("eval_dataset"))}
    if registry is not None and named & set(registry.entries):
        yield f"columns from {relative(registry.path, root)}"


def _tokenizer(spec: RunSpec, root: Path) -> Iterator[str]:
    """That of the model's folder, else one beside the configuration or in the project's folder."""
    if spec.setting("model") is None:  # DeepSpeed's configuration alone
        return
    folders = [model_folder(spec, root), spec.written.file.path.parent, root]
    paths = (folder / name for folder in folders if folder is not None for name in _TOKENIZER)
    path = next((one for one in paths if one.is_file()), None)
    yield relative(path, root) if path is not None else "no tokenizer at hand"
