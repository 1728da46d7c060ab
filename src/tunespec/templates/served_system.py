"""Whether the Modelfile's SYSTEM is a system prompt that the model was trained with.

Ollama puts it before every conversation that has no system message of its own. So it must be a system prompt of the
records; where they have none, it must be the one that the training template adds, or not be there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tunespec.templates.case import Case, Message
from tunespec.templates.comparison import Sides
from tunespec.templates.difference import Difference
from tunespec.templates.errors import TemplateError
from tunespec.templates.probes import probes
from tunespec.templates.rows import Rows
from tunespec.templates.side_by_side import QUOTED, brief
from tunespec.templates.sides import refused

_NONE = "the Modelfile has no SYSTEM"
_NO_RECORDS = "no records are there whose system prompts the Modelfile's SYSTEM could be compared with"
_STANDS = "the Modelfile's SYSTEM stands before every question"


def judge_system(sides: Sides, rows: Rows, line: int | None, systems: Sequence[str]) -> None:
    """Mark a SYSTEM that nobody trained.

    Args:
        sides: both sides of the pair.
        rows: the table.
        line: of SYSTEM in the Modelfile.
        systems: the system prompt of each record, empty for one that has none.
    """
    system = sides.serving.system
    if system is None:
        rows.skip(["system_differs"], _NONE)
        return
    row = rows.add(sides.serving.shown, line, "SYSTEM")
    if (refusal := _refusal(sides, system)) is not None:
        rows.examine("system_injected")
        rows.mark("system_injected", row, f"{_STANDS}; in training, with a system message, {refusal}")
    elif systems:
        rows.examine("system_differs", "system_injected")
        known = Counter(systems)
        trained = next((text for text in known if text.strip() == system.strip()), known.most_common(1)[0][0])
        if (found := _difference(sides, trained)) is not None:
            kind = _kind(trained, system, found)
            if kind is not None:
                rows.mark(kind, row, _said(kind, system, known))
    rows.skip(["system_differs"], _NO_RECORDS)


def _refusal(sides: Sides, system: str) -> str | None:
    """Why the training template has no system messages; None if it takes them, or no question without one."""
    question = _question()
    if refused(sides.training, [question]) is not None:
        return None
    return refused(sides.training, [_system(system), question])


def _difference(sides: Sides, trained: str) -> Difference | None:
    """What differs between a record's system prompt in training and SYSTEM in the server's."""
    asked = Case((_question(),))
    case = Case((_system(trained), _question()), elided=True) if trained else asked
    try:
        return sides.between(case, sides.trained(case), sides.asked(asked, with_system=True))
    except TemplateError:
        return None  # reported where the probes are compared


def _kind(trained: str, system: str, found: Difference) -> str | None:
    """None where the texts are the same, so that the template makes the difference: the probes show it."""
    if trained.strip() == system.strip():
        return None if trained == system else "whitespace_differs" if found.kind == "whitespace_differs" else None
    return "system_differs" if trained else "system_injected"


def _said(kind: str, system: str, known: Counter[str]) -> str:
    """The records' own prompts are not shown: they are a user's texts."""
    total, shown = f"all {sum(known.values())} records" if sum(known.values()) > 1 else "the record", _quoted(system)
    if kind == "whitespace_differs":
        return f"the Modelfile's SYSTEM {shown} is a system prompt of the records but for whitespace"
    if len(known) == 1 and "" in known:
        return f"{_STANDS}, and {total} had none in training: {shown}"
    if len(known) == 1:
        return f"the Modelfile's SYSTEM {shown} is not the system prompt of {total}"
    return f"the Modelfile's SYSTEM {shown} is none of the {len(set(known) - {''})} system prompts of {total}"


def _quoted(text: str) -> str:
    return f"`{brief(text, QUOTED)}`"


def _question() -> Message:
    return probes()[0].messages[0]


def _system(text: str) -> Message:
    return {"role": "system", "content": text}
