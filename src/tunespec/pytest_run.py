"""pytest, run by ``tunespec check``: with a session that is made already, and with tunespec's report as its output."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import pytest

from tunespec import pytest_plugin
from tunespec.session import Session


def run_pytest(arguments: Sequence[str], session: Session, run_id: str, format_: str) -> tuple[int, str]:
    """Run it, and print the report in ``format_``; says pytest's exit code, and what went wrong in pytest itself."""
    output = _Output(session, format_)
    status = pytest.main(list(arguments), plugins=[_Start(session, run_id), output])
    return int(status), output.broken


class _Start:
    """Hands the session over before the plugin would make its own."""

    def __init__(self, session: Session, run_id: str) -> None:
        self._session, self._run_id = session, run_id

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        pytest_plugin.adopt(config, self._session, self._run_id)


class _Output:
    """Replaces pytest's terminal output by tunespec's report."""

    def __init__(self, session: Session, format_: str) -> None:
        self.broken = ""
        self._session, self._format = session, format_

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        reporter = config.pluginmanager.getplugin("terminalreporter")
        if reporter is not None:
            config.pluginmanager.unregister(reporter)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken += str(report.longrepr) + "\n"

    def pytest_internalerror(self, excrepr: object) -> None:
        self.broken += str(excrepr)

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self) -> Any:
        yield
        if self._session.report is not None:
            sys.stdout.write(self._session.render(self._format))
            sys.stdout.flush()
