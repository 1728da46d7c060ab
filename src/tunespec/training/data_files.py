"""The data of a training run as they are at hand, and what its configuration says of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from tunespec.named_files import found_from
from tunespec.reading import format_of
from tunespec.splits import HELD_OUT, parse_name, relative
from tunespec.subjects import DataFile, Dataset, TrainedLength
from tunespec.training.configuration import spec_in
from tunespec.training.dataset_registry import registry_of
from tunespec.training.errors import TrainingError
from tunespec.training.model_formats import CONFIG, model_folder
from tunespec.training.named_data import NamedData, named_data
from tunespec.training.run_spec import RunSpec
from tunespec.training.written import Written

_TOKENIZER = "tokenizer.json"


@dataclass
class Trained:
    """What a configuration trains on and writes to.

    ``files`` have the split that the configuration gives them, where it trains and evaluates on one that of training;
    ``absent`` are data that it names and that are not at hand, as those of a hub; ``is_partial``: such are among the
    records that it trains on. ``template`` is the file of its chat template, ``model`` the config.json of its base
    model, where that is at hand, ``registry`` the one that says what names of datasets stand for.
    """

    files: list[DataFile] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    is_partial: bool = False
    held_out: str = ""
    held_out_share: float | None = None
    length: TrainedLength | None = None
    deepspeed: str = ""
    output_dir: str = ""
    template: Path | None = None
    model: Path | None = None
    registry: Path | None = None

    def of(self, dataset: Dataset) -> Dataset:
        """The dataset with what the configuration says of its columns, roles and validation.

        Files of it that the configuration does not name are like the first one that it does.
        """
        named = {file.real: file for file in self.files}
        like = next((named[file.real] for file in dataset.files if file.real in named), None)
        files = tuple(_told(file, named.get(file.real), like) for file in dataset.files)
        own = replace(dataset, alone=False, files=files, length=dataset.length or self.length)
        if dataset.held_out:
            return own
        return replace(own, held_out=self.held_out, held_out_share=self.held_out_share)

    @property
    def why_none(self) -> str:
        """Why its records are not judged with it; empty if it names none."""
        if self.files or not self.absent:
            return ""
        named = ", ".join(self.absent[:3]) + (", ..." if len(self.absent) > 3 else "")
        if len(self.absent) == 1:
            return f"its dataset ({named}) is not at hand"
        return f"its datasets ({named}) are not at hand"


def trained_in(file: DataFile, root: Path) -> Trained:
    """What a configuration says of its data; nothing for one that cannot be read.

    Args:
        file: the configuration.
        root: the project's folder.
    """
    try:
        spec = spec_in(file)
    except TrainingError:
        spec = None
    if spec is None:
        return Trained()
    deepspeed = spec.value("deepspeed")
    found = Trained(
        deepspeed=deepspeed if isinstance(deepspeed, str) else "", output_dir=str(spec.value("output_dir") or "")
    )
    found.held_out, found.held_out_share = _held_out(spec)
    found.length = _length(spec, file, root)
    named = spec.value("template")
    found.template = found_from(file.path, named, root) if isinstance(named, str) and named else None
    folder = model_folder(spec, root)
    found.model = folder / CONFIG if folder is not None and (folder / CONFIG).is_file() else None
    registry = registry_of(spec.framework.name, spec.written, root)
    found.registry = registry.path if registry is not None else None
    for data in sorted(named_data(spec, root), key=lambda one: one.split != "train"):
        files = data.files(file.path, root)
        if not files:
            found.absent += [data.name] if data.name not in found.absent else []
            found.is_partial |= data.split == "train"
        known = {one.path for one in found.files}
        found.files += [_file(path, data, spec, root) for path in _taken(files, data) if path not in known]
    return found


def _taken(files: list[Path], data: NamedData) -> list[Path]:
    """Of a folder to evaluate on, the files that are held out by their names, if there are such."""
    held_out = [path for path in files if parse_name(PurePosixPath(path.name))[1] in HELD_OUT]
    return held_out if held_out and data.split in HELD_OUT else files


def _file(path: Path, data: NamedData, spec: RunSpec, root: Path) -> DataFile:
    """A file with the split that the configuration gives it.

    A name that says test or validation counts where the configuration holds the file out, too, and in a folder.
    """
    shown = relative(path, root)
    own = parse_name(PurePosixPath(shown))[1]
    is_of_folder = not data.name.endswith(path.name)
    split = own if own in HELD_OUT and (is_of_folder or data.split in HELD_OUT) else data.split
    said = f"`{spec.written.prefix}{data.key}` of {_place(spec.written, data)}"
    columns, roles = tuple(sorted(data.columns.items())), tuple(sorted(data.roles.items()))
    return DataFile(path, shown, split, format_of(path), said, columns, roles)


def _place(written: Written, data: NamedData) -> str:
    """Where a configuration names data: of a program's calls the one that loads this split."""
    key = f"{data.key}.{data.split}" if written.call else data.key
    if cell := written.cell(key):
        return f"{written.file.shown} ({cell})"
    line = written.line(key) if not written.call or data.key in written.lines else None
    return written.file.shown if line is None else f"{written.file.shown}:{line}"


def _told(file: DataFile, named: DataFile | None, like: DataFile | None) -> DataFile:
    """A file with what a configuration says of it, or else of one that it is ``like``.

    The configuration names it for its split only where it is the same.
    """
    said = named or like
    if said is None:
        return file
    columns, roles = dict(file.columns) | dict(said.columns), dict(file.roles) | dict(said.roles)
    named_by = file.named_by or (named.named_by if named is not None and named.split == file.split else "")
    return replace(file, named_by=named_by, columns=tuple(sorted(columns.items())), roles=tuple(sorted(roles.items())))


def _held_out(spec: RunSpec) -> tuple[str, float | None]:
    """The setting that gives validation data, and how much it holds out; None where that are other data.

    mlx-lm looks for them in the folder of the training data, where they are there or not.
    """
    share, other = spec.setting("validation_share"), spec.setting("validation_data")
    held_out = spec.number("validation_share") or 0
    if share is not None and held_out > 0:
        return f"{share} ({share.place})", held_out
    if other is not None and other.is_written and other.value and spec.framework.name != "mlx-lm":
        return f"`{other.key}` ({other.place})", None
    return "", None


def _length(spec: RunSpec, file: DataFile, root: Path) -> TrainedLength | None:
    """What the trainer keeps of a record, where it cuts longer ones; a trainer that drops them is not meant."""
    setting = spec.setting("max_length")
    if setting is None or not setting.value or spec.value("truncation") not in {None, "truncate"}:
        return None
    folders = [model_folder(spec, root), file.path.parent, root]
    path = next((one / _TOKENIZER for one in folders if one is not None and (one / _TOKENIZER).is_file()), None)
    tokenizer = DataFile(path, relative(path, root), None, "tokenizer") if path is not None else None
    said = f"{setting}, {setting.place}" if setting.is_written else str(setting)
    return TrainedLength(int(setting.value), said, tokenizer)
