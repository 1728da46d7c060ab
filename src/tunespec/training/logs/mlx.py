"""What mlx-lm prints while it trains, in both of its dialects.

Until mlx-lm 0.32 (mlx_lm/tuner/trainer.py): ``Iter 10: Train loss 2.063, Learning Rate 1.000e-05, ...``. From then on
(mlx_lm/cli_ui.py::TrainUI) a table of ``iter train_loss tok/s tokens``, without a learning rate. Neither has a norm of
the gradient. The validation of iteration n is printed before n is trained, and under the number n.
"""

from __future__ import annotations

import re

from tunespec.training.logs.log import Log, Logged
from tunespec.training.logs.texts import Lines

_NUMBER = r"nan|-?inf|-?\d[\d.]*(?:[eE][-+]?\d+)?"
HEADER = re.compile(r"^[ \t]*iter +train_loss +tok/s +tokens", re.MULTILINE)
ROW = re.compile(
    rf"Iter (?P<old>\d{{1,15}}): (?:Train loss (?P<loss>{_NUMBER})(?:,\s+Learning Rate (?P<rate>{_NUMBER}))?"
    rf"|Val loss (?P<val>{_NUMBER}))"
    rf"|^[ \t]*(?P<new>\d{{1,15}})[ \t]+(?:(?P<arrow_loss>{_NUMBER})[ \t]*[\u25bc\u25b2]"
    rf"|val[ \t]+(?P<new_val>{_NUMBER})[ \t]+[\d.]+s\b)",
    re.MULTILINE,
)
_TOTAL = re.compile(
    r"^Starting training\.\.\., iters: (\d{1,15})|^[ \t]*train\b[^\n/]*/([\d,]{1,15})[ \t]*$", re.MULTILINE
)
_END = re.compile(r"^Saved final (?:adapter )?weights to ", re.MULTILINE)


def read_mlx(text: str) -> Log:
    """The rows of the text."""
    lines = Lines(text)
    rows = []
    for found in ROW.finditer(text):
        line = lines.at(found.start("old" if found["old"] else "new"))
        step = int(found["old"] or found["new"])
        if (row := _row(found, step, line)) is not None:
            rows.append(row)
    totals = [total for pair in _TOTAL.findall(text) for total in pair if total]
    total = int(totals[-1].replace(",", "") or 0) if totals else 0
    return Log("mlx", tuple(rows), max_steps=total or None, ended=_END.search(text) is not None)


def _row(found: re.Match[str], step: int, line: int) -> Logged | None:
    told = {
        "loss": found["loss"] or found["arrow_loss"],
        "learning_rate": found["rate"],
        "eval_loss": found["val"] or found["new_val"],
    }
    values: dict[str, float] = {}
    for name, written in told.items():
        if written is not None:
            try:
                values[name] = float(written)
            except ValueError:  # such as 1.2.3
                return None
    return Logged(step, None, values, line)
