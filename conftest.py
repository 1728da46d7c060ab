"""Plain ``pytest`` in the checkout judges the golden project, and asks its model on a server of its own.

The model is scripted (``tests/live``): small, exact, and served with the root ``Modelfile``. This is never shipped:
tunespec neither starts nor touches a user's own server.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parent
_MODEL = "golden"
_STARTED = pytest.StashKey[ExitStack]()
_ASKED = "tunespec_golden"  # the key under which a worker is told whom to ask


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the server, in the process that the user started."""
    if hasattr(config, "workerinput"):
        vars(config.option).update(config.workerinput.get(_ASKED, {}))
        return
    if not _judges_the_golden_project(config):
        return
    from tests.live.install import find

    program = find()
    if program is None:
        if os.environ.get("TUNESPEC_LIVE") == "1":
            pytest.exit("TUNESPEC_LIVE=1, but there is no Ollama: `python -m tests.live` builds it once", returncode=2)
        return  # the inference tests skip, and say that no model was asked for
    config.stash[_STARTED] = ExitStack()
    vars(config.option).update(_asked(_serve(program, config.stash[_STARTED])))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker whom to ask: xdist hands on what the user wrote, and not what was set since."""
    if _STARTED in node.config.stash:
        node.workerinput[_ASKED] = _asked(node.config.option.tunespec_host)


def _asked(host: str) -> dict[str, Any]:
    """The options that ask the golden model its own probes."""
    return {"tunespec_host": host, "tunespec_model": _MODEL, "tunespec_probes": ["fixtures/golden/probes.jsonl"]}


def pytest_report_header() -> str | None:
    """Say that the live tests are left out, and how that ends: a number of skipped tests tells neither."""
    if os.environ.get("TUNESPEC_LIVE") == "0":
        return "live tests: left out (TUNESPEC_LIVE=0)"
    from tests.live.install import find

    return None if find() else "live tests: left out, there is no Ollama: `python -m tests.live` builds it once"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server."""
    if _STARTED in config.stash:
        config.stash[_STARTED].close()


def _judges_the_golden_project(config: pytest.Config) -> bool:
    """Whether tests of the inference family may be among those that are collected, and no other model is meant."""
    if os.environ.get("TUNESPEC_LIVE") == "0" or config.option.tunespec_model or config.option.tunespec_dataset:
        return False
    if config.invocation_params.dir != _ROOT or config.getoption("collectonly"):
        return False
    named = [(_ROOT / argument.split("::")[0]).resolve() for argument in config.args]
    return any((_ROOT / "tests_inference").is_relative_to(path) or "tests_inference" in path.parts for path in named)


def _serve(program: Path, closing: ExitStack) -> str:
    """The address of a server that has the golden model."""
    from tests.live.gguf_model import write_model
    from tests.live.models import create
    from tests.live.scripts import GOLDEN
    from tests.live.server import running

    folder = Path(tempfile.mkdtemp(prefix="tunespec-golden-"))
    closing.callback(shutil.rmtree, folder, ignore_errors=True)
    server = closing.enter_context(running(folder / "server", program))
    write_model(GOLDEN, folder / "model.gguf")
    shutil.copyfile(_ROOT / "Modelfile", folder / "Modelfile")
    create(server, _MODEL, folder / "Modelfile")
    return server.url
