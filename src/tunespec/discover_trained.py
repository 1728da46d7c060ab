"""Datasets as training configurations name them: which files are trained on, and which are evaluated on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tunespec.splits import HELD_OUT, relative
from tunespec.subjects import DataFile, Dataset
from tunespec.training.data_files import Trained


def trained_datasets(
    files: Iterable[tuple[DataFile, bool]],
    told: Mapping[DataFile, Trained],
    datasets: Sequence[Dataset],
    settled: Sequence[Dataset],
    passed_over: dict[str, str],
    root: Path,
) -> list[Dataset]:
    """The datasets with what training configurations say of them, and those that only a configuration names.

    Files that one configuration trains and evaluates on are one dataset with those splits. Configurations that give the
    same files the same splits share it; others have one each, so that each run is judged by what it does.

    Args:
        files: those of training runs, each with whether the user named it: the data of others count only where they
            lie under the user's paths.
        told: what the configurations among them say.
        datasets: those that lie under the user's paths.
        settled: those among them whose splits the user wrote.
        passed_over: files under them of which nothing but a configuration says what they hold; those are taken from it.
        root: the project's folder.
    """
    found, kept = list(datasets), {one.name for one in settled}
    there, aside = {path for one in datasets for path in _paths(one.files)}, set(passed_over)
    for file, named in files:
        trained = told.get(file, Trained())
        if trained.registry is not None:
            passed_over.pop(relative(trained.registry, root), None)  # it is used: there is nothing to say of it
        own = [one for one in trained.files if named or one.real in there or one.shown in aside]
        whole = None if _share(settled, own) else _with_splits(file.run, own, found[: len(datasets)])
        known = [at for at, one in enumerate(found) if (_is_same(one, whole) if whole else _share([one], own))]
        for at in known:
            found[at] = trained.of(found[at])
        kept |= {found[at].name for at in known if whole}
        if own and not known:
            found.append(trained.of(whole or Dataset(own[0].shown if len(own) == 1 else file.run, tuple(own))))
            for one in found[-1].files:
                passed_over.pop(one.shown, None)
    made = found[len(datasets) :]
    taken = {path for one in made for path in _paths(one.files)}
    return [one for one in found[: len(datasets)] if one.name in kept or not _paths(one.files) <= taken] + made


def dataset_of(trained: Trained, datasets: Sequence[Dataset]) -> Dataset | None:
    """The dataset that a configuration trains on: the only one of its files, else the least that splits them so."""
    of_run = [one for one in datasets if _paths(one.files) & _paths(trained.files)]
    if len(of_run) > 1:
        fits = [one for one in of_run if _splits(trained.files) <= _splits(one.files)]
        of_run = sorted(fits, key=lambda one: len(one.files))[:1]
    return of_run[0] if of_run else None


def trained_files(trained: Trained, dataset: Dataset, others: Collection[str]) -> tuple[DataFile, ...]:
    """The files of its dataset that a configuration trains on; empty where the dataset says so as a whole.

    Args:
        trained: what the configuration says.
        dataset: the one that it trains on.
        others: the names of other configurations: a dataset of one of them says nothing to who reads of this one.
    """
    wanted = _paths(file for file in trained.files if file.split == "train")
    own = tuple(file for file in dataset.files if file.real in wanted)
    whole = [file for file in dataset.files if file.split not in HELD_OUT]
    return own if dataset.name in others or _paths(own) != _paths(whole) else ()


def is_elsewhere(trained: Trained, dataset: Dataset | None) -> bool:
    """Whether a configuration also trains on files that are none of its dataset."""
    wanted = _paths(file for file in trained.files if file.split == "train")
    return dataset is not None and not wanted <= _paths(dataset.files)


def _with_splits(name: str, own: Sequence[DataFile], datasets: Sequence[Dataset]) -> Dataset | None:
    """What a configuration trains and evaluates on; None where it does not name both.

    What else is held out of the training data by their names, and further files of those, belong to it.
    """
    trained = [file for file in own if file.split == "train"]
    if not trained or not any(file.split in HELD_OUT for file in own):
        return None
    known = {file.real: file for one in datasets for file in one.files}
    files = {file.real: file for one in datasets if _share([one], trained) for file in one.files}
    files |= {file.real: replace(known.get(file.real, file), split=file.split) for file in own}
    return Dataset(name, tuple(files.values()))


def _paths(files: Iterable[DataFile]) -> set[Path]:
    return {file.real for file in files}


def _splits(files: Iterable[DataFile]) -> set[tuple[Path, str | None]]:
    """Each file with its split; whether one that is held out is called test or validation makes no difference."""
    return {(file.real, "held out" if file.split in HELD_OUT else file.split) for file in files}


def _is_same(one: Dataset, other: Dataset) -> bool:
    return _splits(one.files) == _splits(other.files)


def _share(datasets: Iterable[Dataset], files: Sequence[DataFile]) -> bool:
    """Whether one of these files belongs to one of the datasets."""
    return any(_paths(one.files) & _paths(files) for one in datasets)
