"""I002's facts: is there anything in an answer that the user should not see?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tunespec.inference.answered import Answered, Reply, Served
from tunespec.inference.shown import Shown
from tunespec.special_tokens import shown_family
from tunespec.templates.end_texts import in_line, stopping
from tunespec.templates.stop_trained import common_prefix
from tunespec.trim import trim

if TYPE_CHECKING:
    from tunespec.inference.source import AnswerSource
    from tunespec.templates.rows import Rows

_ENDS = ("end_marker_shown", "text_after_end")
NO_END = "neither a template nor training data say how an answer ends"
_UNSTEADY = "the model is not deterministic"
_RECORDED = "recorded outputs were not asked again"


def trim_facts(source: AnswerSource, rows: Rows) -> None:
    """The facts about what is shown, for each answer."""
    served, ends = source.served, source.surroundings.ends
    for row, (answered, shown) in enumerate(zip(source.answered, source.shown, strict=True)):
        rows.examine("special_token_shown", "header_shown", *_ENDS * bool(ends))
        if shown is not None and not is_unheard(shown, served) and not _is_missed(shown, answered, served):
            rows.mark(*_marked(shown, row, answered.reply.text))
        if served is not None:
            _streamed(answered, rows, row)
            _trimmed(answered, served, source, rows, row)
    rows.skip(_ENDS, source.because(NO_END, "template", "dataset"))
    rows.skip(["stream_differs"], _RECORDED if served is None else "no probe was asked twice")
    rows.skip(["trim_differs"], _RECORDED if served is None else "no probe was asked with stop sequences off")


def is_unheard(shown: Shown, served: Served | None) -> bool:
    """Whether an answer shows its end since no stop sequence of the model hears it: that is T001's."""
    if shown.end is None or shown.what == "begun" or served is None or served.stops is None:
        return False
    return not stopping(served.stops, shown.end.whole)


def _is_missed(shown: Shown, answered: Answered, served: Served | None) -> bool:
    """Whether a turn goes on with a stop sequence that did not end it: that is T001's, too."""
    return shown.what == "turn" and served is not None and stopping(served.stops or (), answered.reply.text)


def behind(shown: Shown, answer: str) -> str:
    """What follows on something that is shown, without blanks and further ends."""
    rest = answer[shown.stop :].strip()
    return "" if rest == shown.text else rest


def _marked(shown: Shown, row: int, answer: str) -> tuple[str, int, str]:
    text, rest = in_line(shown.text), behind(shown, answer)
    follow = f", and {len(rest):,} characters follow" if rest else ""
    where = f"after {shown.start:,} characters" if answer[: shown.start].strip() else "at its beginning"
    if shown.what == "header":
        return "header_shown", row, f"the template's header `{text}` stands in the answer {where}{follow}"
    if shown.what == "turn":
        return "header_shown", row, f"the turn mark `{text}` stands in the answer {where}{follow}"
    if shown.what == "debris":
        return "special_token_shown", row, f"`{text}` (a tokenizer's own spelling) stands in the answer {where}{follow}"
    if shown.end is None:
        family = shown_family(shown.text)
        named = f"`{text}`{f' ({family})' if family else ''}"
        return "special_token_shown", row, f"{named} stands in the answer {where}{follow}"
    spelt = "" if shown.text == shown.end.marker else f" (as `{text}`)"
    said = f"`{in_line(shown.end.marker)}`{spelt}, {shown.end.who}"
    if shown.what == "begun":
        said = f"the beginning (`{text}`) of `{in_line(shown.end.marker)}`, {shown.end.who}"
    if rest:
        return "text_after_end", row, f"{len(rest):,} characters stand behind {said}"
    return "end_marker_shown", row, f"the answer ends with {said}"


def _streamed(answered: Answered, rows: Rows, row: int) -> None:
    """The same as a stream and in one piece, unless the model itself is not steady."""
    if answered.again is None:
        return
    streamed, whole = answered.reply.text, answered.again.text
    if answered.repeated is not None and answered.repeated.text != streamed:
        rows.skip(["stream_differs"], _UNSTEADY)
        return
    rows.examine("stream_differs")
    if streamed != whole and answered.repeated is not None:
        parts = len(common_prefix(streamed, whole))
        said = f"{len(streamed):,} characters, twice, and in one piece {len(whole):,}"
        rows.mark("stream_differs", row, f"the stream has {said}: they part after {parts:,}")


def _trimmed(answered: Answered, served: Served, source: AnswerSource, rows: Rows, row: int) -> None:
    """The raw text, cut at the stop sequences, is the answer; a stop sequence in the answer is T001's."""
    reply, raw = answered.reply, answered.raw
    if raw is None or not served.stops or reply.reason != "stop":
        return
    if source.deterministic is False:
        rows.skip(["trim_differs"], _UNSTEADY)
        return
    rows.examine("trim_differs")
    due = trim(raw.text, served.stops, raw.reason, engine="runner" if served.engine == "runner" else "llama-server")
    if due != reply.text and _is_same_answer(due, reply) and not stopping(served.stops, reply.text):
        what = f"the server sent {len(reply.text):,} characters"
        rows.mark("trim_differs", row, f"{what}; its raw text, cut at the stop sequences, has {len(due):,}")


def _is_same_answer(due: str, reply: Reply) -> bool:
    """Whether one of the two is cut off more, at either side; where they part earlier, the model said another thing."""
    due, sent = due.strip(), reply.text.strip()
    return due.startswith(sent) or sent.startswith(due)
