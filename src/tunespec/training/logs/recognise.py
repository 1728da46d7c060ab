"""Which format a file of logs has, told from its name and its head: cheap enough to ask of every file of a project."""

from __future__ import annotations

import re
from pathlib import Path

from tunespec.reading.source import extension
from tunespec.training.logs import console, mlx, torchtune
from tunespec.training.logs.json_lines import parsed
from tunespec.training.logs.log import LogError
from tunespec.training.logs.names import number
from tunespec.training.logs.results import results_of
from tunespec.training.logs.texts import bytes_of, decoded, without_colours

_HEAD = 1 << 17  # bytes
_SEARCHED = 1 << 22  # bytes of a text in which a row is looked for: loading and tokenising print much before the first
_TEXTS = {".log", ".txt", ".out", ".err", ""}
_STATE = re.compile(r'"(?:log_history|is_world_process_zero)"\s*:')
_LINES_READ = 20
_LOSSES = ("loss", "eval_loss", "val_loss", "train_loss")


def recognise_log(path: Path) -> str | None:
    """A key of ``FORMATS``, or None for a file that is no training log or cannot be opened."""
    if ".tfevents." in path.name:
        return "tensorboard"
    suffix = extension(path)
    try:
        head = bytes_of(path, _HEAD)
        if suffix == ".json":
            return _of_json(head)
        if suffix == ".jsonl":
            return _of_lines(head)
        if suffix not in _TEXTS or b"\0\0" in head[:64]:
            return None
        return _of_text(decoded(head)) or (_of_text(decoded(bytes_of(path, _SEARCHED))) if len(head) == _HEAD else None)
    except LogError:
        return None


def _of_json(head: bytes) -> str | None:
    text = decoded(head)
    if not text.lstrip().startswith("{"):
        return None
    if _STATE.search(text):
        return "trainer_state"
    return "results" if results_of(text) else None


def _of_lines(head: bytes) -> str | None:
    for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n", _LINES_READ)[:_LINES_READ]:
        row = parsed(line) or {}
        if "current_steps" in row and "total_steps" in row:
            return "llamafactory"
        if number(row.get("step")) is None or not any(number(row.get(name)) is not None for name in _LOSSES):
            continue
        return "mistral" if {"percent_done", "perplexity"} & row.keys() else "torchtune_jsonl"
    return None


def _of_text(text: str) -> str | None:
    text = without_colours(text)
    if (found := torchtune.LINE.search(text)) and "loss:" in found[2]:
        return "torchtune"
    if mlx.HEADER.search(text) or ((row := mlx.ROW.search(text)) and row["old"]):
        return "mlx"
    return "console" if console.ROW.search(text) else None
