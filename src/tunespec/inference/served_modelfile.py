"""T003's fact of a live server: was its model created from the Modelfile that is at hand?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tunespec.findings import Place
from tunespec.inference.answered import Served
from tunespec.inference.source import AnswerSource
from tunespec.templates.compared import common_start
from tunespec.templates.end_texts import in_line
from tunespec.templates.modelfile import Modelfile, is_file_reference
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource

OTHER_MODELFILE = "other_modelfile"
_LIMITS = ("num_predict", "num_ctx")
_QUOTED = 24  # characters of a text that show where it differs


def served_modelfile_facts(source: AnswerSource, rows: Rows) -> None:
    """``other_modelfile``, once for the model: on its first answer."""
    served, template = source.served, source.template
    if served is None:
        rows.skip([OTHER_MODELFILE], "recorded outputs do not say how their model was created")
    elif served.kind != "ollama":
        rows.skip([OTHER_MODELFILE], f"{served.server} creates no model from a Modelfile")
    elif template is None or (modelfile := template.modelfile) is None:
        rows.skip([OTHER_MODELFILE], source.because("no Modelfile is at hand that could be read", "template"))
    elif source.answered:
        rows.examine(OTHER_MODELFILE)
        shown = template.pair.of("modelfile")[0].shown
        if differing := list(_differing(modelfile, template, served)):
            said = "; ".join(one.told(shown) for one in differing)
            rows.mark(OTHER_MODELFILE, 0, said, Place(shown, None, None, shown))


class Differing(NamedTuple):
    """Something that the server has otherwise than the Modelfile."""

    what: str
    has: str
    due: str

    def told(self, shown: str) -> str:
        """As a part of a sentence; ``shown`` is the Modelfile's path."""
        return f"{self.what} {self.has}, in {shown} {self.due}"


def _differing(modelfile: Modelfile, template: TemplateSource, served: Served) -> Iterator[Differing]:
    """Of what the Modelfile leaves out, a model file brings nothing, and a model of the library may bring anything."""
    is_bare = is_file_reference(modelfile.base)
    if modelfile.template is not None and modelfile.renderer is None and served.template is not None:
        yield from _text("template", served.template, modelfile.template)
    if modelfile.system is not None or is_bare:
        yield from _text("system message", served.system, modelfile.system or "")
    stops = _stops(modelfile, template)
    if stops is not None and served.own_stops is not None and set(served.own_stops) != set(stops):
        yield Differing("its stop sequences are", _quoted(served.own_stops), _quoted(stops))
    for name in _LIMITS:
        has, due = served.options.get(name), modelfile.parameters.get(name)
        if (due is not None or is_bare) and has != due:
            yield Differing(f"its `{name}` is", _number(has), _number(due))


def _text(what: str, has: str, due: str) -> Iterator[Differing]:
    if has != due:
        at = common_start(has, due)
        here, there = (f"`{in_line(text[at : at + _QUOTED])}`" if text[at:] else "nothing" for text in (has, due))
        yield Differing(f"its {what} has at character {at + 1:,}", here, there)


def _stops(modelfile: Modelfile, template: TemplateSource) -> tuple[str, ...] | None:
    """The stop sequences that ``ollama create`` gives the model; None if the base model may bring its own."""
    if modelfile.stops:
        return modelfile.stops
    if template.stock.unknown:
        return None
    return template.stock.found.stops if template.stock.found is not None else ()


def _quoted(stops: tuple[str, ...]) -> str:
    return ", ".join(f"`{in_line(stop)}`" for stop in stops) or "none"


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else "not set" if value is None else str(value)
