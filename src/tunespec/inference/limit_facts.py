"""Answers and their limit: does one end, where, and by whose word."""

from __future__ import annotations

from tunespec.inference.answered import Answered, Reply, Served
from tunespec.inference.source import AnswerSource
from tunespec.templates.rows import Rows

_CUT = ("cut_at_limit", "mostly_cut")
_LEAST, _MOST = 3, 0.5  # a model that does not end half of its answers does not end; two may be chance
_REPEATED = 30  # equal pieces: Ollama's guard before 0.34 (llm/server.go); later ones wait for 100 equal tokens
_LIVE = ("endless_answer", "unended_answer", "limit_not_kept", "aborted_answer")


def limit_facts(source: AnswerSource, rows: Rows) -> None:
    """The facts about limits, for each answer of which they can be told."""
    served = source.served
    ended = [row for row, one in enumerate(source.answered) if one.reply.reason is not None and not one.runaway]
    cut = [row for row in ended if source.answered[row].reply.reason == "length"]
    for row, answered in enumerate(source.answered):
        if served is not None:
            _live(answered, served, rows, row)
        elif answered.reply.ended is not None:
            _of_recording(answered.reply, rows, row)
    rows.examine(*_CUT, rows=len(ended))
    if len(cut) >= _LEAST and len(cut) > _MOST * len(ended):
        rows.mark("mostly_cut", cut[0], f"the limit ended {len(cut)} of {len(ended)} answers, the model did not")
    else:
        for row in cut:
            rows.mark("cut_at_limit", row, _cut(source.answered[row]))
    if served is None:
        rows.skip(_LIVE, "recorded outputs do not say what their server was told")
        rows.skip(_CUT, "the recorded outputs do not say why they ended (done_reason, finish_reason)")
    rows.skip(["unended_answer"], "every answer is meant to have no end")
    rows.skip(_CUT, "no answer came to an end, of those that are meant to have one")


def _live(answered: Answered, served: Served, rows: Rows, row: int) -> None:
    reply = answered.reply
    rows.examine("endless_answer", "aborted_answer")
    if reply.ended == "broken":
        rows.mark("aborted_answer", row, _broken(reply, served))
    if served.limit is None:
        _without_limit(reply, served, rows, row)
        return
    rows.examine("limit_not_kept", *["unended_answer"] * (not answered.runaway))
    written = reply.streamed if reply.abandoned else reply.tokens
    if written is not None and written > served.limit:
        rows.mark("limit_not_kept", row, f"{written:,} tokens, where the limit is {served.limit:,}")
    elif reply.abandoned and not answered.runaway:
        said = f"no end after {_streamed(reply)}, and the limit is {served.limit:,} tokens; we hung up"
        rows.mark("unended_answer", row, said)


def _of_recording(reply: Reply, rows: Rows, row: int) -> None:
    """Of an answer that some other tool wrote down with how it ended."""
    rows.examine("aborted_answer")
    if reply.ended == "broken":
        said = f"the answer is cut off after {len(reply.text):,} characters: what was written down has no end of it"
        rows.mark("aborted_answer", row, said)


def _without_limit(reply: Reply, served: Served, rows: Rows, row: int) -> None:
    known = served.kind != "openai"
    says = "no limit is set" if known else "neither server nor `max_tokens` says a limit"
    rows.skip(["limit_not_kept"], f"{served.server} does not say which limit the model has, or it has none")
    rows.skip(["unended_answer"], "an answer without an end is an endless one where no limit is known")
    if reply.abandoned:
        rows.mark("endless_answer", row, f"no end after {_streamed(reply)}, and {says}; we hung up")


def _broken(reply: Reply, served: Served) -> str:
    """Ollama alone has a guard against repetition: it compares pieces without their blanks."""
    latest = {piece.strip() for piece in reply.pieces[-_REPEATED:]}
    repeats = served.kind == "ollama" and len(reply.pieces) >= _REPEATED and len(latest) == 1
    why = ": it does that when one piece repeats" if repeats else ", before the model ended it"
    return f"the server broke the answer off after {_streamed(reply)}{why}"


def _streamed(reply: Reply) -> str:
    """How much of an answer came."""
    pieces = "piece" if (reply.thoughts or len(reply.pieces)) == 1 else "pieces"
    if not reply.thoughts:
        return f"{len(reply.pieces):,} {pieces}"
    text = f" and {len(reply.pieces):,} of text" if reply.pieces else ""
    return f"{reply.thoughts:,} {pieces} of thought{text}"


def _cut(answered: Answered) -> str:
    count = f" after {answered.reply.tokens:,} tokens" if answered.reply.tokens is not None else ""
    return f"the limit ended the answer{count}, the model did not"
