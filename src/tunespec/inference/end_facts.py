"""T001's live facts: does the server hear the end of an answer?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tunespec.inference.answered import Answered, Served
from tunespec.inference.shown import Shown
from tunespec.inference.trim_facts import NO_END, behind, is_unheard
from tunespec.templates.end_texts import in_line

if TYPE_CHECKING:
    from tunespec.inference.source import AnswerSource
    from tunespec.templates.rows import Rows

_FACTS = ("unheard_end", "unheard_stop")


def end_facts(source: AnswerSource, rows: Rows) -> None:
    """The facts about ends, for each answer of a served model."""
    served = source.served
    if served is None or served.stops is None:
        why = "recorded outputs do not say" if served is None else f"{served.server} does not say"
        rows.skip(_FACTS, f"{why} which stop sequences counted")
        return
    for row, (answered, shown) in enumerate(zip(source.answered, source.shown, strict=True)):
        if source.surroundings.ends:
            rows.examine("unheard_end")
            if shown is not None and is_unheard(shown, served):
                rows.mark("unheard_end", row, _unheard(shown, answered, served))
        if served.stops:
            rows.examine("unheard_stop")
            if (stop := _missed(shown, answered, served)) is not None:
                at = answered.reply.text.index(stop)
                said = f"the stop sequence `{in_line(stop)}` stands in the answer after {at:,} characters"
                rows.mark("unheard_stop", row, f"{said}, and did not end it")
    rows.skip(["unheard_end"], source.because(NO_END, "template", "dataset"))
    rows.skip(["unheard_stop"], "the model has no stop sequence")


def _unheard(shown: Shown, answered: Answered, served: Served) -> str:
    assert shown.end is not None
    rest = behind(shown, answered.reply.text)
    more = f"stands in the answer, and {len(rest):,} characters behind it" if rest else "ends the answer for all to see"
    stops = ", ".join(f"`{in_line(stop)}`" for stop in served.stops or ())
    why = f"it is none of the stop sequences ({stops})" if stops else "the model has no stop sequence"
    return f"`{in_line(shown.end.marker)}`, {shown.end.who}, {more}: {why}"


def _missed(shown: Shown | None, answered: Answered, served: Served) -> str | None:
    """A stop sequence in the answer; one in the end of the answer is I002's."""
    whole = shown.end.whole if shown is not None and shown.end is not None else ""
    stops = [stop for stop in served.stops or () if stop.strip()]
    return next((stop for stop in stops if stop in answered.reply.text and stop not in whole), None)
