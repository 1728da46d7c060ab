"""Lines of recorded outputs that hold no answer."""

from __future__ import annotations

from tunespec.inference.source import AnswerSource
from tunespec.subjects import Recording
from tunespec.templates.rows import Rows


def unread_facts(source: AnswerSource, rows: Rows) -> None:
    """``unreadable``, with a row of its own behind the answers for each line that holds none."""
    if not isinstance(source.subject, Recording):
        rows.skip(["unreadable"], "the answers are the server's own, not read from a file")
        return
    rows.examine("unreadable", rows=len(source.answered) + len(source.unread))
    for line in source.unread:
        rows.mark("unreadable", rows.add_place(line.place), line.why)
