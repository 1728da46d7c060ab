"""Python by its own parser. Sessions, magics, fragments and newer or older Python than this one are no errors."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from functools import lru_cache
from itertools import pairwise

from tunespec.facts.syntax import Complaint, elides, forms, is_diff

_SESSION = re.compile(r"(?m)^[ \t]*(?:>>>|In \[\d*\]:|\.\.\. )")
_MAGIC = re.compile(r"(?m)^([ \t]*)(?:[%!?][^\n]*|[\w.]+\?{1,2}[ \t]*)$|^((?!=)[ \t]*+[\w, ]*+=[ \t]*)[%!][^\n]*$")
_OTHER_TEXT = re.compile(r"(?m)^%%|Traceback \(most recent call last\)|^[^\S\n]*+(?:File \"[^\"\n]*\", line \d+|\$ \S)")
# A block is only judged as Python if a line of it can be nothing else than code, and none is of another language.
_PYTHON = re.compile(
    r"(?m)^[ \t]*(?:(?:async[ \t]+)?def[ \t]+\w+|class[ \t]+\w+|import[ \t]+\w|from[ \t]+[\w.]+[ \t]+import|@\w"
    r"|(?:if|elif|for|while|with|else|try|except|return|raise|assert|print|lambda|del)\b"
    r"|[A-Za-z_][\w.]*(?:\[[^\]\n]*\])?[ \t]*(?::[ \t]*\w+[ \t]*)?[-+*/]?=[^=]|[A-Za-z_][\w.]*\()"
)
_ANOTHER = re.compile(
    r"(?m)^[ \t]*(?:function\b|local\s|const\s|let\s|var\s|public\s|private\s|#include|using\s|package\s|fn\s|func\s"
    r"|SELECT\s|<[a-z!/]|end$|then$|do$|fi$|done$|--)|[;{][ \t]*$|^[ \t]*\}[ \t]*$|\bthen$|\bdo$|:=[ \t]|[←≤≥≠→]"
)
_OLD = re.compile(
    r"\bprint\s+[^\s(=.\[]|\bprint\s+\(.{0,500}\)\s*[%,]|\bexcept\s+[\w.]+\s*,\s*\w+|\bexec\s+[\"'\w]|\braise\s+\w+\s*,|<>|"
    r"\b0\d+\b|\bur[\"']|\b\d+L\b|`\w+`"
)
_NEW = re.compile(r"^\s*(?:type\s+\w+|(?:async\s+)?def\s+\w+\[|class\s+\w+\[|except\*?\s+\w|lazy\s)|\bt[\"']|\bf[\"']")
_WORDS = re.compile(r"[^\W\d][\w'’-]*(?:[,:]?\s+[^\W\d][\w'’-]*)+[.!?:,]?$")
_SENTENCE = re.compile(r"[A-Z][\w'’-]*,?(?: [\w'’-]+[,;]?){3,}[.!:]")
_KEYWORD = re.compile(r"(?:async|def|class|if|elif|else|for|while|with|try|except|import|from|return|raise|lambda)\b")
_GAP = re.compile(r"<[A-Za-z][\w -]*>|\[(?:your|insert|add)\b", re.IGNORECASE)
_HEAD = re.compile(
    r"(?:(?:async[ \t]+)?(?:def|class|for|while|if|with)\b.*|(?:elif|except)\b.*|(?:else|try|finally)[ \t]*)"
    r":[ \t]*(?:#.*)?$"
)
# Of `"\d"` and `1if x` the parser warns, and under `-W error` it refuses them.
_WARNS = re.compile(r"\\|\d(?:and|else|for|if|in|is|not|or)\b")
_NO_BODY = re.compile(r"expected an indented block")
_CONTINUES = re.compile(r"[ \t]*(?:elif|else|except|finally)\b")


def python_complaint(body: str) -> Complaint | None:
    """What is wrong with a block of Python, or None."""
    error = _error(body) and _error(forms(body)[0])
    if error is None or is_diff(body) or _OTHER_TEXT.search(body) or not _PYTHON.search(body):
        return None
    if _SESSION.search(body) or any(_error(form) is None for form in _lenient(body)) or _ANOTHER.search(body):
        return None
    error = _error(forms(_without_magics(body))[0]) or error
    number = error.lineno or 1
    line = (body.splitlines() or [""])[min(number, len(body.splitlines())) - 1]
    if _is_sentence(line) and _parses_without_sentences(body):
        return Complaint(number, "a sentence stands in the code")
    return None if _is_no_error(line, error) else Complaint(number, _message(error))


def _is_sentence(line: str) -> bool:
    """Whether a line is prose with its punctuation; steps in words, as pseudo-code has them, have none."""
    return _SENTENCE.fullmatch(line.strip()) is not None and not _KEYWORD.match(line.strip())


def _parses_without_sentences(body: str) -> bool:
    code = [line for line in body.splitlines() if not _is_sentence(line)]
    return len([line for line in code if line.strip()]) > 1 and _error("\n".join(code)) is None


def lost_indentation(body: str, *, tagged: bool) -> int | None:
    """The line (from 1) where Python lacks its indentation because the whole block lost it, or None.

    A block that is not tagged as Python must define a function whose body is not indented.
    """
    error = _error(body) and _error(forms(body)[0])
    if not isinstance(error, IndentationError) or _SESSION.search(body):
        return None
    lines = [(number, line) for number, line in enumerate(body.expandtabs(8).splitlines(), start=1) if line.strip()]
    bodies = [
        (number, line.lstrip().startswith(("def ", "async def ")), _depth(after) > _depth(line))
        for (number, line), (_, after) in pairwise(lines)
        if _HEAD.match(line.lstrip())
    ]
    flat = [number for number, _, indented in bodies if not indented]
    if not flat or not (tagged or any(defines and not indented for _, defines, indented in bodies)):
        return None
    shallow = max(_depth(line) for _, line in lines) - min(_depth(line) for _, line in lines) <= 1
    if 2 * len(flat) < len(bodies) and not shallow:
        return None
    return error.lineno or flat[0]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


@lru_cache(1024)
def _error(source: str) -> SyntaxError | None:
    try:
        if _WARNS.search(source):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(source)
        else:  # half as long
            ast.parse(source)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):
        return None  # NUL bytes, lone surrogates, nesting that this parser cannot follow
    return None


def _lenient(body: str) -> list[str]:
    """Other readings of a block: at least one of them parses if it is a fragment rather than broken."""
    plain = _without_magics(body)
    sources = [*forms(plain), *forms(plain.expandtabs(8)), *forms(plain.expandtabs(4))]
    sources += [_with_bodies(source) for source in sources]
    sources += [source.replace("…", "...").replace("(...)", "()") for source in sources[-3:] if elides(source)]
    if _CONTINUES.match(plain.lstrip("\n")):
        whole = forms(plain)[0].lstrip("\n")
        sources += [f"{head}:\n    pass\n{_with_bodies(whole)}" for head in ("if x", "try")]
    if plain.lstrip().startswith("@") or plain.rstrip().endswith((",", "\\")):
        sources += [f"{plain.rstrip()}\ndef f(): pass", f"f(\n{plain}\n)", f"{{\n{plain}\n}}"]
    return sources


def _without_magics(body: str) -> str:
    return _MAGIC.sub(lambda found: f"{found[2]}0" if found[2] else f"{found[1]}pass", body)


def _with_bodies(source: str) -> str:
    """The source with ``pass`` below every head whose body is a comment or is cut away at the end."""
    lines = source.rstrip().splitlines()
    for _ in range(12):
        error = _error("\n".join(lines))
        found = re.search(r"on line (\d+)$", error.msg) if error and _NO_BODY.match(error.msg) else None
        if error is None or found is None:
            break
        head = int(found[1])
        end = next((n for n in range(head - 1, len(lines)) if lines[n].split("#")[0].rstrip().endswith(":")), head - 1)
        behind = next((line for line in lines[end + 1 :] if line.strip()), "")
        if behind and not behind.lstrip().startswith("#"):
            break
        lines.insert(end + 1, " " * (_depth(lines[head - 1]) + 1) + "pass")
    return "\n".join(lines)


def _is_no_error(line: str, error: SyntaxError) -> bool:
    bare = line.strip()
    if elides(bare) or _GAP.search(bare) or _OLD.search(bare) or (error.msg or "").startswith("Missing parentheses in"):
        return True
    if sys.version_info < (3, 14) and _NEW.search(bare) and not bare.startswith(("type(", "print")):
        return _is_newer(bare, error)
    return bool(_WORDS.fullmatch(bare)) and not _KEYWORD.match(bare)


def _is_newer(line: str, error: SyntaxError) -> bool:
    """Whether the line may be Python that this version does not know: 3.12's f-strings and type parameters."""
    if re.search(r"\bf[\"']", line):
        return (error.msg or "").startswith("f-string") or line.count('"') > 2 or line.count("'") > 2
    return re.match(r"\s*(?:type\s+\w+.*=|(?:async\s+)?def\s+\w+\[|class\s+\w+\[|except\s+\w+,)", line) is not None


def _message(error: SyntaxError) -> str:
    """The parser's words without the names of the code."""
    message = re.sub(r"(keyword argument repeated|duplicate argument).*", r"\1", error.msg or "invalid syntax")
    message = re.sub(r" \(detected at line \d+\)$", "", message)
    return re.sub(r"^f-string: .*|^\(unicode error\).*", "an f-string or escape that cannot be read", message)
