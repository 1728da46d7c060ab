"""``python -m benchmarks.speed [--records N] [--runs N] [--check] [--write]``."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.pages import write_part
from benchmarks.speed.data import write_dataset
from benchmarks.speed.measure import Cost, cost
from benchmarks.speed.renders import write_sides

_GROWTH = 1.2  # times the cost of a record in a dataset of a tenth
_SPINE = "D002,D004,D005"  # what needs the whole dataset: its usual format, and every pair of records
_PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
_BASELINE = (
    "import orjson, sys\n"
    "for name in sys.argv[1:]:\n"
    "    for line in open(name, 'rb').read().split(b'\\n'):\n"
    "        line and orjson.loads(line)\n"
    "import great_expectations\n"
)


@dataclass(frozen=True)
class Row:
    """One measured command and the limits that ``--check`` holds it to (None: none)."""

    name: str
    cost: Cost
    limit_seconds: float | None = None
    limit_megabytes: float | None = None

    @property
    def broken(self) -> list[str]:
        """The limits that it exceeds."""
        broken = []
        if self.limit_seconds is not None and self.cost.seconds > self.limit_seconds:
            broken.append(f"{self.name}: {self.cost.seconds:.2f} s, limit {self.limit_seconds} s")
        if self.limit_megabytes is not None and self.cost.megabytes > self.limit_megabytes:
            broken.append(f"{self.name}: {self.cost.megabytes:.0f} MB, limit {self.limit_megabytes:.0f} MB")
        return broken


def main() -> int:
    """Measure, print, and with ``--check`` return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--check", action="store_true", help="exit 1 if a limit is exceeded")
    parser.add_argument("--write", action="store_true", help=f"write {_PAGE.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tunespec-speed-") as name:
        folder = Path(name)
        size = write_dataset(folder / "large", options.records)
        write_dataset(folder / "tenth", options.records // 10)
        write_dataset(folder / "small", 1_000)
        write_dataset(folder / "renders", 1_000)
        write_sides(folder / "renders")
        rows = _measure(folder, options.records, options.runs)
        stages = _stages(folder / "large")
    text = _page(rows, stages, options, size)
    print(text)
    if options.write:
        write_part(_PAGE, text)
    broken = [line for row in rows for line in row.broken]
    broken += _growth(rows, options.records)
    print("\n".join(broken) or "every limit holds")
    return int(bool(broken) and options.check)


def _growth(rows: list[Row], records: int) -> list[str]:
    """Whether a record costs more in a large dataset than in one of a tenth; what both pay once is left out.

    Told by the processor's time: what a small dataset costs hides behind the import of Great Expectations, which runs
    at the same time.
    """
    seconds = {row.name: row.cost.processor for row in rows}
    large, tenth, small = (seconds[f"check {n:,} records, cold"] for n in (records, records // 10, 1_000))
    if records < 100_000 or tenth <= small:
        return []
    each = (large - small) / (records - 1_000), (tenth - small) / (records // 10 - 1_000)
    if each[0] <= _GROWTH * each[1]:
        return []
    return [f"a record costs {each[0] / each[1]:.2f} times as much among {records:,} as among {records // 10:,}"]


def _measure(folder: Path, records: int, runs: int) -> list[Row]:
    cache = [folder / ".tunespec_cache"]
    files = [str(path) for path in sorted((folder / "large").glob("*.jsonl"))]
    large = ["-m", "tunespec", "check", "large"]
    tenth = ["-m", "tunespec", "check", "tenth"]
    small = ["-m", "tunespec", "check", "small"]
    cost(["-c", _BASELINE, *files], folder, 1)  # byte code is compiled and files are in memory for every run below
    scale = records / 100_000
    return [
        Row("baseline: orjson parses the files, GX is imported", cost(["-c", _BASELINE, *files], folder, runs)),
        Row(f"check {records:,} records, cold", cost(large, folder, runs, cache), 15 * max(scale, 0.5), 1536),
        Row(f"check {records:,} records, unchanged", cost(large, folder, runs), 1.5 * max(scale, 0.7)),
        Row(
            f"{_SPINE} of {records:,} records, cold",
            cost([*large, "--select", _SPINE], folder, runs, cache),
            10 * max(scale, 0.5),
            1536,
        ),
        Row(f"check {records // 10:,} records, cold", cost(tenth, folder, runs, cache)),
        Row("check 1,000 records, cold", cost(small, folder, runs, cache), 5.0),
        Row("check 1,000 records, unchanged", cost(small, folder, runs), 1.0),
        Row("1,000 conversations rendered on both sides", _rendered(folder / "renders", runs), 2.0),
        Row("explain D005", cost(["-m", "tunespec", "explain", "D005"], folder, runs), 0.3),
        Row("list", cost(["-m", "tunespec", "list"], folder, runs), 0.3),
    ]


def _rendered(folder: Path, runs: int) -> Cost:
    """A whole process: it starts, finds and reads the files, renders and compares."""
    return cost(["-m", "benchmarks.speed.renders", str(folder)], _PAGE.parents[1], runs)


def _stages(folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.speed.stages", str(folder)]
    root = Path(__file__).resolve().parents[2]
    output = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    stages: dict[str, float] = json.loads(output.splitlines()[-1])
    return stages


def _page(rows: list[Row], stages: dict[str, float], options: argparse.Namespace, size: int) -> str:
    baseline = rows[0].cost.seconds
    lines = [
        "# Performance",
        "",
        "Made by `python -m benchmarks.speed --records 100000 --write`; CI holds the limits",
        "",
    ]
    lines[2] += " with `--check`."
    lines += [
        (
            f"{options.records:,} records, {size / 1e6:.0f} MB. "
            f"Median seconds of {options.runs} run(s), highest summed resident memory."
        )
    ]
    lines += [f"{platform.system()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}.", ""]
    lines += ["| what | seconds | of the baseline | of all cores | MB | limit |", "|---|---|---|---|---|---|"]
    for row in rows:
        limit = f"{row.limit_seconds:.1f} s" if row.limit_seconds else ""
        limit += f", {row.limit_megabytes:.0f} MB" if row.limit_megabytes else ""
        share = f"{row.cost.seconds / baseline:.2f}"
        lines.append(
            f"| {row.name} | {row.cost.seconds:.2f} | {share} | {row.cost.processor:.2f} "
            f"| {row.cost.megabytes:.0f} | {limit} |"
        )
    lines += ["", "Stages of one cold run, in one process:", "", "| stage | seconds |", "|---|---|"]
    lines += [f"| {name} | {seconds:.2f} |" for name, seconds in stages.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
