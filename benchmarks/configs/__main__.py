"""``python -m benchmarks.configs [--check] [--write]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.configs import examples as own_examples
from benchmarks.configs.examples import Examples, examples
from benchmarks.configs.log_speed import Timed, measure
from benchmarks.configs.page import page
from benchmarks.configs.scoring import Scores, score
from benchmarks.pages import write_part

_PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
_COMMAND = "python -m benchmarks.configs --check --write"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 1 if ``--check`` is given and a limit is not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.configs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if a limit is not kept")
    parser.add_argument("--write", action="store_true", help="write its part of docs/accuracy.md instead of printing")
    options = parser.parse_args(arguments)
    timed, scores, judged = measure(), score(), examples()
    if judged is None:
        print(f"skipped: the frameworks' own examples are not at hand ({own_examples.CORPUS.name})", file=sys.stderr)
    text = page(scores, judged, timed, _COMMAND)
    if options.write:
        write_part(_PAGE, text)
    else:
        print(text)
    breaches = list(_breaches(scores, judged, timed))
    for breach in breaches:
        print(breach, file=sys.stderr)
    return int(options.check and bool(breaches))


def _breaches(scores: Sequence[Scores], judged: Examples | None, timed: Sequence[Timed]) -> Iterator[str]:
    for counted in scores:
        yield from counted.breaches()
    for one in timed:
        yield from one.breaches()
    if judged is not None:
        yield from judged.breaches()


if __name__ == "__main__":
    sys.exit(main())
