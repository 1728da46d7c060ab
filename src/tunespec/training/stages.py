"""Configurations of one project that may be the stages of one model: they lie together, and write to one folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath, PurePosixPath

from tunespec.subjects import DataFile
from tunespec.training.data_files import Trained

_STAGES = 4  # [judgement] pretraining, fine-tuning, a reward model, preferences: more files are examples to choose from


def sharing(told: Mapping[DataFile, Trained]) -> Mapping[DataFile, Sequence[DataFile]]:
    """For each configuration the others in its folder that write to the folder it writes to.

    Args:
        told: what each configuration that is judged says.
    """
    groups = dict[tuple[PurePath, PurePosixPath], list[DataFile]]()
    for file, said in told.items():
        output = PurePosixPath(said.output_dir.replace("\\", "/"))
        if output.parts:
            groups.setdefault((file.path.parent, output), []).append(file)
    found: dict[DataFile, Sequence[DataFile]] = dict.fromkeys(told, ())
    for group in groups.values():
        if len(group) <= _STAGES:
            found |= {file: [one for one in group if one != file] for file in group}
    return found
