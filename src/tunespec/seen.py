"""The files under the user's paths, each taken for what it is by its content and name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tunespec import splits
from tunespec.config import Config
from tunespec.discover_answers import named_files, recorded_to
from tunespec.discover_training import named_training
from tunespec.errors import CannotJudgeError
from tunespec.paths import files_under
from tunespec.recognise import recognise
from tunespec.review.discovery import configured_logs
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile
from tunespec.templates.artefacts import artefact
from tunespec.templates.python_code import is_program
from tunespec.templates.recipe import is_recipe
from tunespec.training.configuration import why_no_training
from tunespec.training.recognise import training_file


def look(config: Config, base: Path, patterns: Sequence[str], shapes: Shapes) -> Seen:
    """What lies under the patterns, and what the configuration names beside them.

    Raises:
        CannotJudgeError: for a path that does not exist, and a named file that is nothing to judge.
    """
    named = [file for key in ("probes", "outputs") for file in named_files(config, key)]
    seen = Seen(frozenset(file.path for file in (*named, *configured_logs(config))))
    for file in named_training(config):
        seen.training[file.path] = file, True
        seen.replaced.add(file.format)
    target = recorded_to(config)
    for path, is_named in files_under(base, patterns):
        shown = splits.relative(path, config.root)
        if target is not None and path.resolve() == target:
            seen.passed_over[shown] = "the model's answers are written there (--record)"
            continue
        try:
            seen.add(path, shown, shapes, named=is_named)
        except CannotJudgeError as error:
            if is_named:
                raise
            seen.unreadable[shown] = str(error)
    return seen


@dataclass
class Seen:
    """What lies under the user's paths, by the path as it is shown.

    ``data`` has the file, its format and whether the user named it; ``named`` are the artefacts that the user named;
    ``left_out`` are files that the configuration took for something else already, ``replaced`` the formats of a
    training run's files that it names itself. ``served`` are named configurations that serve a model.
    """

    left_out: frozenset[Path] = frozenset()
    data: dict[str, tuple[Path, str, bool]] = field(default_factory=dict)
    artefacts: list[DataFile] = field(default_factory=list)
    named: list[DataFile] = field(default_factory=list)
    probes: list[DataFile] = field(default_factory=list)
    outputs: list[DataFile] = field(default_factory=list)
    training: dict[Path, tuple[DataFile, bool]] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)
    served: list[DataFile] = field(default_factory=list)
    reviews: list[DataFile] = field(default_factory=list)
    passed_over: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def configurations(self) -> list[DataFile]:
        """The configurations that the user named: those of training runs, and those that serve a model."""
        return [*self.served, *(file for file, named in self.training.values() if named and file.format == "training")]

    def add(self, path: Path, shown: str, shapes: Shapes, *, named: bool) -> None:
        """Take a file for what it is; CannotJudgeError if it cannot be read, or was named and is nothing to judge."""
        if path in self.left_out:
            return
        if self._is_of_training(path, shown, named=named):
            return
        if (kind := artefact(path)) is not None:
            file = DataFile(path, shown, None, kind)
            self.artefacts.append(file)
            if named:
                self.named.append(file)
            return
        format_, why, kind = recognise(path, shapes)
        own = {"probes": self.probes, "outputs": self.outputs, "reviews": self.reviews}.get(kind)
        if own is not None:
            own.append(DataFile(path, shown, None, format_))
        elif not why:
            self.data[shown] = path, format_, named
        else:
            self._pass_over(shown, why, named=named)

    def _is_of_training(self, path: Path, shown: str, *, named: bool) -> bool:
        """Take a file of a training run; whether it is nothing else. A program may train a model, and then ask it."""
        if (kind := training_file(path)) is not None:
            if kind not in self.replaced:
                self.training.setdefault(path, (DataFile(path, shown, None, kind), named))
            return not is_program(path) or artefact(path) is None
        if not (why := why_no_training(path, named=named)):
            return False
        if not is_recipe(path):
            self._pass_over(shown, why, named=named)
        elif named:
            self.served.append(DataFile(path, shown, None, "recipe"))
        else:
            self.passed_over[shown] = f"{why} (name it, and T003 judges the template that it names)"
        return True

    def _pass_over(self, shown: str, why: str, *, named: bool) -> None:
        """Say why a file is nothing to judge; where the user named it, that ends the run."""
        if named:
            raise CannotJudgeError(f"{shown}: {why}")
        self.passed_over[shown] = why
