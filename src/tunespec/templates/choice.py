"""Which template pair ``tunespec render`` shows, of those that lie under the user's paths or that flags name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from tunespec.config import Config
from tunespec.discover import discover
from tunespec.discover_templates import template_pairs
from tunespec.errors import CannotJudgeError
from tunespec.subjects import TemplatePair
from tunespec.templates.artefacts import ARTEFACTS, artefact
from tunespec.templates.source import TemplateSource

Wanted = Literal["training", "serving", "both"]
_TRAINING = ("jinja", "tokenizer", "gguf")
_NAMED = 3  # candidates that a message names


@dataclass(frozen=True)
class Sought:
    """Where the sides are looked for: ``paths`` as of ``check``, and the files that flags name."""

    paths: tuple[str, ...] = ()
    modelfile: Path | None = None
    template: Path | None = None
    side: Wanted = "both"


def choose(config: Config, sought: Sought, record: Path | None) -> TemplateSource:
    """The one pair that is meant.

    Args:
        config: the project's.
        sought: where to look.
        record: the file of the record that is rendered: among several pairs, the one that its dataset belongs to.

    Raises:
        CannotJudgeError: if there is none, or several may be meant; the message names them.
    """
    named = replace(config, template={**config.template, **_named(sought)})
    pairs = _known(sought, named) or _discovered(named, sought)
    if sought.template is not None:
        pairs = [_only(pair, sought.template) for pair in pairs]
    found = _candidates(pairs, sought.side)
    if not found:
        where = ", ".join(sought.paths) or "this project"
        raise CannotJudgeError(f"{where}: no {_wanted(sought.side)}; name it with {_flags(sought.side)}")
    if len(found) > 1 and record is not None:
        found = [pair for pair in found if _belongs(record, pair)] or found
    if len(found) > 1:
        raise CannotJudgeError(_several(found, sought.side))
    (pair,) = found
    if pair.no_training and sought.side != "serving":
        raise CannotJudgeError(f"{pair.no_training}, or here with --template")
    return TemplateSource(pair, named)


def _named(sought: Sought) -> dict[str, Any]:
    """The flags, as the configuration says it."""
    found: dict[str, Any] = {}
    for key, path, formats in (
        ("modelfile", sought.modelfile, ("modelfile",)),
        ("training", sought.template, _TRAINING),
    ):
        if path is None:
            continue
        if not path.is_file():
            raise CannotJudgeError(f"{path}: no such file")
        kind = artefact(path)
        if kind not in formats and key == "training":
            raise CannotJudgeError(f"{path}: no chat template, tokenizer configuration or model file (GGUF)")
        found["model" if kind == "gguf" else key] = str(path.resolve())
    return found


def _known(sought: Sought, config: Config) -> list[TemplatePair]:
    """The pair where the flags name all that is asked: then nothing is looked for."""
    if (sought.side == "training" or sought.modelfile) and (sought.side == "serving" or sought.template):
        return list(template_pairs(config, [], []))
    return []


def _discovered(config: Config, sought: Sought) -> list[TemplatePair]:
    found = discover(config, sought.paths).templates
    if not found and config.data and not sought.paths:
        found = discover(config, ["."]).templates  # a project's data and its Modelfile need not lie in one folder
    return list(found)


def _only(pair: TemplatePair, template: Path) -> TemplatePair:
    """The pair with this training template and no other."""
    files = tuple(
        file for file in pair.files if file.format not in _TRAINING or file.path.resolve() == template.resolve()
    )
    return replace(pair, files=files, plain=None, no_training="")


def _candidates(pairs: Sequence[TemplatePair], side: Wanted) -> list[TemplatePair]:
    served = [pair for pair in pairs if pair.of("modelfile")]
    trained = [
        pair
        for pair in pairs
        if pair.plain or pair.of(*_TRAINING, "recipe") or (pair.no_training and pair in served)  # not what only asks
    ]
    if side == "serving":
        return served
    if side == "training":
        return list({_training_key(pair): pair for pair in reversed(trained)}.values())[::-1]
    return [pair for pair in trained if pair in served] or [*trained, *served]


def _training_key(pair: TemplatePair) -> tuple[str, ...]:
    return pair.no_training, *(file.shown for file in pair.of(*_TRAINING))


def _belongs(record: Path, pair: TemplatePair) -> bool:
    files = pair.dataset.files if pair.dataset is not None else ()
    return record.resolve() in {file.path.resolve() for file in files}


def _several(found: Sequence[TemplatePair], side: Wanted) -> str:
    what = {"training": "training templates", "serving": "Modelfiles", "both": "templates with their Modelfiles"}[side]
    names = [
        pair.of(*_TRAINING)[0].shown if side == "training" and pair.of(*_TRAINING) else pair.name for pair in found
    ]
    shown = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
    return f"{len(found)} {what} may be meant ({shown}): name one with {_flags(side)}, or its folder as a path"


def _wanted(side: Wanted) -> str:
    training = f"{ARTEFACTS['jinja']} and no {ARTEFACTS['tokenizer']}"
    return {"training": training, "serving": "Modelfile", "both": f"Modelfile, no {training}"}[side]


def _flags(side: Wanted) -> str:
    return {"training": "--template", "serving": "--modelfile", "both": "--modelfile or --template"}[side]
