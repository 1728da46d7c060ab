"""Does an answer hold a text? Fair to case, white space, typography and how numbers are written; not to negations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from tunespec.text import UNSPACED, shorten

_QUOTES = str.maketrans("‘’ʼ“”„«»‐‑–", '\'\'\'"""""---')
_GROUPED = re.compile(r"(?<=\d)[,' ](?=\d{3}(?!\d))")  # 1,024 and 1 024 and 1'024
_WORD = r"[^\W_]"
_SHOWN = 4  # of a choice, in a message


def holds(text: str, wanted: str) -> bool:
    """Whether a text holds another one as whole words.

    ``Paris`` stands in ``**paris**.`` and not in ``Parisian``, ``1024`` in ``1,024`` and not in ``10241``; ``Oslo``
    stands in ``it is not Oslo``, too: nobody understands negations here.
    """
    bare = _plain(wanted)
    return any(re.search(_bounded(form(bare)), form(_plain(text))) for form in (str, _ungrouped))


def repeats(text: str, secret: str) -> bool:
    """Whether a text holds a secret, also inside of a longer word."""
    return _plain(secret) in _plain(text)


def unmet(expected: Mapping[str, Sequence[str]], text: str) -> str | None:
    """What an answer lacks, or holds against the will of its probe, as the end of a sentence about it."""
    lacking = [f"`{one}`" for one in expected.get("must", ()) if not holds(text, one)]
    unwanted = [f"`{one}`" for one in expected.get("must_not", ()) if holds(text, one)]
    choice = expected.get("any", ())
    if lacking:
        return f"does not hold {', '.join(lacking)}"
    if choice and not any(holds(text, one) for one in choice):
        rest = ", ..." if len(choice) > _SHOWN else ""
        return f"holds none of {', '.join(f'`{one}`' for one in choice[:_SHOWN])}{rest}"
    return f"holds {', '.join(unwanted)}" if unwanted else None


def uncalled(wanted: Sequence[str] | None, called: Sequence[str]) -> str | None:
    """What is wrong with the tools that an answer calls, as the end of a sentence about it.

    Args:
        wanted: names of which it must call one; empty: none at all; None: it may do as it likes.
        called: the names that it calls.
    """
    if wanted is None or (set(wanted) & set(called) if wanted else not called):
        return None
    does = f"calls {', '.join(f'`{shorten(name)}`' for name in dict.fromkeys(called))}" if called else "calls no tool"
    return f"{does}, where it must call {' or '.join(f'`{name}`' for name in wanted) or 'none'}"


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text.translate(_QUOTES)).casefold().split())


def _ungrouped(text: str) -> str:
    return _GROUPED.sub("", text)


def _bounded(wanted: str) -> str:
    """A pattern of the text that is no part of a longer word or number."""
    before, after = (_edge(wanted[:1], ahead=False), _edge(wanted[-1:], ahead=True)) if wanted else ("", "")
    return before + re.escape(wanted) + after


def _edge(sign: str, *, ahead: bool) -> str:
    if not re.match(_WORD, sign) or UNSPACED.match(sign):
        return ""
    if sign.isdigit():  # the end of 1,024.5 is no number of its own
        return rf"(?!{_WORD}|[.,]\d)" if ahead else rf"(?<!{_WORD})(?<!\d[.,])"
    return rf"(?!{_WORD})" if ahead else rf"(?<!{_WORD})"
