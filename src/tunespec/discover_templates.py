"""Templates and what serves a model, as pairs: which of the files under the user's paths belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tunespec.discover_pairs import CALLERS, TRAINING, Told, nearest_to, pairs_among
from tunespec.discover_recipes import configured_recipes, named_recipes, texts_of, tokenizers_of
from tunespec.errors import CannotJudgeError
from tunespec.splits import relative
from tunespec.subjects import DataFile, Dataset, TemplatePair
from tunespec.templates.artefacts import artefact, may_be_artefact, why_no_artefact
from tunespec.templates.generation_file import generation_files
from tunespec.templates.python_code import is_program
from tunespec.templates.python_requests import other_asked

if TYPE_CHECKING:
    from tunespec.config import Config


_FORMATS = {"training": TRAINING, "modelfile": ("modelfile",), "requests": CALLERS, "model": ("gguf",)}


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
    others = [file for file in files if file.format in TRAINING] if named.get("training") else []
    files = [*kept, *(file for own in named.values() for file in own)]
    gguf, model = named.get("model", []), config.inference.get("model")
    pairs = pairs_among(files, Told(config.root, config.plain_template, recipes, gguf, model, others))
    return tuple(sorted((_whole(pair, datasets, config) for pair in pairs), key=lambda pair: pair.name))


def company(alone: Sequence[DataFile], others: Sequence[DataFile]) -> list[DataFile]:
    """What lies beside a file that the user named without the templates that it is compared with.

    That is the chat template beside a Modelfile or what asks a model; beside a Modelfile its model file, too.

    Args:
        alone: the files that the user named by themselves.
        others: all files found; where a training template or a model file is among them, nothing is added.
    """
    if any(file.format in {*TRAINING, "gguf"} for file in others):
        return []
    found: dict[Path, DataFile] = {}
    for named in alone:
        wanted = {*TRAINING, "gguf"} if named.format == "modelfile" else set(TRAINING)
        if named.format == "modelfile" or (named.format in CALLERS and not other_asked(named, None)):
            found |= {file.path: file for file in _beside_named(named) if file.format in wanted}
    return list(found.values())


def _beside_named(named: DataFile) -> Iterator[DataFile]:
    folder = PurePosixPath(named.shown).parent
    for path in sorted(named.path.parent.iterdir()):
        may_be = path.suffix.lower() == ".json" or may_be_artefact(path.name)
        if path.is_file() and may_be and (kind := artefact(path)) is not None:
            yield DataFile(path, str(folder / path.name), None, kind)


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


def _whole(pair: TemplatePair, datasets: Sequence[Dataset], config: Config) -> TemplatePair:
    """A pair with its dataset, and with the files that are read beside its own."""
    near = nearest_to(pair.name, datasets, lambda dataset: dataset.files[0].shown)
    beside = (*_beside(pair, config.root), *texts_of(pair.files, config))
    return replace(pair, dataset=near[0] if len(near) == 1 else None, beside=beside)


def _beside(pair: TemplatePair, root: Path) -> Iterator[DataFile]:
    """The files that are read with a training template, and what a program's call of the model gets from its folder."""
    from tunespec.templates.training_side import files_beside

    trained = [(path, file.format) for file in pair.of(*TRAINING) for path in files_beside(file.path)]
    scripts = pair.of("script")
    defaults = dict.fromkeys(path for script in scripts for path in generation_files(script, pair, root))
    for path, format_ in (*trained, *((path, "generation") for path in defaults)):
        yield DataFile(path, path.name, None, format_)
