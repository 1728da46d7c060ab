"""One session, whoever runs it: configuration, subjects, judge, run folder and report, without a word of pytest."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tunespec.cache import Cache
from tunespec.config import Config, find
from tunespec.discover import Discovery, discover
from tunespec.discover_answers import with_given
from tunespec.discover_training import with_run
from tunespec.errors import CannotJudgeError
from tunespec.inference.recording import refuse_other_file
from tunespec.judge import Judge
from tunespec.pitfall import SEVERITIES, Pitfall
from tunespec.report import Report, parse_target, render
from tunespec.report.build import build_report, exit_code
from tunespec.report.interruption import interruption
from tunespec.run import Run
from tunespec.selection import Selection, choose
from tunespec.subjects import Absent, Subject
from tunespec.suite_paths import suite_modules
from tunespec.tables import TABLES

OF_INFERENCE = ("model", "host", "api", "probes", "outputs", "record", "remote")  # options that override [inference]
OF_TRAINING = ("training", "logs")  # options that override [training]
_SHOWN = "answers.jsonl"  # in the run's folder: a live model's answers, until their report is written


@dataclass(frozen=True)
class Options:
    """What the user asked for on the command line."""

    dataset: Sequence[str] = ()
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    report: Sequence[str] = ()
    fail_on: str | None = None
    show_rows: bool = False
    exit_zero: bool = False
    gx_suites: str | None = None
    model: str | None = None
    host: str | None = None
    api: str | None = None
    probes: Sequence[str] = ()
    outputs: Sequence[str] = ()
    record: str | None = None
    remote: bool = False
    training: Sequence[str] = ()
    logs: Sequence[str] = ()


@dataclass
class Session:
    """State of one session in one process."""

    config: Config
    selection: Selection
    discovery: Discovery
    verdicts: Judge
    run: Run
    options: Options
    started: float = field(default_factory=time.monotonic)
    report: Report | None = None
    _texts: Mapping[tuple[str, int | None], str] | None = None
    announced: set[str] = field(
        default_factory=set
    )  # node ids of all pitfalls that the run was to judge, once finished

    @classmethod
    def from_options(cls, *, start: Path, run_id: str, options: Options) -> Session:
        """Read the configuration and find the subjects.

        Args:
            start: the folder in which the user started.
            run_id: the run's name, equal in all workers.
            options: what the user asked for.

        Raises:
            CannotJudgeError: for a wrong option, configuration or input.
        """
        targets = [path for _, path in map(parse_target, options.report)]
        given = {key: getattr(options, key) for key in OF_INFERENCE}
        config = with_given(find(start), given)
        config = with_run(config, training=options.training, logs=options.logs)
        selection = choose(config, _split(options.select), _split(options.ignore))
        discovery = discover(config, options.dataset)
        for target in targets:
            discovery.refuse_overwriting(target)
        if options.record:
            discovery.refuse_overwriting(Path(options.record), "the recording")
            refuse_other_file(Path(options.record))
        run = Run(Cache(config.root).folder / "runs" / run_id)
        if options.show_rows and config.inference.get("model") and not config.inference.get("record"):
            config = replace(config, inference={**config.inference, "record": str(run.folder / _SHOWN)})
        return cls(config, selection, discovery, Judge(config, selection, discovery, run_id), run, options)

    @property
    def fail_on(self) -> str:
        """The least severity that fails."""
        return self.options.fail_on or self.config.fail_on

    def expand_arguments(self, arguments: Sequence[str]) -> list[str]:
        """Pytest's arguments with the suite's package as its modules, and the project's house rules added."""
        expanded: list[str] = []
        for argument in arguments:
            is_suite = str(argument).startswith("tunespec.suite")
            expanded += [str(path) for path in suite_modules()] if is_suite else [argument]
        rules = [str(path) for path in self.config.rules if str(path) not in expanded]
        return [*expanded, *rules]

    def subjects_of(self, pitfall: Pitfall) -> Sequence[Subject | Absent]:
        """The subjects that a pitfall is asked of, or what is missing; none if it is off."""
        if not self.selection.on(pitfall):
            return ()
        return self.discovery.of(TABLES.get(pitfall.table, "data"))

    def announce(self, asked: Sequence[tuple[Pitfall, Subject | Absent, str]]) -> None:
        """Say what will be asked, before the first question."""
        there = [pitfall for pitfall, subject, _ in asked if not isinstance(subject, Absent)]
        self.verdicts.pitfalls = list({(p.code, p.name, p.table): p for p in there}.values())
        nodes = sorted(node for _, _, node in asked)
        self.run.write("announced", {"announced": nodes, "passed_over": self.discovery.passed_over})
        for path, error in self.discovery.unreadable.items():
            self.run.write(f"unreadable {path}", {"error": error})

    def judge(self, pitfall: Pitfall, subject: Subject | Absent, node: str) -> tuple[str, str]:
        """``(outcome, text)``: passed, failed with the findings, or skipped with the reason.

        Raises:
            CannotJudgeError: if that cannot be said; the run's folder says it too.
        """
        entry = {"node": node, "code": pitfall.code, "name": pitfall.name, "table": pitfall.table}
        if isinstance(subject, Absent):
            self.run.write(node, entry | {"absent": subject.reason})
            return "skipped", subject.reason
        entry["subject"] = subject.name
        try:
            verdict = self.verdicts.verdict(pitfall, subject)
        except CannotJudgeError as error:
            self.run.write(node, entry | {"error": str(error)})
            raise
        except Exception as error:
            place = self.run.keep(f"{pitfall.code}-traceback.txt", traceback.format_exc())
            what = f"internal error in {pitfall.code} on {subject.name}: {error!r}; its traceback: {place}"
            self.run.write(node, entry | {"error": what})
            raise
        self.run.write(node, entry | {"verdict": verdict})
        return self._outcome(entry | {"verdict": verdict})

    def _outcome(self, entry: Mapping[str, Any]) -> tuple[str, str]:
        """What pytest shows of one verdict."""
        verdict, gate = entry["verdict"], SEVERITIES.index(self.fail_on)
        if any(SEVERITIES.index(finding["severity"]) >= gate for finding in verdict["findings"]):
            own = build_report(self.config, Selection({}), [entry], 0.0)
            own |= {"subjects": [], "pitfalls": [row for row in own["pitfalls"] if row["status"] != "skipped"]}
            return "failed", render(own, "text").rsplit("\n\n", 1)[0]
        reasons = [kind["reason"] for kind in verdict["kinds"] if kind["status"] == "skipped"]
        if len(reasons) == len(verdict["kinds"]):
            return "skipped", "; ".join(sorted(set(reasons), reverse=True))
        return "passed", ""

    def finish(self, *, stopped: bool = False, interrupted: bool = False) -> int:
        """Build and write the reports; returns the exit code of what tunespec judged.

        Args:
            stopped: whether the user had the run stopped early (``-x``), so that missing verdicts are no surprise.
            interrupted: whether the user did so in the middle of a test (Ctrl-C), which no verdict may hide.
        """
        try:
            self._build(stopped=stopped, interrupted=interrupted)
        finally:
            (self.run.folder / _SHOWN).unlink(missing_ok=True)
        self._write_reports()
        assert self.report is not None
        code = exit_code(self.report, self.fail_on)
        return 0 if code == 1 and self.options.exit_zero else code

    def _build(self, *, stopped: bool, interrupted: bool) -> None:
        """The report, with the texts that it shows."""
        entries = self.run.read()
        self.report = build_report(self.config, self.selection, entries, time.monotonic() - self.started)
        self.announced = {node for entry in entries for node in entry.get("announced", ())}
        missing = self.announced - {entry["node"] for entry in entries if "node" in entry}
        if interrupted:
            self.report["errors"].append(interruption(missing, len(self.announced)))
        elif missing and not stopped:
            self.report["errors"].append(f"{len(missing)} tests did not run, {min(missing)} for one")
        self._texts = self._rows() if self.options.show_rows else None

    def _write_reports(self) -> None:
        """Write what was asked for; what cannot be written is an error of the report."""
        assert self.report is not None
        for target in self.options.report:
            format_, path = parse_target(target)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(self.render(format_), encoding="utf-8", newline="\n")
            except OSError as error:
                self.report["errors"].append(f"--report {target}: {error.strerror or error}")
        try:
            self._export_suites()
        except (OSError, CannotJudgeError) as error:
            self.report["errors"].append(f"--gx-suites {self.options.gx_suites}: {error}")

    def render(self, format_: str) -> str:
        """The finished report in a format."""
        assert self.report is not None
        return render(self.report, format_, rows=self._texts)

    def _rows(self) -> dict[tuple[str, int | None], str]:
        """The text of every record and answer with a finding: read again, since nothing keeps it."""
        from tunespec.inference.answer_rows import answer_texts
        from tunespec.report.rows import record_texts

        assert self.report is not None
        wanted = {(finding["path"], finding["row"]) for finding in self.report["findings"]}
        answers = answer_texts(self.discovery, self.config)
        return record_texts(self.discovery, wanted) | {at: text for at, text in answers.items() if at in wanted}

    def _export_suites(self) -> None:
        if self.options.gx_suites:
            from tunespec.engine import export_suite

            tables: dict[str, list[Any]] = {}
            for pitfall in self.config.catalogue.pitfalls:
                tables.setdefault(pitfall.table, []).extend(self.verdicts.asked(pitfall))
            for table, asked in tables.items():
                export_suite(Path(self.options.gx_suites), table, asked)


def _split(tokens: Sequence[str]) -> list[str]:
    """``--select D002,D005`` is two tokens."""
    return [part.strip() for token in tokens for part in token.split(",") if part.strip()]
