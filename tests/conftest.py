"""Fixtures: judging a folder as a user would, in this process, so that Great Expectations is imported once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tunespec.run import new_run_id
from tunespec.session import Options, Session

pytest_plugins = ["pytester", "tests.live.fixtures"]

settings.register_profile("tunespec", deadline=None, derandomize=True, max_examples=25)
settings.load_profile("tunespec")

Judge = Callable[..., tuple[int, dict[str, Any]]]
CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"


def judge_folder(folder: Path, paths: Sequence[str] = ("."), **options: Any) -> tuple[int, dict[str, Any]]:
    """Exit code and report of every pitfall over ``paths`` with ``folder`` as the working folder.

    With a configuration that names data, pass ``paths=()``.
    """
    before = Path.cwd()
    os.chdir(folder)
    try:
        if (folder / "tunespec.toml").exists() and "data =" in (folder / "tunespec.toml").read_text(encoding="utf-8"):
            paths = ()
        session = Session.from_options(
            start=folder, run_id=new_run_id(), options=Options(dataset=list(paths), **options)
        )
        asked = [
            (pitfall, subject, f"{pitfall.code}-{pitfall.name}-{pitfall.table}[{subject.name}]")
            for pitfall in session.config.catalogue.pitfalls
            for subject in session.subjects_of(pitfall)
        ]
        session.announce(asked)
        for pitfall, subject, node in asked:
            session.judge(pitfall, subject, node)
        code = session.finish()
        assert session.report is not None
        return code, session.report
    finally:
        os.chdir(before)


@pytest.fixture
def judge() -> Judge:
    """See ``judge_folder``."""
    return judge_folder


def run_tunespec(
    *arguments: str, cwd: Path, command: Sequence[str] = ("-m", "tunespec"), **environment: str
) -> subprocess.CompletedProcess[str]:
    """The real command in a process of its own."""
    return subprocess.run(
        [sys.executable, *command, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def write_jsonl(path: Path, records: Sequence[object]) -> Path:
    """Records as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")
    return path


def chat(prompt: str, answer: str, system: str | None = None) -> dict[str, Any]:
    """One record in OpenAI's shape."""
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return {"messages": [{"role": "system", "content": system}, *messages] if system else messages}


def tool_record(arguments: object, schema: object, **extra: Any) -> dict[str, Any]:
    """One record in OpenAI's shape with one call of a tool."""
    call = {"function": {"name": "weather", "arguments": arguments}, **extra}
    turns = [{"role": "user", "content": "What is the weather?"}, {"role": "assistant", "tool_calls": [call]}]
    tools = [{"type": "function", "function": {"name": "weather", "parameters": schema}}]
    return {"messages": turns, "tools": tools}
