"""The kinds of edge case that the user's own probes name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tunespec.subjects import DataFile


def probe_cases(files: Sequence[DataFile]) -> Counter[str]:
    """How many probes name each kind as their ``case``; ``plain`` is what names none.

    A line that is no probe counts for nothing: whoever asks a model with the file is told.

    Raises:
        CannotJudgeError: for a file that cannot be read as a whole.
    """
    from tunespec.reading import read

    rows = [row.data for file in files for row in read(file.path, file.format)]
    return Counter(str(data.get("case", "plain")) for data in rows if data is not None)
