"""The text of a chat template that a training configuration names: in the framework's package, where it is at hand.

The package is read and never run: as it is installed here, in the project's own environment, or in a checkout beside
the project. Nothing of it is copied into tunespec.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from tunespec.templates.errors import TemplateError
from tunespec.templates.llamafactory import Registered, registered
from tunespec.templates.llamafactory_jinja import jinja_of
from tunespec.templates.recipe import AXOLOTL, FRAMEWORKS, IN_JINJA, OR_ELSE, Recipe
from tunespec.templates.training_side import DEFAULT, NamedSource, TrainingTemplate

_REGISTRY = Path("data", "template.py")
_TEMPLATES = Path("utils", "chat_templates", "templates")
_CHECKOUTS = {"llamafactory": ("LLaMA-Factory", "LlamaFactory", "llama-factory"), "axolotl": ("axolotl",)}
_ENVIRONMENTS = (".venv", "venv", "env")
_LARGEST = 8 << 20  # bytes of a file that is read


def file_of(recipe: Recipe, root: Path) -> Path | None:
    """The file that holds the text of the template; None if the framework is not at hand, or has no such file.

    Args:
        recipe: what names the template.
        root: the project's folder.
    """
    if recipe.name == IN_JINJA:
        return _jinja_file(recipe)
    (package,) = (package for package, name in FRAMEWORKS.items() if name == recipe.framework)
    own = _TEMPLATES / f"{recipe.name.removeprefix(OR_ELSE)}.jinja" if recipe.framework == AXOLOTL else _REGISTRY
    return next((folder / own for folder in _folders(package, root) if (folder / own).is_file()), None)


def template_of(recipe: Recipe, root: Path, tokenizer: TrainingTemplate | None) -> TrainingTemplate | None:
    """The template that a training configuration names, with the tokenizer's tokens and its own.

    Args:
        recipe: what names the template.
        root: the project's folder.
        tokenizer: what the tokenizer's files say, if they are at hand.

    Returns:
        None where the tokenizer's own template is meant.

    Raises:
        TemplateError: if the text is not at hand, or cannot be read; it says what would help.
    """
    if recipe.name.startswith(OR_ELSE) and tokenizer is not None and tokenizer.sources:
        return None
    path = file_of(recipe, root)
    if recipe.framework == AXOLOTL:
        text = recipe.jinja if path is None and _is_jinja(recipe) else _text(path, recipe)
        return _told(recipe, text, tokenizer, dict(recipe.tokens))
    template = registered(_text(path, recipe), recipe.name)
    if template is None:
        raise TemplateError(f"{recipe.says} is none of those that the LLaMA-Factory at hand registers")
    return _of_llamafactory(recipe, template, tokenizer)


def _of_llamafactory(recipe: Recipe, template: Registered, tokenizer: TrainingTemplate | None) -> TrainingTemplate:
    """Its stop words become special tokens, the first one the EOS where it replaces that."""
    known = tokenizer is not None and bool(tokenizer.tokens)
    eos = template.eos(tokenizer.token("eos_token") if tokenizer is not None and known else None)
    text = jinja_of(template, default_system=recipe.default_system, thinking=recipe.thinking)
    found = _told(recipe, text, tokenizer, {"eos_token": eos} if eos else {})
    special = {*found.special_tokens, *template.stop_words, *([eos] if eos else [])}
    added = found.added_tokens
    return replace(
        found,
        special_tokens=tuple(sorted(special)),
        added_tokens=tuple(sorted(special | set(added))) if added is not None else None,
        learns_eos=template.efficient_eos,
    )


def _told(recipe: Recipe, text: str, tokenizer: TrainingTemplate | None, tokens: dict[str, str]) -> TrainingTemplate:
    """A template with the tokenizer's tokens, some of them replaced; without a tokenizer the others are not known."""
    source = NamedSource(DEFAULT, text, recipe.path, recipe.line)
    of_tokenizer = tokenizer if tokenizer is not None and tokenizer.tokens else None
    own = of_tokenizer or TrainingTemplate(recipe.path, (), partial=True)
    return replace(
        own,
        path=recipe.path,
        sources=(source,),
        tokens=tuple((dict(own.tokens) | tokens).items()),
        special_tokens=tuple(sorted({*own.special_tokens, *tokens.values()})),
        named=recipe.says,
    )


def _text(path: Path | None, recipe: Recipe) -> str:
    """The file's text; TemplateError where it is not at hand."""
    if path is None:
        package = next(package for package, name in FRAMEWORKS.items() if name == recipe.framework)
        helps = f"`pip install {package}` (it is read, not run), or give chat_template.jinja"
        raise TemplateError(f"the training configuration names {recipe.says}, whose text is not at hand: {helps}")
    try:
        if path.stat().st_size > _LARGEST:
            raise TemplateError(f"{path.name}, which holds {recipe.says}, is larger than a template")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path.name}, which holds {recipe.says}, cannot be read") from error


def _jinja_file(recipe: Recipe) -> Path | None:
    """The file that `chat_template_jinja` names, from the configuration's folder; None if it is the text itself."""
    if _is_jinja(recipe):
        return None
    path = recipe.path.parent / recipe.jinja
    return path if path.is_file() else None


def _is_jinja(recipe: Recipe) -> bool:
    return recipe.name == IN_JINJA and "{" in recipe.jinja


def _folders(package: str, root: Path) -> Iterator[Path]:
    """Where the package may lie: installed here, in the project's environment, in a checkout in or beside the project.

    The name of a package without a dot is looked up without running any of it.
    """
    for environment in _ENVIRONMENTS:
        yield from sorted((root / environment).glob(f"lib/python3*/site-packages/{package}"))
        yield root / environment / "Lib" / "site-packages" / package
    for folder in (root, root.parent):
        yield from (folder / checkout / "src" / package for checkout in _CHECKOUTS[package])
    yield root / "src" / package
    try:
        spec = find_spec(package)
    except (ImportError, ValueError, AttributeError):
        return
    yield from map(Path, spec.submodule_search_locations or [] if spec is not None else [])
