"""Verdicts: what a pitfall says of a subject, from the cache or from one suite run over the subject's table."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tunespec.cache import Cache, key_of
from tunespec.config import Config
from tunespec.discover import Discovery
from tunespec.engine import Asked
from tunespec.engine_process import EngineProcess, engine_process
from tunespec.errors import CannotJudgeError
from tunespec.fact_store import description_name
from tunespec.pitfall import Pitfall
from tunespec.progress import Progress
from tunespec.selection import Selection
from tunespec.subject_sources import Sources
from tunespec.subjects import ServedModel, Subject
from tunespec.tables import TABLES, Table, build_table
from tunespec.verdict import Results, Verdict, assemble, columns_of

if TYPE_CHECKING:
    from tunespec.tables import Source


@dataclass
class Judge:
    """Judges pitfalls over subjects. ``pitfalls`` are all that this session will ask for: one suite serves them.

    A served model is asked anew in each run, of which ``run_id`` is the name: nothing else tells how its server is set.
    """

    config: Config
    selection: Selection
    discovery: Discovery
    run_id: str = ""
    pitfalls: Sequence[Pitfall] = ()
    progress: Progress = field(default_factory=Progress)
    _failures: dict[tuple[str, str], Exception] = field(default_factory=dict)

    @cached_property
    def _sources(self) -> Sources:
        return Sources(self.config, self.discovery, self.progress, self.cache)

    @cached_property
    def cache(self) -> Cache:
        """The project's cache."""
        return Cache(self.config.root)

    def verdict(self, pitfall: Pitfall, subject: Subject) -> Verdict:
        """What the pitfall says of the subject.

        Raises:
            CannotJudgeError: if that cannot be said.
        """
        if pitfall.table not in TABLES:
            raise CannotJudgeError(f"{pitfall.code}: there is no table {pitfall.table!r}; known: {', '.join(TABLES)}")
        stored: Verdict | None = self.cache.read(self._result_name(pitfall, subject))
        if stored is not None:
            return stored
        with self.cache.lock(self._sources.key(subject)):
            stored = self.cache.read(self._result_name(pitfall, subject))
            return stored if stored is not None else self._run_once(subject)[pitfall.code, pitfall.name, pitfall.table]

    def prepare(self) -> None:
        """Start the engine, whose import takes long, if some dataset was never judged: pytest collects meanwhile."""
        if any(not self.cache.holds(description_name(self._sources.key(one))) for one in self.discovery.datasets):
            engine_process()

    def asked(self, pitfall: Pitfall) -> list[Asked]:
        """The pitfall's expectations that are on, with their configured severity."""
        return [
            Asked(
                f"{pitfall.code} {pitfall.name}",
                declared,
                self.config.severity(pitfall, declared.kind, declared.severity),
            )
            for declared in pitfall.expectations(self.config.thresholds(pitfall))
            if self.selection.reason(pitfall, declared.kind) is None
        ]

    def _run_once(self, subject: Subject) -> dict[tuple[str, str, str], Verdict]:
        """The suite run; what it could not do once, it is not asked again: a server that is silent costs each wait."""
        if (failed := self._failures.get((subject.family, subject.name))) is not None:
            raise failed
        if isinstance(subject, ServedModel) and (told := self.cache.read(self._refusal_name(subject))) is not None:
            raise CannotJudgeError(told["error"])  # by another worker of this run
        try:
            return self._run(subject)
        except Exception as error:
            self._failures[subject.family, subject.name] = error
            if isinstance(subject, ServedModel) and isinstance(error, CannotJudgeError):
                self.cache.write(self._refusal_name(subject), {"error": str(error)})
            raise
        finally:
            self._sources.forget(subject, self._waits)

    def _refusal_name(self, subject: ServedModel) -> str:
        return self._named(subject, f"{key_of(self._sources.key(subject))}-refused")

    def _run(self, subject: Subject) -> dict[tuple[str, str, str], Verdict]:
        """One suite run for every pitfall of this session that has no stored verdict on the subject."""
        pending = self._pending(subject)
        engine = engine_process()
        by_table = {name: [pitfall for pitfall in pending if pitfall.table == name] for name in TABLES}
        source = [self._sources.of(subject)]
        tables = self._tables(
            source[0], self._sources.key(subject), {name: own for name, own in by_table.items() if own}
        )

        def forget() -> None:
            source.clear()
            self._sources.forget(subject, self._waits)

        verdicts = {}
        for name, (table, description) in tables.items():
            self.progress("judging", len(table.places))
            asked = [(p, one) for p in by_table[name] for one in self.asked(p)]
            # To free as many objects as records are takes a while, which the engine needs anyway.
            results = _judge_table(engine, table, asked, forget)
            for pitfall in by_table[name]:
                verdict = assemble(pitfall, self.asked(pitfall), subject, table, results) | {"description": description}
                self.cache.write(self._result_name(pitfall, subject), verdict)
                verdicts[pitfall.code, pitfall.name, pitfall.table] = verdict
        self.progress.done()
        self.cache.trim()
        return verdicts

    def _pending(self, subject: Subject) -> list[Pitfall]:
        """The pitfalls of this session that have no stored verdict on the subject."""
        own = {name for name, family in TABLES.items() if family == subject.family}
        return [p for p in self.pitfalls if p.table in own and self.cache.read(self._result_name(p, subject)) is None]

    def _waits(self, subject: Subject) -> bool:
        """Whether the subject is still to be judged."""
        return (subject.family, subject.name) not in self._failures and bool(self._pending(subject))

    def _tables(
        self, source: Source, key: str, pitfalls: Mapping[str, Sequence[Pitfall]]
    ) -> dict[str, tuple[Table, dict[str, Any]]]:
        """Every table that these pitfalls judge."""
        tables = {}
        with _without_garbage_collection():
            for name, own in pitfalls.items():
                columns = {column for p in own for one in self.asked(p) for column in columns_of(one)}
                tables[name] = build_table(name, columns, source, self.cache, key)
        return tables

    def _result_name(self, pitfall: Pitfall, subject: Subject) -> str:
        asked = [(one.declaration.type, dict(one.declaration.kwargs), one.severity) for one in self.asked(pitfall)]
        identity = pitfall.code, pitfall.name, pitfall.table, pitfall.source_hash
        return self._named(subject, key_of(self._sources.key(subject), identity, asked))

    def _named(self, subject: Subject, name: str) -> str:
        """Where a result is kept: what a server said counts in this run only."""
        folder = f"runs/{self.run_id}/results" if isinstance(subject, ServedModel) else "results"
        return f"{folder}/{name}.json"


def _judge_table(
    engine: EngineProcess, table: Table, asked: Sequence[tuple[Pitfall, Asked]], meanwhile: Callable[[], None]
) -> Results:
    """The results of one suite run, keyed by code and kind; ``meanwhile`` is done while the engine runs.

    Raises:
        CannotJudgeError: for a fact that nobody computed, or an expectation that could not be judged.
    """
    asked = [(p, one) for p, one in asked if one.declaration.kind not in table.reasons]
    for pitfall, one in asked:
        kind = one.declaration.kind
        if kind in table.examined and not table.examined[kind]:
            raise CannotJudgeError(f"{pitfall.code}.{kind}: no row was examined, and no reason is known")
    if not asked:
        return {}
    columns = {name: table.column(name) for _, one in asked for name in columns_of(one)}
    answers = engine.evaluate(len(table.places), columns, [one for _, one in asked], meanwhile)
    return {(p.code, one.declaration.kind): answer for (p, one), answer in zip(asked, answers, strict=True)}


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Millions of living objects make each collection long, and none of them is a cycle."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()  # and back: what was made meanwhile is old now, and no collection looks at it soon
            gc.unfreeze()
            gc.enable()
