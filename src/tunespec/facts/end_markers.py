"""D001's facts: does every answer end, and end in one way?"""

from __future__ import annotations

from tunespec.end_marker import EndMarker
from tunespec.facts import Fact, not_applicable
from tunespec.findings import Mark
from tunespec.profile import Profile
from tunespec.records import Records

_NO_MARKER = "the answers share no end marker, and none is configured"


def end_marker_facts(records: Records, profile: Profile) -> list[Fact]:
    """Every fact of D001."""
    marker = profile.end_marker
    if marker is None:
        return [not_applicable("missing_end_marker", _NO_MARKER)]
    return [_missing(records, marker)]


def _missing(records: Records, marker: EndMarker) -> Fact:
    marks: dict[int, Mark] = {}
    examined = 0
    for row, (answer, conversation) in enumerate(zip(records.answers, records.conversations, strict=True)):
        if conversation is None or conversation.defect or not answer.strip():
            continue
        examined += 1
        if marker.lookalike.search(answer) is None:
            marks[row] = Mark(f"lacks the end marker `{marker.text}`")
    return Fact("missing_end_marker", marks, examined)
