"""The system prompt that all training records have: without one, the model is asked as in no record."""

from __future__ import annotations

from tunespec.sources import RecordSource


def shared_system(records: RecordSource | None) -> tuple[str, int]:
    """The one system prompt of all records, empty if they differ or have none; and how many records there are."""
    read = records.records.conversations if records is not None else []
    systems = [conversation.system or "" for conversation in read if conversation is not None]
    return (systems[0] if len(set(systems)) == 1 else ""), len(systems)
