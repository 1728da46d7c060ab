"""D011's facts about tokens: which ones stand in the texts, and whether they belong there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tunespec.facts import Fact, not_applicable
from tunespec.facts.forged_turns import TEMPLATED, forged_turn
from tunespec.facts.typed_tokens import about_tokens, tokens_in, typed_tokens
from tunespec.findings import Mark
from tunespec.passages import NAMES, Passages, turn_note
from tunespec.profile import Profile
from tunespec.records import Records
from tunespec.special_tokens import END_TOKENS, SEQUENCE, families_of, shown_family, token_pattern

_SHARE = 0.5  # of the records; a token in more of them belongs to a template that was typed out


class Found(NamedTuple):
    """The tokens of one passage."""

    row: int
    turn: int
    role: str
    prose: str
    tokens: tuple[str, ...]


class Usual(NamedTuple):
    """The tokens that the dataset's records hold by design, with their shares, and the families that have them."""

    shares: Mapping[str, float]
    families: frozenset[str]


def special_token_facts(
    records: Records, passages: Passages, profile: Profile, listed: Sequence[str] = ()
) -> list[Fact]:
    """The kinds of D011 that look at tokens.

    Args:
        records: the dataset's records.
        passages: their texts.
        profile: its end marker is D001's, and so are end tokens that most answers of a chat end with.
        listed: more tokens, from the user's own tokenizer.
    """
    pattern = token_pattern(listed)
    found = _found(passages, pattern)
    total = int(passages.frame["row"].n_unique())
    usual = _usual(found, total, profile)
    if not total:
        return [not_applicable(name, "no record has a text") for name in _KINDS]
    typed = _typed(records, (one for one in found if not _is_forged(one, profile)), pattern, usual)
    special, mixed = _sorted(records, typed, usual)
    facts = [Fact("special_token", special, total)]
    if not usual.families:
        reason = "no special token is part of the texts by design"
        return [*facts, *(not_applicable(name, reason) for name in _KINDS[1:])]
    only = _only_in_some(passages, found, usual, profile)
    return [*facts, Fact("mixed_families", mixed, total), Fact("token_only_in_some", only, total)]


_KINDS = ("special_token", "mixed_families", "token_only_in_some")


def _found(passages: Passages, pattern: re.Pattern[str]) -> list[Found]:
    import polars as pl

    found = passages.frame.filter(pl.col("prose").str.contains(pattern.pattern))
    rows = found.select("row", "turn", pl.col("role").cast(pl.String), "prose").iter_rows()
    return [
        Found(row, turn, role, prose, tuple(tokens))
        for row, turn, role, prose in rows
        if (tokens := tokens_in(prose, pattern))
    ]


def _usual(found: Iterable[Found], total: int, profile: Profile) -> Usual:
    """None in a shape that a chat template renders: there, a token in every record is typed twice in every record."""
    if profile.shape in TEMPLATED:
        return Usual({}, frozenset())
    having: dict[str, set[int]] = defaultdict(set)
    for one in found:
        for token in one.tokens:
            having[token].add(one.row)
    shares = {token: len(rows) / total for token, rows in having.items()}
    own = {token for token, share in shares.items() if share >= _SHARE}
    if profile.end_marker is not None and profile.end_marker.text in END_TOKENS:
        own.add(profile.end_marker.text)
    counts = Counter(family for token in own for family in families_of(token))
    return Usual(shares, frozenset(family for family, count in counts.items() if count == max(counts.values())))


def _is_forged(one: Found, profile: Profile) -> bool:
    """Whether the tokens open another role's turn: that is T004's."""
    asking = one.role in {"prompt", "tool"}
    return asking and forged_turn(one.prose, rendered=profile.shape not in TEMPLATED) is not None


def _typed(
    records: Records, found: Iterable[Found], pattern: re.Pattern[str], usual: Usual
) -> list[tuple[Found, list[str]]]:
    """The passages with tokens that are not just spoken about, and these tokens."""
    typed = []
    for one in found:
        prompt = records.prompts[one.row]
        about = about_tokens(prompt, pattern) or about_tokens(one.prose, pattern)
        stray = [
            token
            for token, is_stray in typed_tokens(one.prose, about=about, pattern=pattern)
            if is_stray and not (one.role == "answer" and not usual.families and token in prompt)
        ]
        if stray:
            typed.append((one, stray))
    return typed


def _sorted(
    records: Records, typed: Iterable[tuple[Found, list[str]]], usual: Usual
) -> tuple[dict[int, Mark], dict[int, Mark]]:
    """Marks of tokens where none belong, and of tokens of another family than the dataset's."""
    special: dict[int, Mark] = {}
    mixed: dict[int, Mark] = {}
    for one, tokens in typed:
        foreign = [token for token in tokens if not families_of(token) & usual.families]
        if foreign:
            where = f"in {NAMES[one.role]}{turn_note(records, one.row, one.turn)}"
            family = shown_family(foreign[0])
            text = f"has `{foreign[0]}`{f' ({family})' if family else ''} {where}"
            if usual.families:
                mixed.setdefault(one.row, Mark(f"{text}, where the others use tokens of another family"))
            else:
                special.setdefault(one.row, Mark(text))
    return special, mixed


def _only_in_some(passages: Passages, found: Iterable[Found], usual: Usual, profile: Profile) -> dict[int, Mark]:
    """Records without a token that begins or ends most texts, or with one that most texts lack."""
    having = {(one.row, token) for one in found for token in one.tokens}
    rows = passages.frame["row"].unique(maintain_order=True).to_list()
    marker = profile.end_marker.text if profile.end_marker else ""  # which of them end with it is D001's question
    marks: dict[int, Mark] = {}
    for token, share in sorted(usual.shares.items()):
        if token not in SEQUENCE or token == marker or not families_of(token) & usual.families or share == 1:
            continue
        for row in rows:
            if ((row, token) in having) == (share < _SHARE):
                marks.setdefault(row, Mark(_difference(token, share, len(rows))))
    return marks


def _difference(token: str, share: float, total: int) -> str:
    count = round(share * total)
    if share < _SHARE:
        return f"has `{token}`, which {total - count} of {total} records do without"
    return f"lacks `{token}`, which {count} of {total} records have"
