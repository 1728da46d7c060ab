"""Subjects: the named things that a user has: datasets, and templates with what serves the model."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tunespec.templates.plain import PlainTemplate

_CHUNK = 1 << 20


def content_hash(path: Path) -> str:
    """Hash of a file's bytes."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True)
class DataFile:
    """One file of a dataset.

    Args:
        path: where it lies.
        shown: its path as reports print it.
        split: None if nothing names one.
        format: how it is read.
        named_by: the setting of a training configuration that names it as data, with its place; empty if none does.
        columns: canonical name -> column, where that configuration says so.
        roles: role name -> canonical role, where it says so.
        part: of a program that starts several runs, which one: `SFTTrainer`, `DPOTrainer`, `DPOTrainer 2`.
    """

    path: Path
    shown: str
    split: str | None
    format: str
    named_by: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    roles: tuple[tuple[str, str], ...] = ()
    part: str = ""

    @property
    def run(self) -> str:
        """The name of the run that it starts: the file's, and of a program that starts several, with which of them."""
        return f"{self.shown}:{self.part}" if self.part else self.shown

    @cached_property
    def real(self) -> Path:
        """Where it lies, links followed."""
        return self.path.resolve()

    @cached_property
    def content_hash(self) -> str:
        """Hash of the file's bytes."""
        return content_hash(self.path)


@dataclass(frozen=True)
class TrainedLength:
    """The tokens of a record that a trainer keeps; ``said`` is the setting, ``tokenizer`` counts them, if at hand."""

    tokens: int
    said: str
    tokenizer: DataFile | None = None


@dataclass(frozen=True)
class Dataset:
    """A set of files with their splits.

    Args:
        name: the folder or path that names it.
        files: all of its files.
        alone: whether it is one file that the user named, without more.
        held_out: the setting by which the trainer has validation data: records of it that are held out, or other data;
            empty if none does.
        held_out_share: how much is held out: a share of the records below 1, or their number; None for other data.
        length: the tokens of a record that the trainer keeps, where it cuts longer ones.
        probes: the user's own probe files, if what they ask is surely what it trains.
    """

    name: str
    files: tuple[DataFile, ...]
    family: str = "data"
    alone: bool = False
    held_out: str = ""
    held_out_share: float | None = None
    length: TrainedLength | None = None
    probes: tuple[DataFile, ...] = ()


@dataclass(frozen=True)
class TemplatePair:
    """What a model is trained with, and what it is served with or asked by; either side may be absent.

    Args:
        name: the path that names it: the Modelfile, else the training template, else the request or program.
        files: all of its files. The format of each is a key of ``artefacts.ARTEFACTS``.
        plain: the training template, where the configuration writes it.
        dataset: the records that are trained on with it, if one dataset of the project is meant.
        no_training: why no training template was taken, if there are some.
        beside: files that are read with those: a tokenizer's template, its special tokens, a model's
            ``generation_config.json``.
    """

    name: str
    files: tuple[DataFile, ...]
    plain: PlainTemplate | None = None
    dataset: Dataset | None = None
    no_training: str = ""
    beside: tuple[DataFile, ...] = ()
    family: str = "template"

    def of(self, *formats: str) -> list[DataFile]:
        """Its files of some formats, in order."""
        return [file for file in self.files if file.format in formats]


@dataclass(frozen=True)
class ServedModel:
    """A model behind a server, to which probes are put.

    Args:
        name: the model's, as the server has it.
        url: the server's address.
        api: the server's interface, ``ollama`` or ``openai``; empty: ask the server.
        files: the probe files that are the user's own.
        probes: all probe files, those of the specification included.
        pair: the templates that it was made with, if one pair is meant.
        dataset: the records that it was trained on, if one dataset is meant.
        no_pair: why no pair was taken, if several could be meant.
        no_dataset: why no dataset was taken, if several could be meant.
        clients: what asks it, as files of requests and programs, where those belong to no pair.
    """

    name: str
    url: str
    api: str = ""
    files: tuple[DataFile, ...] = ()
    probes: tuple[Path, ...] = ()
    pair: TemplatePair | None = None
    dataset: Dataset | None = None
    no_pair: str = ""
    no_dataset: str = ""
    clients: tuple[DataFile, ...] = ()
    family: str = "inference"


@dataclass(frozen=True)
class Recording:
    """Outputs that somebody recorded: prompts with the answers that a model gave.

    Args:
        name: the path of the file.
        files: the one file.
        pair: the templates of the model, if one pair is meant.
        dataset: the records that it was trained on, if one dataset is meant.
        no_pair: why no pair was taken, if several could be meant.
        no_dataset: why no dataset was taken, if several could be meant.
    """

    name: str
    files: tuple[DataFile, ...]
    pair: TemplatePair | None = None
    dataset: Dataset | None = None
    no_pair: str = ""
    no_dataset: str = ""
    family: str = "inference"


@dataclass(frozen=True)
class TrainingRun:
    """A training run: what configures it, and what it logged; either may be absent.

    Args:
        name: the path of its configuration, else the folder of its logs.
        files: its configuration (format ``training``), its logs (``log``), and what holds beside it (``deepspeed``,
            ``accelerate``).
        pair: the templates that it trains with, if one pair is meant.
        dataset: the records that it trains on, if they are at hand.
        no_dataset: why no dataset was taken, if it names none that is at hand, or several could be meant.
        is_partial: whether it also trains on records that are not at hand.
        beside: files that are read with those: the config.json of a base model that is at hand, the configurations of
            other runs in the same folder.
        trained: the files of the dataset that it trains on, where its splits are those of another run; empty: they say
            which.
    """

    name: str
    files: tuple[DataFile, ...]
    pair: TemplatePair | None = None
    dataset: Dataset | None = None
    no_dataset: str = ""
    is_partial: bool = False
    beside: tuple[DataFile, ...] = ()
    trained: tuple[DataFile, ...] = ()
    family: str = "training"

    def of(self, *formats: str) -> list[DataFile]:
        """Its files of some formats, in order."""
        return [file for file in self.files if file.format in formats]


@dataclass(frozen=True)
class ReviewLog:
    """What people said of records and outputs.

    Args:
        name: the path of the file; of several, the folder that they share.
        files: the review logs.
        datasets: whose records may have been reviewed.
        recordings: whose outputs may have been.
    """

    name: str
    files: tuple[DataFile, ...]
    datasets: tuple[Dataset, ...] = ()
    recordings: tuple[Recording, ...] = ()
    family: str = "evaluation"


@dataclass(frozen=True)
class Absent:
    """No subject of a family is there: its pitfalls are skipped, and say why.

    Args:
        name: what is missing, in the names of the tests.
        reason: the same as a sentence, with what to do about it.
    """

    name: str
    reason: str


Subject = Dataset | TemplatePair | TrainingRun | ServedModel | Recording | ReviewLog
