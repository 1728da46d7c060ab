"""Training configurations that name a chat template: the one that tunespec's configuration names, or those beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tunespec.splits import relative
from tunespec.subjects import DataFile
from tunespec.templates.frameworks import file_of
from tunespec.templates.recipe import SUFFIXES, is_recipe, named_recipe, recipe_of

if TYPE_CHECKING:
    from tunespec.config import Config

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
