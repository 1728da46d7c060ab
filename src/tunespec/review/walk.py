"""A walk through what is to be judged: one key for each answer, every judgement on the disk before the next one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from tunespec.review.draw import Drawn
from tunespec.review.judgement import ASPECTS, Judgement
from tunespec.review.material import Material
from tunespec.review.screen import REJECT, help_text, page, prompt
from tunespec.templates.paint import Paint

_ENTER, _ESCAPE = ("\r", "\n"), "\x1b"


@dataclass
class Walk:
    """One reviewer's way through some records or outputs.

    Args:
        material: what is judged.
        pending: what is still to be judged, in order.
        reviewer: who judges.
        keep: writes a judgement down, for good.
        now: the moment, as ISO 8601.
        say: shows a text.
        ask: asks for a line of text.
        paint: its colours.
        judged: what this reviewer judged of it already, the last one last: `u` takes those back, too.
    """

    material: Material
    pending: deque[Drawn]
    reviewer: str
    keep: Callable[[Judgement], None]
    now: Callable[[], str]
    say: Callable[[str], None]
    ask: Callable[[str], str]
    paint: Paint = field(default_factory=lambda: Paint(colour=False))
    judged: list[tuple[Drawn, Judgement]] = field(default_factory=list)
    skipped: int = 0

    def go(self, pressed: Iterable[str]) -> None:
        """Ask until all is judged or skipped, or the keys end."""
        keys = iter(pressed)
        while self.pending:
            if not self._judge_one(self.pending[0], keys):
                return

    def _judge_one(self, one: Drawn, keys: Iterator[str]) -> bool:
        """Show it, and do what the keys say until it is done with; False: quit."""
        note = warned = ""
        self._show(one, note)
        for key in keys:
            if note and key != warned and self._loses(key):
                warned = key
                continue
            if key == "q":
                return False
            if (aspects := self._aspects(key, keys)) is not None:
                self._keep(one, aspects, note)
                return True
            if key == "s":
                self.pending.popleft()
                self.skipped += 1
                return True
            if key == "u" and self._undo():
                return True
            note, warned = self._help(one, key, note), ""
        if note:
            self.say("The note is not kept: nothing was judged.")
        return False

    def _loses(self, key: str) -> bool:
        """Whether a key leaves the answer without the judgement that its note belongs to; says so."""
        loses = key in {"q", "s"} or (key == "u" and bool(self.judged))
        if loses:
            self.say(f"The note is kept with a judgement only: judge, or press {key} again to go on without it.")
        return loses

    def _help(self, one: Drawn, key: str, note: str) -> str:
        """What judges nothing; returns the note."""
        if key == "n":
            note = self.ask("note:")
        elif key == "l":
            self._show(one, note, whole=True)
            return note
        elif key == "u":
            self.say("There is no judgement of yours to take back.")
        elif key not in {_ESCAPE, "m"}:
            self.say(help_text())
        self.say(prompt(note))
        return note

    def _aspects(self, key: str, keys: Iterator[str]) -> dict[str, bool] | None:
        """What a key says of the answer; None if it judges nothing."""
        if key == "a":
            return dict.fromkeys(ASPECTS, True)
        if key in REJECT:
            return {REJECT[key]: False}
        return self._several(keys) if key == "m" else None

    def _several(self, keys: Iterator[str]) -> dict[str, bool] | None:
        """All that is wrong: numbers, then Enter; None if it is left without one.

        As with a single key nothing is said of the rest, which was not asked for.
        """
        wrong: set[str] = set()
        self.say("Press the numbers of all that is wrong, then Enter (Esc: back).")
        for key in keys:
            if key in REJECT:
                wrong ^= {REJECT[key]}
                named = [what for aspect, what in ASPECTS.items() if aspect in wrong]
                self.say(f"  it is: {', '.join(named) or 'nothing yet'}")
            elif key in _ENTER and wrong:
                return {aspect: False for aspect in ASPECTS if aspect in wrong}
            elif key in {*_ENTER, _ESCAPE, "q"}:
                break
        return None

    def _keep(self, one: Drawn, aspects: dict[str, bool], note: str) -> None:
        model = self.material.model
        judgement = Judgement(self.material.kind, one.hash, self.reviewer, self.now(), aspects, model, note)
        self.keep(judgement)
        self.judged.append((one, judgement))
        self.pending.popleft()
        wrong = [ASPECTS[name] for name, good in aspects.items() if not good]
        self.say(f"rejected: {', '.join(wrong)}" if wrong else "accepted")

    def _undo(self) -> bool:
        """Take the last judgement back by a line of its own, and ask again."""
        if not self.judged:
            return False
        one, last = self.judged.pop()
        self.keep(Judgement(last.kind, last.hash, self.reviewer, self.now(), model=last.model, undone=True))
        self.pending.appendleft(one)
        self.say("Taken back. Once more:")
        return True

    def _show(self, one: Drawn, note: str, *, whole: bool = False) -> None:
        left = len(self.pending)
        heading = f"-- {left:,} to go -- {self.material.place(one.row)} -- {one.why} --"
        self.say(page(heading, self.material.said(one.row), self.paint, whole=whole))
        self.say(prompt(note))
