"""Templates and what serves a model, as pairs: which of the files under the user's paths belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from tunespec.discover_recipes import configured_recipes, named_recipes, recipes_beside, texts_of, tokenizers_of
from tunespec.errors import CannotJudgeError
from tunespec.splits import relative
from tunespec.subjects import DataFile, Dataset, TemplatePair
from tunespec.templates.artefacts import artefact, content, may_be_artefact, why_no_artefact
from tunespec.templates.modelfile import ModelfileError, parse_modelfile
from tunespec.templates.plain import PlainTemplate
from tunespec.templates.python_code import is_program

if TYPE_CHECKING:
    from tunespec.config import Config


_TRAINING = ("jinja", "tokenizer")
_FORMATS = {"training": _TRAINING, "modelfile": ("modelfile",), "requests": ("request", "script"), "model": ("gguf",)}


def template_pairs(
    config: Config, files: Sequence[DataFile], datasets: Sequence[Dataset], trained: Sequence[DataFile] = ()
) -> tuple[TemplatePair, ...]:
    """The pairs that the configuration and the files under the user's paths make.

    Args:
        config: may name the files of both sides.
        files: those that were found.
        datasets: of which one may be what is trained on.
        trained: training configurations that the user named.

    Raises:
        CannotJudgeError: for a file that the configuration names and that is not there, or is of another kind.
    """
    recipes = configured_recipes(config)
    if recipes is None and (own := named_recipes(trained, config)):
        recipes, files = own, [*files, *tokenizers_of(own, config)]
    # Beside a training configuration the tokenizer's files count: they say which its tokens are.
    keys = [key for key in _FORMATS if key in config.template and not (key == "training" and recipes)]
    named = {key: _named(config, key) for key in keys}
    replaced = {format_ for key in named for format_ in _FORMATS[key]}
    kept = [file for file in files if file.format not in replaced]
    files = [*kept, *(file for own in named.values() for file in own)]
    pairs = _pairs(files, datasets, config.plain_template, named.get("model"), recipes)
    return tuple(replace(pair, beside=(*pair.beside, *texts_of(pair.files, config))) for pair in pairs)


def company(alone: Sequence[DataFile], others: Sequence[DataFile]) -> list[DataFile]:
    """What lies beside a Modelfile that the user named without its chat template and its model file.

    Args:
        alone: the files that the user named by themselves.
        others: all files found; where a training template or a model file is among them, nothing is added.
    """
    wanted = {*_TRAINING, "gguf"}
    if any(file.format in wanted for file in others):
        return []
    found: dict[Path, DataFile] = {}
    for modelfile in alone:
        if modelfile.format == "modelfile":
            folder = PurePosixPath(modelfile.shown).parent
            for path in sorted(modelfile.path.parent.iterdir()):
                may_be = path.suffix.lower() == ".json" or may_be_artefact(path.name)
                if path.is_file() and may_be and (kind := artefact(path)) in wanted:
                    found[path] = DataFile(path, str(folder / path.name), None, str(kind))
    return list(found.values())


def _named(config: Config, key: str) -> list[DataFile]:
    value = config.template[key]
    found = []
    for name in value if isinstance(value, list) else [value] if isinstance(value, str) else []:
        path = config.root / name
        if not path.is_file():
            raise CannotJudgeError(f"{config.file}: template.{key}: {name}: no such file")
        is_read = key == "training" or is_program(path)
        kind = artefact(path) if is_read else _FORMATS[key][0]
        if kind not in _FORMATS[key]:
            nothing = "no chat template and no tokenizer configuration, and no training configuration that names one"
            why = nothing if key == "training" else why_no_artefact(path)
            raise CannotJudgeError(f"{config.file}: template.{key}: {name}: {why}")
        found.append(DataFile(path, relative(path, config.root), None, str(kind)))
    return found


def _pairs(
    files: Sequence[DataFile],
    datasets: Sequence[Dataset],
    plain: PlainTemplate | None,
    model: list[DataFile] | None,
    recipes: list[DataFile] | None,
) -> tuple[TemplatePair, ...]:
    """The files as pairs: each Modelfile with the nearest training template, the nearest requests and dataset.

    A training template that no Modelfile goes with is a pair of its own, with one side; so is a lone request.
    """
    trained = _without_shadowed([file for file in files if file.format in _TRAINING])
    models = [file for file in files if file.format == "gguf"]
    served = [file for file in files if file.format == "modelfile"]
    requests = [file for file in files if file.format in _FORMATS["requests"]]
    found, used = [], set()
    for modelfile in served:
        templates = [] if plain else nearest(modelfile, trained)
        asked = _whose(modelfile, served, requests)
        ambiguous = _ambiguous(templates)
        own = [modelfile, *([] if ambiguous else templates), *(model or _models(modelfile, models)), *asked]
        own += recipes_beside(modelfile) if recipes is None else recipes
        used |= {file.shown for file in own}
        found.append(_pair(modelfile.shown, own, datasets, plain, ambiguous))
    rest = [file for file in (*trained, *models, *requests) if file.shown not in used]
    found += [_pair(file.shown, [file], datasets, None, "") for file in rest]
    if recipes and not served:
        own = [*recipes, *([] if len(trained) > 1 else trained)]
        found = [pair for pair in found if not set(pair.files) & set(own)]
        found.append(_pair(recipes[0].shown, own, datasets, None, ""))
    if plain and not served:
        found.append(_pair("plain template", [], datasets, plain, ""))
    return tuple(sorted(found, key=lambda pair: pair.name))


def _pair(
    name: str, files: Sequence[DataFile], datasets: Sequence[Dataset], plain: PlainTemplate | None, ambiguous: str
) -> TemplatePair:
    near = _nearest(name, datasets, lambda dataset: dataset.files[0].shown)
    dataset = near[0] if len(near) == 1 else None
    return TemplatePair(name, tuple(files), plain, dataset, ambiguous, tuple(_beside(files)))


def _beside(files: Sequence[DataFile]) -> Iterator[DataFile]:
    """The files that are read with a training template, and what a program's call of the model gets from its folder."""
    from tunespec.templates.training_side import files_beside

    trained = [file for file in files if file.format in _TRAINING]
    found = [(path, file.format) for file in trained for path in files_beside(file.path)]
    if any(file.format == "script" for file in files):
        folders = dict.fromkeys(file.path.parent for file in files if file.format != "script")
        defaults = (folder / "generation_config.json" for folder in folders)
        found += [(path, "generation") for path in defaults if path.is_file()]
    return (DataFile(path, path.name, None, format_) for path, format_ in found)


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
    """Those of the others that share the longest path with the file."""
    return _nearest(file.shown, others, lambda other: other.shown)


def _nearest(name: str, others: Iterable[Any], path_of: Any) -> list[Any]:
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


def _whose(modelfile: DataFile, served: Sequence[DataFile], requests: Sequence[DataFile]) -> list[DataFile]:
    """The requests that are as near to this Modelfile as to any other."""
    return [request for request in requests if modelfile in nearest(request, served)]


def _ambiguous(templates: Sequence[DataFile]) -> str:
    if len(templates) < 2:
        return ""
    names = ", ".join(file.shown for file in templates[:3])
    return f"several training templates may be meant ({names}): name one as template.training in the configuration"
