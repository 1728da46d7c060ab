"""T002 on probes: which of them are judged, and by what."""

from __future__ import annotations

from dataclasses import replace

from tests.answer_sources import answered, found, reasons, source_of

KINDS = ("no_request", "boundless_request", "mostly_open")
OPEN = [answered("Tell me everything about the sea.", "It is wide.") for _ in range(12)]


def test_one_open_probe_is_told(tmp_path):
    source = source_of(tmp_path, [answered("How deep is the sea?", "Very."), OPEN[0]])
    assert {kind: [row for row, _ in marks] for kind, marks in found(source, *KINDS).items()} == {
        "boundless_request": [1]
    }


def test_most_are_open_though_the_first_is_meant_to_be(tmp_path):
    source = source_of(tmp_path, [replace(OPEN[0], case="ambiguous"), *OPEN[1:]])
    assert {kind: [row for row, _ in marks] for kind, marks in found(source, *KINDS).items()} == {"mostly_open": [1]}


def test_the_specifications_probes_are_not_judged(tmp_path):
    why = reasons(source_of(tmp_path, [replace(OPEN[0], own=False)]), *KINDS)
    said = "no probe of your own was asked (--probes FILE): those of the specification are not judged"
    assert why == dict.fromkeys(KINDS, said)
