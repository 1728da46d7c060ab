"""What the facts of a training run are computed from, each part read or computed when first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tunespec.canonical import canonical
from tunespec.sources import setting
from tunespec.splits import HELD_OUT, TRAINED
from tunespec.subjects import DataFile, TrainingRun
from tunespec.training.checkpoints import CHECKPOINT
from tunespec.training.configuration import spec_in
from tunespec.training.errors import TrainingError
from tunespec.training.found import found_of
from tunespec.training.frameworks import BESIDE
from tunespec.training.plan import Plan, plan_of
from tunespec.training.recognise import LOG
from tunespec.training.run_log import run_log
from tunespec.training.run_spec import RunSpec
from tunespec.training.step_facts.logged_run import LoggedRun
from tunespec.wording import first_of, plural

if TYPE_CHECKING:
    from pathlib import Path

    from tunespec.config import Config
    from tunespec.conversation import Conversation
    from tunespec.sources import RecordSource
    from tunespec.templates.source import TemplateSource


_OF_RECORD, _OF_TURN = 64, 16  # tokens that a template adds at most: a system prompt of its own, headers and ends
_FILES = 3  # of training data that the header names
_NAMED = 5  # logs that are not judged, of which the header names no more


class RunSource:
    """A training run's files, read; each part once, when it is first asked for.

    What cannot be read is None, and ``problems`` says why.
    """

    def __init__(
        self,
        run: TrainingRun,
        config: Config,
        records: RecordSource | None = None,
        template: TemplateSource | None = None,
    ) -> None:
        """Nothing is read yet; ``records`` are those that it trains on, ``template`` what it trains with."""
        self.run, self._config, self.records, self.template = run, config, records, template
        self.problems: dict[str, str] = {}  # path as shown -> what is wrong

    @cached_property
    def spec(self) -> RunSpec | None:
        """Its settings; None if no configuration of it is there."""
        return next(self._specs("training", beside=list(self._specs(*BESIDE))), None)

    @cached_property
    def trained_on(self) -> int | None:
        """The number of records that may be trained on; None if they are not all at hand."""
        if self.records is None or self.run.is_partial:
            return None
        return len(self._trained)

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self._config.root

    def threshold(self, code: str, key: str) -> Any:
        """What the configuration says for one of ``sources.SETTINGS``."""
        return setting(self._config, code, key)

    @property
    def devices(self) -> int | None:
        """Processes that train in parallel: as tunespec's configuration says, else the launcher's.

        1 for a framework that shares one batch out among them.
        """
        own = self.spec.setting("devices") if self.spec is not None else None
        launched = own.value if own is not None else None
        told = self._config.training.get("devices") if own is None or own.is_written or not own.value else None
        return int(told or launched or 0) or None

    @cached_property
    def logged(self) -> LoggedRun | None:
        """What it logged; None if no log is there that can be read."""
        saved = [file for file in self.run.beside if file.format == CHECKPOINT]
        return run_log(self.run.of(LOG), self.problems, saved)

    @cached_property
    def plan(self) -> Plan | None:
        """What its settings come to, in steps."""
        if self.spec is None:
            return None
        tokens = self._most_tokens() if self.spec.value("packing") else None
        return plan_of(self.spec, self.trained_on, self.devices, tokens)

    def _most_tokens(self) -> int | None:
        """Tokens that the records have at most; None if they are not all at hand.

        No vocabulary makes more tokens of a text than it has bytes in UTF-8; a template adds some to each turn.
        """
        if self.trained_on is None or self.records is None:
            return None
        conversations = self.records.records.conversations
        trained = [one for at in self._trained if (one := conversations[at]) is not None]
        return sum(_bytes_of(one) + _OF_RECORD + _OF_TURN * len(one.turns) for one in trained)

    @cached_property
    def _trained(self) -> list[int]:
        """The rows of the records that it trains on: those of no held-out split, in files of its own all."""
        if self.records is None:
            return []
        records, own = self.records.records, {file.shown: file.split for file in self.run.trained}
        whole = {path for path, split in own.items() if split is not None}
        rows = enumerate(zip(records.places, records.splits, strict=True))
        return [
            row
            for row, (place, split) in rows
            if place.path in whole or (split in TRAINED and (not own or place.path in own))
        ]

    def described(self) -> dict[str, Any]:
        """The subject, as the report describes it."""
        files = [
            {"path": file.shown, "split": None, "format": file.format, "rows": 0, "unread": 0}
            for file in self.run.files
        ]
        return {"name": self.run.name, "family": "training", "files": files, "profile": self._profile()}

    def _profile(self) -> dict[str, Any]:
        profile: dict[str, Any] = {}
        if self.spec is not None and self.plan is not None:
            wanted = "framework method objective".split()
            said = (self.spec.framework.name, self.spec.method, self.spec.objective)
            profile |= {key: value for key, value in zip(wanted, said, strict=True) if value}
            profile["plan"], profile["comes_to"] = vars(self.plan), self.plan.said()
            profile["max_length"] = self.spec.value("max_length")
            profile["found"] = found_of(self.spec, self.root)
        if self.logged is not None:
            log = self.logged.log
            told = {"path": self.logged.path, "rows": len(self.logged.rows), "last_step": log.last_step}
            profile["log"] = told | {"finished": log.finished, "cut_off": log.cut_off}
            if log.format == "console" and log.global_step is not None:  # seconds by steps per second, both rounded
                profile["log"]["last_step_rounded"] = True
            if self.logged.others:
                profile["log"]["not_judged"] = list(self.logged.others)
        if (dataset := self.run.dataset) is not None:
            named_alike = [
                file for file in dataset.files if file.split not in HELD_OUT and dataset.name == self.run.name
            ]
            profile["dataset"] = _named(self.run.trained or named_alike) or dataset.name
        if self.run.pair is not None:
            profile["template"] = self.run.pair.name
        unread = self.spec.written.unread if self.spec is not None else ()
        if undecided := [*unread, *filter(None, [self.run.no_dataset]), *self._other_logs()]:
            profile["undecided"] = undecided
        return profile

    def _other_logs(self) -> Iterator[str]:
        """The logs that lie with its own, and the launches in its own, that were not judged."""
        if self.logged is not None and (earlier := self.logged.log.earlier):
            yield f"not judged: {plural(earlier, 'row')} of {self.logged.path} (of an earlier launch in it)"
        if self.logged is not None and (others := self.logged.others):
            why = "launched earlier" if self.logged.is_newest else "of another run: other losses at the same steps"
            yield f"not judged: {first_of(others, _NAMED)} ({why})"

    def _specs(self, *formats: str, beside: Sequence[RunSpec] = ()) -> Iterator[RunSpec]:
        for file in self.run.of(*formats):
            try:
                found = spec_in(file, beside)
            except TrainingError as error:
                self.problems[file.shown] = str(error)
                continue
            if found is not None:
                yield found


def _named(files: Sequence[DataFile]) -> str:
    """Files of training data, for the header."""
    return first_of([file.shown for file in files], _FILES)


def _bytes_of(conversation: Conversation) -> int:
    """The bytes of all that a record can put into a sequence."""
    turns = (*conversation.turns, *(conversation.rejected or ()))
    texts = [conversation.system or "", *(turn.text + turn.thinking for turn in turns)]
    extra = [one for one in (conversation.tools, [turn.calls for turn in turns if turn.calls]) if one]
    return sum(len(text.encode(errors="replace")) for text in texts) + sum(len(canonical(one)) for one in extra)
