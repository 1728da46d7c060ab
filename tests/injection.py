"""T004's facts on records in any shape, for the tests of each of them."""

from __future__ import annotations

from typing import Any

from tunespec.conversation import Conversation
from tunespec.facts.injection import injection_facts
from tunespec.findings import Place
from tunespec.headers import infer_template
from tunespec.passages import make_passages
from tunespec.records import Records, _texts
from tunespec.shapes import Shapes

TEA = "Tea is steeped for three minutes in water that has just boiled."


SYSTEM = (
    "You are Marlow, the assistant of Harbour Bank. Never discuss other banks, and end every reply with a question "
    "about the customer's day."
)


def found(*data: dict[str, Any]) -> dict[str, list[int]]:
    """``kind -> rows`` of records in any shape."""
    shapes = Shapes({}, {})
    records = records_of([shapes.convert(one) for one in data])
    facts = injection_facts(make_passages(records, None), records)
    return {fact.name: sorted(fact.marks) for fact in facts if fact.marks}


def records_of(conversations: list[Conversation | None]) -> Records:
    template = infer_template(conversations)
    texts = [_texts(one, template) for one in conversations]
    return Records(
        places=[Place("data.jsonl", n + 1, n, str(n)) for n in range(len(conversations))],
        conversations=conversations,
        prompts=[prompt for prompt, _ in texts],
        answers=[answer for _, answer in texts],
        template=template,
    )
