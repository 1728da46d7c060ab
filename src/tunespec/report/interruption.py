"""A run that its user stopped: what it did not get to."""

from __future__ import annotations

from collections.abc import Collection

_NAMED = 3


def interruption(missing: Collection[str], announced: int) -> str:
    """One sentence on what an interrupted run did not judge.

    Args:
        missing: the node ids of the tests that were announced and have no verdict; their brackets name the subject.
        announced: how many there are in all; 0 if the run was stopped before it knew.
    """
    if not announced:
        return "interrupted before the first test"
    if not missing:
        return "interrupted after the last test"
    names = {node.partition("[")[2].removesuffix("]") for node in missing}
    subjects = sorted(name for name in names if name and not name.startswith("no "))  # `no model`: there is none
    named = ", ".join(subjects[:_NAMED]) + (", ..." if subjects[_NAMED:] else "")
    return f"interrupted before {len(missing)} of {announced} tests had run" + (f" (on {named})" if named else "")
