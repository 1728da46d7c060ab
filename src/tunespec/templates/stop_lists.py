"""The lists of stop sequences that count when a model answers: the Modelfile's, or the request's instead of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tunespec.templates.end_texts import stopping
from tunespec.templates.meant import altered_lines, meant_text
from tunespec.templates.modelfile import is_file_reference
from tunespec.templates.source import TemplateSource
from tunespec.templates.stock_stops import STOCK_STOPS


class Stop(NamedTuple):
    """One stop sequence, and where it is written; ``altered`` if Ollama takes another text than that."""

    text: str
    path: str
    line: int | None
    altered: bool = False


class StopList(NamedTuple):
    """Stop sequences that count together, and the file that makes them count; ``asked`` if that is a request.

    ``unsure`` if that request may ask another model. ``library``: of a program that no Ollama server hears.
    """

    path: str
    line: int | None
    stops: tuple[Stop, ...]
    asked: bool
    unsure: bool = False
    library: bool = False

    @property
    def texts(self) -> list[str]:
        """The sequences alone."""
        return [stop.text for stop in self.stops]

    def means(self, end: str) -> bool:
        """Whether one of its altered sequences is meant to be this end of answers: that is a finding of its own."""
        return any(end in meant_text(stop.text) for stop in self.stops if stop.altered)

    @property
    def doubt(self) -> str:
        """What a message adds where the request may ask another model."""
        return ", if it asks this model" if self.unsure else ""

    @property
    def words(self) -> str:
        """The list for a message."""
        return ", ".join(f"`{text}`" for text in self.texts) or "none"


def stop_lists(source: TemplateSource) -> list[StopList]:
    """Every list that is written, and the one that a Modelfile without stops inherits if that is known to be."""
    found = [served] if (served := served_stops(source)) is not None else []
    for file, request in source.requests:
        if request.stops is not None:
            line = request.line_of("stop", file.path)
            stops = tuple(Stop(text, file.shown, line) for text in request.stops)
            found.append(StopList(file.shown, line, stops, asked=True, unsure=request.unsure))
    return found


def served_stops(source: TemplateSource) -> StopList | None:
    """The list that counts unless a request brings its own; None if it is the base model's, which is not known."""
    if source.modelfile is None:
        return None
    path = source.pair.of("modelfile")[0].shown
    given = source.modelfile.given("stop")
    if given:
        altered = altered_lines(source.modelfile)
        own = tuple(Stop(stop.value, path, stop.line, stop.line in altered) for stop in given)
        return StopList(path, given[0].line, own, asked=False)
    line = source.modelfile.given("model")[-1].line
    if source.stock.unknown:
        return None
    inherited = source.stock.found.stops if source.stock.found is not None else ()
    return StopList(path, line, tuple(Stop(text, path, line) for text in inherited), asked=False)


def why_unasked(lists: Sequence[StopList]) -> str:
    """Why no list surely counts for a model, where no Modelfile and no sure request gives one."""
    if lists:
        return "only requests that may ask another model give stop sequences"
    return "no Modelfile and no request gives this model stop sequences"


def may_inherit(source: TemplateSource, end: str) -> bool:
    """Whether a Modelfile whose list is not known may inherit a stop for an end of answers."""
    modelfile = source.modelfile
    if modelfile is None or not is_file_reference(modelfile.base):
        return True  # a model of the library brings a list of its own
    return any(stopping(stops, end) for stops in STOCK_STOPS.values())
