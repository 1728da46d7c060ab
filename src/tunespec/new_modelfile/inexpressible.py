"""What a TEMPLATE in Go cannot say of a training template."""

from __future__ import annotations

from tunespec.errors import CannotJudgeError


class InexpressibleError(CannotJudgeError):
    """The training template writes what no TEMPLATE can write: the text is a sentence for the user."""
