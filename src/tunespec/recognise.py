"""What a file with records holds: a dataset, probes or recorded outputs, or why it is none of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from tunespec.how_to_map import how_to_map
from tunespec.inference.event_lines import without_events
from tunespec.inference.probe import are_probes
from tunespec.inference.recorded import is_failure, is_recording
from tunespec.reading import Row, format_of, read
from tunespec.reading.source import EXTENSIONS, extension, read_bytes
from tunespec.review.judgement import is_review, is_sheet
from tunespec.shapes import Shapes
from tunespec.templates.artefacts import why_no_artefact

_SNIFFED = 50  # records looked at before a file is said not to be a dataset
_HEAD = 1 << 18  # bytes read for that
_LOG_KEYS = {"loss", "eval_loss", "current_steps", "train_loss"}
UNREAD_LOG = "a training log in a form that is not read (docs/training.md has those that are)"
_NOTHING = (
    "nothing that is judged; these are: datasets, recorded outputs and reviews "
    f"({', '.join(EXTENSIONS)}, also with .gz or .zst), templates and what serves a model (Modelfile, .jinja, "
    "tokenizer_config.json, .gguf, requests in .json, .py or .ipynb), training configurations (.yaml, .json, .py, "
    ".ipynb) and training logs (trainer_state.json, .jsonl, .log, .txt, tfevents)"
)


class Recognised(NamedTuple):
    """``format`` and ``kind`` (data, probes, outputs, reviews) of a file with records, or ``why`` it is none."""

    format: str
    why: str = ""
    kind: str = "data"


def recognise(path: Path, shapes: Shapes) -> Recognised:
    """What a file holds, by its name and its first records."""
    if why := why_no_artefact(path):
        return Recognised("", why)
    if extension(path) not in EXTENSIONS and extension(path) not in {".txt", ""}:
        return Recognised("", _NOTHING)
    format_ = format_of(path)
    rows = list(without_events(islice(_head_rows(path, format_), _SNIFFED)))
    if not rows:
        return Recognised("", "the file is empty: it holds no record")
    records = [row.data for row in rows if row.data is not None]
    if records:
        return _by_records(records, format_, shapes)
    why = f"no record could be read: {rows[0].defect}" if extension(path) == ".json" else ""
    return Recognised("" if why else format_, why)


def _by_records(records: Sequence[dict[str, Any]], format_: str, shapes: Shapes) -> Recognised:
    if are_probes(records):
        return Recognised(format_, kind="probes")
    if any(map(is_recording, records)) and all(is_recording(one) or is_failure(one) for one in records):
        return Recognised(format_, kind="outputs")
    if 2 * sum(map(is_review, records)) > len(records):  # some may be spoilt: that is what is judged
        return Recognised(format_, kind="reviews")
    if all(map(is_sheet, records)):
        return Recognised("", "a sheet of what is to be reviewed (tunespec review --sheet)")
    if any((conversation := shapes.convert(r)) is not None and not conversation.defect for r in records):
        return Recognised(format_)
    return Recognised("", _unknown(records, format_, shapes))


def _head_rows(path: Path, format_: str) -> Iterator[Row]:
    """Rows of the file's head; JSON arrays and tables are read from the head too, whose cut last row is dropped."""
    if format_ == "parquet":
        return read(path, format_)
    from tunespec.reading import csv_table, json_array, lines

    head = read_bytes(path, _HEAD)
    if len(head) == _HEAD and format_ != "json":
        whole_lines = head[: head.rfind(b"\n") + 1]
        head = whole_lines if whole_lines.count(b"\n") > 1 else read_bytes(path)
    if format_ == "json":
        rows = list(islice(json_array.read_json(head), _SNIFFED))
        if len(head) == _HEAD and rows[0].data is None:  # one record is longer than the head
            return json_array.read_json(read_bytes(path))
        return iter(rows)
    return csv_table.read_csv(head) if format_ in {"csv", "tsv"} else lines.read_jsonl(head)


def _unknown(records: Sequence[dict[str, Any]], format_: str, shapes: Shapes) -> str:
    record = records[0]
    conversation = shapes.convert(record)
    if conversation is not None and conversation.defect:
        return f"no record has a shape that a trainer could read: {conversation.defect}"
    keys = list(record)
    if len(_LOG_KEYS & set(keys)) > 0:
        return UNREAD_LOG
    if all(isinstance(value, dict) for value in record.values()) and len(keys) > 3:
        return "a registry or configuration, not a dataset"
    if not keys:
        return "its records are empty objects"
    return how_to_map(records, format_)
