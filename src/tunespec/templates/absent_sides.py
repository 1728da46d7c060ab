"""Why a side of a template pair is not there."""

from __future__ import annotations

from collections.abc import Mapping

from tunespec.subjects import TemplatePair
from tunespec.templates.auto_template import Stock
from tunespec.templates.modelfile import Modelfile, is_file_reference

NO_MODELFILE = "no Modelfile is there"
_NO_TEMPLATE = "no training template is there (chat template, tokenizer configuration)"
_OWN = "none of Ollama's own is near the model's, which Ollama renders itself from 0.30 on"


def why_no_training(pair: TemplatePair, problems: Mapping[str, tuple[str, int | None]], unnamed: str) -> str:
    """Why no training template is there.

    Args:
        pair: the files.
        problems: why a file could not be read, by its path as shown.
        unnamed: why the template that a training configuration names was not taken.
    """
    broken = (
        f"{file.shown}: {problems[file.shown][0]}" for file in pair.of("jinja", "tokenizer") if file.shown in problems
    )
    return next(broken, "") or pair.no_training or unnamed or _NO_TEMPLATE


def why_no_serving(modelfile: Modelfile | None, stock: Stock, problem: str) -> str:
    """Why a Modelfile gives no template; ``problem`` is why Ollama refuses it, empty if it does not."""
    if problem or modelfile is None:
        return problem or "the Modelfile cannot be read"
    if modelfile.renderer is not None:
        return f"Ollama's built-in renderer `{modelfile.renderer}` writes the prompt, not a template"
    if not is_file_reference(modelfile.base):
        return f"the Modelfile has no TEMPLATE, and which one `FROM {modelfile.base}` brings is not known"
    return f"the Modelfile has no TEMPLATE: {stock.unknown or _OWN}"
