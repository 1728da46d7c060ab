"""Progress of long work: one line on a terminal's stderr, nothing anywhere else."""

from __future__ import annotations

import sys
import time

from tunespec.terminal import one_line

_QUIET = 1.0  # seconds before the first word: short work needs none


class Progress:
    """Call it with what is being done; it prints at most ten times a second, and only on a terminal."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._printed = 0.0

    def __call__(self, doing: str, count: int | None = None) -> None:
        """Say what is being done, with a count if one is known."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self._started < _QUIET or now - self._printed < 0.1:
            return
        self._printed = now
        sys.stderr.write(f"\r\x1b[2K{one_line(doing)}{f' ({count:,})' if count else ''}")
        sys.stderr.flush()

    def done(self) -> None:
        """Clear the line."""
        if self._printed:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
