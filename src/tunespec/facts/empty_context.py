"""I003's ``empty_context``: records that refer to a context which their dataset has a place for, and they have not."""

from __future__ import annotations

from collections.abc import Sequence

from tunespec.facts import Fact, not_applicable
from tunespec.facts.context_slots import context_slots
from tunespec.facts.exchanges import first_exchanges
from tunespec.facts.references import suspected_references
from tunespec.findings import Mark
from tunespec.metadata import names_context
from tunespec.passages import Passages
from tunespec.records import Records

_FORM = 0.5  # share of the records with such a column, above which the others lack it rather than do without

_NO_PLACE = "no record has a context column (context, passage, document ...), nor do prompts fill a place (`Context:`)"


def lacks_context(records: Records) -> set[int]:
    """Records without the context that their dataset has a column for: it is empty, or absent from the record."""
    having = [names_context(keys) for keys in records.keys]
    usual = sum(having) > _FORM * sum(map(bool, records.keys))
    return {
        row
        for row, (has, metadata) in enumerate(zip(having, records.metadata, strict=True))
        if (has or (usual and records.keys[row])) and "context" not in metadata
    }


def empty_context_fact(records: Records, passages: Passages) -> Fact:
    """First prompts that speak of material, where the record's context is empty, in its column or in the prompt."""
    lacking, slots = lacks_context(records), context_slots(records)
    filled = slots.filled | {row for row, metadata in enumerate(records.metadata) if "context" in metadata}
    if not (lacking or filled):
        return not_applicable("empty_context", _NO_PLACE)
    found = suspected_references(records, first_exchanges(records, passages), lacking) if lacking else ()
    marks = {row: Mark(_said(said, records.keys[row])) for row, said in found}
    told = f" in the prompt, and {len(slots.filled):,} records fill it"
    marks = {row: Mark(f"{said}{told}") for row, said in slots.empty.items()} | marks
    return Fact("empty_context", marks, len(lacking | filled | slots.empty.keys()))


def _said(reference: str, keys: Sequence[str]) -> str:
    column = next((key for key in keys if names_context((key,))), None)
    return f"{reference}: {f'`{column}` is empty' if column else 'the record has no context, as others do'}"
