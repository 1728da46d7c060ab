"""Answers and their limit: does one end, where, and by whose word."""

from __future__ import annotations

from tunespec.inference.answered import Answered, Served
from tunespec.inference.source import AnswerSource
from tunespec.templates.rows import Rows

_FACTS = ("endless_answer", "limit_not_kept", "cut_at_limit", "aborted_answer")


def limit_facts(source: AnswerSource, rows: Rows) -> None:
    """The facts about limits, for each answer of which they can be told."""
    for row, answered in enumerate(source.answered):
        if source.served is not None:
            _live(answered, source.served, rows, row)
        if answered.reply.reason is not None and not answered.runaway:
            rows.examine("cut_at_limit")
            if answered.reply.reason == "length":
                rows.mark("cut_at_limit", row, _cut(answered))
    rows.skip(_FACTS[:2] + _FACTS[3:], "recorded outputs do not say what their server was told")
    rows.skip(_FACTS, "the recorded outputs do not say why they ended (done_reason, finish_reason)")


def _live(answered: Answered, served: Served, rows: Rows, row: int) -> None:
    reply = answered.reply
    rows.examine("endless_answer", "aborted_answer")
    if reply.abandoned and served.limit is None:
        rows.mark("endless_answer", row, f"no end after {len(reply.pieces):,} pieces, and no limit is set; we hung up")
    if reply.reason is None and not reply.abandoned:
        what = f"the server broke the answer off after {len(reply.pieces):,} pieces"
        rows.mark("aborted_answer", row, f"{what}: it does that when one piece repeats")
    if served.limit is None:
        rows.skip(["limit_not_kept"], f"{served.server} does not say which limit the model has, or it has none")
        return
    rows.examine("limit_not_kept")
    written = len(reply.pieces) if reply.abandoned else reply.tokens
    if written is not None and written > served.limit:
        rows.mark("limit_not_kept", row, f"{written:,} tokens, where the limit is {served.limit:,}")


def _cut(answered: Answered) -> str:
    count = f" after {answered.reply.tokens:,} tokens" if answered.reply.tokens is not None else ""
    return f"the limit ended the answer{count}, the model did not"
