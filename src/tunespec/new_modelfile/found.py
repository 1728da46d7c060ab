"""What a new Modelfile is made of: the training template, the model file and the dataset that lie nearest to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tunespec.config import Config
from tunespec.discover import Discovery, discover
from tunespec.discover_pairs import nearest
from tunespec.discover_recipes import configured_recipes, recipes_beside, texts_of
from tunespec.errors import CannotJudgeError
from tunespec.splits import relative
from tunespec.subjects import DataFile, Dataset, TemplatePair
from tunespec.templates.artefacts import artefact
from tunespec.templates.recipe import is_recipe

_TRAINING = ("jinja", "tokenizer")


def pair_for(target: Path, config: Config, paths: Sequence[str], template: Path | None) -> TemplatePair:
    """The pair that a Modelfile at ``target`` will make, without that Modelfile.

    Args:
        target: where it will lie.
        config: the project's.
        paths: where to look, as of ``check``.
        template: the training template, if it is named.

    Raises:
        CannotJudgeError: if no training template is there, or several may be meant.
    """
    found = _discovered(config, paths, template)
    modelfile = DataFile(target, relative(target, config.root), None, "modelfile")
    there = list(_files(found))
    named = [] if template is None else [_named(template, config)]
    plain = config.plain_template if template is None else None
    trained = [] if plain else nearest(modelfile, [file for file in named or there if file.format in _TRAINING])
    recipes = [file for file in named if file.format == "recipe"] if named else _recipes(config, modelfile)
    models = [file for file in named if file.format == "gguf"]
    models = models or nearest(modelfile, [file for file in there if file.format == "gguf"])
    if len(trained) > 1:
        raise CannotJudgeError(_several("training templates", trained, "with --template"))
    if len(models) > 1:
        raise CannotJudgeError(_several("model files", models, "as template.model in the configuration"))
    if not (plain or trained or recipes or models):
        where = ", ".join(paths) or "this project"
        raise CannotJudgeError(f"{where}: no training template (chat template, tokenizer configuration, model file)")
    own = (*trained, *recipes, *models)
    dataset = _dataset(modelfile, found.datasets)
    return TemplatePair(modelfile.shown, own, plain, dataset, beside=tuple(texts_of(own, config)))


def _discovered(config: Config, paths: Sequence[str], template: Path | None) -> Discovery:
    try:
        return discover(config, paths)
    except CannotJudgeError:
        if paths or template is None:
            raise
        return Discovery((), {}, {})  # the named template is all that is needed


def _files(found: Discovery) -> Iterator[DataFile]:
    yield from {file.path: file for pair in found.templates for file in pair.files}.values()


def _named(template: Path, config: Config) -> DataFile:
    if not template.is_file():
        raise CannotJudgeError(f"{template}: no such file")
    kind = "recipe" if is_recipe(template) else artefact(template)
    if kind not in {*_TRAINING, "gguf", "recipe"}:
        raise CannotJudgeError(f"{template}: no chat template, tokenizer configuration, training configuration or GGUF")
    return DataFile(template.resolve(), relative(template, config.root), None, str(kind))


def _recipes(config: Config, modelfile: DataFile) -> list[DataFile]:
    configured = configured_recipes(config)
    return recipes_beside(modelfile) if configured is None else configured


def _dataset(modelfile: DataFile, datasets: Sequence[Dataset]) -> Dataset | None:
    by_file = {dataset.files[0]: dataset for dataset in datasets}
    near = nearest(modelfile, list(by_file))
    return by_file[near[0]] if len(near) == 1 else None


def _several(what: str, files: Sequence[DataFile], how: str) -> str:
    names = ", ".join(file.shown for file in files[:3]) + (", ..." if len(files) > 3 else "")
    return f"{len(files)} {what} may be meant ({names}): name one {how}, or its folder as a path"
