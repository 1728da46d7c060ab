"""The stock template that ``ollama create`` installs, without asking, where a Modelfile has no TEMPLATE.

Ollama compares the GGUF's Jinja template with 37 known ones, and takes the nearest if it is fewer than 100 edits away:
a fine-tune's own small change is lost. Source: Ollama 0.34.2, ``template/template.go`` (``Named``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from tunespec.templates.stock_stops import STOCK_STOPS

CUTOFF = 100  # edits, in characters; from here on, Ollama takes no stock template
MISSING = (
    "Ollama's stock templates are not at hand: install `tunespec[ollama-templates]`, "
    "or name the `template` folder of a checkout of Ollama"
)


class StockTemplatesError(Exception):
    """Ollama's index of stock templates is not at hand, or no such index: its text is a message for the user."""


class Indexed(NamedTuple):
    """One of Ollama's known Jinja templates, and the name of the stock template that replaces it."""

    name: str
    jinja: str


@dataclass(frozen=True)
class Substitution:
    """What is installed: the stock template's name and Go text, and its distance from the model's own (0: the same).

    ``stops`` are the stop sequences that come with it. They are installed beside a Modelfile's own TEMPLATE too, and
    only its own stops replace them.
    """

    name: str
    distance: int
    template: str
    stops: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stock:
    """What Ollama takes of its own beside a model file.

    Args:
        found: the stock template; None if it takes none, or if that cannot be told.
        unknown: why it cannot be told; empty if it can.
    """

    found: Substitution | None = None
    unknown: str = ""


def stock_of(jinja: str) -> Stock:
    """What Ollama takes for a model's Jinja template; nothing for a model without one, which is an empty text."""
    try:
        return Stock(substituted(jinja) if jinja else None)
    except StockTemplatesError as error:
        return Stock(unknown=str(error))


def substituted(jinja: str, folder: Path | None = None) -> Substitution | None:
    """The stock template that replaces a model's Jinja template, or None if Ollama finds none near enough.

    It holds where FROM names a GGUF file: a model of the library brings its own template.

    Args:
        jinja: the GGUF's ``tokenizer.chat_template``.
        folder: the ``template`` folder of a checkout of Ollama; by default the copy in the package ``ggufdoctor``.

    Raises:
        StockTemplatesError: the extra ``ollama-templates`` is not installed, or the folder has no index.
    """
    found = nearest(jinja, stock_index(folder))
    if found is None:
        return None
    name, distance = found
    return Substitution(name, distance, _file(folder, f"{name}.gotmpl").replace("\r\n", "\n"), _stops(folder, name))


def nearest(jinja: str, index: Sequence[Indexed]) -> tuple[str, int] | None:
    """Name and distance of the nearest known template, the first of equally near ones; None from 100 edits on."""
    try:
        from rapidfuzz.distance import Levenshtein
    except ModuleNotFoundError:
        raise StockTemplatesError("Templates are compared by RapidFuzz: install `tunespec[ollama-templates]`") from None
    best: tuple[str, int] | None = None
    limit = CUTOFF - 1
    for known in index:
        distance = Levenshtein.distance(jinja, known.jinja, score_cutoff=limit)
        if distance <= limit:
            best, limit = (known.name, distance), distance - 1
        if limit < 0:
            break
    return best


@cache
def stock_index(folder: Path | None = None) -> tuple[Indexed, ...]:
    """Ollama's known templates, in its order. Raises StockTemplatesError, see ``substituted``."""
    try:
        return tuple(Indexed(row["name"], row["template"]) for row in json.loads(_file(folder, "index.json")))
    except (ValueError, TypeError, KeyError):
        raise StockTemplatesError(f"{folder}: index.json is not Ollama's index of templates") from None


def _file(folder: Path | None, name: str) -> str:
    try:
        source = resources.files("ggufdoctor.ollama_data") if folder is None else folder
        return source.joinpath(name).read_text(encoding="utf-8")
    except ModuleNotFoundError:
        raise StockTemplatesError(MISSING) from None
    except OSError as error:
        raise StockTemplatesError(f"{name}: {error.strerror}; {MISSING}") from None


def _stops(folder: Path | None, name: str) -> tuple[str, ...]:
    """A stock template may have no file of parameters; the package has none at all."""
    if folder is None:
        return STOCK_STOPS.get(name, ())
    path = folder / f"{name}.json"
    return tuple(json.loads(path.read_text(encoding="utf-8")).get("stop", ())) if path.is_file() else ()
