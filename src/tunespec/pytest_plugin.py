"""The pytest plugin: pitfalls become items, one for each subject; their verdicts become exit code and report.

Hooks are thin and imports lazy: a session without tunespec tests prints nothing and imports neither GX nor Polars.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tunespec.errors import CannotJudgeError

if TYPE_CHECKING:
    from tunespec.pitfall import Pitfall
    from tunespec.session import Options, Session

_SESSION = pytest.StashKey["Session"]()
_RUN_ID = pytest.StashKey[str]()
_STARTED = pytest.StashKey[float]()
_FAILURES = pytest.StashKey["_Failures"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options. All begin with ``--tunespec``, so that no project's own options clash with them."""
    add = parser.getgroup("tunespec", "tunespec: judge fine-tuning datasets").addoption
    for name, what in (
        ("select", "judge only these codes, names, families or kinds"),
        ("ignore", "switch codes, names or kinds off"),
    ):
        add(f"--tunespec-{name}", action="append", default=[], metavar="CODES", help=what)
    add("--tunespec-fail-on", choices=["error", "warning", "info"], help="least severity that fails")
    add("--tunespec-report", action="append", default=[], metavar="FORMAT=FILE", help="write a report (text, json)")
    add("--tunespec-show-rows", action="store_true", help="print the text of records with findings")
    add("--tunespec-exit-zero", action="store_true", help="exit 0 where findings would exit 1")
    add("--tunespec-model", metavar="NAME", help="put probes to this served model, and judge its answers")
    add("--tunespec-host", metavar="URL", help="its server (default: OLLAMA_HOST, or Ollama's own address)")
    add("--tunespec-api", choices=["ollama", "openai"], help="its interface (default: the server is asked)")
    for name, what in (
        ("probes", "probes to put to it, or `suite`"),
        ("outputs", "recorded outputs to judge"),
        ("training", "the configuration of the training run, rather than what is found"),
        ("logs", "its logs, or the folder that holds them"),
    ):
        add(f"--tunespec-{name}", action="append", default=[], metavar="FILE", help=what)
    add("--tunespec-record", metavar="FILE", help="write the model's answers there, as recorded outputs")
    add("--tunespec-remote", action="store_true", help="allow a server that is not this machine")
    add("--tunespec-gx-suites", metavar="DIR", help="write the suites as Great Expectations' JSON")
    _add_dataset(parser, "--tunespec-dataset")
    if any("tunespec" in argument for argument in sys.argv):
        _add_dataset(parser, "--dataset")  # early enough that `--dataset data/` is no test path


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(parser: pytest.Parser) -> Generator[None, Any, Any]:
    """Add ``--dataset`` after the project's conftest had its turn, unless the project has one of its own."""
    result = yield
    with suppress(ValueError, argparse.ArgumentError):
        _add_dataset(parser, "--dataset")
    return result


