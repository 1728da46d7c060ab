"""Which logs under the user's paths are of one run: by folder, and apart where their losses contradict each other."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import PurePosixPath

from tunespec.subjects import DataFile
from tunespec.training.checkpoints import CHECKPOINT, checkpoint_of
from tunespec.training.launches import launched, newest, runs_of
from tunespec.training.logs import FORMATS, Log, LogError, read_log, recognise_log


def logs_by_run(logs: Sequence[DataFile]) -> Mapping[str, list[DataFile]]:
    """The logs of each run, by its folder, or by a log where a folder holds those of several.

    Launches that differ by the time in their names stay together: the newest of them is what is there to be judged.
    """
    found: dict[str, list[DataFile]] = {}
    for folder, group in _by_folder(logs).items():
        runs = _apart(group) if _may_be_several(group) else [group]
        found |= {folder if len(runs) == 1 else telling(run): run for run in runs}
    return found


def telling(logs: Sequence[DataFile]) -> str:
    """The path of the log that tells most by its format, the newest of those, as a name for its run."""
    order = {format_: -at for at, format_ in enumerate(FORMATS)}
    told = {file.shown: (order.get(recognise_log(file.path) or "", -99), *_lateness(file)) for file in logs}
    return max(told, key=lambda shown: told[shown])


def _lateness(file: DataFile) -> tuple[tuple[int, ...], float]:
    """When its run was launched, and how far a log goes that lies with a checkpoint; one that does not, to the end."""
    step = checkpoint_of(file.path.parent.name)
    return launched(file.shown) or (), math.inf if step is None else step


def checkpoints_of(logs: Sequence[DataFile]) -> list[DataFile]:
    """The states of the checkpoints in the folders of a run's logs that are none of these themselves.

    The Trainer writes one into each (trainer.py::_save_checkpoint): what it names as the best may be there no more.
    """
    folders = {file.path.parent: str(PurePosixPath(file.shown).parent) for file in logs}
    known = {file.path for file in logs}
    found: list[DataFile] = []
    for folder, shown in folders.items():
        with suppress(OSError):
            states = sorted(path for path in folder.glob("checkpoint-*/trainer_state.json") if path not in known)
            named = [path for path in states if checkpoint_of(path.parent.name) is not None]
            found += [DataFile(one, f"{shown}/{one.parent.name}/{one.name}", None, CHECKPOINT) for one in named]
    return found


def _by_folder(logs: Sequence[DataFile]) -> Mapping[str, list[DataFile]]:
    """A checkpoint's folder lies in that of its run, and so does ``runs/<launch>`` with the Trainer's events."""
    plain = {str(_parent(file)) for file in logs if not _is_events(file)}
    groups: dict[str, list[DataFile]] = {}
    for file in logs:
        folder = _parent(file)
        if _is_events(file) and str(folder) not in plain:
            while folder.name == "runs" or folder.parent.name == "runs":
                folder = folder.parent
        groups.setdefault(str(folder), []).append(file)
    return groups


def _parent(file: DataFile) -> PurePosixPath:
    folder = PurePosixPath(file.shown).parent
    return folder if checkpoint_of(folder.name) is None else folder.parent


def _is_events(file: DataFile) -> bool:
    return ".tfevents." in file.path.name


def _may_be_several(logs: Sequence[DataFile]) -> bool:
    """Whether two files in one folder are of one form, and no time in their names says which is the later."""
    untimed = [file for file in logs if launched(file.shown) is None]
    forms = Counter((PurePosixPath(file.shown).parent, recognise_log(file.path)) for file in untimed)
    return any(count > 1 for (_, form), count in forms.items() if form != "results")


def _apart(logs: Sequence[DataFile]) -> list[list[DataFile]]:
    read: list[tuple[str, Log]] = []
    for file in logs:
        with suppress(LogError):  # what cannot be read is said where the run is judged
            read.append((file.shown, read_log(file.path, recognise_log(file.path) or "")))
    runs = runs_of(read)
    if len(runs) < 2 or newest(runs) is not None:
        return [list(logs)]
    home = {path: at for at, run in enumerate(runs) for path, _ in run}
    return [[file for file in logs if home.get(file.shown, 0) == at] for at in range(len(runs))]
