"""Configurations of one project that may be the stages of one model: they lie together, and write to one folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from tunespec.subjects import DataFile
from tunespec.training.data_files import Trained

_STAGES = 4  # [judgement] pretraining, fine-tuning, a reward model, preferences: more files are examples to choose from


def sharing(file: DataFile, told: Mapping[DataFile, Trained]) -> Sequence[DataFile]:
    """The other configurations in the folder of one that write to the folder it writes to.

    Args:
        file: the configuration.
        told: what each one that is judged says.
    """
    output = _output(told[file])
    near = [one for one in told if one != file and one.path.parent == file.path.parent]
    found = [one for one in near if output.parts and _output(told[one]) == output]
    return found if len(found) < _STAGES else ()


def _output(told: Trained) -> PurePosixPath:
    return PurePosixPath(told.output_dir.replace("\\", "/"))
