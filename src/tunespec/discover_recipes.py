"""Training configurations that name a chat template: the one that tunespec's configuration names, or those beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tunespec.named_files import found_from
from tunespec.splits import relative
from tunespec.subjects import DataFile
from tunespec.templates.frameworks import file_of
from tunespec.templates.recipe import SUFFIXES, configuration, is_recipe, named_recipe, recipe_of
from tunespec.training.configuration import why_no_training

if TYPE_CHECKING:
    from tunespec.config import Config

_TOKENIZER = "tokenizer_config.json"
_MOST = 50  # files of a folder that are looked at


def configured_recipes(config: Config) -> list[DataFile] | None:
    """The file that says the template's name, if the configuration does; None where nothing is said of the training.

    A file that is there and is none, or a table of texts, is another training template: then no recipe counts.
    """
    training = config.template.get("training")
    if training is None:
        return None
    if isinstance(training, str) and config.file is not None and named_recipe(training, config.file) is not None:
        return [DataFile(config.file, relative(config.file, config.root), None, "recipe")]
    path = config.root / training if isinstance(training, str) else None
    if path is None or not path.is_file() or not is_recipe(path):
        return []
    return [DataFile(path, relative(path, config.root), None, "recipe")]


def named_recipes(files: Sequence[DataFile], config: Config) -> list[DataFile]:
    """Of the configurations that the user named, those of whose template more than the name is at hand.

    One that serves a model has nothing else to judge.
    """
    found = [replace(file, format="recipe") for file in files if is_recipe(file.path)]
    return [
        file
        for file in found
        if why_no_training(file.path) or any(texts_of([file], config)) or any(tokenizers_of([file], config))
    ]


def tokenizers_of(recipes: Sequence[DataFile], config: Config) -> Iterator[DataFile]:
    """The tokenizer in the folder of the model that a training configuration names, where it is at hand."""
    for file in recipes:
        told = configuration(file.path)
        model = told.get("model_name_or_path", told.get("base_model"))
        folder = found_from(file.path, model, config.root) if isinstance(model, str) and model else None
        path = folder / _TOKENIZER if folder is not None else None
        if path is not None and path.is_file():
            yield DataFile(path, relative(path, config.root), None, "tokenizer")


def recipes_beside(modelfile: DataFile) -> list[DataFile]:
    """The training configurations in a Modelfile's folder."""
    folder = PurePosixPath(modelfile.shown).parent
    there = sorted(path for path in modelfile.path.parent.iterdir() if path.suffix.lower() in SUFFIXES)
    return [DataFile(path, str(folder / path.name), None, "recipe") for path in there[:_MOST] if is_recipe(path)]


def texts_of(files: Sequence[DataFile], config: Config) -> Iterator[DataFile]:
    """The files that hold the text of the templates which these name."""
    for file in files:
        if file.format == "recipe" and (recipe := recipe_of(file.path, config.template)) is not None:
            text = file_of(recipe, config.root)
            if text is not None:
                yield DataFile(text, text.name, None, "recipe")
