"""From a subject to what its facts are computed from, and to the key of everything that they depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tunespec.cache import Cache, key_of
from tunespec.config import Config
from tunespec.discover import Discovery
from tunespec.paths import files_of
from tunespec.progress import Progress
from tunespec.sources import RecordSource, settings_key
from tunespec.subjects import Dataset, Recording, ReviewLog, ServedModel, Subject, TemplatePair, TrainingRun
from tunespec.tables import TABLES

if TYPE_CHECKING:
    from tunespec.inference.source import AnswerSource
    from tunespec.review.source import ReviewSource
    from tunespec.tables import Source
    from tunespec.templates.source import TemplateSource
    from tunespec.training.source import RunSource


@dataclass
class Sources:
    """The sources of a session's subjects."""

    config: Config
    discovery: Discovery
    progress: Progress
    cache: Cache
    _kept: dict[Dataset, RecordSource] = field(default_factory=dict)
    _found: dict[str, list[str]] = field(default_factory=dict)

    def of(self, subject: Subject) -> Source:
        """What the facts of a subject are computed from; nothing is read yet."""
        if isinstance(subject, Dataset):
            return self._records(subject)
        if isinstance(subject, TemplatePair):
            return self._templates(subject)
        if isinstance(subject, TrainingRun):
            return self._run(subject)
        if isinstance(subject, ReviewLog):
            return self._reviews(subject)
        return self._answers(subject)

    def _answers(self, subject: ServedModel | Recording) -> AnswerSource:
        from tunespec.inference.source import AnswerSource
        from tunespec.inference.training_data import TrainingData

        template = self._templates(subject.pair) if subject.pair else None
        trained = None
        if (dataset := subject.dataset) is not None:
            trained = TrainingData(self._records(dataset), self.cache, self.key(dataset))
        return AnswerSource(subject, self.config, self.progress, template, trained)

    def _run(self, run: TrainingRun) -> RunSource:
        from tunespec.training.source import RunSource

        records = self._records(run.dataset) if run.dataset else None
        return RunSource(run, self.config, records, self._templates(run.pair) if run.pair else None)

    def _reviews(self, log: ReviewLog) -> ReviewSource:
        from tunespec.fact_store import places_of
        from tunespec.review.source import ReviewSource, today
        from tunespec.review.targets import Target, outputs_target, records_target

        def targets() -> list[Target]:
            places = {one.name: places_of(self._records(one), self.cache, self.key(one)) for one in log.datasets}
            records = [records_target(name, own) for name, own in places.items()]
            return [*records, *(outputs_target(self._answers(one)) for one in log.recordings)]

        settings = self.config.thresholds(self.config.catalogue.find("E002"))
        return ReviewSource(log, today(self.config), settings, targets)

    def _templates(self, pair: TemplatePair) -> TemplateSource:
        from tunespec.templates.source import TemplateSource

        return TemplateSource(pair, self.config, self._records(pair.dataset) if pair.dataset else None)

    def _records(self, dataset: Dataset) -> RecordSource:
        """A dataset's records, read once for all subjects that are judged over them."""
        if dataset not in self._kept:
            self._kept[dataset] = RecordSource(dataset, self._benchmarks, self.config, self.progress)
        return self._kept[dataset]

    def forget(self, judged: Subject, waits: Callable[[Subject], bool]) -> None:
        """Let go of the records of a subject that was judged, unless another one ``waits`` for them."""
        users = (*self.discovery.templates, *self.discovery.runs, *self.discovery.answering, *self.discovery.reviews)
        for dataset in _read_for(judged):
            over = [dataset, *(one for one in users if dataset in _read_for(one))]
            if dataset in self._kept and not any(waits(one) for one in over if one != judged):
                del self._kept[dataset]

    @cached_property
    def _benchmarks(self) -> Dataset | None:
        patterns = self.config.thresholds(self.config.catalogue.find("D004"))["against"]
        return Dataset("benchmarks", tuple(files_of(self.config.root, patterns))) if patterns else None

    @cached_property
    def _settings(self) -> list[tuple[str, str, Any, str]]:
        """The settings of all facts; every key holds them, and one names a file that is hashed."""
        return settings_key(self.config)

    def _thresholds(self, family: str) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Those of the pitfalls over a family's tables, whose facts weigh them: the tables are small, and made anew."""
        own = [one for one in self.config.catalogue.pitfalls if TABLES.get(one.table) == family]
        return [(one.code, one.table, self.config.thresholds(one)) for one in own]

    def key(self, subject: Subject) -> str:
        """A name for all that the facts of a subject depend on, but for what a server may answer."""
        if isinstance(subject, ServedModel | Recording):
            return self._key_of_answers(subject)
        if isinstance(subject, ReviewLog):
            return self._key_of_reviews(subject)
        beside = subject.beside if isinstance(subject, TemplatePair | TrainingRun) else ()
        files = [(f.shown, f.split, f.format, f.content_hash) for f in (*subject.files, *beside)]
        against = [(f.shown, f.content_hash) for f in self._benchmarks.files] if self._benchmarks else []
        columns, roles = dict(self.config.columns), dict(self.config.roles)
        if isinstance(subject, TrainingRun):
            made_with = [self.key(one) for one in (subject.pair, subject.dataset) if one is not None]
            told = subject.no_dataset, subject.is_partial, dict(self.config.training), self._thresholds("training")
            return key_of("run", subject.name, files, made_with, self._found_of(subject), *told)
        if isinstance(subject, Dataset):
            named = [(file.named_by, file.columns, file.roles) for file in subject.files]
            files += [(file.shown, "probes", file.format, file.content_hash) for file in subject.probes]
            held_out = subject.held_out, subject.held_out_share
            said = subject.alone, named, held_out, _kept(subject)
            return key_of("dataset", subject.name, said, files, against, columns, roles, self._settings)
        plain = vars(subject.plain) if subject.plain else None
        trained = self.key(subject.dataset) if subject.dataset else None
        asked = self.config.inference.get("model"), dict(self.config.template)  # whose callers are the pair's
        return key_of("template", subject.name, subject.no_training, files, plain, trained, asked)

    def _found_of(self, run: TrainingRun) -> list[str]:
        """What the header says was found where, told once: it names files that are no part of the run."""
        if run.name not in self._found:
            from tunespec.training.found import found_of
            from tunespec.training.source import RunSource

            spec = RunSource(run, self.config).spec
            self._found[run.name] = found_of(spec, self.config.root) if spec is not None else []
        return self._found[run.name]

    def _key_of_reviews(self, subject: ReviewLog) -> str:
        from tunespec.review.source import today

        files = [(file.shown, file.format, file.content_hash) for file in subject.files]
        of = [*map(self.key, subject.datasets), *map(self.key, subject.recordings)]
        return key_of("reviews", subject.name, files, of, today(self.config), self._thresholds("evaluation"))

    def _key_of_answers(self, subject: ServedModel | Recording) -> str:
        files = [(file.shown, file.format, file.content_hash) for file in subject.files]
        made_with = [self.key(one) for one in (subject.pair, subject.dataset) if one is not None]
        made_with += [subject.no_pair, subject.no_dataset]
        read = dict(self.config.columns), dict(self.config.roles), self._settings
        if isinstance(subject, Recording):
            return key_of("recording", subject.name, files, made_with, read)
        asked = subject.url, subject.api, list(map(str, subject.probes)), dict(self.config.inference)
        return key_of("served", subject.name, files, made_with, read, asked)


def _kept(dataset: Dataset) -> tuple[int, str, str] | None:
    """The tokens of a record that are kept, and the tokenizer that counts them."""
    length = dataset.length
    if length is None:
        return None
    return length.tokens, length.said, length.tokenizer.content_hash if length.tokenizer is not None else ""


def _read_for(subject: Subject) -> tuple[Dataset, ...]:
    """The datasets whose records a subject is judged by."""
    if isinstance(subject, Dataset):
        return (subject,)
    if isinstance(subject, ReviewLog):
        return subject.datasets
    return (subject.dataset,) if subject.dataset is not None else ()
