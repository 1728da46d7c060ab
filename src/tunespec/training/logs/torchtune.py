"""torchtune's ``DiskLogger`` with its default output: ``Step 1 | loss:2.2 lr:0.0002 ``."""

from __future__ import annotations

import re

from tunespec.training.logs.log import Log
from tunespec.training.logs.names import logged
from tunespec.training.logs.texts import Lines

# torchtune/training/metric_logging.py::DiskLogger: `Step {step} | ` and then `{name}:{data} ` for each metric.
LINE = re.compile(r"^Step (\d{1,15}) \| (.*)", re.MULTILINE)
# A norm of the gradient is passed as a tensor, and printed as one.
_PAIR = re.compile(r"(?<!\S)([^\s:]{1,80}):(?:tensor\(([^,)\s]{1,40})[^)\n]{0,80}\)|(\S{1,40})(?!\S))")


def read_torchtune(text: str) -> Log:
    """The rows of the text; a last line without its end is a row that was still being written."""
    lines = Lines(text)
    rows = []
    for found in LINE.finditer(text):
        pairs = [(name, tensor or plain) for name, tensor, plain in _PAIR.findall(found[2])]
        if (row := logged([("step", int(found[1])), *pairs], lines.at(found.start()))) is not None:
            rows.append(row)
    return Log("torchtune", tuple(rows), cut_off=bool(rows) and not text.endswith("\n"))
