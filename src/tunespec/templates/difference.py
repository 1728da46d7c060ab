"""The first difference between what a model was trained on and what it is asked, with its kind and its place.

The texts are cut at the contents of the messages, which are known: what stands between them is the template's own
(header before system, between system and user, generation prompt), so a difference has a place without any guessing.
"""

from __future__ import annotations

from dataclasses import dataclass

from tunespec.templates.case import Case
from tunespec.templates.causes import cause_of
from tunespec.templates.compared import Pair, common_start
from tunespec.templates.segments import segmented
from tunespec.templates.side_by_side import side_by_side, sides

KINDS = (
    "bos_doubled",
    "whitespace_differs",
    "no_value",
    "system_lost",
    "system_moved",
    "system_injected",
    "history_differs",
    "generation_prompt_differs",
    "tools_differ",
    "date_differs",
    "turn_header_differs",
    "content_differs",
)


@dataclass(frozen=True)
class Difference:
    """How two renderings of one conversation differ.

    Args:
        kind: one of ``KINDS``.
        at: the offset of the first character that differs, in the trained text and in the asked one.
        message: one sentence that says what differs and where.
        shown: both sides around the cause, with visible whitespace and carets below.
    """

    kind: str
    at: tuple[int, int]
    message: str
    shown: str


def difference(trained: str, asked: str, case: Case) -> Difference | None:
    """What tells two renderings of a conversation apart; None if they are equal.

    ``trained`` may begin with the BOS token, since the tokenizer adds it to ``asked``.
    """
    said = trained.removeprefix(case.bos)
    if said == asked:
        return None
    offset, same = len(trained) - len(said), common_start(said, asked)
    pair = Pair(*sides(segmented(said, case), segmented(asked, case), case), case)
    cause = cause_of(pair)
    (here, here_end), (there, there_end) = cause.piece.trained, cause.piece.asked
    within = common_start(said[here:here_end], asked[there:there_end])
    length = max(here_end - here, there_end - there) - within
    shown = side_by_side(pair.trained, pair.asked, (here + within, there + within), length)
    return Difference(cause.kind, (offset + same, same), cause.message, shown)
