"""One entrance to the readers of all formats."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tunespec.training.logs.console import read_console
from tunespec.training.logs.event_files import read_events
from tunespec.training.logs.json_lines import read_llamafactory, read_mistral, read_torchtune_jsonl
from tunespec.training.logs.log import Log, LogError
from tunespec.training.logs.mlx import read_mlx
from tunespec.training.logs.results import read_results
from tunespec.training.logs.texts import bytes_of, decoded, without_colours
from tunespec.training.logs.torchtune import read_torchtune
from tunespec.training.logs.trainer_state import read_trainer_state

# Format -> what it is called where the user reads it; in the order in which they are trusted: what says most is first.
FORMATS: Mapping[str, str] = {
    "trainer_state": "the Trainer's state",
    "llamafactory": "LLaMA-Factory's log",
    "torchtune_jsonl": "torchtune's log",
    "torchtune": "torchtune's log",
    "mlx": "mlx-lm's console",
    "mistral": "mistral-finetune's metrics",
    "tensorboard": "TensorBoard's events",
    "console": "the Trainer's console",
    "results": "final results",
}
_OF_BYTES = {
    "llamafactory": read_llamafactory,
    "torchtune_jsonl": read_torchtune_jsonl,
    "mistral": read_mistral,
}
_OF_TEXT = {
    "trainer_state": read_trainer_state,
    "torchtune": read_torchtune,
    "mlx": read_mlx,
    "console": read_console,
    "results": read_results,
}
_MISSING = {"trainer_state": "it holds no `log_history`", "results": "it is no JSON object with final results"}


def read_log(path: Path, format_: str) -> Log:
    """The log of a file in one of ``FORMATS``, as far as the file goes. Rows are in the order of the file.

    Raises:
        LogError: for a file that cannot be opened or does not hold this format, and where an extra is missing.
    """
    data = bytes_of(path)
    if format_ == "tensorboard":
        return read_events(data, str(path))
    if format_ in _OF_BYTES:
        return _OF_BYTES[format_](data)
    log = _OF_TEXT[format_](without_colours(decoded(data)))
    if log is None:
        raise LogError(f"{path}: {_MISSING[format_]}")
    return log
