"""The two sides of a template pair, as its files give them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tunespec.splits import relative
from tunespec.subjects import DataFile, TemplatePair
from tunespec.templates.auto_template import Stock, Substitution, stock_of
from tunespec.templates.gguf_file import GGUF
from tunespec.templates.gguf_template import gguf_training_template
from tunespec.templates.modelfile import Modelfile, is_file_reference
from tunespec.templates.ollama import OllamaTemplate
from tunespec.templates.sides import TODAY, ServingSide, TrainingSide
from tunespec.templates.stand_ins import invented
from tunespec.templates.training_side import TrainingTemplate


def training_side(
    pair: TemplatePair, tokenizer: TrainingTemplate | None, root: Path, *, tools: bool = False
) -> TrainingSide | None:
    """The training side of a pair, None if it has no template; with ``tools``, the one that is taken for them."""
    if pair.plain is not None:
        return TrainingSide("the configuration", None, pair.plain)
    chosen = tokenizer.chosen(tools=tools) if tokenizer is not None else None
    if tokenizer is None or chosen is None:
        return None
    made = {} if tokenizer.tokens and not tokenizer.partial else invented(chosen.source)
    made = {name: token for name, token in made.items() if not tokenizer.token(name)}
    own = tokenizer.template(chosen)
    bos, eos = made.get("bos_token", own.bos_token), made.get("eos_token", own.eos_token)
    dated = replace(own, bos_token=bos, eos_token=eos, now=TODAY)
    special, added = frozenset(tokenizer.special_tokens), tokenizer.added_tokens
    known = frozenset(added) if added is not None else None
    return TrainingSide(
        relative(chosen.path, root),
        chosen.line,
        dated,
        special,
        known,
        made,
        named=tokenizer.named,
        learns_eos=tokenizer.learns_eos,
        vocabulary=tokenizer.vocabulary,
    )


def of_model_file(path: Path, gguf: GGUF) -> TrainingTemplate | None:
    """The training template by a model file's own metadata; None if it has none."""
    named = {f"{name}_token": gguf.token(name) or "" for name in ("bos", "eos")}
    return gguf_training_template(path, gguf.named_templates, named, gguf.control_tokens)


def with_tokens(template: TrainingTemplate, own: TrainingTemplate) -> TrainingTemplate:
    """A chat template's file that names no special tokens, with those of the model file."""
    return replace(template, tokens=own.tokens, special_tokens=own.special_tokens)


def added_bos(tokenizer: TrainingTemplate, gguf: GGUF | None) -> str | None:
    """The token that the server's tokenizer puts before each prompt, empty if it adds none; None: not known."""
    if not tokenizer.tokens:
        return None
    told = gguf.add_bos if gguf is not None else None
    adds = tokenizer.adds_bos if told is None else told
    return "" if adds is False else tokenizer.token("bos_token")


def stock_beside(modelfile: Modelfile | None, gguf: GGUF | None, tokenizer: TrainingTemplate | None) -> Stock:
    """What Ollama takes of its own beside the model file that a Modelfile names."""
    if modelfile is None:
        return Stock(unknown="no Modelfile is there")
    if not is_file_reference(modelfile.base):
        return Stock(unknown="the base model brings its template")
    if gguf is not None:
        return stock_of(gguf.chat_template or "")
    chosen = tokenizer.chosen() if tokenizer is not None else None
    if chosen is None:
        return Stock(unknown=f"Ollama chooses one by the chat template in {modelfile.base}, which is not here")
    return stock_of(chosen.source)


def serving_side(file: DataFile, modelfile: Modelfile, stock: Substitution | None) -> ServingSide | None:
    """The server's side by a Modelfile; None if a built-in renderer writes the prompt, or the base model's template.

    Args:
        file: the Modelfile.
        modelfile: its content.
        stock: what Ollama takes of its own beside the model file, if that is known.

    Raises:
        TemplateError: if the template cannot be parsed.
    """
    history = modelfile.messages
    stops = modelfile.stops or (stock.stops if stock is not None else ())
    if modelfile.renderer is not None:
        return None
    if modelfile.template is not None:
        line = modelfile.given("template")[-1].line
        parsed = OllamaTemplate.parse(modelfile.template)
        return ServingSide(file.shown, line, parsed, "its TEMPLATE", modelfile.system, stops, history)
    if stock is None:
        return None  # the base model's own template stays, from 0.30 on a model file's, too
    origin = f"Ollama's stock template `{stock.name}`"
    return ServingSide(file.shown, None, OllamaTemplate.parse(stock.template), origin, modelfile.system, stops, history)
