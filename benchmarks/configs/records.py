"""Training records for the labelled configurations: questions and answers of trade between towns, without a defect.

They are written when a configuration is judged, so that the repository holds configurations only.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

_TOWNS = (
    "Aalen Arles Bergen Brest Cadiz Como Delft Dover Evora Faro Ghent Hobart Izmir Jena Kazan Leiden Malmo Nancy Oulu "
    "Porto Quimper Riga Siena Turku Umea Visby Wells Xanten York Zadar"
).split()
_GOODS = "salt wool timber copper amber grain paper glass herring linen iron wine cheese tar fur oil".split()


def write_records(kind: str, count: int, seed: int) -> str:
    """The text of a data file.

    Args:
        kind: ``alpaca`` (a JSON array), ``chat`` or ``pairs`` (JSONL).
        count: records.
        seed: files of different seeds share hardly a question.
    """
    chance, asked = random.Random(seed), dict[str, str]()
    while len(asked) < count:
        question, answer = _TASKS[chance.randrange(len(_TASKS))](chance)
        asked.setdefault(question, answer)
    rows = [_SHAPES[kind](question, answer) for question, answer in asked.items()]
    if kind == "alpaca":
        return json.dumps(rows, indent=1) + "\n"
    return "".join(json.dumps(row) + "\n" for row in rows)


def _crates(chance: random.Random) -> tuple[str, str]:
    town, goods, carts, crates = (
        chance.choice(_TOWNS),
        chance.choice(_GOODS),
        chance.randint(2, 97),
        chance.randint(3, 19),
    )
    return (
        f"How many crates are {carts} carts of {goods} from {town} with {crates} crates each?",
        f"{carts} carts with {crates} crates each are {carts * crates} crates of {goods}.",
    )


def _voyage(chance: random.Random) -> tuple[str, str]:
    start, end = chance.sample(_TOWNS, 2)
    hour, hours, goods = chance.randint(1, 12), chance.randint(2, 11), chance.choice(_GOODS)
    return (
        f"A ship with {goods} leaves {start} at {hour} o'clock and sails {hours} hours to {end}. When is it there?",
        f"It is in {end} {hours} hours after it left {start}, at {(hour + hours - 1) % 12 + 1} o'clock.",
    )


def _order(chance: random.Random) -> tuple[str, str]:
    start, end = chance.sample(_TOWNS, 2)
    barrels, goods = chance.randint(2, 97), chance.choice(_GOODS)
    return (
        f"Write the order of {barrels} barrels of {goods} from {start} to {end} as JSON.",
        json.dumps({"from": start, "to": end, "goods": goods, "barrels": barrels}),
    )


def _town(chance: random.Random) -> tuple[str, str]:
    town, goods, marks = chance.choice(_TOWNS), chance.choice(_GOODS), chance.randint(2, 97)
    return (
        f"Which word of this sentence is a town: 'The {goods} of {town} costs {marks} marks'?",
        f"The town is {town}.",
    )


_TASKS = (_crates, _voyage, _order, _town)
_SHAPES: Mapping[str, Callable[[str, str], Mapping[str, Any]]] = {
    "alpaca": lambda question, answer: {"instruction": question, "input": "", "output": answer},
    "chat": lambda question, answer: {
        "messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    },
    "pairs": lambda question, answer: {"prompt": question, "chosen": answer, "rejected": "I do not know that."},
}
