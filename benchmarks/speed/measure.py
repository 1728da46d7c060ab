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
    """Median seconds and highest megabytes (resident, summed over the process and its children) of some runs."""

    seconds: float
    megabytes: float


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
    return Cost(statistics.median(r.seconds for r in results), max(r.megabytes for r in results))


def _once(command: Sequence[str], cwd: Path) -> Cost:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    _, errors = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode not in {0, 1}:
        raise RuntimeError(f"{' '.join(command)} exited {process.returncode}: {errors.decode(errors='replace')}")
    return Cost(seconds, peak[0] / 2**20)


def _watch(pid: int, peak: list[int]) -> None:
    try:
        process = psutil.Process(pid)
        while True:
            family = [process, *process.children(recursive=True)]
            peak[0] = max(peak[0], sum(member.memory_info().rss for member in family))
            time.sleep(_INTERVAL)
    except psutil.NoSuchProcess:
        return
