"""Pytest's fixtures of the live tests: one server for all workers of a run, and models created on it.

``TUNESPEC_LIVE=0`` skips what needs them, ``TUNESPEC_LIVE=1`` fails where there is no Ollama; without it they are used
if they are there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from filelock import FileLock

from tests.live.gguf_model import write_model
from tests.live.install import find
from tests.live.models import create
from tests.live.scripted import Model
from tests.live.scripts import FORGETFUL, SCRIPTED, STUTTERING
from tests.live.server import Server, running
from tests.live.smollm import MODELFILE, cached, smollm

ROOT_MODELFILE = Path(__file__).resolve().parents[2] / "Modelfile"
_COMMAND = "python -m tests.live"
_WISH = os.environ.get("TUNESPEC_LIVE", "")


@pytest.fixture(scope="session")
def live_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What all workers of this run share: the server's folder, and one for each model."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    (shared / "live").mkdir(exist_ok=True)
    return shared / "live"


@pytest.fixture(scope="session")
def ollama_server(live_folder: Path) -> Iterator[Server]:
    """This run's server; it stops with the last worker that uses it."""
    if _WISH == "0":
        pytest.skip("TUNESPEC_LIVE=0")
    program = find()
    if program is None:
        _absent("there is no ollama on the path, and none was built")
    with running(live_folder / "server", program) as server:
        yield server


@pytest.fixture(scope="session")
def scripted_model(ollama_server: Server, live_folder: Path) -> str:
    """The scripted model, created with the root Modelfile."""
    return _scripted(ollama_server, live_folder / "scripted", SCRIPTED)


@pytest.fixture(scope="session")
def forgetful_model(ollama_server: Server, live_folder: Path) -> str:
    """The scripted model that does not use what the prompt says, created with the root Modelfile."""
    return _scripted(ollama_server, live_folder / "forgetful", FORGETFUL)


@pytest.fixture(scope="session")
def unstopped_model(ollama_server: Server, live_folder: Path) -> str:
    """The scripted model, created with the root Modelfile less its stop sequence."""
    return _scripted(ollama_server, live_folder / "unstopped", SCRIPTED, without="PARAMETER stop")


@pytest.fixture(scope="session")
def unlimited_model(ollama_server: Server, live_folder: Path) -> str:
    """The scripted model, created with the root Modelfile less its limit."""
    return _scripted(ollama_server, live_folder / "unlimited", SCRIPTED, without="PARAMETER num_predict")


@pytest.fixture(scope="session")
def limited_model(ollama_server: Server, live_folder: Path) -> Callable[[int], str]:
    """The scripted model, created with the root Modelfile and another limit, which is the argument."""

    def made(limit: int) -> str:
        own = f"PARAMETER num_predict {limit}\n"
        folder = live_folder / f"limited{limit}"
        return _scripted(ollama_server, folder, SCRIPTED, without="PARAMETER num_predict", more=own)

    return made


@pytest.fixture(scope="session")
def stuttering_model(ollama_server: Server, live_folder: Path) -> str:
    """A model that goes on with one token: Ollama breaks such an answer off."""
    return _scripted(ollama_server, live_folder / "stuttering", STUTTERING)


@pytest.fixture(scope="session")
def smollm_model(ollama_server: Server, live_folder: Path) -> str:
    """SmolLM2-135M-Instruct with its own template."""
    if _WISH != "1" and not cached():
        _absent("SmolLM2 was not fetched")

    def fill(folder: Path) -> None:
        (folder / "Modelfile").write_text(f"FROM {smollm()}\n{MODELFILE}", encoding="utf-8")

    return _created(ollama_server, live_folder / "smollm", fill)


def _scripted(server: Server, folder: Path, model: Model, *, without: str | None = None, more: str = "") -> str:
    """``without``: the beginning of the Modelfile's lines that are left out; ``more``: lines behind the others."""
    lines = ROOT_MODELFILE.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if without is None or not line.startswith(without)]

    def fill(made: Path) -> None:
        (made / "Modelfile").write_text("".join([*kept, more]), encoding="utf-8")
        write_model(model, made / "model.gguf")

    return _created(server, folder, fill)


def _created(server: Server, folder: Path, fill: Callable[[Path], None]) -> str:
    """The model of this folder's Modelfile, which the first worker fills; it has the folder's name."""
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            fill(part)
            part.rename(folder)
            create(server, folder.name, folder / "Modelfile")
    return folder.name


def _absent(why: str) -> NoReturn:
    sentence = f"{why}: `{_COMMAND}` does it once; TUNESPEC_LIVE=0 leaves live tests out"
    if _WISH == "1":
        pytest.fail(f"TUNESPEC_LIVE=1, but {sentence}", pytrace=False)
    pytest.skip(sentence)
