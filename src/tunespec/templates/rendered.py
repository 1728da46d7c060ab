"""A conversation as a template writes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rendered:
    """The text, and the character spans ``(start, end)`` of it that stand inside ``{% generation %}``."""

    text: str
    trained: tuple[tuple[int, int], ...] = ()

    @property
    def marks_trained(self) -> bool:
        """Whether the template said of any text that it is trained."""
        return bool(self.trained)
