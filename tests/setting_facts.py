"""Facts of a run's settings, without a run: what the tests of facts on the table ``settings`` call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from pkgutil import resolve_name

from tests.conftest import CORPORA
from tests.template_facts import write_files
from tunespec.config import Config, find
from tunespec.discover import discover
from tunespec.facts import Fact
from tunespec.progress import Progress
from tunespec.sources import RecordSource
from tunespec.subjects import DataFile, TrainingRun
from tunespec.templates.rows import Rows
from tunespec.training.recognise import training_file
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.tables import SETTINGS

CONFIGURATIONS = CORPORA / "training_configs"


def setting_facts(source: RunSource) -> dict[str, Fact]:
    """All facts of a run's settings, by name."""
    rows = Rows(frozenset(fact for facts in SETTINGS for fact in facts.split()))
    assert source.spec is not None, source.problems
    own = SettingRows.of(source.spec, rows)
    for finder in SETTINGS.values():
        resolve_name(f"tunespec.training.{finder}")(source, own)
    return {fact.name: fact for fact in rows.found()}


def texts_of(source: RunSource) -> dict[str, list[str]]:
    """``kind -> texts`` of what is found in a run's settings."""
    found = setting_facts(source)
    return {name: [mark.text for mark in fact.marks.values()] for name, fact in found.items() if fact.marks}


def run_of(folder: Path, files: Mapping[str, str | bytes], name: str = "train.yaml") -> RunSource:
    """The source of one run of a project that holds these files."""
    config = find(write_files(folder, files))
    (run,) = [run for run in discover(config, [str(folder)]).runs if Path(run.name).name == name]
    records = RecordSource(run.dataset, None, config, Progress()) if run.dataset is not None else None
    return RunSource(run, config, records)


def real_runs(config: Config) -> dict[str, RunSource]:
    """Every configuration of the corpora by itself, by its path there."""
    found = {}
    for path in sorted(CONFIGURATIONS.rglob("*.*")):
        if training_file(path) in {"training", "deepspeed", "accelerate"}:
            shown = path.relative_to(CONFIGURATIONS).as_posix()
            found[shown] = RunSource(TrainingRun(shown, (DataFile(path, shown, None, "training"),)), config)
    return found
