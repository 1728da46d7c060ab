"""D002's facts: does every record have the dataset's one format?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tunespec.conversation import CHAT, Conversation
from tunespec.facts import Fact
from tunespec.facts.preference import preference
from tunespec.facts.roles import role_order, unknown_role
from tunespec.facts.think import has_think_mark, thinks_first, unclosed_think
from tunespec.facts.tools import ToolChecker, uses_tools
from tunespec.findings import Mark
from tunespec.headers import templated_text
from tunespec.passages import turn_note_of
from tunespec.profile import Form, Profile, required_keys
from tunespec.records import Records

Check = Callable[[Conversation], str | None]
Readable = Sequence[tuple[int, Conversation]]
_SORTS = 4  # different system prompts that tell a mixture of tasks from a slip


def format_facts(records: Records, profile: Profile) -> list[Fact]:
    """Every fact of D002. Values are sentences about the record: ``lacks the header `### Answer:```."""
    readable = list(_readable(records))
    return [
        _unreadable(records),
        _record_shape(records, profile),
        _key_set(records, profile),
        *(_checked(*each) for each in _checks(readable, profile)),
    ]


def _checks(readable: Readable, profile: Profile) -> list[tuple[str, Readable, Check, str]]:
    """``(fact, the conversations that it applies to, the check, why it applies to none)``."""
    chats = [(row, c) for row, c in readable if c.shape in CHAT]
    template = profile.template
    return [
        ("empty_prompt", _with_prompt(readable, profile), _empty_prompt(profile), "no record has a prompt of its own"),
        ("empty_answer", readable, _empty_answer(profile), "no readable record"),
        ("unknown_role", chats, unknown_role, "no record is a list of messages"),
        ("role_order", chats, role_order, "no record is a list of messages"),
        (
            "tool_call",
            [(row, c) for row, c in readable if uses_tools(c)],
            ToolChecker().check,
            "no record has tool calls",
        ),
        (
            "think_block",
            [(row, c) for row, c in readable if has_think_mark(c)],
            unclosed_think,
            "no answer has a think block",
        ),
        (
            "think_only_in_some",
            readable if profile.think_share else (),
            _minority_think(profile),
            "no answer thinks first",
        ),
        (
            "system_only_in_some",
            readable if profile.system_share else (),
            _minority_system(profile),
            "no system prompts",
        ),
        (
            "template_header",
            [(row, c) for row, c in readable if templated_text(c) is not None] if template else (),
            lambda c: template.breach(templated_text(c) or "") if template else None,
            "the texts share no template headers",
        ),
        (
            "preference",
            [(row, c) for row, c in readable if c.rejected is not None],
            preference,
            "no preference records",
        ),
    ]


def _checked(name: str, some: Readable, check: Check, reason: str) -> Fact:
    marks = {row: Mark(value) for row, conversation in some if (value := check(conversation)) is not None}
    return Fact(name, marks, len(some), None if some else reason)


def _readable(records: Records) -> Iterator[tuple[int, Conversation]]:
    for row, conversation in enumerate(records.conversations):
        if conversation is not None and not conversation.defect:
            yield row, conversation


def _unreadable(records: Records) -> Fact:
    marks = {row: Mark(defect) for row, defect in enumerate(records.defects) if defect}
    return Fact("unreadable", marks, len(records))


def _record_shape(records: Records, profile: Profile) -> Fact:
    marks: dict[int, Mark] = {}
    examined = 0
    for row, (conversation, keys) in enumerate(zip(records.conversations, records.keys, strict=True)):
        if not keys and records.defects[row]:
            continue
        examined += 1
        if conversation is None:
            marks[row] = Mark(f"has the keys {', '.join(keys) or '(none)'}, a shape that no trainer knows")
        elif conversation.defect:
            marks[row] = Mark(conversation.defect)
        elif conversation.shape != (form := _form(row, records, profile)).shape:
            marks[row] = Mark(f"is {conversation.shape} where {_percent(form.shape_share)} are {form.shape}")
    return Fact("record_shape", marks, examined, None if examined else "no readable record")


def _key_set(records: Records, profile: Profile) -> Fact:
    marks: dict[int, Mark] = {}
    examined = 0
    for row, conversation in _readable(records):
        form = _form(row, records, profile)
        if conversation.shape != form.shape:
            continue  # its keys follow from its shape: record_shape tells that
        examined += 1
        keys = required_keys(records.keys[row])
        if keys != form.keys:
            marks[row] = Mark(_difference(keys, form))
    return Fact("key_set", marks, examined, None if examined else "no readable record")


def _form(row: int, records: Records, profile: Profile) -> Form:
    """The form that a record should have: that of the records with which a trainer reads it."""
    return profile.forms.get(records.places[row].path, profile.form)


def _difference(keys: frozenset[str], form: Form) -> str:
    lacks = ", ".join(sorted(form.keys - keys))
    adds = ", ".join(sorted(keys - form.keys))
    parts = [f"lacks {lacks}" if lacks else "", f"adds {adds}" if adds else ""]
    return f"{' and '.join(filter(None, parts))}, unlike {_percent(form.keys_share)} of the records"


def _percent(share: float) -> str:
    """A share in words that never claim all where one is missing."""
    shown = f"{share:.0%}"
    return "over 99%" if shown == "100%" and share < 1 else shown


def _with_prompt(readable: Readable, profile: Profile) -> Readable:
    return [
        (row, c) for row, c in readable if "user" in [turn.role for turn in c.turns] or _sides(c, profile) is not None
    ]


def _sides(conversation: Conversation, profile: Profile) -> tuple[str, str] | None:
    """Prompt and answer between the headers of a text that keeps to the template; else None."""
    template = profile.template
    if template is None or conversation.shape != "text" or template.breach(conversation.turns[0].text):
        return None
    return template.contents(conversation.turns[0].text)


def _empty_prompt(profile: Profile) -> Check:
    def check(conversation: Conversation) -> str | None:
        for number, turn in enumerate(conversation.turns):
            if turn.role == "user" and not turn.empty_by_design and not turn.text.strip():
                return "has an empty prompt" + turn_note_of(conversation, number)
        sides = _sides(conversation, profile)
        return "has an empty prompt between its headers" if sides and not sides[0] else None

    return check


def _empty_answer(profile: Profile) -> Check:
    def check(conversation: Conversation) -> str | None:
        for number, turn in enumerate(conversation.turns):
            if turn.role in ("assistant", "text", "call") and not turn.empty_by_design and not turn.text.strip():
                return "has an empty answer" + turn_note_of(conversation, number)
        rejected = conversation.rejected
        if rejected and rejected[-1].role == "assistant" and not rejected[-1].text.strip():
            return "has an empty rejected answer"
        sides = _sides(conversation, profile)
        return "has an empty answer after its last header" if sides and not sides[1] else None

    return check


def _minority_think(profile: Profile) -> Check:
    usual = profile.think_share >= 0.5

    def check(conversation: Conversation) -> str | None:
        thinks = thinks_first(conversation)
        if thinks == usual:
            return None
        share = profile.think_share if usual else 1 - profile.think_share
        return f"{'thinks first' if thinks else 'has no <think> block'}, unlike {_percent(share)} of the records"

    return check


def _minority_system(profile: Profile) -> Check:
    """Each record of the minority; of a minority with prompts of many sorts, as mixtures of tasks have, the first."""
    usual = profile.system_share >= 0.5
    of_many_sorts = not usual and profile.system_prompts >= _SORTS
    told: list[str] = []

    def check(conversation: Conversation) -> str | None:
        has = bool(conversation.system and conversation.system.strip())
        if has == usual or (of_many_sorts and told):
            return None
        told.append("once")
        if of_many_sorts:
            return (
                f"has a system prompt, as {profile.system_share:.0%} of the records do, {profile.system_prompts} in all"
            )
        share = profile.system_share if usual else 1 - profile.system_share
        return f"has {'a' if has else 'no'} system prompt, unlike {_percent(share)} of the records"

    return check
