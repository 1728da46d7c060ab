"""From a subject to what its facts are computed from, and to the key of everything that they depend on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tunespec.cache import key_of
from tunespec.config import Config
from tunespec.discover import Discovery, files_of
from tunespec.progress import Progress
from tunespec.sources import RecordSource, settings_key
from tunespec.subjects import Dataset, Recording, ServedModel, Subject, TemplatePair

if TYPE_CHECKING:
    from tunespec.tables import Source
    from tunespec.templates.source import TemplateSource


@dataclass
class Sources:
    """The sources of a session's subjects; ``families`` are those that it judges."""

    config: Config
    discovery: Discovery
    progress: Progress
    families: frozenset[str]
    _kept: dict[Dataset, RecordSource] = field(default_factory=dict)

    def of(self, subject: Subject) -> Source:
        """What the facts of a subject are computed from; nothing is read yet."""
        if isinstance(subject, Dataset):
            return self._records(subject)
        if isinstance(subject, TemplatePair):
            return self._templates(subject)
        from tunespec.inference.source import AnswerSource

        template = self._templates(subject.pair) if subject.pair else None
        records = self._records(subject.dataset) if subject.dataset else None
        return AnswerSource(subject, self.config, self.progress, template, records)

    def _templates(self, pair: TemplatePair) -> TemplateSource:
        from tunespec.templates.source import TemplateSource

        return TemplateSource(pair, self.config, self._records(pair.dataset) if pair.dataset else None)

    def _records(self, dataset: Dataset) -> RecordSource:
        """A dataset's records, read once: they are kept where another subject is judged over them, too."""
        if dataset in self._kept:
            return self._kept[dataset]
        source = RecordSource(dataset, self._benchmarks, self.config, self.progress)
        others = [*self.discovery.templates, *self.discovery.answering]
        if any(other.dataset == dataset and other.family in self.families for other in others):
            self._kept[dataset] = source
        return source

    @cached_property
    def _benchmarks(self) -> Dataset | None:
        patterns = self.config.thresholds(self.config.catalogue.find("D004"))["against"]
        return Dataset("benchmarks", tuple(files_of(self.config, patterns, None))) if patterns else None

    @cached_property
    def _settings(self) -> list[tuple[str, str, Any, str]]:
        """The settings of all facts; every key holds them, and one names a file that is hashed."""
        return settings_key(self.config)

    def key(self, subject: Subject) -> str:
        """A name for all that the facts of a subject depend on, but for what a server may answer."""
        if isinstance(subject, ServedModel | Recording):
            return self._key_of_answers(subject)
        beside = subject.beside if isinstance(subject, TemplatePair) else ()
        files = [(f.shown, f.split, f.format, f.content_hash) for f in (*subject.files, *beside)]
        against = [(f.shown, f.content_hash) for f in self._benchmarks.files] if self._benchmarks else []
        columns, roles = dict(self.config.columns), dict(self.config.roles)
        if isinstance(subject, Dataset):
            return key_of("dataset", subject.name, subject.alone, files, against, columns, roles, self._settings)
        plain = vars(subject.plain) if subject.plain else None
        trained = self.key(subject.dataset) if subject.dataset else None
        return key_of("template", subject.name, subject.ambiguous, files, plain, trained)

    def _key_of_answers(self, subject: ServedModel | Recording) -> str:
        files = [(file.shown, file.format, file.content_hash) for file in subject.files]
        made_with = [self.key(one) for one in (subject.pair, subject.dataset) if one is not None]
        asked = (subject.url, subject.api, list(map(str, subject.probes))) if isinstance(subject, ServedModel) else ()
        made_with += [subject.no_pair, subject.no_dataset]
        return key_of("answers", subject.name, files, made_with, asked, dict(self.config.inference), self._settings)
