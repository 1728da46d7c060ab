"""The mark with which a dataset's answers end (`### End`, `<|im_end|>`, ` END`): found, and taken off."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tunespec.special_tokens import END_TOKENS

_TAIL = 48  # characters; markers in use are shorter
_REACH = 240  # characters at an answer's end that are searched for a marker, doubled or with blanks after it
_SHARE = 0.5  # of the answers; below, an ending is a habit, not a convention
_HABIT = 0.9  # for a heading of other words: `#### True` may be the answer of half a dataset
_LEAST = 5  # answers that must share it
_SIGN = r"[#\-=*~%@$|\[\]{}()<>_/\\^!:&+]"
_WORD = (
    r"(?:[Ee]nd|END|[Ss]top|STOP|EOS|eos|EOT|eot|EOM|EOR|[Dd]one|DONE|FIN|Fin|[Ff]inished|FINISHED|ENDE|[Tt]he [Ee]nd)"
    r"(?:[ _-]?(?:OF|of|Of)[ _-]?[A-Za-z]+)?"
)
# Endings that are markers by their form: a word that merely ends many answers ("Thanks!") is none.
_WORDED = re.compile(
    rf"(?:\s|^|(?<=[.!?]))({_SIGN}{{1,6}}[ \t]?{_WORD}[ \t]?{_SIGN}{{0,6}}|(?:END|STOP|EOS|EOT)(?:[ _]OF[ _][A-Z]+)?)$"
)
_SIGNS = re.compile(
    r"(?:\s|^)(#{2,6}[ \t]*(?:[A-Za-z]+(?:[ \t][A-Za-z]+)?)?[ \t]*#{0,6}|-{3,}|={3,}|\*{3,}|@{2,}|%{2,})$"
)
_BARE = re.compile(r"#{2,6}|-{3,}|={3,}|\*{3,}|@{2,}|%{2,}")
_LIKE_PROSE = frozenset(".?!,;'\"。`")  # nearly all answers end with one of them, and no marker does
_WORDLIKE = re.compile(r"(?:^|\s)(?:[A-Z_]{3,}(?: OF [A-Z]+)?|[#\-=*@%]{1,6} ?[A-Za-z ]{1,20})$")
_TOKEN = re.compile(r"(<[|｜][^<>\s]{1,30}[|｜]>|</?s>|<eos>|<end_of_turn>|<turn\|>|\[/INST\]|<EOS_TOKEN>|<eoa>)$")
# One of these at the end of a single answer is a marker too, for nothing else ends so.
_ALONE = r"(?:[Ee]nd|END|[Ss]top|STOP|EOS|EOT|[Dd]one|DONE)(?:[ _]OF[ _][A-Z]+)?"
STRAY = (
    rf"(?:^|[\s.!?])(#{{2,6}}[ \t]?{_ALONE}[ \t]?#{{0,6}}|[\[{{<]{{1,3}}/?{_ALONE}/?[\]}}>]{{1,3}}"
    rf"|(?:-{{2,}}|={{2,}}|\*{{3,}})[ \t]?(?:END|End)(?: OF [A-Z]+)?[ \t]?(?:-{{2,}}|={{2,}}|\*{{3,}})|#{{3}})\s*$"
)


@dataclass(frozen=True)
class EndMarker:
    """The end marker of a dataset, where it is known from (``config`` or ``inferred``), and its share of answers."""

    text: str
    source: str
    share: float

    @property
    def is_token(self) -> bool:
        """Whether a chat template of some family ends a turn with it."""
        return self.text in END_TOKENS

    @property
    def has_word(self) -> bool:
        """Whether it is more than signs, which Markdown uses too."""
        return any(sign.isalnum() for sign in self.text)

    @cached_property
    def lookalike(self) -> re.Pattern[str]:
        """The marker at an answer's end, spelt in any way: other case, other blanks, other length of its signs."""
        return re.compile(rf"(?:{self._start}{self.spelling})+[.,;:!]?\s*\Z", self._flags)

    @cached_property
    def repeated(self) -> re.Pattern[str]:
        """Two or more of them at the end."""
        apart = r"\s*" if self.has_word else r"\s+"  # `######` is one marker of signs
        return re.compile(rf"{self._start}{self.spelling}(?:{apart}{self.spelling})+\s*\Z", self._flags)

    @cached_property
    def inside(self) -> re.Pattern[str]:
        """The marker as it stands anywhere in a text: a bare word or signs on a line of their own."""
        if self._is_bare or not self.has_word:
            return re.compile(rf"(?m)^[ \t]*{re.escape(self.text)}[ \t]*$")
        bound = r"(?!\w)" if self.text[-1].isalnum() else ""
        return re.compile(rf"{re.escape(self.text)}{bound}|(?m:^)[ \t]*{self.spelling}[ \t]*(?m:$)", self._flags)

    @cached_property
    def spelling(self) -> str:
        """A pattern of every spelling of the marker, without what stands around it."""
        parts = re.findall(r"\w+|(?:[^\w\s])\s*(?:[^\w\s]\s*)*", self.text.strip())
        return r"\s*".join(re.escape(part) if part[0].isalnum() else _signs(part) for part in parts)

    def ends(self, tail: str) -> bool:
        """Whether a text ends with exactly the marker, blanks aside: `#### End` does not end with `### End`."""
        bare = tail.rstrip()
        before = bare[: -len(self.text)][-1:]
        return bare.endswith(self.text) and (before != self.text[0] or before.isalnum())

    def strip(self, answer: str) -> str:
        """The answer without the marker, however it is spelt, and without what blanks stand before it."""
        head, tail = answer[:-_REACH], answer[-_REACH:]
        return head + self.lookalike.sub("", tail)

    @property
    def _is_bare(self) -> bool:
        """A plain word: its look-alikes are words of the text ("in the end")."""
        return self.text.replace(" ", "").isalnum()

    @property
    def _flags(self) -> re.RegexFlag:
        return re.NOFLAG if self._is_bare else re.IGNORECASE

    @property
    def _start(self) -> str:
        return r"(?<!\w)\s*" if self._is_bare else r"\s*"


