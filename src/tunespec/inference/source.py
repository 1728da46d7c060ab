"""What the facts of answers are computed from, each part asked, read or computed when first wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tunespec.inference.answered import Answered, Served
from tunespec.inference.endings import ended_by
from tunespec.splits import relative
from tunespec.subjects import Dataset, Recording, ServedModel, TemplatePair

if TYPE_CHECKING:
    from tunespec.config import Config
    from tunespec.inference.recorded import Recorded, Unread
    from tunespec.inference.shown import Shown
    from tunespec.inference.surroundings import Surroundings
    from tunespec.inference.training_data import TrainingData
    from tunespec.progress import Progress
    from tunespec.sources import RecordSource
    from tunespec.templates.source import TemplateSource


class AnswerSource:
    """The answers of one served model, or of one recording."""

    def __init__(
        self,
        subject: ServedModel | Recording,
        config: Config,
        progress: Progress,
        template: TemplateSource | None = None,
        trained: TrainingData | None = None,
        given: Sequence[Answered] | None = None,
        served: Served | None = None,
    ) -> None:
        """Nothing is asked yet.

        Args:
            subject: whose answers.
            config: the project's configuration.
            progress: told what is asked.
            template: the templates that the model was made with, if they are at hand.
            trained: the records that it was trained on, if they are at hand.
            given: the answers, if they are known already: nothing is asked or read then.
            served: what the server said of the model that gave those.
        """
        self.subject, self.template, self.trained = subject, template, trained
        self._config, self._progress = config, progress
        self._given = None if given is None else (given, served)
        self._texts: dict[tuple[int, ...], RecordSource] = {}

    @cached_property
    def answered(self) -> Sequence[Answered]:
        """Every prompt with its answer.

        Raises:
            CannotJudgeError: for a server that fails, and files that hold no probe or no output.
        """
        if self._given is not None:
            return self._given[0]
        return self._recorded.answered if isinstance(self.subject, Recording) else self._asked[0]

    @cached_property
    def served(self) -> Served | None:
        """What the server says of its model; None for recorded outputs that do not tell."""
        if self._given is not None:
            return self._given[1]
        return self._recorded.served if isinstance(self.subject, Recording) else self._asked[1]

    @cached_property
    def unread(self) -> Sequence[Unread]:
        """The lines of recorded outputs that hold no answer."""
        is_read = self._given is None and isinstance(self.subject, Recording)
        return self._recorded.unread if is_read else ()

    @cached_property
    def _recorded(self) -> Recorded:
        from tunespec.inference.recorded import read_recorded
        from tunespec.shapes import Shapes

        return read_recorded(self.subject.files, Shapes(self._config.columns, self._config.roles))

    @cached_property
    def _asked(self) -> tuple[list[Answered], Served]:
        assert isinstance(self.subject, ServedModel)
        from tunespec.inference.asker import Asker
        from tunespec.inference.connect import connect
        from tunespec.inference.probe import read_probes
        from tunespec.inference.recording import open_recording, write_recording

        probes = read_probes(self.subject.probes, self._config.root)
        server = connect(self.subject, self._config)
        served, target = self._called(server.describe()), self._config.inference.get("record")
        if target:
            open_recording(Path(target))
        answered = Asker(server, served, self._progress).ask(probes)
        served = self._called(server.describe())  # again: now that the model is loaded, its context is known
        if target:
            write_recording(Path(target), answered, served)
        return answered, served

    def _called(self, served: Served) -> Served:
        """The model as its callers ask it: by the configuration, else by the one client that is at hand."""
        from tunespec.inference.caller import as_called

        assert isinstance(self.subject, ServedModel)
        pair = self.callers
        file = relative(self._config.file, self._config.root) if self._config.file is not None else ""
        callers: list[Any] = [*pair.requests, *pair.calls] if pair is not None else []
        return as_called(served, self._config.inference, file, callers, self.subject.url)

    @cached_property
    def callers(self) -> TemplateSource | None:
        """The files with what asks the model: those of its templates, else what is at hand without any."""
        from tunespec.templates.source import TemplateSource

        if isinstance(self.subject, ServedModel) and self.subject.clients:
            return TemplateSource(TemplatePair(self.subject.name, self.subject.clients), self._config)
        return self.template

    @cached_property
    def texts(self) -> RecordSource:
        """The answers as records, for the facts about texts; row ``n`` is ``answered[n]``."""
        return self.texts_of(tuple(range(len(self.answered))))

    def texts_of(self, rows: tuple[int, ...]) -> RecordSource:
        """Some of the answers as records; row ``n`` is ``answered[rows[n]]``."""
        if rows not in self._texts:
            self._texts[rows] = self._records(rows)
        return self._texts[rows]

    def _records(self, rows: tuple[int, ...]) -> RecordSource:
        from tunespec.inference.answer_records import answer_records
        from tunespec.sources import RecordSource

        dataset = Dataset(self.subject.name, self.subject.files)
        records = answer_records([self.answered[row] for row in rows], self.turn_end)
        return RecordSource(dataset, None, self._config, self._progress, records)

    @cached_property
    def surroundings(self) -> Surroundings:
        """What stands around answers, and belongs into none."""
        from tunespec.inference.surroundings import surroundings

        return surroundings(self)

    @cached_property
    def shown(self) -> Sequence[Shown | None]:
        """Of each answer, the first thing that does not belong there: I002 and T001 share it out."""
        from tunespec.inference.shown import Looker

        looker = Looker(self.surroundings, self.trained)
        return [looker.first(answered) for answered in self.answered]

    @property
    def turn_end(self) -> str:
        """What training put behind each answer: the template's turn end, or the dataset's end marker; may be empty."""
        side = self.template.training if self.template is not None else None
        if side is not None and side.turn_end:
            return side.turn_end
        marker = self.trained.taught.end_marker if self.trained is not None else None
        return marker.text if marker is not None else ""

    def because(self, reason: str, *lacking: Literal["template", "dataset"]) -> str:
        """A reason for looking at nothing, and why templates or the dataset are not known, if several may be meant."""
        whys = {"template": self.subject.no_pair, "dataset": self.subject.no_dataset}
        told = "; ".join(whys[what] for what in lacking if whys[what])
        return f"{reason}: {told}" if told else reason

    def setting(self, code: str, key: str) -> Any:
        """A threshold that facts are computed from."""
        from tunespec.sources import setting

        return setting(self._config, code, key)

    def described(self) -> dict[str, Any]:
        """The subject as the report's ``subjects`` shows it."""
        profile: dict[str, Any] = {"answers": len(self.answered)}
        if (served := self.served) is not None:
            profile["server"], profile["digest"] = served.server, served.digest
            profile["stops"] = list(served.stops) if served.stops is not None else None
            profile["limit"], profile["context"] = served.limit, served.context
            profile["given"] = dict(served.given)
            profile["deterministic"] = self.deterministic
            profile["ended_by"] = ended_by(self.answered, served.stops)
        if self.subject.pair is not None:
            profile["template"] = self.subject.pair.name
        if self.subject.dataset is not None:
            profile["dataset"] = self.subject.dataset.name
        if undecided := [why for why in (self.subject.no_pair, self.subject.no_dataset) if why]:
            profile["undecided"] = undecided
        rows, unread = (Counter(one.place.path for one in found) for found in (self.answered, self.unread))
        files = [
            {"path": f.shown, "split": None, "format": f.format, "rows": rows[f.shown], "unread": unread[f.shown]}
            for f in self.subject.files
        ]
        return {"name": self.subject.name, "family": self.subject.family, "files": files, "profile": profile}

    @property
    def deterministic(self) -> bool | None:
        """Whether the probes that were asked twice were answered the same; None if none was."""
        twice = [(one.reply, one.repeated or one.again) for one in self.answered if one.again is not None]
        return all(again is not None and again.is_as(reply) for reply, again in twice) if twice else None
