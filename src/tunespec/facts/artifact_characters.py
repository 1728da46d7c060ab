"""Text decoded with the wrong encoding, and characters that no reader sees."""

from __future__ import annotations

import re
import unicodedata

# Nearly every pair with which ftfy's badness begins or ends, roughly: most clean texts have none of them.
MOJIBAKE_GATE = (
    r"[\u0080-\u009f\ufffd]|[ÂÃâåÅÄäÐÑØÙÎÏçèéêïœŒĂă][\u00a1-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[ÂÃ][ \u00a0]"
    r"|√[±∂†≠®™´≤≥¥µø©§∫]|‚Ä|вЂ|β€|ā€|[РС][ЂЃѓ„…†‡€‰ЉЊЌЋЏђ‘’“”•–—™љњќћџЎўЈ¤Ґ¦§Ё©Є«¬®Ї°±Ііґµ¶·№є»јЅѕї]|├|锟斤拷|烫烫烫|屯屯屯"
)
_LOST = re.compile("\ufffd|锟斤拷|(?:烫){3}|(?:屯){3}|ï¿½")
_ENCODING_SUBJECT = re.compile(
    r"(?i)mojibake|\butf-?\d|latin-?1|\bunicode\b|code ?page|charset|character (?:set|encoding)|text encoding|\bftfy\b|"
    r"encoding (?:error|issue|problem)|\bcp125|windows-125|garbled|乱码|编码"
)

_C0 = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_ZERO_WIDTH = "\u00ad\u200b\u2060-\u2064\ufeff\u180e"
_BIDI = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"
_JOINERS = "\u200c\u200d"
_DIRECTION = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2068\u2069")  # not the overrides
_FOREIGN = "\ufff9-\ufffc\uf000-\uf0ff\u3164"
_SEPARATORS = "\u2028\u2029"
CONTROL_GATE = rf"[{_C0}]|\\(?:x1[bB]|u001[bB]|033|e)\[|\[0m|\t(?:imes|heta|ext\{{)|\right"
INVISIBLE_GATE = f"[{_ZERO_WIDTH}{_BIDI}{_JOINERS}{_FOREIGN}{_SEPARATORS}]"
_CONTROL_SUBJECT = re.compile(
    r"(?i)zero.?width|soft.hyphen|"
    r"invisible (?:char|space|unicode)|\bansi\b|\bescape (?:code|sequence)|terminal colou?r|"
    r"\bunicode\b|\bbidi|control char|non-?printable|\bU\+[0-9A-F]{4}|右至左|零宽|不可见|控制字符"
)
_ANSI = re.compile(r"(?:\x1b|\\(?:x1[bB]|u001[bB]|033|e))\[[0-9;]*[A-Za-z]|\[0m")
_LATEX = re.compile(r"\t(?:imes\b|heta\b|ext\{)|\right\b|\x0c(?:rac|orall)\b|\x08(?:eta|egin|ar|f)\b|\x0bec\b")
_HARMFUL = re.compile(f"[{_C0}{_ZERO_WIDTH}{_BIDI}{_JOINERS}{_FOREIGN}{_SEPARATORS}]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# Scripts without blanks between words (break hints), and scripts that join letters by a joiner: Unicode 16, 23.2.
_BREAKING = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff]")
_JOINING = re.compile("[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
_EMOJI_PART = re.compile("[\u00a9\u00ae\u200d\u2030-\u3300\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]")


def mojibake(text: str, said: str) -> str | None:
    """Names the first sign of text that was decoded with the wrong encoding."""
    if _ENCODING_SUBJECT.search(said):
        return None
    if (lost := _LOST.search(text)) is not None:
        return f"holds {_shown(lost[0])}, the trace of a lost character,"
    from ftfy.badness import BADNESS_RE

    match = BADNESS_RE.search(text)
    return f"holds {_shown(match[0])}, UTF-8 decoded as another encoding," if match else None


def control_character(text: str, said: str) -> str | None:
    """Names the first character or sequence that controls a display and says nothing."""
    if _CONTROL_SUBJECT.search(said):
        return None
    if _LATEX.search(text):
        return "holds a control character where a LaTeX command's backslash was read as an escape"
    if _ANSI.search(text):
        return "holds an ANSI colour code"
    right_to_left = _RIGHT_TO_LEFT.search(text) is not None
    for match in _HARMFUL.finditer(text):
        if not _has_function(text, match.start(), right_to_left):
            name = unicodedata.name(match[0], "a control character")
            return f"holds the invisible character U+{ord(match[0]):04X} ({name.lower()})"
    return None


def _has_function(text: str, place: int, right_to_left: bool) -> bool:
    """Whether an invisible character does at its place what Unicode has it for."""
    char, before, after = text[place], text[max(0, place - 2) : place], text[place + 1 : place + 3]
    if char in _JOINERS:
        emoji = char == "\u200d" and _EMOJI_PART.search(before) and _EMOJI_PART.search(after)
        return bool(emoji or _JOINING.search(before) or _JOINING.search(after))
    if char == "\u200b":
        return bool(_BREAKING.search(before) or _BREAKING.search(after))
    return right_to_left and char in _DIRECTION


def _shown(signs: str) -> str:
    """Signs beyond ASCII as they are, control characters by their number."""
    kept = [sign for sign in signs if not sign.isascii()] or list(signs)
    return "`" + "".join(sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in kept) + "`"
