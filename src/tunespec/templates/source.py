"""What the facts of a template pair are computed from, each part read or computed when first asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunespec.errors import CannotJudgeError
from tunespec.splits import relative
from tunespec.subjects import DataFile, TemplatePair
from tunespec.templates.absent_sides import NO_MODELFILE, why_no_serving, why_no_training
from tunespec.templates.auto_template import Stock
from tunespec.templates.errors import TemplateError
from tunespec.templates.frameworks import template_of
from tunespec.templates.generation_file import OwnSettings, own_settings
from tunespec.templates.gguf_file import GGUF, read_gguf
from tunespec.templates.gguf_reader import GGUFError
from tunespec.templates.modelfile import Modelfile, ModelfileError, parse_modelfile
from tunespec.templates.python_calls import Call
from tunespec.templates.python_requests import Callers, callers_of
from tunespec.templates.recipe import agreed, recipe_of
from tunespec.templates.requests import Request
from tunespec.templates.side_reading import (
    added_bos,
    of_model_file,
    serving_side,
    stock_beside,
    training_side,
    with_tokens,
)
from tunespec.templates.sides import ServingSide, TrainingSide
from tunespec.templates.training_side import TrainingTemplate, read_training_template

if TYPE_CHECKING:
    from tunespec.config import Config
    from tunespec.sources import RecordSource


class TemplateSource:
    """A template pair's files, read; each part once, when it is first asked for.

    What cannot be read is None, and ``problems`` says why.
    """

    def __init__(self, pair: TemplatePair, config: Config, records: RecordSource | None = None) -> None:
        """Nothing is read yet; ``records`` are those that are trained on, if they are at hand."""
        self.pair, self._config, self.records = pair, config, records
        self.problems: dict[str, tuple[str, int | None]] = {}  # path as shown -> what is wrong, and the line
        self.unnamed = ""  # why the template that a training configuration names was not taken

    @cached_property
    def modelfile(self) -> Modelfile | None:
        """The Modelfile, if there is one and Ollama's parser takes it."""
        for file in self.pair.of("modelfile"):
            try:
                return parse_modelfile(file.path.read_bytes())
            except ModelfileError as error:
                what = f"{error.hint} ({error.message})" if error.hint else error.message
                self.problems[file.shown] = f"Ollama refuses it: {what}", error.line
        return None

    @cached_property
    def gguf(self) -> GGUF | None:
        """The model's metadata."""
        for file in self.pair.of("gguf"):
            try:
                return read_gguf(file.path)
            except (GGUFError, OSError) as error:
                self.problems[file.shown] = f"its metadata cannot be read: {error}", None
        return None

    @cached_property
    def _callers(self) -> Callers:
        found = callers_of(self.pair, self._config.inference.get("model"), self._config.root)
        self.problems |= dict(found.problems)
        return found

    @property
    def requests(self) -> Sequence[tuple[DataFile, Request]]:
        """The requests that ask the model."""
        return self._callers.requests

    @property
    def calls(self) -> Sequence[tuple[DataFile, Call]]:
        """The calls of programs that do."""
        return self._callers.calls

    @cached_property
    def generation(self) -> Mapping[str, OwnSettings | None]:
        """What the model's own configuration says for the calls of each program, by its path; None: none is at hand."""
        return {file.shown: own_settings(file, self.pair, self._config.root) for file in self.pair.of("script")}

    @cached_property
    def tokenizer(self) -> TrainingTemplate | None:
        """The training template's file with the special tokens; of a GGUF file, if there is no other."""
        for file in self.pair.of("jinja", "tokenizer"):
            try:
                found = read_training_template(file.path)
            except CannotJudgeError as error:
                self.problems[file.shown] = str(error).removeprefix(f"{file.path}: "), None
                return None
            return found if found.tokens or self._of_gguf is None else with_tokens(found, self._of_gguf)
        return self._of_gguf

    @cached_property
    def _of_gguf(self) -> TrainingTemplate | None:
        return of_model_file(self.pair.of("gguf")[0].path, self.gguf) if self.gguf is not None else None

    @cached_property
    def _trained_with(self) -> TrainingTemplate | None:
        """The template that a training configuration names, where its text is at hand; else the tokenizer's."""
        found = [recipe_of(file.path, self._config.template) for file in self.pair.of("recipe")]
        try:
            recipe = agreed([recipe for recipe in found if recipe is not None])
            named = template_of(recipe, self._config.root, self.tokenizer) if recipe and not self.pair.plain else None
        except TemplateError as error:
            self.unnamed = error.message
            return self.tokenizer
        return named or self.tokenizer

    @cached_property
    def training(self) -> TrainingSide | None:
        """What the model is trained with."""
        return training_side(self.pair, self._trained_with, self._config.root)

    @cached_property
    def training_with_tools(self) -> TrainingSide | None:
        """The same where a conversation has tools: transformers may take a template of its own for them."""
        return training_side(self.pair, self._trained_with, self._config.root, tools=True)

    @cached_property
    def added_bos(self) -> str | None:
        """The token that the server's tokenizer puts before each prompt, empty if it adds none; None: not known.

        The model file says whether it does, since the server reads that; without one, the tokenizer's configuration.
        """
        return added_bos(self.tokenizer, self.gguf) if self.tokenizer is not None else None

    @cached_property
    def stock(self) -> Stock:
        """What Ollama takes of its own beside the model file: by the chat template in it, which is what Ollama reads.

        Where that file is not at hand, by the tokenizer's template, which a conversion writes into it.
        """
        return stock_beside(self.modelfile, self.gguf, self.tokenizer)

    @cached_property
    def serving(self) -> ServingSide | None:
        """What the model is asked with."""
        if self.modelfile is None:
            return None
        try:
            return serving_side(self.pair.of("modelfile")[0], self.modelfile, self.stock.found)
        except TemplateError as error:
            template = self.modelfile.given("template")
            line = template[-1].line + (error.line or 1) - 1 if template else None
            self.problems[self.pair.of("modelfile")[0].shown] = f"its TEMPLATE cannot be read: {error.message}", line
            return None

    @property
    def template_settings(self) -> Mapping[str, Any]:
        """What tunespec's configuration says of the templates."""
        return self._config.template

    def shown(self, path: Path) -> str:
        """A file's path as reports print it."""
        return relative(path, self._config.root)

    @property
    def why_no_training(self) -> str:
        """Why there is nothing to compare with on the training side."""
        return why_no_training(self.pair, self.problems if self.tokenizer is None else {}, self.unnamed)

    @property
    def why_no_serving(self) -> str:
        """Why there is nothing to compare with on the server's side."""
        file = next(iter(self.pair.of("modelfile")), None)
        modelfile, stock = self.modelfile, self.stock
        return why_no_serving(modelfile, stock, self.problems.get(file.shown, ("",))[0]) if file else NO_MODELFILE
