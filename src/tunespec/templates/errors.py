"""The one error of a template that cannot be parsed or rendered."""

from __future__ import annotations


class TemplateError(ValueError):
    """A template cannot be parsed or rendered: ``message`` says why, ``line`` (from 1) where, if that is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        """The text of the error is the message, after its line."""
        super().__init__(message if line is None else f"line {line}: {message}")
        self.message = message
        self.line = line

    def located(self, line: int, context: str = "") -> TemplateError:
        """The same error with its place, unless a place nearer to the fault is known already."""
        if self.line is not None:
            return self
        return TemplateError(f"at <{context}>: {self.message}" if context else self.message, line)
