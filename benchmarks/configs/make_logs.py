"""Train the tiny runs of the labelled logs, on a CPU, in about five minutes; what they leave is committed.

``python -m benchmarks.configs.make_logs [NAME...]`` writes ``logs/NAME/``. It needs what tunespec does not::

    pip install torch transformers==5.24.0 accelerate tensorboard
    pip install trl==1.16.0 datasets mlx-lm==0.32.2 "mlx[cpu]" torchtune==0.6.1 torchao==0.13.0

Runs of transformers 4 are trained where transformers 4.57.6 is installed instead, and the others are left alone then;
``*-mlx-iter`` are ``*-mlx`` under mlx-lm 0.28.0, whose console had another form. A seed gives the same curves on one
machine; another one's arithmetic may differ in the last digits.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import EarlyStoppingCallback, TrainingArguments

from benchmarks.configs.tiny.fresh import FRESH
from benchmarks.configs.tiny.model import Language, Records, tiny_gpt2
from benchmarks.configs.tiny.recipes import RECIPES, Checkpoint, Console, Events, Factory, Recipe, State
from benchmarks.configs.tiny.trainers import Kill, LlamaFactoryLog
from benchmarks.configs.tiny.twists import Fault

_LOGS = Path(__file__).resolve().parent / "logs"
_LENGTH = 32  # tokens of a record
_OUT = Path("out")


def main(names: Sequence[str]) -> int:
    """Train the named runs, or all of them that this version of transformers trains."""
    torch.set_num_threads(1)
    major = int(transformers.__version__.partition(".")[0])
    for recipe in (*RECIPES, *FRESH):
        if recipe.transformers == major and (not names or recipe.name in names):
            with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # logs then name no folder of here
                _keep(recipe, _train(recipe))
            print(recipe.name, flush=True)
    if major > 4:
        from benchmarks.configs.tiny.other import OTHERS

        for name, run in OTHERS.items():
            if not names or name in names:
                run(_fresh(name))
                print(name, flush=True)
    return 0


def _fresh(name: str) -> Path:
    folder = _LOGS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _train(recipe: Recipe) -> str:
    """Train; the console's text."""
    shown = io.StringIO()
    trainer = _trainer(recipe)
    if recipe.kill is not None:
        trainer.add_callback(Kill(recipe.kill))
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        try:
            trainer.train()
        except KeyboardInterrupt:
            if recipe.resume:
                trainer = _trainer(recipe)
                trainer.train(resume_from_checkpoint=True)
    if State in recipe.keep:
        trainer.save_state()
    return shown.getvalue()


def _trainer(recipe: Recipe) -> Any:
    language = Language(followers=recipe.followers)
    fault = recipe.fault or Fault()
    model = tiny_gpt2(language.vocabulary, recipe.width, recipe.seed, recipe.spread)
    fault.model(model)
    held_out: Any = Records(language.write_mixed(recipe.held_out, _LENGTH, 1000 + recipe.seed, recipe.noise_every))
    if recipe.sets > 1:
        held_out = {
            name: Records(language.write(recipe.held_out, _LENGTH, 2000 + number))
            for number, name in enumerate(("news", "code", "chat")[: recipe.sets])
        }
    records = language.write_mixed(recipe.records, _LENGTH, recipe.seed, recipe.noise_every)
    trainer = fault.trainer(
        model=model,
        args=_arguments(recipe),
        train_dataset=Records(records, masked=recipe.masked),
        eval_dataset=held_out,
        **fault.arguments,
    )
    if Factory in recipe.keep:
        trainer.add_callback(LlamaFactoryLog(Path("trainer_log.jsonl")))
    if recipe.patience is not None:
        trainer.add_callback(EarlyStoppingCallback(early_stopping_patience=recipe.patience))
    return trainer


def _arguments(recipe: Recipe) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(_OUT),
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.rate,
        per_device_train_batch_size=recipe.batch,
        logging_steps=recipe.every,
        use_cpu=True,
        dataloader_pin_memory=False,
        disable_tqdm=not recipe.bars,
        report_to=["tensorboard"] if Events in recipe.keep else [],
        seed=recipe.seed,
        **recipe.arguments,
    )


def _keep(recipe: Recipe, console: str) -> None:
    kept = _fresh(recipe.name)
    if Console in recipe.keep:
        text = console[:-40] if recipe.kill and not recipe.resume else console
        (kept / "console.log").write_text(text, encoding="utf-8")
    if State in recipe.keep:
        _write_state(_OUT / "trainer_state.json", kept)
    if Factory in recipe.keep:
        shutil.copy("trainer_log.jsonl", kept)
    if Checkpoint in recipe.keep:
        newest = max(_OUT.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))
        _write_state(newest / "trainer_state.json", kept / newest.name)
    for number, events in enumerate(sorted(_OUT.rglob("events.out.tfevents.*")) if Events in recipe.keep else ()):
        (kept / "runs").mkdir(exist_ok=True)
        shutil.copy(events, kept / "runs" / f"events.out.tfevents.{1_700_000_000 + number}.host.{number}")


def _write_state(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    state = json.loads(source.read_text(encoding="utf-8"))
    (folder / source.name).write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
