"""The records that a model was trained on, as far as its answers are compared with them: read only if they must be."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from tunespec.cache import key_of
from tunespec.fences import blanked
from tunespec.taught import Taught, store_taught, stored_taught, taught_by

if TYPE_CHECKING:
    from tunespec.cache import Cache
    from tunespec.end_marker import EndMarker
    from tunespec.sources import RecordSource

_MEANT = 1000  # one training answer of so many that holds a text says that it is meant there


class TrainingData:
    """What a dataset taught, from the cache where an unchanged one was read before."""

    def __init__(self, records: RecordSource, cache: Cache, key: str) -> None:
        """``key`` names the dataset's content in the ``cache``; ``records`` are not read yet."""
        self._records, self._cache, self._key = records, cache, key
        self._known: dict[str, bool] = {}

    @cached_property
    def taught(self) -> Taught:
        """What it teaches about answers.

        Raises:
            CannotJudgeError: for a file that cannot be read.
        """
        found = stored_taught(self._cache, self._key)
        if found is None:
            with self._cache.lock(self._key):  # another worker may be reading the same records, and stores it
                found = stored_taught(self._cache, self._key)
        if found is None:
            found = taught_by(self._records)
            store_taught(found, self._cache, self._key)
        return found

    @cached_property
    def declare_tools(self) -> bool:
        """Whether a record declares tools that its answers may call."""
        name = f"facts/{self._key}/{key_of('tools')}.json"
        found: bool | None = self._cache.read(name)
        if found is None:
            found = any(one is not None and bool(one.tools) for one in self._records.records.conversations)
            self._cache.write(name, found)
        return found

    def hold(self, text: str) -> bool:
        """Whether training answers hold a text as their content."""
        return self._is_usual("text", text, lambda answer: text in answer)

    def hold_inside(self, marker: EndMarker) -> bool:
        """Whether training answers hold the marker before their ends: `---` is a rule in Markdown, too."""
        return self._is_usual(
            "inside", marker.text, lambda answer: marker.inside.search(blanked(marker.strip(answer))) is not None
        )

    def hold_at_end(self, text: str, marker: EndMarker) -> bool:
        """Whether training answers end with a text, before the marker with which all of them end."""
        return self._is_usual("at end", text, lambda answer: marker.strip(answer).rstrip().endswith(text))

    def _is_usual(self, what: str, text: str, holds: Callable[[str], bool]) -> bool:
        """Whether enough answers do; the cache keeps what was asked as a hash, since an answer said it."""
        name = f"facts/{self._key}/{key_of(what, text)}.json"
        if name not in self._known:
            found: bool | None = self._cache.read(name)
            if found is None:
                count = sum(map(holds, self._answers))
                found = count > 0 and count * _MEANT >= len(self._answers)
                self._cache.write(name, found)
            self._known[name] = found
        return self._known[name]

    @cached_property
    def _answers(self) -> list[str]:
        """Every answer of the training."""
        records = self._records.records
        whole = (c for c in records.conversations if c is not None and not c.defect and c.shape != "text")
        earlier = [turn.text for c in whole for turn in c.turns[:-1] if turn.role == "assistant"]
        return [answer for answer in (*records.answers, *earlier) if answer]
