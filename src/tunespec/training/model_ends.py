"""Where a model's turns end, and where it stops: by the template at hand, its own folder, or its maker's name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tunespec.errors import CannotJudgeError
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.stop_trained import turn_end
from tunespec.templates.training_side import TrainingTemplate, read_training_template
from tunespec.training.model_families import family_of
from tunespec.training.model_formats import model_folder
from tunespec.training.source import RunSource

_FILE = "tokenizer_config.json"
_TOKEN = re.compile(r"<[^<>\s]+>")


@dataclass(frozen=True)
class Ends:
    """What a chat template writes behind an answer, the EOS token of the tokenizer, and whose both are."""

    turn_end: str
    eos: str
    whose: str


def model_ends(source: RunSource) -> Ends | None:
    """The ends of the model that a run trains; None where they are not known, or its template is not at hand."""
    spec = source.spec
    model = str(spec.value("model") or "") if spec is not None else ""
    if spec is None or spec.value("template"):
        return None
    own = _tokenizer(model_folder(spec, source.root))
    if own is not None:
        return _of_tokenizer(own, f"the template of {model}")
    family = family_of(model)
    return Ends(family.turn_end, family.eos, family.name) if family is not None and family.eos else None


def _tokenizer(folder: Path | None) -> TrainingTemplate | None:
    """Of the model's own folder, where that is at hand."""
    path = folder / _FILE if folder is not None else None
    try:
        return read_training_template(path) if path is not None and path.is_file() else None
    except CannotJudgeError:
        return None


def _of_tokenizer(tokenizer: TrainingTemplate, whose: str) -> Ends | None:
    chosen, eos = tokenizer.chosen(), tokenizer.token("eos_token")
    template = tokenizer.template(chosen) if chosen is not None else None
    end = turn_end(template) if isinstance(template, ChatTemplate) else None
    if end is None or not eos or not _TOKEN.fullmatch(end.marker):
        return None
    return Ends(end.marker, eos, whose)
