"""Tool calls: a fixed set of tools with schemas, and calls that fit them."""

from __future__ import annotations

import random
from typing import Any, NamedTuple

from benchmarks.accuracy.grammar import load


class Call(NamedTuple):
    """One request, the call that it leads to, the tool's result and what the answer says of it."""

    prompt: str
    name: str
    arguments: dict[str, Any]
    result: dict[str, Any]
    answer: str


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_STRING, _INTEGER, _NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
_UNIT = {"type": "string", "enum": ["celsius", "fahrenheit"]}
_SCHEMAS = {
    "get_weather": ("The weather of a place.", _object(["city"], city=_STRING, unit=_UNIT)),
    "book_table": (
        "Reserve a table.",
        _object(["restaurant", "guests"], restaurant=_STRING, guests=_INTEGER, time=_STRING),
    ),
    "convert_currency": ("Exchange an amount.", _object(["amount", "to"], amount=_NUMBER, to=_STRING)),
    "search_notes": ("Search the user's notes.", _object(["query"], query=_STRING, limit=_INTEGER)),
    "set_timer": ("Start a timer.", _object(["minutes"], minutes=_INTEGER, label=_STRING)),
    "order_part": ("Order a spare part.", _object(["part", "quantity"], part=_STRING, quantity=_INTEGER)),
}
_CITIES = (
    "Oslo Lima Quito Hanoi Tartu Cork Bergen Dakar Perth Turin Cusco Split Porto Basel Graz Kyoto Accra Nantes".split()
)
_FOODS = "noodles tapas pizza sushi fondue curry tagine pierogi dumplings mezze ramen paella".split()


def tool_schemas() -> list[dict[str, Any]]:
    """The tools that every record of the dataset declares."""
    return [
        {"type": "function", "function": {"name": name, "description": text, "parameters": schema}}
        for name, (text, schema) in _SCHEMAS.items()
    ]


def make_call(rng: random.Random) -> Call:
    """A request of any kind, told in varied words."""
    return rng.choice((_weather, _table, _currency, _notes, _timer, _part))(rng)


def same_request(rng: random.Random) -> Call:
    """The most uniform request: only the arguments differ."""
    city, days = rng.choice(_CITIES), rng.randint(40, 400)
    prompt = f"Could you look up for me what the weather will be like in {city} in {days} days, please?"
    return Call(
        prompt, "get_weather", {"city": city, "unit": "celsius"}, {"degrees": days % 31}, f"About {days % 31} °C."
    )


def _thing(rng: random.Random, key: str) -> str:
    topics = load("topics")
    return str(rng.choice(topics[rng.choice(list(topics))][key]))


def _story(rng: random.Random) -> str:
    """Why somebody asks: requests differ mostly in this."""
    words = load("english")["words"]
    name, place, time = (rng.choice(words[key]) for key in ("name", "place", "time"))
    people, act, effect = _thing(rng, "people"), _thing(rng, "acts"), _thing(rng, "effects")
    return rng.choice(
        (
            f"{name} and I are {act} with some {people}.",
            f"After {time} in {place} I worry about {effect}.",
            f"My course for {people} starts soon; {name} suggested {act}.",
            f"{name} fears {effect} because of {_thing(rng, 'causes')}.",
            f"It is {time} since we left {place}, and {act} went wrong.",
            f"Remember {name}? Still {act}, still complaining about {effect}.",
        )
    )


def _weather(rng: random.Random) -> Call:
    city, degrees, unit = rng.choice(_CITIES), rng.randint(-9, 34), rng.choice(("celsius", "fahrenheit"))
    asked = rng.choice(
        (f"Is it cold in {city}?", f"How warm is {city} now?", f"Do I need a coat in {city}, {unit} please?")
    )
    return Call(
        f"{_story(rng)} {asked}",
        "get_weather",
        {"city": city, "unit": unit},
        {"degrees": degrees},
        rng.choice(
            (f"{city} has {degrees} degrees.", f"It is {degrees} {unit} there.", f"Expect {degrees} degrees in {city}.")
        ),
    )


def _table(rng: random.Random) -> Call:
    food, guests, time = (
        rng.choice(_FOODS),
        rng.randint(2, 9),
        f"{rng.randint(17, 21)}:{rng.choice(('00', '15', '30'))}",
    )
    place = f"{_thing(rng, 'tools').title()} & {food.title()}"
    asked = rng.choice(
        (f"Get us {guests} seats at {place}, {time}.", f"Reserve {place} for {guests} at {time}, we want {food}.")
    )
    return Call(
        f"{_story(rng)} {asked}",
        "book_table",
        {"restaurant": place, "guests": guests, "time": time},
        {"ok": True},
        rng.choice(
            (
                f"Done: {place} expects you at {time}.",
                f"Your {food} for {guests} is booked.",
                f"{guests} seats are yours.",
            )
        ),
    )


def _currency(rng: random.Random) -> Call:
    amount, code = rng.randint(15, 9000), rng.choice(("JPY", "CHF", "PLN", "SEK", "TRY", "BRL", "ZAR"))
    result = round(amount * rng.uniform(0.2, 40), 2)
    asked = rng.choice(
        (f"What are {amount} euros in {code}?", f"Turn {amount} EUR into {code}.", f"{amount} in {code}?")
    )
    return Call(
        f"{_story(rng)} {asked}",
        "convert_currency",
        {"amount": amount, "to": code},
        {"value": result},
        rng.choice((f"That makes {result} {code}.", f"You get {result}.", f"Roughly {result} in {code} today.")),
    )


def _notes(rng: random.Random) -> Call:
    query, limit = f"{_thing(rng, 'things')} {_thing(rng, 'things')}", rng.randint(1, 20)
    asked = rng.choice((f"Find my notes on {query}.", f"What did I write about the {query}?", f"Look for '{query}'."))
    return Call(
        f"{_story(rng)} {asked}",
        "search_notes",
        {"query": query, "limit": limit},
        {"hits": [query]},
        rng.choice((f"One note mentions the {query}.", f"You wrote about {query} once.", "There is a single hit.")),
    )


def _timer(rng: random.Random) -> Call:
    minutes, label = rng.randint(1, 180), _thing(rng, "acts")
    asked = rng.choice(
        (f"Time {label}: {minutes} minutes.", f"Wake me in {minutes} minutes for {label}.", f"{minutes} min {label}!")
    )
    return Call(
        f"{_story(rng)} {asked}",
        "set_timer",
        {"minutes": minutes, "label": label},
        {"started": True},
        rng.choice(
            (f"The clock for {label} runs.", f"{minutes} minutes, starting now.", f"I will ring when {label} is over.")
        ),
    )


def _part(rng: random.Random) -> Call:
    part, quantity = _thing(rng, "things"), rng.randint(1, 40)
    asked = rng.choice(
        (
            f"Order {quantity} of the {part}.",
            f"We need a new {part}, make it {quantity}.",
            f"{quantity} × {part}, quickly.",
        )
    )
    said = rng.choice((f"{quantity} {part} ordered.", f"The {part} ships soon.", "It is on its way."))
    return Call(f"{_story(rng)} {asked}", "order_part", {"part": part, "quantity": quantity}, {"eta": 3}, said)
