"""Training runs: which configurations, files beside them, logs and data under the user's paths belong together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from tunespec.discover_logs import checkpoints_of, logs_by_run, telling
from tunespec.discover_trained import dataset_of
from tunespec.errors import CannotJudgeError
from tunespec.paths import files_of
from tunespec.splits import relative
from tunespec.subjects import DataFile, Dataset, TemplatePair, TrainingRun
from tunespec.training.configuration import training_format, why_no_training
from tunespec.training.data_files import Trained, trained_in
from tunespec.training.folders import found_from
from tunespec.training.frameworks import BESIDE
from tunespec.training.recognise import LOG, training_file
from tunespec.training.stages import sharing

if TYPE_CHECKING:
    from tunespec.config import Config


def with_run(config: Config, *, training: Sequence[str], logs: Sequence[str]) -> Config:
    """The configuration with what the command line says of the training run; its paths are of the current folder."""
    given = {"config": training, "logs": logs}
    kept = {key: [str(Path.cwd() / Path(path).expanduser()) for path in paths] for key, paths in given.items() if paths}
    return replace(config, training={**config.training, **kept}) if kept else config


def named_training(config: Config) -> list[DataFile]:
    """The files that tunespec's configuration or the command line names as a run's.

    Raises:
        CannotJudgeError: for a path that does not exist, and a file that is of no training run.
    """
    found = []
    for key, wanted in (("config", {"training", *BESIDE}), ("logs", {LOG})):
        value = config.training.get(key, [])
        for file in files_of(config.root, [value] if isinstance(value, str) else value):
            format_ = training_file(file.path)
            if format_ not in wanted:
                raise CannotJudgeError(f"{file.shown}: {_why_not(key, file.path)}")
            found.append(replace(file, format=str(format_)))
    return list(dict.fromkeys(found))


def _why_not(key: str, path: Path) -> str:
    if key == "logs":
        return "no training log in a form that is read (docs/training.md has those that are)"
    why = why_no_training(path)
    return f"no training configuration that is known here{f': {why}' if why else ''}"


def told_of_data(files: Iterable[DataFile], root: Path) -> dict[DataFile, Trained]:
    """What each configuration among these files says of its data: read once, for the datasets and for the runs."""
    return {file: trained_in(file, root) for file in files if file.format == "training"}


def training_runs(
    files: Sequence[DataFile],
    told: Mapping[DataFile, Trained],
    datasets: Sequence[Dataset],
    pairs: Sequence[TemplatePair],
    root: Path,
) -> tuple[TrainingRun, ...]:
    """The runs that these files make: each configuration with its side files, logs and data.

    Logs without a configuration are a run of their own, and so is a side file that no configuration names.

    Args:
        files: those of training runs.
        told: what the configurations among them say.
        datasets: of which one may be what a run trains on.
        pairs: of which one may be what it trains with.
        root: the project's folder.
    """
    configured = [file for file in files if file.format == "training"]
    sides = [file for file in files if file.format in BESIDE]
    logs = logs_by_run([file for file in files if file.format == LOG])
    found, used, shared = [], set(), sharing(told)
    for file in configured:
        trained = told[file]
        logged = _logs_of(trained, logs, configured)
        own = [*_beside(trained, file, sides, root), *logged]
        used |= {one.shown for one in own}
        run = _run((file, *own), trained, datasets, pairs, root)
        found.append(replace(run, beside=(*run.beside, *shared[file], *checkpoints_of(logged))))
    alone = [(name, group) for name, group in logs.items() if not used & {file.shown for file in group}]
    alone += [(file.shown, [replace(file, format="training")]) for file in sides if file.shown not in used]
    for name, group in alone:
        saved = tuple(checkpoints_of([file for file in group if file.format == LOG]))
        found.append(TrainingRun(telling(group) if name == "." else name, tuple(group), beside=saved))
    return tuple(sorted(found, key=lambda run: run.name))


def _run(
    own: tuple[DataFile, ...],
    trained: Trained,
    datasets: Sequence[Dataset],
    pairs: Sequence[TemplatePair],
    root: Path,
) -> TrainingRun:
    file = own[0]
    dataset = dataset_of(trained, datasets)
    why = trained.why_none if dataset is None else ""
    pair = [one for one in pairs if _is_trained_with(one, {file.path, trained.template})]
    beside = [DataFile(path, relative(path, root), None, "model") for path in (trained.model,) if path is not None]
    known = pair[0] if len(pair) == 1 else None
    name = f"{file.shown}:{file.part}" if file.part else file.shown
    return TrainingRun(name, own, known, dataset, why, trained.is_partial, tuple(beside))


def _is_trained_with(pair: TemplatePair, named: set[Path | None]) -> bool:
    """Whether a pair holds one of these files; as a program that asks it only lies near to the template."""
    asks = () if pair.of("modelfile") else pair.of("script")
    return bool(named & {own.path for own in pair.files if own not in asks})


def _beside(trained: Trained, file: DataFile, sides: Sequence[DataFile], root: Path) -> list[DataFile]:
    """DeepSpeed's file that the configuration names, and the one launcher's configuration in its folder."""
    named = found_from(file.path, trained.deepspeed, root) if trained.deepspeed else None
    own = [side for side in sides if side.format == "deepspeed" and named and side.path.samefile(named)]
    if named is not None and not own and training_format(named) == "deepspeed":
        own = [DataFile(named, str(PurePosixPath(file.shown).parent / trained.deepspeed), None, "deepspeed")]
    launchers = [side for side in sides if side.format == "accelerate" and side.path.parent == file.path.parent]
    return [*own, *(launchers if len(launchers) == 1 else [])]


def _logs_of(
    trained: Trained, logs: Mapping[str, list[DataFile]], configured: Sequence[DataFile]
) -> Sequence[DataFile]:
    """The logs in the folder that the configuration writes to; else the only ones, of the only configuration."""
    output = PurePosixPath(trained.output_dir.replace("\\", "/")).parts if trained.output_dir else ()
    own = [group for folder, group in logs.items() if output and _ends_with(PurePosixPath(folder).parts, output)]
    if not own and len(configured) == 1 and len(logs) == 1:
        own = list(logs.values())
    return own[0] if len(own) == 1 else ()


def _ends_with(parts: Sequence[Any], wanted: Sequence[Any]) -> bool:
    wanted = [part for part in wanted if part not in {".", "..", "/"}]
    return bool(wanted) and list(parts[-len(wanted) :]) == list(wanted)
