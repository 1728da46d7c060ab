"""Creates models as a user does: ``ollama create NAME -f Modelfile``."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.live.server import Server


class CreateError(RuntimeError):
    """Ollama refuses; the text is what it says."""


def create(server: Server, name: str, modelfile: Path) -> str:
    """The model's name. ``FROM`` is looked up from the Modelfile's folder, as Ollama does. Raises CreateError."""
    command = [str(server.program), "create", name, "-f", str(modelfile)]
    done = subprocess.run(command, env=server.environment, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise CreateError(f"ollama create -f {modelfile}: {done.stderr.strip().splitlines()[-1:]}")
    return name
