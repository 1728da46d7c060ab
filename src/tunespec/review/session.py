"""What ``tunespec review`` does: draws what is to be judged, or walks through it."""

from __future__ import annotations

import shlex
import sys
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import click

from tunespec.errors import CannotJudgeError
from tunespec.review.desk import Asked, Desk
from tunespec.review.draw import Drawn
from tunespec.review.log import append
from tunespec.review.screen import safe
from tunespec.review.sheet import read_sheet, sheet_lines, write_sheet
from tunespec.review.terminal import keys, line, require_terminal
from tunespec.review.walk import Walk
from tunespec.review.who import reviewer_named
from tunespec.templates.paint import Paint, wants_colour
from tunespec.wording import plural


def run_sample(asked: Asked) -> None:
    """Print or write a sheet of what nobody has judged.

    Raises:
        CannotJudgeError: if nothing is left, or it cannot be read or written.
    """
    desk = Desk.of(asked)
    drawn = desk.drawn({one.hash for one in desk.said})
    if not drawn:
        raise CannotJudgeError(_nothing_left(desk))
    lines = sheet_lines(desk.material, drawn, texts=asked.texts)
    if asked.output is None:
        sys.stdout.buffer.write(lines)
        sys.stdout.buffer.flush()
        drawn_here = _next(replace(asked, new=True))
        told = f"{plural(len(drawn), desk.material.kind)} drawn; -o FILE keeps the sheet; next: {drawn_here}"
        click.echo(told, err=True)
        return
    write_sheet(asked.output, lines)
    click.echo(f"wrote {asked.output}: {plural(len(drawn), desk.material.kind)}; next: {_next(asked)}")


def run_walk(asked: Asked) -> None:
    """Ask for judgements in the terminal.

    Raises:
        CannotJudgeError: without a terminal, if there is nothing to judge, and if a judgement cannot be written.
    """
    require_terminal()
    desk = Desk.of(asked)
    reviewer = reviewer_named(asked.reviewer)
    own = [one for one in desk.said if one.who == reviewer.casefold()]
    pending = _pending(desk, {one.hash for one in own})
    if not pending:
        told = f"{plural(len(own), desk.material.kind)} of {desk.material.name} are judged by {reviewer}: all of it"
        click.echo(safe(told))
        return
    click.echo(safe(f"{reviewer} judges {desk.material.name}, in {desk.shown}; ? shows the keys"))
    rows = desk.material.rows
    walk = Walk(
        desk.material,
        deque(pending),
        reviewer,
        keep=partial(append, desk.log),
        now=lambda: datetime.now(UTC).isoformat(timespec="seconds"),
        say=click.echo,
        ask=line,
        paint=Paint(wants_colour(sys.stdout)),
        judged=[(Drawn(one.hash, rows[one.hash], "judged before"), one) for one in own],
    )
    walk.go(keys())
    click.echo(safe(_farewell(desk, walk)))


def _pending(desk: Desk, own: set[str]) -> list[Drawn]:
    """What a reviewer is still to judge: of the sheet, of what is new to all, or of the sample that everybody gets."""
    if desk.asked.sheet is not None:
        drawn, lost = read_sheet(desk.asked.sheet, desk.material)
        if lost:
            click.echo(safe(f"{desk.asked.sheet}: {plural(lost, 'line')} of nothing that is in {desk.material.name}"))
    else:
        drawn = desk.drawn({one.hash for one in desk.said} if desk.asked.new else set())
    return [one for one in drawn if one.hash not in own]


def _farewell(desk: Desk, walk: Walk) -> str:
    good = sum(judgement.accepted for _, judgement in walk.judged)
    judged = f"{plural(len(walk.judged), desk.material.kind)} judged by {walk.reviewer}"
    told = f"\n{judged}, {good:,} accepted; in {desk.shown}"
    left = len(walk.pending) + walk.skipped
    return f"{told}\n{left:,} left: `{_next(desk.asked)}` goes on" if left else f"{told}\nnext: tunespec check"


def _next(asked: Asked) -> str:
    """The command that asks for the same again."""
    given: dict[str, object] = {
        "--log": asked.log,
        "--reviewer": asked.reviewer,
        "--sheet": asked.output or asked.sheet,
    }
    given |= {} if given["--sheet"] else {"--count": asked.count, "--seed": asked.seed}
    options = [text for name, value in given.items() if value is not None for text in (name, str(value))]
    flags = [name for name, on in (("--new", asked.new), ("--edge-cases", asked.edge_cases)) if on and not asked.output]
    return shlex.join(["tunespec", "review", *options, *flags, *asked.paths])


def _nothing_left(desk: Desk) -> str:
    if desk.asked.edge_cases:
        return f"{desk.material.name}: no edge case is found in it that nobody has judged"
    return f"{desk.material.name}: everything in it is judged"
