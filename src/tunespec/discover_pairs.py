"""Which templates and what serves or asks a model belong together: by the folders that they lie in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from tunespec.discover_recipes import recipes_beside
from tunespec.subjects import DataFile, TemplatePair
from tunespec.templates.artefacts import content
from tunespec.templates.asked_model import is_named_as, is_same_model
from tunespec.templates.modelfile import ModelfileError, parse_modelfile
from tunespec.templates.plain import PlainTemplate
from tunespec.templates.program_folders import named_folders
from tunespec.templates.python_requests import model_asked, other_asked

TRAINING = ("jinja", "tokenizer")
CALLERS = ("request", "script")
_SHOWN = 3  # candidates that a sentence names


class Told(NamedTuple):
    """What the configuration and the command line say of the pairs.

    ``plain`` is a training template that the configuration writes, ``recipes`` are training configurations (None if
    nothing is said of them), ``gguf`` is the model file, ``model`` the served model's name, ``root`` the project.
    ``others`` are training templates beside the one that it names.
    """

    root: Path
    plain: PlainTemplate | None = None
    recipes: Sequence[DataFile] | None = None
    gguf: Sequence[DataFile] = ()
    model: str | None = None
    others: Sequence[DataFile] = ()


def pairs_among(files: Sequence[DataFile], told: Told) -> list[TemplatePair]:
    """The files as pairs.

    Each Modelfile goes with the nearest training template, its model file and what asks it. Without a Modelfile, a
    training template goes with what asks a model nearest to it. What goes with nothing is a pair of its own.
    """
    trained = _without_shadowed(_of(files, *TRAINING))
    callers = _of(files, *CALLERS)
    found = [_served(modelfile, files, trained, told) for modelfile in _of(files, "modelfile")]
    found = found or _asked(callers, _trained(trained, told), told)
    used = {file for pair in found for file in pair.files}
    return found + [_alone(file) for file in (*trained, *_of(files, "gguf"), *callers) if file not in used]


def _served(modelfile: DataFile, files: Sequence[DataFile], trained: Sequence[DataFile], told: Told) -> TemplatePair:
    near = [] if told.plain else nearest(modelfile, trained)
    several = _several(near)
    own = [modelfile, *([] if several else near), *(told.gguf or _models(modelfile, _of(files, "gguf")))]
    own += [file for file in _of(files, *CALLERS) if modelfile in nearest(file, _of(files, "modelfile"))]
    own += recipes_beside(modelfile) if told.recipes is None else told.recipes
    return TemplatePair(modelfile.shown, tuple(own), told.plain, no_training=several)


def _trained(trained: Sequence[DataFile], told: Told) -> list[TemplatePair]:
    """The training side that is told, else each training template: the pairs of a project without a Modelfile."""
    if told.recipes:
        return [TemplatePair(told.recipes[0].shown, (*told.recipes, *(trained if len(trained) == 1 else ())))]
    return [TemplatePair("plain template", (), told.plain)] if told.plain else [_alone(file) for file in trained]


def _asked(callers: Sequence[DataFile], sides: Sequence[TemplatePair], told: Told) -> list[TemplatePair]:
    """Training sides with the callers of their models, and those of others: each by itself, and it says why."""
    joined: dict[str, list[DataFile]] = {side.name: [] for side in sides}
    alone = []
    for caller in callers:
        near = sides if told.recipes or told.plain else _sides_near(caller, sides, told.root)
        if sides and (other := other_asked(caller, told.model)):
            alone.append(_alone(caller, f"it asks `{other}`, which is another model than the one that is trained"))
        elif why := _of_other_template(caller, sides, told):
            alone.append(_alone(caller, why))
        elif len(near) == 1:
            joined[near[0].name].append(caller)
        else:
            alone.append(_alone(caller, _several([file for side in near for file in side.files], model_asked(caller))))
    return [replace(side, files=(*side.files, *joined[side.name])) for side in sides] + alone


def _sides_near(caller: DataFile, sides: Sequence[TemplatePair], root: Path) -> list[TemplatePair]:
    """The training templates in the folders that a program names, or that have the model's name; else the nearest."""
    by_file = {side.files[0]: side for side in sides}
    named = named_folders(caller.path, root) if caller.format == "script" else []
    near = [file for file in by_file if file.path.parent.resolve() in named] or _named_as(model_asked(caller), by_file)
    return [by_file[file] for file in near or nearest(caller, list(by_file))]


