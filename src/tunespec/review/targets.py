"""What reviews are of: the records of a dataset, the outputs of a recording; each by the hash of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import TYPE_CHECKING

from tunespec.canonical import canonical
from tunespec.findings import Place
from tunespec.review.judgement import Judgement, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tunespec.inference.answered import Answered
    from tunespec.inference.source import AnswerSource


@dataclass(frozen=True)
class Target:
    """Records or outputs that may be reviewed.

    Args:
        name: the subject's.
        kind: what its rows are.
        places: hash -> where it stands; equal ones are one.
        model: digest of the model that gave the outputs, else its name; empty: records, or nobody knows.
        made: the day on which the outputs were recorded, if that is known.
    """

    name: str
    kind: Kind
    places: Mapping[str, Place]
    model: str = ""
    made: date | None = None

    @property
    def path(self) -> str:
        """The file, if it is one; else the subject's name."""
        paths = {place.path for place in self.places.values()}
        return min(paths) if len(paths) == 1 else self.name

    def holds(self, judgement: Judgement) -> bool:
        """Whether a judgement is of one of them."""
        return self.of_model(judgement) and judgement.kind == self.kind and judgement.hash in self.places

    def of_model(self, judgement: Judgement) -> bool:
        """Whether a judgement may be of this model."""
        return not self.model or not judgement.model or judgement.model == self.model


def records_target(name: str, places: Sequence[Place]) -> Target:
    """A dataset's records, by the keys that rows have in every report."""
    first: dict[str, Place] = {}
    for place in places:
        first.setdefault(place.key, place)
    return Target(name, "record", first)


def outputs_target(source: AnswerSource) -> Target:
    """A recording's outputs."""
    first: dict[str, Place] = {}
    for one in source.answered:
        first.setdefault(output_key(one), one.place)
    asked = source.served.asked if source.served is not None else None
    made = asked.astimezone(UTC).date() if asked is not None else None
    return Target(source.subject.name, "output", first, model_of(source), made)


def model_of(source: AnswerSource) -> str:
    """The digest of the model that gave recorded answers, else its name; empty if the recording does not tell."""
    return (source.served.digest or source.served.name) if source.served is not None else ""


def output_key(answered: Answered) -> str:
    """Hash of an answer with its prompt: 32 hexadecimal digits, like those of records."""
    messages = [[str(message["role"]), str(message["content"])] for message in answered.messages]
    calls = [[[call.name, call.arguments] for call in answered.reply.calls]] if answered.reply.calls else []
    return hashlib.blake2b(canonical([messages, answered.reply.text, *calls]), digest_size=16).hexdigest()
