"""What lies under the user's paths: datasets, by content and name, and what was passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tunespec import splits
from tunespec.config import Config
from tunespec.discover_answers import Answering, answering, named_files
from tunespec.discover_templates import company, template_pairs
from tunespec.discover_trained import trained_datasets
from tunespec.discover_training import told_of_data, training_runs
from tunespec.errors import CannotJudgeError
from tunespec.paths import files_of
from tunespec.review.discovery import review_logs
from tunespec.seen import look
from tunespec.shapes import Shapes
from tunespec.subjects import Absent, DataFile, Dataset, ReviewLog, Subject, TemplatePair, TrainingRun
from tunespec.training.configuration import runs_in

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
    "evaluation": Absent("no review", "nobody reviewed anything yet (begin with `tunespec review sample`)"),
}


@dataclass(frozen=True)
class Discovery:
    """What is to judge: ``datasets``, ``templates``, training ``runs``, who is ``answering``, and ``reviews``.

    Beside that ``passed_over`` (path -> why it is none of them) and ``unreadable`` (path -> what is wrong).
    """

    datasets: tuple[Dataset, ...]
    passed_over: dict[str, str]
    unreadable: dict[str, str]
    templates: tuple[TemplatePair, ...] = ()
    answering: tuple[Answering, ...] = ()
    runs: tuple[TrainingRun, ...] = ()
    reviews: tuple[ReviewLog, ...] = ()

    @property
    def _found(self) -> Mapping[str, Sequence[Subject]]:
        return {
            "data": self.datasets,
            "template": self.templates,
            "training": self.runs,
            "inference": self.answering,
            "evaluation": self.reviews,
        }

    def of(self, family: str) -> Sequence[Subject | Absent]:
        """The subjects of a family, or what is missing."""
        return self._found[family] or (_ABSENT[family],)

    def refuse_overwriting(self, target: Path, what: str = "a report") -> None:
        """Refuse to write a report, or what else is said, over the data that it is about.

        Raises:
            CannotJudgeError: if ``target`` is a file of a subject.
        """
        files = [file for subjects in self._found.values() for subject in subjects for file in subject.files]
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
    seen = look(config, base, patterns, shapes)
    datasets = [*configured, *_datasets(seen.data)]
    by_run = [(run, named) for file, named in seen.training.values() for run in runs_in(file)]
    of_training = [file for file, _ in by_run]
    told = told_of_data(of_training, config.root)
    settled = datasets if "split" in config.columns else configured
    datasets = trained_datasets(by_run, told, datasets, settled, seen.passed_over, config.root)
    datasets = _with_probes(datasets, [*named_files(config, "probes"), *seen.probes])
    artefacts = [*seen.artefacts, *company(seen.named, seen.artefacts)]
    templates = template_pairs(config, artefacts, datasets, seen.configurations)
    _take_up(seen.passed_over, templates, config.root)
    runs = training_runs(of_training, told, datasets, templates, config.root)
    answers = answering(config, {"probes": seen.probes, "outputs": seen.outputs}, templates, datasets)
    if seen.probes and not config.inference.get("model"):
        use = " (what their cases name counts for E003)" if len(datasets) == 1 else ""
        seen.passed_over |= {file.shown: f"probes{use}; no model was asked for (--model)" for file in seen.probes}
    reviews = review_logs(config, seen.reviews, datasets, answers)
    if not any((datasets, templates, runs, answers, reviews)):
        raise CannotJudgeError(_nothing(config, paths, seen.unreadable | seen.passed_over))
    if seen.data and shapes.unused_columns:
        names = ", ".join(map(repr, shapes.unused_columns))
        raise CannotJudgeError(f"columns: no record has {names}; see [columns] in {config.file}")
    ordered = tuple(sorted(datasets, key=lambda dataset: dataset.name))
    return Discovery(ordered, seen.passed_over, seen.unreadable, templates, answers, runs, reviews)


def _take_up(passed_over: dict[str, str], templates: Sequence[TemplatePair], root: Path) -> None:
    """Say nothing of files that are nothing by themselves, where a template's other files make them a part of it."""
    for pair in templates:
        for file in pair.beside:
            passed_over.pop(splits.relative(file.path, root), None)


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
    what = "no dataset, no template, no training run, no recorded output and no review"
    return f"nothing to judge: {what} in {where}{reasons}"
