"""One setting of a training run: its value, the user's own key, where it stands, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tunespec.findings import Place

Origin = Literal["written", "default", "unknown"]


@dataclass(frozen=True)
class Setting:
    """What one setting of a run is.

    Args:
        name: its canonical name, a key of ``NAMES``.
        key: the user's own key; where nothing is written, the key that the framework would read.
        value: the value as the framework takes it; None where it is off, or not known.
        path: the file that writes it; else the run's configuration.
        line: its line there, from 1.
        origin: ``written``, ``default`` of the framework, or ``unknown``: only the run would tell.
        said: whose default it is (``transformers 5.23``), or why it is not known (``auto``, the name of a variable); of
            a written one, what may be changed when the run is started (``default of `--lr```).
        written: what the file writes, where the value is not the same: several keys say it, or in another unit.
    """

    name: str
    key: str
    value: Any
    path: str
    line: int | None
    origin: Origin
    said: str = ""
    written: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the value is known, be it written or a default."""
        return self.origin != "unknown"

    @property
    def is_written(self) -> bool:
        """Whether the user wrote it."""
        return self.origin == "written"

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.path, self.line, None, f"{self.path}:{self.key}")

    def __str__(self) -> str:
        """As a message names it: `num_epochs: 12`, or `num_train_epochs` is 3 (default of transformers 5.23)."""
        if not self.is_known:
            return f"`{self.key}` is not known ({self.said})"
        if self.is_written:
            return f"`{self.key}: {self.written or shown(self.value)}`" + (f" ({self.said})" if self.said else "")
        return f"`{self.key}` is {shown(self.value)} (default of {self.said})"


_EXACT = 1e15  # below it a float tells all of its digits


def shown(value: Any) -> str:
    """A value as YAML writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))  # not 1e+06
    return f"{value:g}" if isinstance(value, float) else str(value)


# Canonical name -> what it is, with its unit. Frameworks map their own keys to these.
NAMES: dict[str, str] = {
    "model": "the base model: a name or folder",
    "method": "what is trained: full, lora, qlora, dora, freeze, oft ...",
    "objective": "sft, pretrain, dpo, kto, orpo, simpo, reward, rl ...",
    "epochs": "passes over the training records",
    "max_steps": "optimizer steps, which override the epochs; None: by epochs",
    "max_steps_per_epoch": "optimizer steps after which an epoch ends, if its records last so long; None: no limit",
    "micro_steps": "batches before accumulation, which mlx-lm counts as iterations",
    "learning_rate": "the peak learning rate",
    "scheduler": "the schedule's name, in lower case",
    "warmup_steps": "optimizer steps of warm-up; a share below 1 where transformers 5 reads it so",
    "warmup_ratio": "warm-up as a share of the run",
    "schedule_steps": "optimizer steps after which the schedule has ended, where a framework lets the user say so",
    "batch_size": "records of one forward pass on one device",
    "total_batch_size": "records of one optimizer step on all devices, where a framework states that",
    "device_batch_size": "records of one optimizer step on one device, where a framework states that",
    "max_records": "records that are taken at most",
    "accumulation": "forward passes of one optimizer step",
    "devices": "processes that train in parallel",
    "max_length": "tokens of a record that are kept; None: no limit",
    "truncation": "what happens to longer records: truncate, drop, raise, split",
    "packing": "whether several records share one sequence",
    "eval_strategy": "no, steps or epoch",
    "eval_steps": "optimizer steps between evaluations; a share of the run below 1",
    "evals_per_epoch": "evaluations of an epoch",
    "validation_share": "share of the training records (below 1), or their number, that is held out",
    "validation_data": "the data that is evaluated on, as it is named",
    "save_strategy": "no, steps, epoch or best",
    "save_steps": "optimizer steps between checkpoints",
    "saves_per_epoch": "checkpoints of an epoch",
    "save_limit": "checkpoints that are kept",
    "logging_steps": "optimizer steps between logged losses",
    "load_best": "whether the best checkpoint is loaded at the end",
    "greater_is_better": "whether the greater value of that metric is the better one",
    "best_metric": "the metric that says which is best",
    "patience": "evaluations without a gain after which training stops",
    "bf16": "whether bfloat16 is used",
    "fp16": "whether float16 is used",
    "pure_bf16": "whether the weights themselves are bfloat16, without mixed precision",
    "pure_fp16": "whether the weights themselves are float16, without mixed precision and its loss scaler",
    "fp8": "whether float8 is used",
    "mixed_precision": "the same as one word: no, fp16, bf16, fp8",
    "loss_scale": "the fixed loss scale of float16; 0: dynamic",
    "max_grad_norm": "norm that gradients are clipped to; 0 or None: not clipped",
    "weight_decay": "weight decay of the optimizer",
    "lora_rank": "rank of the adapter",
    "lora_alpha": "its alpha",
    "eos_token": "the end token that the configuration sets",
    "pad_token": "the padding token that it sets",
    "pad_is_eos": "whether padding is made of the end token; None: only the tokenizer says",
    "collator": "the class that makes batches, where it is named; it decides what of them is learnt",
    "turn_ends": "tokens that end a turn, as a list",
    "trained_ends": "which turn ends are trained: all, turn, last, none",
    "template": "the chat template's name or file",
    "output_dir": "the folder that checkpoints and logs are written to",
    "deepspeed": "the DeepSpeed configuration: a file, or the mapping itself",
}