def _add_dataset(parser: pytest.Parser, name: str) -> None:
    help_ = "file, folder or glob to judge (repeatable)"
    parser.getgroup("tunespec").addoption(
        name, action="append", default=[], metavar="PATH", help=help_, dest="tunespec_dataset"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the run, once for all workers, and let the suite's package stand for its modules."""
    from tunespec.run import new_run_id

    workerinput = getattr(config, "workerinput", None)
    if _RUN_ID not in config.stash:
        config.stash[_RUN_ID] = workerinput["tunespec_run"] if workerinput else new_run_id()
    config.stash[_STARTED] = time.monotonic()  # under xdist the session below is made when all is over
    config.stash[_FAILURES] = _Failures()
    config.pluginmanager.register(config.stash[_FAILURES])
    if any(str(arg).startswith("tunespec.suite") for arg in config.args) or config.option.tunespec_dataset:
        config.args[:] = _session(config).expand_arguments(_from_root(config))


def _from_root(config: pytest.Config) -> list[str]:
    """The arguments; one of ``addopts`` that is not there where the user started is looked for at the root."""
    start, root = config.invocation_params.dir, config.rootpath
    return [
        str(root / argument) if not (start / argument).exists() and (root / argument).exists() else argument
        for argument in config.args
    ]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist: tell a worker the run's name."""
    node.workerinput["tunespec_run"] = node.config.stash[_RUN_ID]


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> list[pytest.Item] | None:
    """A pitfall function: one item for each subject."""
    pitfall = getattr(obj, "__pitfall__", None)
    if pitfall is None or not isinstance(collector, pytest.Module):
        return None
    session = _session(collector.config)
    return [
        PitfallItem.from_parent(collector, name=f"{name}[{subject.name}]", pitfall=pitfall, subject=subject)
        for subject in session.subjects_of(pitfall)
    ]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Tell the judge what this session will ask, so that one suite run answers all."""
    items = [item for item in session.items if isinstance(item, PitfallItem)]
    if items:
        _session(session.config).announce([(item.pitfall, item.subject, item.nodeid) for item in items])


class _Failures:
    """Remembers which tests failed."""

    def __init__(self) -> None:
        self.nodes: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.nodes.add(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Set the exit code and write the reports, in the process that the user started."""
    config = session.config
    if hasattr(config, "workerinput") or config.getoption("collectonly"):
        return
    if not config.option.tunespec_dataset and not _left_verdicts(config):
        return
    tunespec = _session(config)
    interrupted = int(session.exitstatus) == pytest.ExitCode.INTERRUPTED
    code = tunespec.finish(stopped=bool(session.shouldstop or session.shouldfail), interrupted=interrupted)
    session.exitstatus = _combined(int(session.exitstatus), code, config.stash[_FAILURES].nodes, tunespec.announced)


def _combined(status: int, code: int, failed: set[str], announced: set[str]) -> int:
    """The session's exit code: tunespec's own, unless something else went wrong too.

    Args:
        status: pytest's own exit code.
        code: tunespec's.
        failed: node ids of all failed tests.
        announced: those of the pitfalls among them.
    """
    if status not in {0, 1, 5}:
        return 2
    others = failed - announced or (status == 1 and not failed)  # the latter: another plugin failed the session
    return max(code, 1) if others else code


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the text report under pytest's own output."""
    session = session_of(config)
    if session is not None and session.report is not None:
        terminalreporter.section("tunespec")
        terminalreporter.write(session.render("text"))


class PitfallItem(pytest.Item):
    """One pitfall on one subject."""

    def __init__(self, *, pitfall: Pitfall, subject: Any, **kwargs: Any) -> None:
        """Made by ``from_parent``."""
        super().__init__(**kwargs)
        self.pitfall, self.subject = pitfall, subject

    def runtest(self) -> None:
        """Ask the judge; fail, skip or pass."""
        outcome, text = _session(self.config).judge(self.pitfall, self.subject, self.nodeid)
        if outcome == "failed":
            raise PitfallFailure(text)
        if outcome == "skipped":
            pytest.skip(text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The verdict's own text; a traceback only for a defect of tunespec."""
        if isinstance(excinfo.value, PitfallFailure | CannotJudgeError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the pitfall is declared."""
        return self.path, self.pitfall.function.__code__.co_firstlineno - 1, self.name


class PitfallFailure(Exception):  # noqa: N818  it is a verdict, not an error
    """Findings at or above ``fail-on``; the text is the report's group."""


def adopt(config: pytest.Config, session: Session, run_id: str) -> None:
    """Use a session that the command line has made already."""
    config.stash[_SESSION], config.stash[_RUN_ID] = session, run_id


def session_of(config: pytest.Config) -> Session | None:
    """The session's state, if it has one yet."""
    return config.stash.get(_SESSION, None)


def _session(config: pytest.Config) -> Session:
    """The session's state, made when first needed; a problem with it ends the session with exit code 2."""
    if _SESSION not in config.stash:
        from tunespec.session import Session

        try:
            config.stash[_SESSION] = Session.from_options(
                start=config.invocation_params.dir, run_id=config.stash[_RUN_ID], options=_options(config)
            )
        except CannotJudgeError as error:
            pytest.exit(f"tunespec: {error}", returncode=2)
        config.stash[_SESSION].started = config.stash[_STARTED]
    return config.stash[_SESSION]


def _options(config: pytest.Config) -> Options:
    from tunespec.session import Options

    prefix = "tunespec_"
    return Options(**{k.removeprefix(prefix): v for k, v in vars(config.option).items() if k.startswith(prefix)})


def _left_verdicts(config: pytest.Config) -> bool:
    """Whether workers of this run judged anything."""
    from tunespec.cache import Cache
    from tunespec.config import find_root

    try:
        candidates = Cache.candidates(find_root(config.invocation_params.dir))
    except CannotJudgeError:
        return False  # a broken configuration, and nobody asked for it
    return any((folder / "runs" / config.stash[_RUN_ID]).exists() for folder in candidates)
