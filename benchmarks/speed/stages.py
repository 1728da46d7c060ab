"""``python -m benchmarks.speed.stages FOLDER``: seconds of each stage of one cold check, as JSON."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Stages = dict[str, float]


def main(folder: Path) -> None:
    """Time the stages through the product's own functions, in the product's own order."""
    stages: Stages = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        result = work()
        stages[name] = stages.get(name, 0) + time.perf_counter() - started
        return result

    _judge(folder, timed)
    print(json.dumps(stages))


def _judge(folder: Path, timed: Callable[[str, Callable[[], Any]], Any]) -> None:
    from tunespec.cache import Cache
    from tunespec.config import find
    from tunespec.discover import discover
    from tunespec.groups import GROUPS
    from tunespec.progress import Progress
    from tunespec.sources import RecordSource
    from tunespec.tables import build_table

    config = find(folder)
    (dataset,) = timed("find the files", lambda: discover(config, [str(folder)])).datasets
    timed("hash the files", lambda: [file.content_hash for file in dataset.files])
    source = RecordSource(dataset, None, config, Progress())
    timed("import polars", lambda: __import__("polars"))
    timed("read the records", lambda: source.records)
    timed("profile", lambda: source.profile)
    timed("pairs of records", lambda: source.alike.record_pairs)
    timed("pairs of prompts", lambda: source.alike.prompt_pairs)
    kinds = [fact for group in GROUPS.values() if group.table == "records" for fact in group.facts]
    cache = Cache(Path(tempfile.mkdtemp()))
    table, _ = timed("facts, and their cache", lambda: build_table("records", kinds, source, cache, "bench"))
    timed("import Great Expectations", lambda: __import__("great_expectations"))
    timed("run the suite", lambda: _evaluate(table))


def _evaluate(table: Any) -> None:
    from tunespec.catalogue import load
    from tunespec.engine import Asked, evaluate
    from tunespec.engine_process import dense

    pitfalls = [pitfall for pitfall in load().pitfalls if pitfall.table == "records"]
    asked = [Asked(pitfall.name, one, "error") for pitfall in pitfalls for one in pitfall.expectations()]
    columns = {one.declaration.kind for one in asked}
    evaluate(dense(len(table.places), {name: table.column(name) for name in columns}), asked)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
