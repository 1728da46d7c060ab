r"""Escapes (``\n``, ``\u00e9``) that stand in a text as characters, where the character itself should stand."""

from __future__ import annotations

import re

ESCAPE_GATE = r"""\\[nrt"'/]|\\u[0-9a-fA-F]{4}|\\U000[0-9a-fA-F]{5}|\\x[0-9a-fA-F]{2}"""
_LATEX = (
    r"(?:abla|eq|eg|ot|u|leq|geq|mid|onumber|ewline|ewcommand|ewpage|oindent|i|imes|heta|ext\w*|an|anh|au|o|op|"
    r"riangle\w*|ilde|itle|frac|iny|oprule|herefore)\b"
)
# A small letter after \n or \t may belong to a command of LaTeX (\nabla, \times) or to a path: it counts only after a
# sentence's end.
_ESCAPES = (
    re.compile(r"(?<![\\])\\(?:r\\)?n(?![a-z])|(?<=[.!?:;,。！？：；，])\s?\\n(?=[a-z])"),
    re.compile(r"(?<!\\)\\r\\n|(?<!\\)\\n\\n"),
    re.compile(r"(?<!\\)\\[tr](?![A-Za-z])|(?<![\w\\-])\\t(?=[A-Z])|(?<=[.!?:;,。！？])\\[tr](?=[A-Z])"),
    # Between words: what no command of LaTeX begins with, and twice, for a path may hold one.
    re.compile(rf"(?<=[a-z]{{2}})\\[tn](?!{_LATEX})[a-z]{{2,}}[^\\\n]*?(?<=[a-z])\\[tn](?!{_LATEX})[a-z]{{2,}}"),
    re.compile(r"(?<=[.!?])\\\\n(?=\s?[A-Z*•-])"),
    re.compile(r"(?<=[A-Za-z])\\'(?:s|t|re|ve|ll|d|m)\b|(?<=[a-z])\\/(?=[a-z])"),
    re.compile(r"(?<!\\)\\(?:u[0-9a-fA-F]{4}|U000[0-9a-fA-F]{5}|x(?!1[bB])[0-9a-fA-F]{2})"),
    re.compile(r'(?<![\\\w{])\\"[^"\n]*\\"'),
    re.compile(r":\\/\\/"),
)
# Where an escape is meant: a path, a quoted string of code or JSON, a call, a character class, LaTeX's formulas.
_MEANT = re.compile(
    r"""(?x)
    \b[A-Za-z]:\\[^\s"']*
    | \b[\w.-]++(?:\\[\w.-]++)*\\[\w-]+\.[a-z]{2,4}\b           # src\test\notes.txt
    | \\\\[\w.-]+\\[^\s"']*                # C:\new, \\server\share
    | (?<![\w.!?,])(["'])(?:\\.|(?!\1)[^\\\n]){0,12}\1           # "\n", ' \t'
    | [(\[=:,{+]\s*[frbu]?(["'])(?:\\.|(?!\2)[^\\\n])*\2         # print("a\n"), {"a": "b\n"}
    | \[[^\]\n]{0,20}\\[nrt][^\]\n]{0,20}\](?:[+*?{]|\b)         # [\r\n]+
    | [“‘「『（(]\s*(?:\\[nrtx"u]\w*|\s){1,6}\s*[”’」』）)]       # （\n）
    | \$[^$\n]+\$ | \\\(.+?\\\) | \\\[.+?\\\]
    """
)
_SENTENCES = re.compile(r"[.!?。！？][)\"”]?(?:\\r)?(?:\\n)+\s?(?:[A-Z\d*•-]|[^\x00-\u2fff])")
_ESCAPE_SUBJECT = re.compile(
    r"(?i)regex|regular expression|\bescaped\b|\bescape (?:sequence|char|code)|"
    r"\bescap(?:e|es|ing) (?:\w+ )?(?:quot|back|html|string|char|new)|new-?line|new line char|line ?(?:break|feed)|"
    r"carriage return|\btabs? (?:character|separat|delimit)|"
    r"string literal|\bprintf\b|\bsed\b|\bawk\b|\bgrep\b|\bunicode\b|\butf-?\d|latex|"
    r"\\(?:frac|begin|documentclass|text|times|nabla)\b|换行|转义|正则|回车"
)
_CODE_SUBJECT = re.compile(
    r"(?i)\bjson\b|encoding\b|\bpython\b|javascript|\bjava\b|c\+\+|c#|\bcode\b|\bprogramming\b|\bcsv\b|\bbash\b|delimiter|"
    r"\bfile\.?\w* ?(?:content|\()|\.txt\b|代码|编码|程序"
)


def literal_escape(text: str, said: str) -> str | None:
    """Names the first escape that nobody replaced by its character.

    Where code is spoken of, only escapes between two sentences count: others may be what is spoken of.
    """
    if text.lstrip()[:1] in ("{", "[") or _ESCAPE_SUBJECT.search(said):
        return None  # in JSON, escapes are right
    bare = _MEANT.sub(" ", text)
    for pattern in (_SENTENCES,) if _CODE_SUBJECT.search(said) else _ESCAPES:
        if (match := pattern.search(bare)) is not None:
            escape = match[0][match[0].index("\\") :]
            return f"holds the escape `{escape[: 6 if escape[1] in 'uU' else 4 if escape[1] == 'x' else 2]}` as text"
    return None
