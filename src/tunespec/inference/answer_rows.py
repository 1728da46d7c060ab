"""The text of answers with findings, for ``--show-rows``: a live model's from what it was recorded into."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tunespec.config import Config
from tunespec.discover import Discovery
from tunespec.errors import CannotJudgeError
from tunespec.inference.answered import Answered, Call
from tunespec.inference.probe import read_probes
from tunespec.inference.recorded import read_recorded
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile, Recording, ServedModel
from tunespec.text import shorten

_ASKED, _SAID = 80, 160  # characters of a question, and of its answer
Texts = dict[tuple[str, int | None], str]


def answer_texts(discovery: Discovery, config: Config) -> Texts:
    """``(path, row)`` -> the question and its answer, each shortened to one line, where they are known."""
    texts: Texts = {}
    for subject in discovery.answering:
        with suppress(CannotJudgeError):  # the report says what is wrong with them
            texts |= _of_model(subject, config) if isinstance(subject, ServedModel) else _of_files(subject, config)
    return texts


def _of_files(subject: Recording, config: Config) -> Texts:
    return {(one.place.path, one.place.row): _shown(one) for one in _answered(subject.files, config)}


def _of_model(subject: ServedModel, config: Config) -> Texts:
    """Of a model that is served: a finding stands where the probe does."""
    target = config.inference.get("record")
    if target is None or not Path(target).exists():
        return {}
    file = DataFile(Path(target), str(target), None, "jsonl")
    shown = {one.id: _shown(one) for one in _answered((file,), config)}
    probes = (probe for probe in read_probes(subject.probes, config.root) if probe.id in shown)
    return {(probe.place.path, probe.place.row): shown[probe.id] for probe in probes}


def _answered(files: tuple[DataFile, ...], config: Config) -> Sequence[Answered]:
    return read_recorded(files, Shapes(config.columns, config.roles)).answered


def _shown(one: Answered) -> str:
    said = shorten(one.reply.text, _SAID) or ", ".join(map(_called, one.reply.calls)) or "(nothing)"
    asked = shorten(one.question, _ASKED)
    return f"{asked} -> {said}" if asked else said


def _called(call: Call) -> str:
    return shorten(f"{call.name}({call.arguments})", _SAID)
