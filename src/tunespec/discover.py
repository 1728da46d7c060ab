"""What lies under the user's paths: datasets, by content and name, and what was passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tunespec import splits
from tunespec.config import Config
from tunespec.discover_answers import Answering, answering, named_files, recorded_to
from tunespec.discover_templates import company, template_pairs
from tunespec.discover_training import named_training, trained_datasets, training_runs
from tunespec.errors import CannotJudgeError
from tunespec.paths import files_of, files_under
from tunespec.recognise import recognise
from tunespec.shapes import Shapes
from tunespec.subjects import Absent, DataFile, Dataset, Subject, TemplatePair, TrainingRun
from tunespec.templates.artefacts import artefact
from tunespec.training.configuration import why_no_training
from tunespec.training.recognise import training_file

_ABSENT = {
    "data": Absent("no dataset", "no dataset is among the files"),
    "template": Absent(
        "no template", "no template is among the files (Modelfile, chat template, tokenizer configuration, request)"
    ),
    "training": Absent("no training run", "no training configuration and no log is among the files (--training FILE)"),
    "inference": Absent(
        "no model",
        "no model was asked for (--model NAME, or `model` in [tool.tunespec.inference]), and no recorded outputs are "
        "among the files (--outputs FILE)",
    ),
}


@dataclass(frozen=True)
class Discovery:
    """``datasets``, ``templates``, training ``runs`` and who is ``answering`` to judge; ``passed_over`` (path -> why it
    is none of them) and ``unreadable`` (path -> what is wrong).
    """

    datasets: tuple[Dataset, ...]
    passed_over: dict[str, str]
    unreadable: dict[str, str]
    templates: tuple[TemplatePair, ...] = ()
    answering: tuple[Answering, ...] = ()
    runs: tuple[TrainingRun, ...] = ()

    def of(self, family: str) -> Sequence[Subject | Absent]:
        """The subjects of a family, or what is missing."""
        found: Mapping[str, Sequence[Subject]] = {
            "data": self.datasets,
            "template": self.templates,
            "training": self.runs,
            "inference": self.answering,
        }
        return found[family] or (_ABSENT[family],)

    def refuse_overwriting(self, target: Path, what: str = "a report") -> None:
        """Refuse to write a report, or what else is said, over the data that it is about.

        Raises:
            CannotJudgeError: if ``target`` is a file of a subject.
        """
        subjects: tuple[Subject, ...] = (*self.datasets, *self.templates, *self.runs, *self.answering)
        files = [file for subject in subjects for file in subject.files]
        files += [file for pair in self.templates for file in pair.beside]
        if target.resolve() in {file.path.resolve() for file in files}:
            raise CannotJudgeError(f"{target}: {what} would overwrite the data that it is about")


def discover(config: Config, paths: Sequence[str]) -> Discovery:
    """Find the subjects under ``paths`` (files, folders, globs), or under the configured ones.

    Raises:
        CannotJudgeError: for a path that does not exist, a named file whose columns nothing knows, or nothing to judge.
    """
    shapes = Shapes(config.columns, config.roles)
    configured = _configured(config) if not paths else []
    base, patterns = (Path.cwd(), paths) if paths else (config.root, config.data or (() if configured else (".",)))
    seen = _Seen(left_out=frozenset(file.path for key in ("probes", "outputs") for file in named_files(config, key)))
    for file in named_training(config):
        seen.training[file.path] = file, True
        seen.replaced.add(file.format)
    target = recorded_to(config)
    for path, named in files_under(base, patterns):
        shown = splits.relative(path, config.root)
        if target is not None and path.resolve() == target:
            seen.passed_over[shown] = "the model's answers are written there (--record)"
            continue
        try:
            seen.add(path, shown, shapes, named=named)
        except CannotJudgeError as error:
            if named:
                raise
            seen.unreadable[shown] = str(error)
    datasets = [*configured, *_datasets(seen.data)]
    datasets = trained_datasets(seen.training.values(), datasets, seen.passed_over, config.root)
    datasets = _with_probes(datasets, [*named_files(config, "probes"), *seen.probes])
    templates = template_pairs(config, [*seen.artefacts, *company(seen.named, seen.artefacts)], datasets)
    runs = training_runs(config, [file for file, _ in seen.training.values()], datasets, templates)
    answers = answering(config, {"probes": seen.probes, "outputs": seen.outputs}, templates, datasets)
    if seen.probes and not config.inference.get("model"):
        use = " (what their cases name counts for E003)" if len(datasets) == 1 else ""
        seen.passed_over |= {file.shown: f"probes{use}; no model was asked for (--model)" for file in seen.probes}
    if not datasets and not templates and not runs and not answers:
        raise CannotJudgeError(_nothing(config, paths, seen.unreadable | seen.passed_over))
    if seen.data and shapes.unused_columns:
        names = ", ".join(map(repr, shapes.unused_columns))
        raise CannotJudgeError(f"columns: no record has {names}; see [columns] in {config.file}")
    ordered = tuple(sorted(datasets, key=lambda dataset: dataset.name))
    return Discovery(ordered, seen.passed_over, seen.unreadable, templates, answers, runs)


@dataclass
class _Seen:
    """What lies under the user's paths, by the path as it is shown.

    ``data`` has the file, its format and whether the user named it; ``named`` are the artefacts that the user named;
    ``left_out`` are files that the configuration took for something else already, ``replaced`` the formats of a
    training run's files that it names itself.
    """

    left_out: frozenset[Path] = frozenset()
    data: dict[str, tuple[Path, str, bool]] = field(default_factory=dict)
    artefacts: list[DataFile] = field(default_factory=list)
    named: list[DataFile] = field(default_factory=list)
    probes: list[DataFile] = field(default_factory=list)
    outputs: list[DataFile] = field(default_factory=list)
    training: dict[Path, tuple[DataFile, bool]] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    passed_over: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)

    def add(self, path: Path, shown: str, shapes: Shapes, *, named: bool) -> None:
        """Take a file for what it is; CannotJudgeError if it cannot be read, or was named and is nothing to judge."""
        if path in self.left_out:
            return
        if (kind := training_file(path)) is not None:
            if kind not in self.replaced:
                self.training.setdefault(path, (DataFile(path, shown, None, kind), named))
            return
        if why := why_no_training(path):
            self._pass_over(shown, why, named=named)
            return
        if (kind := artefact(path)) is not None:
            file = DataFile(path, shown, None, kind)
            self.artefacts.append(file)
            if named:
                self.named.append(file)
            return
        format_, why, kind = recognise(path, shapes)
        if kind in {"probes", "outputs"}:
            own = self.probes if kind == "probes" else self.outputs
            own.append(DataFile(path, shown, None, format_))
        elif not why:
            self.data[shown] = path, format_, named
        else:
            self._pass_over(shown, why, named=named)

    def _pass_over(self, shown: str, why: str, *, named: bool) -> None:
        """Say why a file is nothing to judge; where the user named it, that ends the run."""
        if named:
            raise CannotJudgeError(f"{shown}: {why}")
        self.passed_over[shown] = why


def _datasets(found: dict[str, tuple[Path, str, bool]]) -> Iterator[Dataset]:
    for name, files in splits.group(found).items():
        alone = len(files) == 1 and found[files[0][0]][2]
        own = tuple(DataFile(found[file][0], file, split, found[file][1]) for file, split in files)
        yield Dataset(name, own, alone=alone)


def _with_probes(datasets: list[Dataset], probes: Sequence[DataFile]) -> list[Dataset]:
    """The datasets; if there is one, the probes ask what it trains, and are a part of what it is evaluated on."""
    if len(datasets) != 1 or not probes:
        return datasets
    return [replace(datasets[0], probes=tuple(dict.fromkeys(probes)))]


def _configured(config: Config) -> list[Dataset]:
    return [
        Dataset(name, tuple(f for split, patterns in by_split.items() for f in files_of(config.root, patterns, split)))
        for name, by_split in config.datasets.items()
    ]


def _nothing(config: Config, paths: Sequence[str], passed_over: dict[str, str]) -> str:
    where = ", ".join(paths or config.data or ["the current folder"])
    reasons = "".join(f"\n  {path}: {why}" for path, why in list(passed_over.items())[:10])
    return f"nothing to judge: no dataset, no template, no training run and no recorded output in {where}{reasons}"
