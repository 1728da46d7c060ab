"""A training configuration, read: YAML, JSON, or a Python program that makes the trainer's arguments."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from tunespec.subjects import DataFile
from tunespec.templates.python_code import (
    Code,
    CodeError,
    is_notebook,
    is_program,
    largest,
    notebook_code,
)
from tunespec.templates.python_script import script_code
from tunespec.training.dataset_registry import WHY as REGISTRY
from tunespec.training.dataset_registry import is_registry
from tunespec.training.errors import TrainingError
from tunespec.training.framework import Framework
from tunespec.training.frameworks import BESIDE, TRAINERS
from tunespec.training.frameworks.trl import TRAINERS as OF_TRL
from tunespec.training.nested_arguments import nested_arguments
from tunespec.training.run_spec import RunSpec, spec_of
from tunespec.training.written import Written
from tunespec.training.yaml_text import read_yaml

YAML = (".yaml", ".yml")
INLINE = "deepspeed"  # the key whose mapping is what DeepSpeed's own file would be
LARGEST = 1 << 20  # bytes of a configuration that somebody wrote
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # as PowerShell's redirection writes it
# Words of which every training configuration has one: most YAML and JSON files need no more than this look.
_SIGNS = re.compile(
    rb"(?<![a-zA-Z])(?:model_name_or_path|base_model|learning_rate|lr(?!_)|num_train_epochs|num_epochs|micro_batch|"
    rb"train_batch_size|q?lora|finetuning_type|iters|mixed_precision|zero_optimization|_component_|cutoff_len|"
    rb"instruct_data|infer_backend|gpu_count|export_dir)(?![a-zA-Z])"
)
_BEFORE = b"\xef\xbb\xbf \t\r\n"  # what may stand before the first sign: a byte order mark, and blanks
_ENOUGH = 2  # different ones that a file has which is no YAML, and was meant to be a configuration of training
# Without one of these a program makes no trainer that is known here.
_OF_TRL = "|".join(one.removesuffix("Config") for one in OF_TRL)
_OF_PROGRAMS = re.compile(f"TrainingArguments|(?:{_OF_TRL})(?:Config|Trainer)".encode())


def written_in(file: DataFile) -> Written | None:
    """What a file writes, None if it holds no mapping, or is a program that starts no training.

    Raises:
        TrainingError: for a file that cannot be read; its text says why.
    """
    if is_program(file.path):
        from tunespec.training.python_runs import python_run

        return python_run(file, _code(file.path))
    read = read_yaml(_text(file.path))
    if read is None:
        return None
    misread = {} if file.path.suffix.lower() == ".json" else read.misread
    written = Written(file, read.data, read.lines, misread, read.repeated)
    return written if _framework(written) is not None else nested_arguments(written) or written


def runs_in(file: DataFile) -> Sequence[DataFile]:
    """The file once for each run that it configures; of a program that starts several, the part says which."""
    if file.format != "training" or not is_program(file.path):
        return [file]
    from tunespec.training.python_runs import python_runs

    try:
        return [run.file for run in python_runs(file, _code(file.path))] or [file]
    except TrainingError:
        return [file]  # whoever judges it says why


def spec_in(file: DataFile, beside: Sequence[RunSpec] = ()) -> RunSpec | None:
    """The run that a file configures; None if it is no training configuration.

    Args:
        file: a trainer's configuration, or DeepSpeed's or the launcher's by itself.
        beside: what other files say of the same run.

    Raises:
        TrainingError: for one that cannot be read, or that trains nothing; its text says why.
    """
    written = written_in(file)
    framework = _framework(written) if written is not None else None
    if framework is None or written is None:
        return None
    if why := framework.why_not(written):
        raise TrainingError(why)
    inline = written.within(INLINE)
    own = [spec_of(BESIDE[INLINE], inline)] if inline is not None else []
    return spec_of(framework, written, [*beside, *own])


def training_format(path: Path) -> str | None:
    """``training``, ``deepspeed`` or ``accelerate`` for a file that configures a run; None for any other."""
    found = _recognised(path)
    return found if found is None or found in {"training", *BESIDE} else None


def why_no_training(path: Path, *, named: bool = False) -> str:
    """Why a file that looks like a training configuration configures no run; empty for any other.

    Args:
        path: the file.
        named: whether the user named it: then one word of training is enough for a file that cannot be read. Helm's
            templates and files of several documents have one by chance.
    """
    found = _recognised(path)
    if found is None or found in {"training", *BESIDE}:
        return ""
    return found if named or _is_meant(path) else ""


def _framework(written: Written) -> Framework | None:
    return next((one for one in (*TRAINERS, *BESIDE.values()) if one.is_own(written)), None)


@lru_cache(maxsize=1024)
def _recognised(path: Path) -> str | None:
    """The format of a configuration, or why it is none; None where nothing in it looks as if it were one."""
    try:
        if is_registry(path):
            return REGISTRY
        if not _may_configure(path):
            return None
        written = written_in(DataFile(path, path.name, None, "training"))
        framework = _framework(written) if written is not None else None
    except TrainingError as error:
        return str(error) if path.suffix.lower() in YAML or is_program(path) else None
    if framework is None or written is None:
        return None
    beside = next((format_ for format_, one in BESIDE.items() if one is framework), "training")
    return framework.why_not(written) or beside


def _is_meant(path: Path) -> bool:
    """Whether a file has several words of training, or can be read."""
    if path.suffix.lower() not in YAML or len(set(_SIGNS.findall(_head(path)))) >= _ENOUGH:
        return True
    try:
        return written_in(DataFile(path, path.name, None, "training")) is not None
    except TrainingError:
        return False


def _may_configure(path: Path) -> bool:
    suffix = path.suffix.lower()
    if is_program(path):
        content = _head(path, largest(path))
        return _OF_PROGRAMS.search(content) is not None
    if suffix not in {*YAML, ".json"}:
        return False
    content = _head(path)
    return _SIGNS.search(content) is not None and (suffix in YAML or content.lstrip(_BEFORE)[:1] == b"{")


def _head(path: Path, most: int = LARGEST) -> bytes:
    """The beginning in UTF-8, whatever it is written in: a configuration in UTF-16 is one that cannot be read."""
    try:
        with path.open("rb") as stream:
            content = stream.read(most)
        return content.decode("utf-16", "replace").encode() if content.startswith(_UTF_16) else content
    except OSError:
        return b""  # whoever else looks at the file says so


def _code(path: Path) -> Code:
    """A program's text, or the code of a notebook."""
    content = _bytes(path, largest(path))
    try:
        return notebook_code(content) if is_notebook(content) else script_code(content)
    except CodeError as error:
        raise TrainingError(str(error)) from error


def _bytes(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise TrainingError("it is larger than a training configuration")
        return path.read_bytes()
    except OSError as error:
        raise TrainingError(f"it cannot be read: {error.strerror or error}") from error


def _text(path: Path) -> str:
    content = _bytes(path, LARGEST)
    try:
        if content.startswith(_UTF_16):
            raise TrainingError("it is UTF-16: save it as UTF-8, which the frameworks read")
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise TrainingError("it is no UTF-8") from error
