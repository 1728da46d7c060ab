"""Where the kinds of edge case stand that an evaluation set lacks: in its file, which could hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tunespec.cases.coverage import EVALUATION
from tunespec.cases.kinds import KINDS
from tunespec.findings import Place

if TYPE_CHECKING:
    from tunespec.subjects import DataFile


def case_places(description: Mapping[str, Any], probes: Sequence[DataFile]) -> list[Place]:
    """One place for each of ``KINDS``: the test split's file, else the validation split's, else the probe file.

    Args:
        description: the dataset's, as reports have it; its name stands for several files.
        probes: the user's own probe files.
    """
    by_split = {
        split: {file["path"] for file in description["files"] if file["split"] == split} for split in EVALUATION
    }
    paths = by_split["test"] or by_split["validation"] or {file.shown for file in probes}
    path = min(paths) if len(paths) == 1 else description["name"]
    return [Place(path, None, None, kind.case) for kind in KINDS]
