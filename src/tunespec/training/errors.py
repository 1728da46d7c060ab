"""What cannot be read of a training run."""

from __future__ import annotations


class TrainingError(ValueError):
    """A training configuration cannot be read: its text is a message for the user."""
