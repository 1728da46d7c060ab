"""What another process has used: on Linux from `/proc`, elsewhere through psutil, which is a dependency there."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

if sys.platform == "win32":
    _TICK, _PAGE = 1, 1  # not asked for
else:
    _TICK, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


class Usage(NamedTuple):
    """Seconds of processor time, and MB of memory in use."""

    seconds: float
    megabytes: float


def usage(pid: int) -> Usage:
    """The usage of a running process; of one that has ended, nothing."""
    try:
        return _from_proc(pid) if sys.platform == "linux" else _from_psutil(pid)
    except (OSError, ValueError):
        return Usage(0.0, 0.0)


def _from_proc(pid: int) -> Usage:
    """Source: proc(5): fields 14 and 15 of `stat` are user and system time in ticks, field 2 of `statm` pages."""
    folder = Path("/proc") / str(pid)
    behind_name = (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    pages = (folder / "statm").read_text(encoding="ascii").split()[1]
    ticks = int(behind_name[11]) + int(behind_name[12])
    return Usage(ticks / _TICK, int(pages) * _PAGE / 2**20)


def _from_psutil(pid: int) -> Usage:
    """With the processes that it started: on Windows, a virtual environment's Python only starts the one that works."""
    import psutil

    try:
        process = psutil.Process(pid)
        every = [_of(one) for one in (process, *process.children(recursive=True))]
    except psutil.Error:
        return Usage(0.0, 0.0)
    return Usage(sum(one.seconds for one in every), sum(one.megabytes for one in every))


def _of(process: Any) -> Usage:
    spent = process.cpu_times()
    return Usage(spent.user + spent.system, process.memory_info().rss / 2**20)
