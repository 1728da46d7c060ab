"""D010's facts: traces of markup, escaping, encoding and templating that a text carries and does not speak about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tunespec.codelike import code_share
from tunespec.facts import Fact, not_applicable
from tunespec.facts import artifact_characters as characters
from tunespec.facts import artifact_escapes as escapes
from tunespec.facts import artifact_markup as markup
from tunespec.facts import artifact_slots as slots
from tunespec.findings import Mark
from tunespec.passages import NAMES, Passages, turn_note
from tunespec.records import Records

if TYPE_CHECKING:
    import polars as pl

_ROLES = ("system", "prompt", "answer")
_MOSTLY_CODE = 0.4  # share of code lines from which a text without fences counts as code

_LABEL_SHARE, _FEW = 0.03, 4  # of the texts; "none" that often is a label


class Search(NamedTuple):
    """How one kind is searched.

    ``gate`` and, for texts beyond ASCII, ``wide_gate`` are cheap patterns (Rust's syntax), one of which every text with
    the defect matches; ``find`` gets such a text and all that its record says, and says what is wrong, or None.
    ``column`` is what is searched: with ``text``, code too.
    """

    name: str
    column: str
    gate: str | None
    find: Callable[[str, str], str | None]
    roles: Sequence[str] = _ROLES
    wide_gate: str | None = None


SEARCHES: Sequence[Search] = (
    Search("html_tag", "prose", markup.TAG_GATE, markup.html_tag),
    Search("html_entity", "prose", markup.ENTITY_GATE, markup.html_entity),
    Search("literal_escape", "prose", escapes.ESCAPE_GATE, escapes.literal_escape),
    Search("mojibake", "text", None, characters.mojibake, wide_gate=characters.MOJIBAKE_GATE),
    Search(
        "control_character",
        "text",
        characters.CONTROL_GATE,
        characters.control_character,
        wide_gate=characters.INVISIBLE_GATE,
    ),
    Search("placeholder", "prose", slots.PLACEHOLDER_GATE, slots.placeholder),
    Search("unfilled_slot", "prose", slots.SLOT_GATE, slots.unfilled_slot, ("system", "answer")),
    Search("unfilled_slot", "prose", slots.SLOT_GATE, slots.slot_in_prompt, ("prompt",)),
)


def artifact_facts(passages: Passages, records: Records) -> list[Fact]:
    """Every fact of D010."""
    import polars as pl

    examined = passages.records_with(*_ROLES)
    if not examined:
        return [
            not_applicable(name, "no record has text") for name in dict.fromkeys(search.name for search in SEARCHES)
        ]
    texts, judged = passages.of(*_ROLES), passages.judged_of(*_ROLES)
    # One look at each text for all gates of its prose: few texts pass, and only those are told apart.
    gates = "|".join({f"(?:{search.gate})": None for search in SEARCHES if search.column == "prose"})
    columns = {"text": judged, "prose": judged.filter(pl.col("prose").str.contains(gates))}
    wide = judged.filter(pl.col("text").str.len_bytes() > pl.col("text").str.len_chars())
    found: dict[str, dict[int, Mark]] = {}
    for search in SEARCHES:  # a kind may be searched in several ways
        passed = _passed(search, columns[search.column], wide)
        found[search.name] = _found(passed, search, texts, records) | found.get(search.name, {})
    return [Fact(name, dict(sorted(marks.items())), examined) for name, marks in found.items()]


def _found(passed: pl.DataFrame, search: Search, texts: pl.DataFrame, records: Records) -> dict[int, Mark]:
    import polars as pl

    if search.name == "placeholder":
        passed = _without_labels(passed, texts)
    if passed.is_empty():
        return {}
    concerned = texts.join(passed.select("row").unique(), on="row", how="semi", maintain_order="left")
    # What a record speaks about may be said in another turn.
    whole = dict(concerned.group_by("row", maintain_order=True).agg(pl.col("text").str.join("\n")).iter_rows())
    marks: dict[int, Mark] = {}
    for row, turn, role, text in passed.select("row", "turn", "role", search.column).iter_rows():
        if row not in marks and (fault := search.find(text, whole[row])) is not None:
            marks[row] = Mark(f"{fault} in {NAMES[role]}{turn_note(records, row, turn)}")
    return marks


def _without_labels(passed: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """The texts without those that are said so often, word for word, that they are labels of the dataset."""
    import polars as pl

    most = max(_FEW, _LABEL_SHARE * texts.height)
    return passed.filter(pl.len().over("text") <= most)


def _passed(search: Search, texts: pl.DataFrame, wide: pl.DataFrame) -> pl.DataFrame:
    """The texts that may have the defect: those that pass a gate and are no code."""
    import polars as pl

    gates = [(frame, gate) for frame, gate in ((texts, search.gate), (wide, search.wide_gate)) if gate is not None]
    if search.roles != _ROLES:  # first, so that a gate that two searches share sees each text once
        own = pl.col("role").is_in(list(search.roles))
        gates = [(frame.filter(own), gate) for frame, gate in gates]
    found = [frame.filter(pl.col(search.column).str.contains(gate)) for frame, gate in gates]
    passed = pl.concat(found).unique("index", keep="any").sort("index")
    if search.column == "text" or passed.is_empty():
        return passed
    rest = passed.with_columns(pl.col("prose").str.replace_all(search.gate or "", " "))  # a tag alone makes no code
    return passed.filter(code_share(rest, "prose") < _MOSTLY_CODE)
