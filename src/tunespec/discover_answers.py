"""Who answers: the served model that was asked for, and recorded outputs, with the probes and templates to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from tunespec.errors import CannotJudgeError
from tunespec.inference.endpoint import address
from tunespec.inference.probe import SUITE, suite_probes
from tunespec.paths import files_of
from tunespec.subjects import DataFile, Dataset, Recording, ServedModel, TemplatePair

if TYPE_CHECKING:
    from tunespec.config import Config

Answering = ServedModel | Recording
_OF_MODEL = ("probes", "record", "host", "api", "remote")  # options that say nothing without a model
T = TypeVar("T", TemplatePair, Dataset)
_NAMED = 3  # candidates that a sentence names


def named_files(config: Config, key: str) -> list[DataFile]:
    """The files that the configuration or the command line names under ``probes`` or ``outputs``.

    Raises:
        CannotJudgeError: for a path that does not exist.
    """
    patterns = [pattern for pattern in config.inference.get(key, ()) if pattern != SUITE]
    return list(dict.fromkeys(files_of(config.root, patterns)))


def recorded_to(config: Config) -> Path | None:
    """The file that the asked model's answers are written to: what it holds is replaced, and judged no more."""
    target = config.inference.get("record") if config.inference.get("model") else None
    return Path(target).resolve() if target else None


def answering(
    config: Config,
    found: Mapping[str, Sequence[DataFile]],
    templates: Sequence[TemplatePair],
    datasets: Sequence[Dataset],
) -> tuple[Answering, ...]:
    """The served model and the recordings.

    Args:
        config: says which model is asked, where, and which files are meant.
        found: ``probes`` and ``outputs`` that were found by their content.
        templates: of which one may be the model's.
        datasets: of which one may be what it was trained on.

    Raises:
        CannotJudgeError: for an address that is none, and files that are not there.
    """
    made = _made(templates, datasets)
    outputs = {file.shown: file for file in (*named_files(config, "outputs"), *found["outputs"])}
    recordings = [Recording(name, (file,), *made) for name, file in sorted(outputs.items())]
    model = config.inference.get("model")
    if not model:
        return tuple(recordings)
    served = _served(config, model, found["probes"], made)
    return (replace(served, clients=_clients(templates)), *recordings)


def _served(config: Config, model: str, found: Sequence[DataFile], made: Made) -> ServedModel:
    host = config.inference.get("host")
    api = config.inference.get("api", "")
    if api == "openai" and not host:
        raise CannotJudgeError("a model behind OpenAI's interface needs an address: --host http://127.0.0.1:8000")
    patterns = config.inference.get("probes", [SUITE])
    own = {file.path: file for file in (*named_files(config, "probes"), *found)}
    suite = suite_probes() if SUITE in patterns else []
    files = tuple(own.values())
    return ServedModel(model, address(host), api, files, (*own, *suite), *made)


def _clients(templates: Sequence[TemplatePair]) -> tuple[DataFile, ...]:
    """What asks a model that no Modelfile is there for; else the clients are those of its pair."""
    if any(pair.of("modelfile") for pair in templates):
        return ()
    return tuple(file for pair in templates for file in pair.of("request", "script"))


class Made(NamedTuple):
    """What a model was made with and trained on, or why that cannot be told where several could be meant."""

    pair: TemplatePair | None
    dataset: Dataset | None
    no_pair: str
    no_dataset: str


def _made(templates: Sequence[TemplatePair], datasets: Sequence[Dataset]) -> Made:
    """The pair that may be the model's, and its dataset; without a pair the one dataset."""
    pair, no_pair = _only(_likely(templates), "templates")
    if pair is not None and pair.dataset is not None:
        return Made(pair, pair.dataset, no_pair, "")
    dataset, no_dataset = _only(datasets, "datasets")
    return Made(pair, dataset if pair is None else None, no_pair, no_dataset)


def _likely(templates: Sequence[TemplatePair]) -> Sequence[TemplatePair]:
    """The pairs with a Modelfile; without one, those with a training template, which no lone request hides."""
    for formats in (("modelfile",), ("jinja", "tokenizer", "recipe"), ("gguf",)):
        if found := [pair for pair in templates if pair.of(*formats) or (pair.plain and "jinja" in formats)]:
            return found
    return templates


def _only(candidates: Sequence[T], what: str) -> tuple[T | None, str]:
    """The one candidate, if there is one; if there are several, a sentence that says so."""
    if len(candidates) < 2:
        return next(iter(candidates), None), ""
    names = ", ".join(one.name for one in candidates[:_NAMED])
    more = ", ..." if len(candidates) > _NAMED else ""
    return None, f"{len(candidates)} {what} may be the model's ({names}{more}): name one of them to `tunespec check`"


def with_given(config: Config, given: Mapping[str, Any]) -> Config:
    """The configuration with what the command line says of the served model; its paths are of the current folder.

    Raises:
        CannotJudgeError: for an option that would count for nothing, since no model is asked.
    """
    model = given.get("model")
    if model is not None and not model.strip():
        raise CannotJudgeError("--model needs the name of a model")
    alone = [key for key in _OF_MODEL if given.get(key)]
    if alone and not model and not config.inference.get("model"):
        raise CannotJudgeError(f"--{alone[0]} needs --model NAME, or `model` in [tool.tunespec.inference]")
    kept: dict[str, Any] = {key: value for key, value in given.items() if value}
    for key in ("probes", "outputs"):
        if key in kept:
            kept[key] = [text if text == SUITE else str(Path.cwd() / Path(text).expanduser()) for text in kept[key]]
    if "record" in kept:
        kept["record"] = str(Path.cwd() / kept["record"])
    return replace(config, inference={**config.inference, **kept}) if kept else config
