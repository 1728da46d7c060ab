"""The mark with which a dataset's answers end (`### End`, `<|im_end|>`, ` END`): found, and taken off."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_TAIL = 48  # characters; markers in use are shorter
_SHARE = 0.5  # of the answers; below, an ending is a habit, not a convention
_LEAST = 5  # answers that must share it
# Endings that are markers by their form: a word that merely ends many answers ("Thanks!") is none.
_FORM = re.compile(
    r"(?:\s|^)("
    r"#{2,6}[ \t]*(?:[A-Za-z]+(?:[ \t][A-Za-z]+)?)?[ \t]*#{0,6}"  # ### End, ###, ## END ##
    r"|[\[{(<]{1,2}[ \t]*/?[ \t]*(?:END|End|end|EOS|eos|STOP|Stop|stop|EOT|eot|DONE|Done|done)\w*[ \t]*/?[\]})>]{1,2}"
    r"|-{3,}[ \t]*(?:END|End|end)?[ \t]*-{0,6}|={3,}[ \t]*(?:END|End|end)?[ \t]*={0,6}|\*{3,}"
    r"|(?:END|STOP|EOS|EOT)(?:[ _]OF[ _][A-Z]+)?"
    r")$"
)
_TOKEN = re.compile(r"(<[|｜][^<>\s]{1,30}[|｜]>|</?s>|<eos>|<end_of_turn>|<turn\|>|\[/INST\])$")


@dataclass(frozen=True)
class EndMarker:
    """The end marker of a dataset, where it is known from (``config`` or ``inferred``), and its share of answers."""

    text: str
    source: str
    share: float

    @cached_property
    def lookalike(self) -> re.Pattern[str]:
        """The marker at an answer's end, spelt in any way: other case, other blanks, other length of its signs."""
        return re.compile(rf"\s*{self.spelling}\s*\Z", re.IGNORECASE)

    @cached_property
    def spelling(self) -> str:
        """A pattern of every spelling of the marker, without what stands around it."""
        parts = re.findall(r"\w+|(?:[^\w\s])\s*(?:[^\w\s]\s*)*", self.text.strip())
        return r"\s*".join(re.escape(part) if part[0].isalnum() else _signs(part) for part in parts)

    def strip(self, answer: str) -> str:
        """The answer without the marker, however it is spelt, and without what blanks stand before it."""
        return self.lookalike.sub("", answer)


def _signs(part: str) -> str:
    """A run of signs; where one sign repeats (`###`), any number from two on."""
    bare = re.sub(r"\s", "", part)
    if len(bare) >= 2 and len(set(bare)) == 1:
        return rf"{re.escape(bare[0])}{{2,}}"
    return r"\s*".join(re.escape(sign) for sign in bare)


def infer_end_marker(answers: Iterable[str]) -> EndMarker | None:
    """The marker that at least half of the answers end with, if there is one."""
    counts: Counter[str] = Counter()
    total = 0
    for answer in answers:
        total += 1
        tail = answer[-_TAIL:].rstrip()
        if (found := _TOKEN.search(tail) or _FORM.search(tail)) is not None:
            counts[found[1].strip()] += 1
    if not counts:
        return None
    marker, count = counts.most_common(1)[0]
    if count < max(_LEAST, _SHARE * total):
        return None
    return EndMarker(marker, "inferred", count / total)


def configured_end_marker(marker: str, answers: Iterable[str]) -> EndMarker:
    """The marker that the configuration names, with its share of the answers."""
    bare = marker.strip()
    ends = [answer.rstrip().endswith(bare) for answer in answers]
    return EndMarker(bare, "config", sum(ends) / (len(ends) or 1))
