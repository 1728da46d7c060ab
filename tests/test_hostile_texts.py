"""No text makes a detector take the square of its length: one record must not stop the check of a dataset."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from tests.conftest import chat
from tests.facts_of import facts_of, source_of
from tunespec.groups import GROUPS

UNITS = {
    "brackets": "(word ",
    "nested brackets": "([",
    "pipes": "|-|\n",
    "blanks": " ",
    "newlines": "\n",
    "backticks": "`",
    "fences": "```python\n",
    "fences behind text": "```a b\nx ```\n",
    "asterisks": "*",
    "tokens": "word <s> ",
    "quotes": '"',
    "letters": "a",
    "emoji": "😀",
    "base64": "QUJDREVGR0hJSktMTU5PUFFS",
    "words": "word ",
    "hashes": "#",
    "quote marks": ">",
    "turns": "\nUser: a",
}
_SIZE, _TIMES = 8_000, 4
_NOISE = 0.5  # seconds below which a ratio says nothing
_MOST = 9  # times as long for a text of four times the length; the square is sixteen


def _seconds(folder: Path, unit: str, size: int) -> dict[str, float]:
    """How long each group takes for one record with a text of this size on both sides."""
    text = (unit * (size // len(unit) + 1))[:size]
    source = source_of(folder / str(size), [chat(f"What is this?{text}.", f"{text}.")])
    taken = {}
    for group in GROUPS:
        begun = process_time()
        facts_of(source, group)
        taken[group] = process_time() - begun
    return taken


@pytest.mark.parametrize("name", UNITS)
def test_no_group_takes_the_square_of_a_text(tmp_path: Path, name: str) -> None:
    short, long = (_seconds(tmp_path, UNITS[name], size) for size in (_SIZE, _TIMES * _SIZE))
    slow = {group: (short[group], taken) for group, taken in long.items() if taken > _NOISE}
    assert not {group: pair for group, pair in slow.items() if pair[1] > _MOST * pair[0]}
