"""The little that must be known of training data to judge a model's answers: numbers and places, stored once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tunespec.end_marker import EndMarker
from tunespec.facts.cut_off import Ending, endings_of
from tunespec.findings import Place

if TYPE_CHECKING:
    from tunespec.cache import Cache
    from tunespec.records import Records
    from tunespec.sources import RecordSource

_HABIT = 2_000  # records that tell how answers end


@dataclass(frozen=True)
class Taught:
    """What a dataset teaches about answers.

    Attributes:
        end_marker: with which its answers end, if they do.
        headers: of the template that is typed into its texts.
        answers: how many there are.
        longest: characters of the longest one, 0 if there is none.
        longest_at: the record that has it.
        habit: how the answers of some records end, spread over all of them.
    """

    end_marker: EndMarker | None
    headers: tuple[str, ...]
    answers: int
    longest: int
    longest_at: Place | None
    habit: tuple[Ending, ...]


def taught_by(source: RecordSource) -> Taught:
    """What a dataset's records teach: all of them are read for it."""
    records, profile, answers = source.records, source.profile, source.answers
    longest, at = 0, None
    if len(answers):
        sizes = answers.select("row", "size").sort("size", "row", descending=[True, False])
        row, longest = sizes.row(0)
        at = records.places[row]
    headers = profile.template.headers if profile.template is not None else ()
    habit = endings_of(_some(records), profile.end_marker)
    return Taught(profile.end_marker, tuple(headers), len(answers), longest, at, habit)


def _some(records: Records) -> Records:
    from tunespec.records import Records

    number = min(len(records), _HABIT)
    kept = [at * len(records) // number for at in range(number)]
    columns: dict[str, Any] = {
        name: [own[at] for at in kept] for name, own in vars(records).items() if isinstance(own, list)
    }
    return Records(**columns, template=records.template)


def stored_taught(cache: Cache, key: str) -> Taught | None:
    """What was stored of a dataset, by its key."""
    found: Mapping[str, Any] | None = cache.read(_name(key))
    if found is None:
        return None
    marker, at = found["end_marker"], found["longest_at"]
    return Taught(
        EndMarker(*marker) if marker else None,
        tuple(found["headers"]),
        found["answers"],
        found["longest"],
        Place(*at) if at else None,
        tuple(Ending(*ending) for ending in found["habit"]),
    )


def store_taught(taught: Taught, cache: Cache, key: str) -> None:
    """Store it under the dataset's key: beside the marker and the headers, which reports show, it holds no text."""
    marker = taught.end_marker
    value = {
        "end_marker": [marker.text, marker.source, marker.share] if marker else None,
        "headers": taught.headers,
        "answers": taught.answers,
        "longest": taught.longest,
        "longest_at": list(taught.longest_at) if taught.longest_at else None,
        "habit": [list(ending) for ending in taught.habit],
    }
    cache.write(_name(key), value)


def _name(key: str) -> str:
    return f"facts/{key}/taught.json"
