"""The walk: what each key does, what is written down when, and that no text drives the terminal."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import chat, write_jsonl
from tests.reviews import material_of
from tunespec.config import find
from tunespec.review.draw import draw
from tunespec.review.judgement import Judgement
from tunespec.review.screen import LONG, safe, shortened
from tunespec.review.terminal import keys
from tunespec.review.walk import Walk

GOOD = dict.fromkeys(("complete", "relevant", "concise", "stops", "correct"), True)


class Terminal:
    """What was said and written down."""

    def __init__(self) -> None:
        self.kept: list[Judgement] = []
        self.shown: list[str] = []

    @property
    def lines(self):
        return [(one.hash[:4], dict(one.aspects), one.note, one.undone) for one in self.kept]


@pytest.fixture
def own(tmp_path):
    write_jsonl(tmp_path / "data.jsonl", [chat(f"Is {n} even?", "Yes." if n % 2 == 0 else "No.") for n in range(3)])
    return material_of(find(tmp_path), [str(tmp_path / "data.jsonl")])


def walked(own, pressed, *, judged=(), notes=()):
    """The terminal and the walk after some keys."""
    terminal, drawn = Terminal(), draw(own, 3, 0)
    said = iter(notes)
    walk = Walk(
        own,
        deque(one for one in drawn if one.hash not in {j.hash for _, j in judged}),
        "Ada",
        keep=terminal.kept.append,
        now=lambda: "2026-11-26T12:00:00+00:00",
        say=terminal.shown.append,
        ask=lambda _: next(said),
        judged=list(judged),
    )
    walk.go(pressed)
    return terminal, walk, [one.hash[:4] for one in drawn]


def test_one_key_a_judgement(own):
    terminal, walk, (first, second, third) = walked(own, "a53")
    assert terminal.lines == [
        (first, GOOD, "", False),
        (second, {"correct": False}, "", False),
        (third, {"concise": False}, "", False),
    ]
    assert not walk.pending


def test_several_reasons(own):
    terminal, _, (first, *_) = walked(own, "m152\r2\r1\rq")  # 2 is pressed twice: it is not meant
    assert terminal.lines[0] == (first, {"complete": False, "relevant": False, "correct": False}, "", False)
    terminal, _, (first, *_) = walked(own, "m1225\rq")
    assert terminal.lines == [(first, {"complete": False, "correct": False}, "", False)]


def test_one_reason_is_one_reason_however_it_is_said(own):
    assert walked(own, "3q")[0].lines == walked(own, "m3\rq")[0].lines


@pytest.mark.parametrize("keys", ["m\r", "m1\x1b", "m12q", "xq", "m", "", "s" * 9, "?", "\r", "u"])
def test_what_judges_nothing_writes_nothing(own, keys):
    assert walked(own, keys)[0].kept == []


def test_a_skipped_one_stays_for_later(own):
    terminal, walk, (_, second, third) = walked(own, "saa")
    assert ([line[0] for line in terminal.lines], walk.skipped) == ([second, third], 1)


def test_quitting_and_ending_keep_what_is_judged(own):
    for pressed in ("aq", "a"):
        terminal, walk, (first, *_) = walked(own, pressed)
        assert ([line[0] for line in terminal.lines], len(walk.pending)) == ([first], 2)


def test_a_note_goes_with_one_judgement(own):
    terminal, _, _ = walked(own, "n5a", notes=["it is \x1b[31m odd"])
    assert [line[2] for line in terminal.lines] == ["it is \x1b[31m odd", ""]
    assert not any("\x1b[31m" in text for text in terminal.shown)


@pytest.mark.parametrize(
    ("pressed", "kept", "left"),
    [
        ("nqq", [], 3),  # asked once more
        ("nq5q", ["why"], 2),
        ("nqlq5q", ["why"], 2),  # another key between: asked again
        ("nss", [], 2),
        ("nu5q", ["why"], 2),  # nothing to take back: nothing is lost
        ("anuu", [""], 3),
        ("n", [], 3),
    ],
)
def test_a_note_is_not_lost_without_a_word(own, pressed, kept, left):
    terminal, walk, _ = walked(own, pressed, notes=["why"])
    assert [line[2] for line in terminal.lines if not line[3]] == kept
    assert len(walk.pending) == left
    assert any(text.startswith("The note is ") for text in terminal.shown) == (pressed != "nu5q")


def test_undo_writes_a_line_and_asks_again(own):
    terminal, _, (first, second, _) = walked(own, "aauu5")
    assert terminal.lines == [
        (first, GOOD, "", False),
        (second, GOOD, "", False),
        (second, {}, "", True),
        (first, {}, "", True),
        (first, {"correct": False}, "", False),
    ]


def test_undo_reaches_the_session_before(own):
    before, walk, (first, *_) = walked(own, "aq")
    terminal, walk, _ = walked(own, "u2q", judged=walk.judged)
    assert terminal.lines == [(first, {}, "", True), (first, {"relevant": False}, "", False)]
    assert len(walk.pending) == 2
    assert before.kept[0] != terminal.kept[1]


def test_there_may_be_nothing_to_undo(own):
    terminal, _, _ = walked(own, "uq")
    assert "There is no judgement of yours to take back." in terminal.shown


def test_a_long_text_is_shown_from_both_ends_and_whole_when_asked(tmp_path):
    text = "".join(f"{n}, " for n in range(2_000))
    write_jsonl(tmp_path / "data.jsonl", [chat("Count.", text)])
    terminal, _, _ = walked(material_of(find(tmp_path), [str(tmp_path / "data.jsonl")]), "lq")
    first, whole = (page for page in terminal.shown if "Count." in page)
    assert "1999, " in first
    assert "characters more; l shows them" in first
    assert text in whole
    assert shortened("x" * LONG) == "x" * LONG


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07\x1b[2J", "\\u001b]0;owned\\u0007\\u001b[2J"),
        ("a\rb\r\nc\x9b31m", "a\\u000db\nc\\u009b31m"),
        ("left \u202eright\u2066", "left \\u202eright\\u2066"),
        ("\ud800 and \U000e0041", "\\ud800 and \\U000e0041"),
        ("tab\tnaïve 日本　語 👩\u200d💻 ❤\ufe0f", "tab\tnaïve 日本　語 👩\u200d💻 ❤\ufe0f"),
    ],
)
def test_no_text_drives_the_terminal(text, shown):
    assert safe(text) == shown


def test_a_burst_of_keys_is_one_key_and_an_arrow_is_none(monkeypatch):
    """What a held key repeats, or what is pasted, judges nothing that nobody has seen."""
    typed = iter(["a", "\x1b[A", "\xe0H", "\x00;", "aaaa", "\x1b", "", "\x03", "a"])
    monkeypatch.setattr("click.getchar", lambda: next(typed))
    assert list(keys()) == ["a", "a", "\x1b"]


@pytest.mark.parametrize("ended", [EOFError, KeyboardInterrupt, OSError])
def test_keys_end_with_the_terminal(monkeypatch, ended):
    def raises():
        raise ended

    monkeypatch.setattr("click.getchar", raises)
    assert list(keys()) == []


@given(st.text())
def test_whatever_is_shown_is_harmless(text):
    assert all(c in "\n\t" or (c.isprintable() or c.isspace() or c in "\u200c\u200d\ufe0f") for c in safe(text))
    assert not set(safe(text)) & {chr(code) for code in (*range(9), *range(11, 32), *range(0x7F, 0xA0))}
