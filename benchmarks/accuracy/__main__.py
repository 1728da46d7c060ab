"""``python -m benchmarks.accuracy [--check] [--seeds N] [--write]``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.accuracy.datasets import make_against, make_dataset, make_defective
from benchmarks.accuracy.judging import Judged, judge
from benchmarks.accuracy.page import page
from benchmarks.accuracy.samples import SHAPES
from benchmarks.accuracy.scoring import score
from benchmarks.pages import write_parts

_SEEDS = 5
_PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
_AGAINST = ("question/answer", "alpaca")  # shapes of the training files that are compared with a benchmark

_PARTS = ("splits", "against", "defective")  # runs of one seed


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 1 if ``--check`` is given and a limit is not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a limit is not kept")
    parser.add_argument("--seeds", type=int, default=_SEEDS, metavar="N", help=f"how many seeds (default {_SEEDS})")
    parser.add_argument("--write", action="store_true", help="write docs/accuracy.md instead of printing it")
    options = parser.parse_args(arguments)
    scores = score(_measure(options.seeds))
    command = "python -m benchmarks.accuracy --check --write"
    text = page(scores, options.seeds, command if options.seeds == _SEEDS else f"{command} --seeds {options.seeds}")
    if options.write:
        write_parts(_PAGE, text)
    else:
        print(text)
    breaches = list(scores.breaches())
    for breach in breaches:
        print(breach, file=sys.stderr)
    return int(options.check and bool(breaches))


def _measure(seeds: int) -> list[tuple[int, Judged]]:
    with tempfile.TemporaryDirectory(prefix="tunespec-accuracy-") as folder:
        tasks = [
            (seed, part, Path(folder)) for seed in range(1, seeds + 1) for part in ("splits", "against", "defective")
        ]
        with ProcessPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            parts = list(pool.map(_judged, tasks))
    return [(seed, one) for (seed, _, _), found in zip(tasks, parts, strict=True) for one in found]


def _judged(task: tuple[int, str, Path]) -> list[Judged]:
    """One seed's datasets, or those of them that are compared with a benchmark: one run of ``tunespec check``."""
    seed, part, folder = task
    root = folder / f"{seed}-{part}"
    if part == "against":
        return judge(root, [make_against(seed, shape) for shape in _AGAINST], benchmark=True)
    if part == "defective":
        return judge(root, make_defective(seed))
    return judge(root, [make_dataset(seed, number, shape) for number, shape in enumerate(SHAPES)])


if __name__ == "__main__":
    sys.exit(main())
