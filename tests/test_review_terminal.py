"""``tunespec review`` as a person has it: the real command on a pseudo-terminal, and without a terminal."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time

import pytest

from tests.conftest import chat, run_tunespec, write_jsonl
from tests.reviews import said

termios = pytest.importorskip("termios", reason="pseudo-terminals are of POSIX; tests/test_review_walk.py has the rest")
import pty  # noqa: E402  where there is no termios, there is none

PROMPT = b"s u q ?"
WAIT = 60  # seconds
EVIL = "Yes.\x1b]0;owned\x07"


class Person:
    """Reads the screen, and presses keys when they are waited for."""

    def __init__(self, *arguments: str, cwd) -> None:
        self.screen = b""
        self._own, theirs = pty.openpty()
        command = [sys.executable, "-m", "tunespec", "review", *arguments]
        self.process = subprocess.Popen(command, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
        os.close(theirs)

    def sees(self, text: bytes) -> bytes:
        """What is on the screen since the last look, up to this text."""
        end = time.monotonic() + WAIT
        while text not in self.screen:
            ready = select.select([self._own], [], [], max(0.0, end - time.monotonic()))[0]
            assert ready, self.screen
            try:
                self.screen += os.read(self._own, 65536)
            except OSError:  # the other end is closed
                break
        before, found, self.screen = self.screen.partition(text)
        assert found, before
        return before + found

    def presses(self, key: bytes, *, after: bytes = PROMPT, line: bool = False) -> bytes:
        """Press a key once the screen says this and the terminal gives single keys (lines, where one is asked for)."""
        seen = self.sees(after)
        end = time.monotonic() + WAIT
        while bool(termios.tcgetattr(self._own)[3] & termios.ICANON) != line:
            assert time.monotonic() < end
            time.sleep(0.005)
        os.write(self._own, key)
        return seen

    def ends(self) -> int:
        """The exit code."""
        return self.process.wait(WAIT)

    def leaves(self) -> None:
        """The terminal goes away."""
        self.process.kill()
        self.process.wait(WAIT)
        os.close(self._own)


@pytest.fixture
def sits_down(project):
    """Starts the command in the project; what still runs at the end is ended."""
    people = []

    def start(*arguments: str) -> Person:
        people.append(Person(*arguments, cwd=project))
        return people[-1]

    yield start
    for person in people:
        person.leaves()


@pytest.fixture
def project(tmp_path):
    write_jsonl(tmp_path / "data.jsonl", [chat(f"Is {n} even?", EVIL if n == 3 else "Yes.") for n in range(4)])
    return tmp_path


def judged(folder):
    return [json.loads(line) for line in (folder / "reviews.jsonl").read_text("utf-8").splitlines()]


def test_a_person_judges_quits_and_goes_on(project, sits_down):
    ada = sits_down("--reviewer", "Ada")
    screen = ada.presses(b"a")
    assert b"Ada judges data.jsonl, in reviews.jsonl" in screen
    screen += ada.presses(b"5")
    screen += ada.presses(b"u")
    assert [line["correct"] for line in judged(project)] == [True, False]
    screen += ada.presses(b"n", after=b"Taken back")
    screen += ada.presses("an even number: \u00e9\n".encode(), after=b"note:", line=True)
    screen += ada.presses(b"m", after=b"(note: ")
    screen += ada.presses(b"1", after=b"Esc: back")
    screen += ada.presses(b"4", after=b"it is: not complete")
    screen += ada.presses(b"\r", after=b"it is: not complete, not stopped properly")
    screen += ada.presses(b"q")
    assert b"2 left: `tunespec review --reviewer Ada` goes on" in ada.sees(b"goes on")
    assert ada.ends() == 0
    first, second, undone, corrected = judged(project)
    assert (first["correct"], second["correct"], undone["undone"]) == (True, False, True)
    assert corrected | {"date": ""} == {
        "record": second["record"],
        "reviewer": "Ada",
        "date": "",
        "complete": False,
        "stops": False,
        "note": "an even number: \u00e9",
    }
    again = sits_down("--reviewer", "Ada")
    screen += again.presses(b"a")
    assert b"2 to go" in screen
    screen += again.presses(b"a") + again.sees(b"next: tunespec check")
    assert again.ends() == 0
    assert len({line["record"] for line in judged(project)}) == 4
    assert b"Yes.\\u001b]0;owned\\u0007" in screen
    assert b"\x1b]0;" not in screen


def test_ctrl_c_keeps_every_judgement(project, sits_down):
    person = sits_down("--reviewer", "Ada")
    person.presses(b"a")
    person.presses(b"\x03")
    assert b"1 record judged by Ada, 1 accepted" in person.sees(b"goes on")
    assert person.ends() == 0
    assert len(judged(project)) == 1


def test_a_person_who_judged_all_is_told_so(project, sits_down):
    person = sits_down("--reviewer", "Ada")
    for _ in range(4):
        person.presses(b"a")
    person.sees(b"next: tunespec check")
    assert person.ends() == 0
    done = sits_down("--reviewer", "ada")
    done.sees(b"4 records of data.jsonl are judged by ada: all of it")
    assert done.ends() == 0


def test_a_terminal_that_goes_away_loses_nothing(project, sits_down):
    person = sits_down("--reviewer", "Ada")
    person.presses(b"a")
    person.sees(PROMPT)
    person.process.kill()
    assert person.ends() < 0
    assert [line["reviewer"] for line in judged(project)] == ["Ada"]


def test_without_a_terminal_it_says_what_to_do(project):
    done = run_tunespec("review", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "tunespec: review asks in the terminal, and this is none; `tunespec review sample` writes what to judge, and a "
        "line of JSON for each answer judges it (docs/review.md)\n"
    )


def test_a_file_that_is_no_log_is_not_written_to(project, sits_down):
    person = sits_down("--log", "data.jsonl")
    person.sees(b"this is no review log: it has neither `record` nor `output` (line 1)")
    assert person.ends() == 2


def test_others_judgements_are_left_out_if_that_is_asked_for(project, sits_down):
    drawn = run_tunespec("review", "sample", cwd=project).stdout.splitlines()
    named = json.loads(drawn[0])["record"]
    write_jsonl(project / "reviews.jsonl", [{**said(0, of="record"), "record": named}])
    person = sits_down("--reviewer", "Grace", "--new")
    assert b"3 to go" in person.presses(b"q")
    person.ends()
    person = sits_down("--reviewer", "Grace")
    assert b"4 to go" in person.presses(b"q")
    person.ends()
