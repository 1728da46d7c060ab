"""Whether a special token in a text was typed into it by mistake, or is spoken about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from tunespec.special_tokens import AMBIGUOUS, BY_DESIGN, MASKS, TOKEN_PATTERN

_OPENING, _CLOSING = "\"'`“‘«「『‹(（[", "\"'`”’»」』›)）]"
_QUOTED = re.compile(rf"[{re.escape(_OPENING)}]\s?$"), re.compile(rf"^\s?[{re.escape(_CLOSING)},]")
# A sentence that speaks about tokens, in the words that lessons on templates and tokenizers use.
_TALK = re.compile(
    r"(?i)\b(?:tokens?|tokeni[sz]\w+|tags?|markup|templates?|chatml|sentinels?|delimiters?|separators?|markers?|bert|"
    r"llama|mistral|qwen|gemma|llms?|language models?|vocabular\w+|decod\w+|emits?|emitted|placeholders?|jetons?|"
    r"stop (?:sequence|string|word)s?|balises?|etiquetas?|html|strike\w*|bos|eos)\b"
    r"|标记|符号|分隔|特殊|模板|占位|トークン|토큰|токен"
)
_ASKS = re.compile(
    r"(?i)(?:\bwhat(?:'s| is| does| are| do)|\bbetween|\bcalled|\bnamed|\bsuch as|\bmeaning of|\bwrite|\brepeat:?)"
    r"(?: an?| the)?\s*$"
)
_EXPLAINS = re.compile(
    r"^\s*(?:means?\b|stands? for|is (?:used|added|placed|inserted|appended)\b|denotes?\b|signals?\b|indicates?\b|"
    r":|=|–|—|\||是|表示|代表|指|和|(?:and|or) [<\[])"
)
_LISTED = re.compile(r"(?m)(?:^[ \t]*(?:[-*+•|]|\d+[.)])[ \t]*|\|[ \t]*)$")
# A record that is about them: there, only a token at the very edge of a text is one that was typed by a program.
_SUBJECT = re.compile(
    r"(?i)special tokens?|chat template|chatml|tokeni[sz](?:er|ation|ing)|\bbert\b|prompt (?:format|template)"
    r"|end.of.turn|stop (?:token|sequence)|control tokens?|fine.?tun|\bllms?\b|language model"
    r"|特殊标记|分词|聊天模板|大语言模型"
)
_TAG = re.compile(r"</?(?:[a-rt-z]|[a-z]{2,10}\d?)(?:\s[^<>]*)?/?>", re.IGNORECASE)  # any HTML but <s>
_ENDED = re.compile(r"(?:[.!?…。！？:;)\]\"'”’»*`]|\n)[ \t]*$|\n\s*$")
_WINDOW = 90  # characters of the sentence around a token that are looked at
_PATTERN = re.compile(TOKEN_PATTERN)


class Typed(NamedTuple):
    """A special token in a text, and whether it stands where a program puts it, or in a sentence about it."""

    token: str
    stray: bool


class Around(NamedTuple):
    """What stands near a token: as it is, and without other tokens; and whether nothing else is before or behind."""

    before: str
    after: str
    bare_before: str
    bare_after: str
    first: bool
    last: bool


def tokens_in(prose: str, pattern: re.Pattern[str] = _PATTERN) -> list[str]:
    """Every special token of a text but those that data formats prescribe."""
    return [token for token in pattern.findall(prose) if token not in BY_DESIGN]


def about_tokens(text: str, pattern: re.Pattern[str] = _PATTERN) -> bool:
    """Whether a text has special tokens as its subject; the tokens themselves do not tell."""
    return _SUBJECT.search(pattern.sub(" ", text)) is not None


def typed_tokens(prose: str, *, about: bool, pattern: re.Pattern[str] = _PATTERN) -> Iterator[Typed]:
    """Every special token of a text without code.

    Args:
        prose: the text.
        about: whether the record has tokens as its subject.
        pattern: finds tokens.
    """
    bare = pattern.sub("", prose)  # other tokens are no text around this one
    begins, ends = len(bare) - len(bare.lstrip()), len(bare.rstrip())
    removed = 0
    for match in pattern.finditer(prose):
        token, place = match.group(), match.start() - removed
        removed += len(token)
        if token not in BY_DESIGN:
            near = Around(
                *_windows(prose, *match.span()), *_windows(bare, place, place), place <= begins, place >= ends
            )
            yield Typed(token, _is_stray(prose, token, near, about=about))


def _windows(text: str, start: int, end: int) -> tuple[str, str]:
    return text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]


def _is_stray(prose: str, token: str, near: Around, *, about: bool) -> bool:
    before, after, bare_before, bare_after, first, last = near
    if _QUOTED[0].search(before) and _QUOTED[1].search(after):
        return False
    if token in AMBIGUOUS and _has_other_reason(prose, token):
        return False
    if (_LISTED.search(before) and not last) or (_EXPLAINS.search(after) and not first):
        return False
    if last and (first or _ENDED.search(bare_before) or (bare_before[-1:].isalnum() and not about)):
        return True
    sentence = _sentence(bare_before, bare_after)
    if first:  # `[CLS] is the first token`
        explained = _EXPLAINS.search(after) or re.match(r"\s+(?:is|are|marks?|ends?|begins?|stands)\b", after)
        return not (explained and (_TALK.search(sentence) or about))
    return not about and not _TALK.search(sentence) and not _ASKS.search(before)


@lru_cache(maxsize=8)  # asked for every token of a text
def _has_other_reason(prose: str, token: str) -> bool:
    """A mask to fill in, or HTML: struck text between `<s>` and `</s>`, or any other tag."""
    if token in MASKS:
        return True
    if token in {"<s>", "</s>"}:
        paired = "<s>" in prose and "</s>" in prose and not prose.rstrip().endswith("</s>")
        return paired or any(tag not in BY_DESIGN for tag in _TAG.findall(prose))
    return False


def _sentence(before: str, after: str) -> str:
    """What stands around a token in its own sentence."""
    return re.split(r"[.!?。！？]\s|\n", before)[-1] + " " + re.split(r"[.!?。！？](?:\s|$)|\n", after)[0]
