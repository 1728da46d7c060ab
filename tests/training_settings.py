"""A training run made by hand, and what the facts of the table ``settings`` find in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.conftest import CORPORA, write_jsonl
from tunespec.config import find
from tunespec.progress import Progress
from tunespec.sources import RecordSource
from tunespec.subjects import DataFile, Dataset, TrainingRun
from tunespec.tables import Table
from tunespec.training.configuration import training_format
from tunespec.training.data_files import trained_in
from tunespec.training.source import RunSource
from tunespec.training.tables import SETTINGS, build

CONFIGURATIONS = CORPORA / "training_configs"
# What makes each framework's configuration one, and names a method.
TRL_FULL = "model_name_or_path: m\noutput_dir: out\nmax_length: 512\nlogging_steps: 10\nsave_steps: 50\n"
TRL_LORA = TRL_FULL + "use_peft: true\n"
HUGGING_FACE = "output_dir: out\nlogging_steps: 10\nsave_steps: 50\n"
LLAMA_FACTORY = "model_name_or_path: m\nstage: sft\ndo_train: true\n"
MLX = "model: m\nfine_tune_type: lora\nnum_layers: 16\nadapter_path: a\n"
MISTRAL = "model_id_or_path: m\nseq_len: 512\nrun_dir: r\n"
TORCHTUNE = (
    "model:\n  _component_: torchtune.models.qwen3.lora_qwen3_4b_instruct\noptimizer:\n"
    "  _component_: torch.optim.AdamW\n"
)
AXOLOTL = "base_model: m\nsequence_len: 512\n"


def run_of(
    folder: Path,
    text: str,
    *,
    records: int | None = None,
    beside: Mapping[str, str] | None = None,
    settings: str = "",
    name: str = "train.yaml",
) -> RunSource:
    """The run that a file configures, with other files ``beside`` it (name -> text).

    Args:
        folder: where the files are written.
        text: the trainer's configuration.
        records: how many records it trains on; None: they are not at hand.
        beside: other files of the run.
        settings: the text of tunespec.toml.
        name: the file of the configuration.
    """
    files = {name: text, **(beside or {})}
    for path, content in {**files, "tunespec.toml": settings}.items():
        (folder / path).write_text(content, encoding="utf-8")
    formats = {name: "training"} | {path: str(training_format(folder / path)) for path in beside or {}}
    own = tuple(DataFile(folder / path, path, None, format_) for path, format_ in formats.items())
    config = find(folder)
    source = _records(folder, records, config) if records is not None else None
    partial = trained_in(own[0], config.root).is_partial
    return RunSource(TrainingRun(name, own, is_partial=partial), config, source)


def _records(folder: Path, count: int, config: object) -> RecordSource:
    rows = [{"prompt": f"What is {at} plus 1?", "completion": f"{at + 1}"} for at in range(count)]
    file = DataFile(write_jsonl(folder / "data.jsonl", rows), "data.jsonl", None, "jsonl")
    return RecordSource(Dataset("data.jsonl", (file,)), None, config, Progress())  # type: ignore[arg-type]


def real_runs(folder: Path) -> dict[str, RunSource]:
    """Every configuration of the corpora by itself, by its path there; ``folder`` is that of a project without any."""
    found, config = {}, find(folder)
    for path in sorted(CONFIGURATIONS.rglob("*.*")):
        if training_format(path) is not None:
            shown = path.relative_to(CONFIGURATIONS).as_posix()
            found[shown] = RunSource(TrainingRun(shown, (DataFile(path, shown, None, "training"),)), config)
    return found


def table_of(source: RunSource, kinds: Iterable[str] = ()) -> Table:
    """The table ``settings`` with these facts, by default with all."""
    return build("settings", kinds or (fact for facts in SETTINGS for fact in facts.split()), source)[0]


def marked(source: RunSource, *kinds: str) -> dict[str, str]:
    """``kind -> text`` of what these facts find, by default all of them; one text a kind."""
    facts = table_of(source, kinds).facts
    return {kind: next(iter(marks.values())).text for kind, marks in facts.items() if marks}


def lines(source: RunSource, kind: str) -> list[int | None]:
    """The lines that a fact marks."""
    table = table_of(source, [kind])
    return [table.places[row].line for row in table.facts[kind]]


def reason(source: RunSource, kind: str) -> str | None:
    """Why a fact looked at nothing; None if it did look."""
    return table_of(source, [kind]).reasons.get(kind)
