"""The runs of the labelled logs that TRL, mlx-lm and torchtune's logger make."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.configs.tiny.model import Language, tiny_gpt2

_LENGTH = 32
_LANGUAGE = Language()


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = {f"w{number}": number for number in range(_LANGUAGE.vocabulary)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="w0", pad_token="w1", unk_token="w0")


def _preferences(records: int, seed: int, wrong: float) -> Any:
    """Chosen answers are sentences of the language, rejected ones are not; a share is the wrong way round."""
    from datasets import Dataset

    good, chance = _LANGUAGE.write(records, _LENGTH, seed), torch.Generator().manual_seed(seed)
    bad = torch.randint(_LANGUAGE.vocabulary, good.shape, generator=chance)
    swapped = torch.rand(records, generator=chance) < wrong
    rows = []
    for chosen, rejected, swap in zip(good.tolist(), bad.tolist(), swapped.tolist(), strict=True):
        pair = [" ".join(f"w{number}" for number in half[8:]) for half in (chosen, rejected)]
        prompt = " ".join(f"w{number}" for number in chosen[:8])
        rows.append({"prompt": prompt, "chosen": pair[swap], "rejected": pair[not swap]})
    return Dataset.from_list(rows)


def dpo(folder: Path, *, records: int, epochs: int, rate: float, wrong: float = 0.15, evaluate: bool = True) -> None:
    """A preference run of TRL's own trainer."""
    from trl import DPOConfig, DPOTrainer

    with tempfile.TemporaryDirectory() as out:
        tiny_gpt2(_LANGUAGE.vocabulary, 64, 1).save_pretrained(out)
        trainer = DPOTrainer(
            model=out,
            args=DPOConfig(
                output_dir=out,
                num_train_epochs=epochs,
                learning_rate=rate,
                per_device_train_batch_size=8,
                logging_steps=max(1, records * epochs // 8 // 20),
                eval_strategy="steps" if evaluate else "no",
                eval_steps=max(1, records * epochs // 8 // 8),
                save_strategy="no",
                report_to=[],
                use_cpu=True,
                bf16=False,
                dataloader_pin_memory=False,
                disable_tqdm=True,
                gradient_checkpointing=False,
                seed=1,
            ),
            train_dataset=_preferences(records, 1, wrong),
            eval_dataset=_preferences(96, 2, wrong) if evaluate else None,
            processing_class=_tokenizer(),
        )
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(io.StringIO()):
            trainer.train()
        trainer.save_state()
        state = json.loads((Path(out) / "trainer_state.json").read_text(encoding="utf-8"))
    (folder / "trainer_state.json").write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")


def mlx(
    folder: Path, *, records: int, iters: int, rate: float, validate: bool = True, report: int = 10, batch: int = 8
) -> None:
    """What ``mlx_lm.lora`` shows while its own loop trains; which dialect depends on the installed version."""
    import mlx.core as mx
    from mlx import optimizers
    from mlx_lm.models.gpt2 import Model, ModelArgs
    from mlx_lm.tuner.trainer import TrainingArgs, train

    mx.random.seed(1)
    model = Model(
        ModelArgs(
            model_type="gpt2",
            n_ctx=64,
            n_embd=64,
            n_head=2,
            n_layer=1,
            n_positions=64,
            layer_norm_epsilon=1e-5,
            vocab_size=_LANGUAGE.vocabulary,
        )
    )
    held_out = [(row, 0) for row in _LANGUAGE.write(96, _LENGTH, 1001).tolist()]
    shown = io.StringIO()
    with tempfile.TemporaryDirectory() as out, contextlib.redirect_stdout(shown):
        train(
            model,
            optimizers.Adam(learning_rate=rate),
            [(row, 0) for row in _LANGUAGE.write(records, _LENGTH, 1).tolist()],
            held_out if validate else [],
            TrainingArgs(
                batch_size=batch,
                iters=iters,
                steps_per_report=report,
                steps_per_eval=iters // 8,
                steps_per_save=iters // 4,
                val_batches=-1,
                adapter_file=str(Path(out) / "adapters.safetensors"),
            ),
        )
        text = shown.getvalue().replace(f"{out}/", "adapters/")
    (folder / "train.log").write_text(text, encoding="utf-8")


def torchtune(
    folder: Path,
    *,
    records: int,
    epochs: int,
    rate: float,
    form: str,
    clip: float | None = None,
    every: int = 0,
    broken: int = -1,
) -> None:
    """A plain loop that logs what torchtune's single-device recipe does, through torchtune's own ``DiskLogger``.

    The released one writes text; ``jsonl`` is what the repository's last state writes, one ``json.dumps`` a row.
    """
    from torchtune.training.metric_logging import DiskLogger

    class Lines(DiskLogger):
        def log_dict(self, payload: Mapping[str, Any], step: int) -> None:
            rows = {name: float(value) for name, value in payload.items()}
            self._file.write(json.dumps({"step": step, **rows}) + "\n")

    logger = (Lines if form == "jsonl" else DiskLogger)(str(folder), filename=f"log_1700000000.{form}")
    model = tiny_gpt2(_LANGUAGE.vocabulary, 64, 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    train, held_out = _LANGUAGE.write(records, _LENGTH, 1), _LANGUAGE.write(96, _LENGTH, 1001)
    chance, step = torch.Generator().manual_seed(1), 0
    for _ in range(epochs):
        for batch in torch.randperm(records, generator=chance).split(8):
            loss = model(input_ids=train[batch], labels=train[batch]).loss * (float("nan") if step == broken else 1)
            loss.backward()
            row = {"loss": loss.item(), "lr": rate, "tokens_per_second_per_gpu": 9000 + step % 7}
            if clip is not None:
                row["grad_norm"] = torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            if step % max(1, records // 8 * epochs // 80) == 0:
                logger.log_dict(row, step=step)
            if every and step % every == 0:
                with torch.no_grad():
                    logger.log_dict({"val_loss": model(input_ids=held_out, labels=held_out).loss.item()}, step=step)
    logger.close()


OTHERS: Mapping[str, Callable[[Path], None]] = {
    "healthy-dpo": partial(dpo, records=320, epochs=1, rate=5e-4),
    "healthy-dpo-clear": partial(dpo, records=640, epochs=1, rate=2e-3, wrong=0.0),
    "overfit-dpo": partial(dpo, records=64, epochs=20, rate=2e-3, wrong=0.3),
    "unwatched-dpo": partial(dpo, records=320, epochs=1, rate=5e-4, evaluate=False),
    "healthy-mlx": partial(mlx, records=1600, iters=320, rate=3e-3),
    "overfit-mlx": partial(mlx, records=96, iters=320, rate=5e-3),
    "unwatched-mlx": partial(mlx, records=1600, iters=240, rate=3e-3, validate=False),
    "nan-mlx": partial(mlx, records=1600, iters=160, rate=float("nan")),
    "healthy-torchtune": partial(torchtune, records=960, epochs=2, rate=3e-3, form="txt", clip=1.0, every=30),
    "overfit-torchtune": partial(torchtune, records=96, epochs=24, rate=5e-3, form="txt", every=24),
    "unwatched-torchtune": partial(torchtune, records=960, epochs=1, rate=3e-3, form="jsonl"),
    "nan-torchtune": partial(torchtune, records=480, epochs=1, rate=3e-3, form="jsonl", clip=1.0, broken=30),
}
