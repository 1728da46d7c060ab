"""What can go wrong between us and a server."""

from __future__ import annotations

from tunespec.errors import CannotJudgeError


class ServerError(CannotJudgeError):
    """The server could not be asked, or did not answer as its interface promises: one sentence for the user."""