def _named_as(model: str, templates: Iterable[DataFile]) -> list[DataFile]:
    """The templates of which a folder has the name of the model; none if those of all have it."""
    templates = list(templates)
    found = [file for file in templates if model and is_named_as(model, PurePosixPath(file.shown))]
    return found if len(found) < len(templates) else []


def _of_other_template(caller: DataFile, sides: Sequence[TemplatePair], told: Told) -> str:
    """Why a caller does not go with the configured template; empty if it does, as far as is known."""
    model = model_asked(caller)
    if not told.others or (told.model is not None and is_same_model(model, told.model)):
        return ""
    if any(model and is_named_as(model, file.path) for side in sides for file in side.files):
        return ""
    others = [file.shown for file in told.others if model and is_named_as(model, PurePosixPath(file.shown))]
    named = f"as the folder of {others[0]} is named: not the configured template's model" if others else ""
    return f"it asks `{model}`, {named}" if named else ""


def _alone(file: DataFile, no_training: str = "") -> TemplatePair:
    return TemplatePair(file.shown, (file,), no_training=no_training)


def _of(files: Iterable[DataFile], *formats: str) -> list[DataFile]:
    return [file for file in files if file.format in formats]


def _without_shadowed(files: Sequence[DataFile]) -> list[DataFile]:
    """Without the files that transformers does not read by themselves: the tokenizer's configuration counts for all."""
    configured = {file.path.parent for file in files if file.path.name == "tokenizer_config.json"}
    return [
        file
        for file in files
        if file.path.name == "tokenizer_config.json"
        or (
            (file.path.parent not in configured or not file.path.name.startswith("chat_template"))
            and (file.path.parent.parent not in configured or file.path.parent.name != "additional_chat_templates")
        )
    ]


def nearest(file: DataFile, others: Sequence[DataFile]) -> list[DataFile]:
    """Those of the others in the file's own folder; if none is, those that share the longest path with it."""
    beside = [other for other in others if other.path.parent == file.path.parent]
    return beside or nearest_to(file.shown, others, lambda other: other.shown)


def nearest_to(name: str, others: Iterable[Any], path_of: Any) -> list[Any]:
    """Those of the others whose path shares the most folders with a path."""
    shared = [(_common(name, path_of(other)), other) for other in others]
    most = max((count for count, _ in shared), default=0)
    return [other for count, other in shared if count == most]


def _common(one: str, other: str) -> int:
    count = 0
    for a, b in zip(PurePosixPath(one).parts[:-1], PurePosixPath(other).parts[:-1], strict=False):
        if a != b:
            break
        count += 1
    return count


def _models(modelfile: DataFile, models: Sequence[DataFile]) -> list[DataFile]:
    """The model file that FROM names; none of a Modelfile that Ollama refuses."""
    try:
        base = parse_modelfile(content(modelfile.path)).base.replace("\\", "/")
    except ModelfileError:
        return []
    near = nearest(modelfile, [file for file in models if file.path.name == PurePosixPath(base).name])
    return near if len(near) == 1 else []


def _several(templates: Sequence[DataFile], model: str = "") -> str:
    if len(templates) < 2:
        return ""
    names = ", ".join(file.shown for file in templates[:_SHOWN])
    more = ", ..." if len(templates) > _SHOWN else ""
    is_unnamed = model and not any(is_named_as(model, PurePosixPath(file.shown)) for file in templates)
    unnamed = f", and no folder of theirs is named `{model}`, as the model that is asked" if is_unnamed else ""
    meant = f"several training templates may be meant ({names}{more}){unnamed}"
    return f"{meant}: name one as template.training in the configuration"
