"""The pytest plugin: pitfalls become items, one for each subject; their verdicts become exit code and report.

Hooks are thin and imports lazy: a session without tunespec tests prints nothing and imports neither GX nor Polars.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tunespec.errors import CannotJudgeError

if TYPE_CHECKING:
    from tunespec.pitfall import Pitfall
    from tunespec.session import Session

_SESSION = pytest.StashKey["Session"]()
_RUN_ID = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options; ``tunespec check`` passes the same ones."""
    group = parser.getgroup("tunespec", "tunespec: judge fine-tuning datasets")
    add = group.addoption
    add("--dataset", action="append", default=[], metavar="PATH", help="file, folder or glob to judge (repeatable)")
    add("--select", action="append", default=[], metavar="CODE", help="judge only these codes, names, families, kinds")
    add("--ignore-pitfall", action="append", default=[], metavar="CODE", help="switch codes, names or kinds off")
    add("--fail-on", choices=["error", "warning", "info"], default=None, help="least severity that fails")
    add("--report", action="append", default=[], metavar="FORMAT=FILE", help="write a report (text, json)")
    add("--show-rows", action="store_true", help="print the text of the records with findings")
    add("--exit-zero", action="store_true", help="exit 0 where findings would exit 1")
    add("--gx-suites", default=None, metavar="DIR", help="write the suites as Great Expectations' JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Name the run, once for all workers, and let the suite's package stand for its modules."""
    from tunespec.run import new_run_id

    workerinput = getattr(config, "workerinput", None)
    if _RUN_ID not in config.stash:
        config.stash[_RUN_ID] = workerinput["tunespec_run"] if workerinput else new_run_id()
    if any(str(arg).startswith("tunespec.suite") for arg in config.args) or config.getoption("--dataset"):
        config.args[:] = _session(config).expand_arguments(config.args)


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


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Set the exit code and write the reports, in the process that the user started."""
    if hasattr(session.config, "workerinput") or session.config.getoption("collectonly"):
        return
    if session_of(session.config) is None and not _left_verdicts(session.config):
        return
    session.exitstatus = _session(session.config).finish(int(session.exitstatus))


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
                start=config.invocation_params.dir, run_id=config.stash[_RUN_ID], options=vars(config.option)
            )
        except CannotJudgeError as error:
            pytest.exit(f"tunespec: {error}", returncode=2)
    return config.stash[_SESSION]


def _left_verdicts(config: pytest.Config) -> bool:
    """Whether workers of this run judged anything."""
    from tunespec.cache import Cache
    from tunespec.config import find_root

    candidates = Cache.candidates(find_root(config.invocation_params.dir))
    return any((folder / "runs" / config.stash[_RUN_ID]).exists() for folder in candidates)
