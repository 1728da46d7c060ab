"""Training logs of every framework in one shape: the rows that were logged, and what the log says of its run."""

from __future__ import annotations

from tunespec.training.logs.log import EarlyStopping, Log, LogError, Logged
from tunespec.training.logs.read import FORMATS, read_log
from tunespec.training.logs.recognise import recognise_log

__all__ = ["FORMATS", "EarlyStopping", "Log", "LogError", "Logged", "read_log", "recognise_log"]
