"""``tunespec check``: pytest with arguments of its own, so that no project setting can break the verdict."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from tunespec.errors import CannotJudgeError
from tunespec.run import new_run_id
from tunespec.session import OF_INFERENCE, OF_TRAINING, Options, Session
from tunespec.suite_paths import suite_root


def run_check(paths: Sequence[str], options: Mapping[str, Any]) -> int:
    """Run the specification over ``paths`` and print the report; returns the exit code.

    Raises:
        CannotJudgeError: for a wrong option, configuration or input.
    """
    _require_processes(options["processes"])
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # a project's plugins have no say in the verdict
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ.pop("PYTEST_PLUGINS", None)
    run_id = new_run_id()
    session = Session.from_options(start=Path.cwd(), run_id=run_id, options=_session_options(paths, options))
    if options["junit"]:
        _try_to_write(Path(options["junit"]), session)
    if options["processes"] == "0":
        session.verdicts.prepare()
    from tunespec.pytest_run import run_pytest  # pytest is imported while the engine starts

    with tempfile.TemporaryDirectory(prefix="tunespec-") as folder:
        settings = Path(folder) / "pytest.ini"
        settings.write_text("[pytest]\n", encoding="utf-8")
        arguments = [*_arguments(paths, options, settings), *session.expand_arguments(["tunespec.suite"])]
        status, broken = run_pytest(arguments, session, run_id, options["format_"])
    gc.freeze()  # the process ends: what is left is not searched for cycles again
    if broken:
        click.echo(f"tunespec: internal error\n{broken}", err=True)
        return 2
    return status if status in {0, 1} else 2


def _require_processes(count: str) -> None:
    """Refuse a number of workers that pytest-xdist would refuse with its own usage, or take for none.

    Raises:
        CannotJudgeError: naming the option.
    """
    if count not in {"auto", "logical"} and not (count.isascii() and count.isdigit()):
        raise CannotJudgeError(f"-n {count}: expected a number of worker processes (0: none) or auto")


def _try_to_write(path: Path, session: Session) -> None:
    """Refuse a target before the work, which pytest would refuse with a traceback after it."""
    session.discovery.refuse_overwriting(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError as error:
        raise CannotJudgeError(f"--junit {path}: {error.strerror}") from error


def _session_options(paths: Sequence[str], options: Mapping[str, Any]) -> Options:
    kept = ("select", "ignore", "report", "fail_on", "show_rows", "exit_zero", "gx_suites", *OF_INFERENCE, *OF_TRAINING)
    return Options(dataset=paths, **{name: options[name] for name in kept})


def _arguments(paths: Sequence[str], options: Mapping[str, Any], settings: Path) -> list[str]:
    arguments = ["-c", str(settings), f"--rootdir={suite_root()}", "--noconftest", "--collect-in-virtualenv"]
    arguments += ["-p", "tunespec.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-s"]
    arguments += ["-p", "no:unraisableexception"]  # it collects garbage several times at the end
    arguments += ["-W", "ignore", "--import-mode=importlib", "--assert=plain"]
    if options["processes"] != "0":
        arguments += ["-p", "xdist", "-n", options["processes"]]
    if options["junit"]:
        arguments.append(f"--junitxml={Path(options['junit']).resolve()}")
    arguments += [f"--tunespec-dataset={path}" for path in paths]
    for name in ("select", "ignore", "report", "probes", "outputs", *OF_TRAINING):
        arguments += [f"--tunespec-{name}={value}" for value in options[name]]
    for name in ("fail_on", "gx_suites", "model", "host", "api", "record"):
        arguments += [f"--tunespec-{name.replace('_', '-')}={options[name]}"] if options[name] else []
    return arguments + [f"--tunespec-{n.replace('_', '-')}" for n in ("show_rows", "exit_zero", "remote") if options[n]]
