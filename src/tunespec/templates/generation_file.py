"""What a model's own ``generation_config.json`` says of an answer's length: it counts where a call says nothing.

Source: transformers, ``generation/configuration_utils.py`` (``GenerationConfig.from_pretrained`` reads it from the
model's folder); vLLM, ``vllm/config/model.py`` (``generation_config`` is ``auto``: the same file).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from tunespec.subjects import DataFile, TemplatePair
from tunespec.templates.program_folders import named_folders

_NAME = "generation_config.json"


def generation_files(script: DataFile, pair: TemplatePair, root: Path) -> list[Path]:
    """The files that may be of the model that a program asks.

    Those in the folders that the program names; if there is none, those beside it and beside the pair's other files.

    Args:
        script: the program.
        pair: the files that belong together.
        root: the project's folder.
    """
    return _named(script, root) or _near(script, pair)


class OwnSettings(NamedTuple):
    """What a model's own file says; ``values`` is None if it cannot be read, or nothing tells which file it is."""

    values: Mapping[str, Any] | None


def own_settings(script: DataFile, pair: TemplatePair, root: Path) -> OwnSettings | None:
    """What counts for the calls of a program where they say nothing; None if no such file is at hand.

    Without a Modelfile, only a file beside the program or in a folder that it names is surely of the model.
    """
    named = _named(script, root)
    found = named or _near(script, pair)
    if not found:
        return None
    sure = len(found) == 1 and (named or pair.of("modelfile") or found[0].parent == script.path.parent.resolve())
    try:
        read = orjson.loads(found[0].read_bytes()) if sure else None
    except (OSError, ValueError):
        return OwnSettings(None)
    return OwnSettings(read if isinstance(read, dict) else None)


def _named(script: DataFile, root: Path) -> list[Path]:
    """Those in the folders that a program names."""
    return _there(named_folders(script.path, root))


def _near(script: DataFile, pair: TemplatePair) -> list[Path]:
    """Those beside a program and the other files of its pair."""
    return _there([file.path.parent.resolve() for file in (script, *pair.files) if _tells(file, script)])


def _tells(file: DataFile, script: DataFile) -> bool:
    """Whether the folder of a file may be the model's: that of the program itself, and of no other program."""
    return file == script or file.format != "script"


def _there(folders: list[Path]) -> list[Path]:
    return [path for folder in dict.fromkeys(folders) if (path := folder / _NAME).is_file()]
