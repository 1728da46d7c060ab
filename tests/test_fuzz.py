"""Any bytes under any name give exit 0, 1 or 2, and never a traceback."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.conftest import judge_folder, run_tunespec
from tunespec import CannotJudgeError

NAMES = ["a.jsonl", "a.json", "a.csv", "a.tsv", "a.parquet", "a.jsonl.gz", "a.json.zst", "train.jsonl"]
KEYS = ["messages", "conversations", "role", "from", "content", "value", "prompt", "completion", "text", "chosen"]
KEYS += ["rejected", "instruction", "input", "output", "history", "instances", "tools", "tool_calls", "segments"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
records = st.lists(st.dictionaries(st.sampled_from(KEYS), json_values, min_size=1, max_size=4), min_size=1, max_size=4)


def outcome(name: str, content: bytes) -> int:
    """The exit code; an exception other than the user's message fails the test."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        try:
            return judge_folder(Path(folder), paths=[name])[0]
        except CannotJudgeError:
            return 2


@given(st.sampled_from(NAMES), st.binary(max_size=300))
@settings(max_examples=150)
@example("a.jsonl", b"")
@example("a.jsonl", b"\xff\xfe{\x00}\x00")
@example("a.jsonl", b'\xef\xbb\xbf{"text": "a"}')
@example("a.json", b"[" * 100_000)
@example("a.json", b'[{"text": "a"}, {"text": ')
@example("a.json", b'{"text": "a"} trailing')
@example("a.csv", b'prompt,completion\n"never closed')
@example("a.csv", b"\0\0,\n\0")
@example("a.jsonl.gz", gzip.compress(b'{"text": "a"}')[:-6])
@example("a.parquet", b"PAR1 and not more")
@example("a.jsonl", b'{"text": "\\ud800"}')
@example("a.jsonl", b'{"text": 1e999}')
def test_any_bytes(name, content):
    assert outcome(name, content) in {0, 1, 2}


@given(st.sampled_from(["a.jsonl", "a.json"]), records)
@settings(max_examples=150)
def test_any_records(name, rows):
    lines = json.dumps(rows) if name == "a.json" else "\n".join(map(json.dumps, rows))
    assert outcome(name, lines.encode()) in {0, 1, 2}


@given(st.binary(min_size=1, max_size=60), st.integers(0, 200))
@settings(max_examples=60)
def test_damage_in_a_good_file_spares_the_rest(noise, position):
    good = [json.dumps({"prompt": f"What is item {n}?", "completion": f"It is a thing, {n}."}) for n in range(5)]
    text = "\n".join(good).encode()
    damaged = text[:position] + noise.replace(b"\n", b" ") + text[position:]
    assert outcome("train.jsonl", damaged) in {0, 1, 2}


@pytest.mark.parametrize("name", NAMES)
def test_the_command_prints_no_traceback(name, tmp_path):
    (tmp_path / name).write_bytes(b"\x00\x01\x02 not a file of any format \xff")
    result = run_tunespec("check", name, cwd=tmp_path)
    assert result.returncode in {1, 2}
    assert "Traceback" not in result.stdout + result.stderr
    assert name in result.stdout + result.stderr
