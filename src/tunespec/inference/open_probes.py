"""T002 on probes: does each of the user's own ask for something definite?"""

from __future__ import annotations

from tunespec.facts.open_prompts import KINDS, open_prompt_facts
from tunespec.inference.source import AnswerSource
from tunespec.subjects import Recording
from tunespec.templates.rows import Rows

# Kinds of edge case that are open on purpose.
_MEANT = frozenset(("minimal", "ambiguous", "unanswerable", "adversarial"))


def open_probe_facts(source: AnswerSource, rows: Rows) -> None:
    """``no_request``, ``boundless_request`` and ``mostly_open`` of the user's own probes."""
    from tunespec.passages import make_passages

    if isinstance(source.subject, Recording):
        rows.skip(KINDS, "recorded outputs are no probes: their prompts are whatever was asked")
        return
    judged = tuple(row for row, one in enumerate(source.answered) if one.own and one.case not in _MEANT)
    if not judged:
        rows.skip(KINDS, "no probe of your own was asked (--probes FILE): those of the specification are not judged")
        return
    records = source.texts_of(judged).records
    form = float(source.setting("T002", "form"))
    for fact in open_prompt_facts(records, make_passages(records, None), form):
        rows.take(fact, judged)