def _signs(part: str) -> str:
    """A run of signs; where one sign repeats (`###`), any number from two on."""
    bare = re.sub(r"\s", "", part)
    if len(bare) >= 2 and len(set(bare)) == 1:
        return rf"{re.escape(bare[0])}{{2,}}"
    return r"\s*".join(re.escape(sign) for sign in bare)


def infer_end_marker(answers: Iterable[str]) -> EndMarker | None:
    """The marker that at least half of the answers end with, if there is one."""
    tails = [answer[-_TAIL:].rstrip() for answer in answers]
    counts: Counter[str] = Counter()
    for tail, count in Counter(filter(_may_be_marked, tails)).items():
        if (found := marker_of(tail)) is not None:
            counts[found] += count
    for marker, count in sorted(counts.items(), key=lambda found: (-found[1], found[0]))[:1]:
        by_form = marker in END_TOKENS or _WORDED.search(marker) or _TOKEN.search(marker) or _BARE.fullmatch(marker)
        least = _SHARE if by_form else _HABIT
        if count >= max(_LEAST, least * len(tails)):
            return EndMarker(marker, "inferred", count / len(tails))
    return None


def _may_be_marked(tail: str) -> bool:
    """Whether a text that ends so may end with a marker: told for every answer, so by its last character first."""
    last = tail[-1:]
    if last in _LIKE_PROSE or not last:
        return False
    return not last.isalnum() or _WORDLIKE.search(tail) is not None


def marker_of(tail: str) -> str | None:
    """What looks like an end marker at the end of a text, if anything does."""
    bare = tail[-_TAIL:].rstrip()
    found = _TOKEN.search(bare) or _WORDED.search(bare) or _SIGNS.search(bare)
    return found[1].strip() if found else None


def configured_end_marker(marker: str, answers: Iterable[str]) -> EndMarker:
    """The marker that the configuration names, with its share of the answers."""
    bare = marker.strip()
    ends = [answer.rstrip().endswith(bare) for answer in answers]
    return EndMarker(bare, "config", sum(ends) / (len(ends) or 1))
