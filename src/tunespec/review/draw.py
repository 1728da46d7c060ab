"""A sample to review, of each sort some: hard cases, the longest, the shortest, the most repetitive, every topic, any.

Which ones are drawn depends on their content and the seed alone, never on their place: a dataset that grows by a few
records keeps most of its sample (bottom-k sampling, Cohen and Kaplan 2007).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, NamedTuple

from tunespec.metadata import sorts_records
from tunespec.review.edge_cases import Queues, edge_cases, lacking_cases, ranked
from tunespec.text import shorten

if TYPE_CHECKING:
    from tunespec.review.material import Material
    from tunespec.sources import RecordSource

# Share of the sample that is drawn of each sort; what is left is drawn from all, so that it says something of all.
_SHARES: Mapping[str, float] = {"cases": 0.15, "longest": 0.1, "shortest": 0.1, "repetitive": 0.1, "topics": 0.3}
_ALL = -1  # rounds, until nothing is left


class Drawn(NamedTuple):
    """One of a sample: its hash, its row, and why it was drawn."""

    hash: str
    row: int
    why: str


def draw(
    material: Material,
    count: int,
    seed: int,
    *,
    without: AbstractSet[str] = frozenset(),
    edge_cases_alone: bool = False,
) -> list[Drawn]:
    """Some of the records or outputs, in an order by chance.

    Args:
        material: what is drawn from.
        count: how many; less if there are less.
        seed: another one draws others.
        without: hashes of those that are not to be drawn.
        edge_cases_alone: draw edge cases only, of each kind as many: of the kinds that the evaluation set lacks, if
            it lacks some.
    """
    luck = {key: _luck(seed, key) for key in material.rows if key not in without}
    by_luck = sorted(luck, key=luck.__getitem__)
    by_row = {material.rows[key]: key for key in by_luck}
    rank = {row: number for number, row in enumerate(by_row)}
    sorts = {"cases": _in_turn(_cases(material, rank, alone=edge_cases_alone))}
    if not edge_cases_alone:
        sorts |= {
            "longest": _by_length(by_row, material.source, -1, "longest"),
            "shortest": _by_length(by_row, material.source, 1, "shortest"),
            "repetitive": _repetitive(by_row, material.source),
            "topics": _in_turn(_topics(material.source, seed, rank), rounds=1),
            "random": ((row, "at random") for row in by_row),
        }
    drawn: dict[int, str] = {}
    for sort, candidates in sorts.items():
        share = 1.0 if sort == "random" or edge_cases_alone else _SHARES[sort]
        _take(candidates, min(max(1, round(share * count)), count - len(drawn)), drawn)
    found = [Drawn(by_row[row], row, why) for row, why in drawn.items()]
    return sorted(found, key=lambda one: _luck(seed, f"order {one.hash}"))  # who stops half-way saw some of each sort


def _cases(material: Material, rank: Mapping[int, int], *, alone: bool) -> Queues:
    """Edge cases; ``alone``, those that the dataset's evaluation set lacks, if there are such."""
    lacking = lacking_cases(material.source, rank) if alone and material.kind == "record" else {}
    return lacking or edge_cases(material.source, rank)


def _take(candidates: Iterable[tuple[int, str]], wanted: int, drawn: dict[int, str]) -> None:
    """Put the first that are not drawn yet to what is drawn."""
    most = len(drawn) + wanted
    for row, why in candidates:
        if len(drawn) >= most:
            return
        drawn.setdefault(row, why)


def _luck(seed: int, key: str) -> bytes:
    return hashlib.blake2b(f"{seed}\0{key}".encode(), digest_size=8).digest()


def _by_length(by_row: Mapping[int, str], source: RecordSource, sign: int, why: str) -> Iterator[tuple[int, str]]:
    """By the length of the answer; ``sorted`` leaves equal ones as they were, by chance."""
    answers = source.records.answers
    yield from ((row, why) for row in sorted(by_row, key=lambda row: sign * len(answers[row])))


def _repetitive(by_row: Mapping[int, str], source: RecordSource) -> Iterator[tuple[int, str]]:
    """Those that may repeat themselves, and of these the ones that can be packed best."""
    from tunespec.facts.repetition import repeating

    texts = repeating(source.answers).select("row", "text").iter_rows()
    packed = {row: len(zlib.compress(data, 1)) / len(data) for row, text in texts if (data := _bytes(text))}
    yield from ((row, "most repetitive") for row in sorted((r for r in by_row if r in packed), key=packed.__getitem__))


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")


def _topics(source: RecordSource, seed: int, rank: Mapping[int, int]) -> Queues:
    """The rows of each topic that records name, if the column sorts them."""
    found: dict[str, set[int]] = {}
    for row, meta in enumerate(source.records.metadata):
        if "topic" in meta:
            found.setdefault(meta["topic"], set()).add(row)
    if not sorts_records(len(found), sum(map(len, found.values()))):
        return {}
    ordered = sorted(found, key=lambda topic: _luck(seed, topic))
    return {f"topic {shorten(topic)}": ranked(found[topic] & rank.keys(), rank) for topic in ordered}


def _in_turn(queues: Queues, rounds: int = _ALL) -> Iterator[tuple[int, str]]:
    """One of each sort, then another one of each."""
    left = list(queues.items())
    while left and rounds:
        rows = [(next(queue, None), name) for name, queue in left]
        yield from ((row, name) for row, name in rows if row is not None)
        left = [one for one, (row, _) in zip(left, rows, strict=True) if row is not None]
        rounds -= 1
