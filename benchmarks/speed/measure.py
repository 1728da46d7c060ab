"""Wall time and summed peak memory of whole processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_INTERVAL = 0.05  # seconds between two looks at memory; each look costs the measured process some time


@dataclass(frozen=True)
class Cost:
    """Of some runs: median seconds, highest megabytes (resident, summed over the process and its children), and the
    median of the processor's seconds (user and system, of all of them).
    """

    seconds: float
    megabytes: float
    processor: float


def cost(command: Sequence[str], cwd: Path, runs: int, before: Sequence[Path] = ()) -> Cost:
    """Run a command several times.

    Args:
        command: arguments of this Python.
        cwd: its working folder.
        runs: how often.
        before: folders to remove before each run, so that each is cold.
    """
    results = []
    for _ in range(runs):
        for folder in before:
            subprocess.run(["rm", "-rf", str(folder)], check=True)
        results.append(_once([sys.executable, *command], cwd))
    return Cost(
        statistics.median(r.seconds for r in results),
        max(r.megabytes for r in results),
        statistics.median(r.processor for r in results),
    )


def _once(command: Sequence[str], cwd: Path) -> Cost:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started, before = time.perf_counter(), _processor()
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    _, errors = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode not in {0, 1}:
        raise RuntimeError(f"{' '.join(command)} exited {process.returncode}: {errors.decode(errors='replace')}")
    return Cost(seconds, peak[0] / 2**20, _processor() - before)


def _processor() -> float:
    """Seconds that this process's ended children, and theirs, have had of all cores."""
    times = os.times()
    return times.children_user + times.children_system


def _watch(pid: int, peak: list[int]) -> None:
    try:
        process = psutil.Process(pid)
        while True:
            family = [process, *process.children(recursive=True)]
            peak[0] = max(peak[0], sum(member.memory_info().rss for member in family))
            time.sleep(_INTERVAL)
    except psutil.NoSuchProcess:
        return
