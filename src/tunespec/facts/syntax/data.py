"""JSON, TOML and YAML by their parsers. Comments, several documents, fragments and templates are no errors."""

from __future__ import annotations

import json
import re
import tomllib

from tunespec.facts.syntax import Complaint, elides, forms, is_diff

_STRING = re.compile(r'"(?:[^"\\\n]++|\\.)*+"')
_COMMENT = re.compile(r'("(?:[^"\\\n]++|\\.)*+")|//[^\n]*|/\*.{0,3000}?\*/|(?m:(?<![^\s,\[{])#[^\n]*$)', re.DOTALL)
_TRAILING = re.compile(r'("(?:[^"\\\n]++|\\.)*+")|,(?=\s*[\]}])')
_SEPARATORS = frozenset(" \t\r\n,")
_GAP = re.compile(r"<[^>\n]{1,300}>|\$\{|\[(?:your|insert)\b|\$[a-z_]", re.IGNORECASE)
_MEMBER = re.compile(r'\s*"[^"\n]+"\s*:')
_YAML_LINE = re.compile(r"\s*(?:-(?:\s|$)|[\w\"'./<$*&!@-][^:\n]*:(?:\s|$)|#|---|\.\.\.)")
_KEY = re.compile(r"\s*[\w\"'.-]+\s*=|\s*\[|\s*#|\s*$")


def json_complaint(body: str) -> Complaint | None:
    """What is wrong with a block of JSON, or None."""
    text = body.strip()
    if not text:
        return None
    error = _json_error(text)
    if error is None or text[0] not in '{["' or is_diff(body) or _has_gaps(text) or _is_many(text):
        return None
    bare = _COMMENT.sub(lambda found: found[1] or "", text)
    tries = [_TRAILING.sub(lambda found: found[1] or "", bare)] if bare != text else []
    if _MEMBER.match(text):
        member = bare.strip().rstrip(",")
        tries += [f"{{{member}}}", f"[{member}]", f"{{{member}", member]
    if any(_json_error(one) is None or _is_many(one) for one in tries):
        return None
    position, message = _json_message(error, text)
    skipped = len(body) - len(body.lstrip())
    return Complaint(body.count("\n", 0, skipped + position) + 1, message)


def _json_error(text: str) -> json.JSONDecodeError | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error
    except (ValueError, RecursionError):
        return None
    return None


def _json_message(error: json.JSONDecodeError, text: str) -> tuple[int, str]:
    """Where the error is and what it is, in the same words on every version of Python."""
    before = text[: error.pos].rstrip()
    if text[error.pos : error.pos + 1] in {"]", "}"} and before.endswith(","):
        return len(before) - 1, "a comma before a closing bracket"
    if error.msg.startswith("Illegal trailing comma"):
        return error.pos, "a comma before a closing bracket"
    if text[error.pos : error.pos + 1] == "'":
        return error.pos, "single quotes, where JSON takes double ones"
    return error.pos, error.msg[0].lower() + error.msg[1:].removesuffix(" at").removesuffix(" starting")


def _has_gaps(text: str) -> bool:
    bare = _STRING.sub("", text)
    return elides(bare) or _GAP.search(bare) is not None


def _is_many(text: str) -> bool:
    """Whether a text is several JSON values one after the other: JSON lines, examples, a list without brackets."""
    decoder, position = json.JSONDecoder(), 0
    try:
        while position < len(text):
            _, position = decoder.raw_decode(text, position)
            while text[position : position + 1] in _SEPARATORS:
                position += 1
    except (ValueError, RecursionError):
        return False
    return True


def toml_complaint(body: str) -> Complaint | None:
    """What is wrong with a block of TOML, or None. A key told twice is none: examples show alternatives."""
    error: tomllib.TOMLDecodeError | None = None
    for form in forms(body):
        try:
            tomllib.loads(form.replace("\r\n", "\n"))
        except tomllib.TOMLDecodeError as found:
            error = error or found
        except (ValueError, RecursionError):
            return None
        else:
            return None
    lines = body.splitlines()
    if error is None or elides(body) or is_diff(body) or _GAP.search(body) or "twice" in str(error):
        return None
    if "overwrite" in str(error).lower() or 2 * sum(_KEY.match(line) is not None for line in lines) < len(lines):
        return None
    place = re.search(r"\(at line (\d+), column \d+\)", str(error))
    message = re.sub(r"\s*\(.*", "", str(error)) or "invalid TOML"
    return Complaint(int(place[1]) if place else len(lines), message[0].lower() + message[1:])


def yaml_complaint(body: str) -> Complaint | None:
    """What is wrong with a block of YAML, or None. Only its syntax counts: tags and anchors may come from elsewhere."""
    error = _yaml_error(body)
    if error is None or elides(body) or is_diff(body) or not _is_yaml(body):
        return None
    return error if _yaml_error(forms(body)[0]) is not None else None


def _yaml_error(text: str) -> Complaint | None:
    import yaml

    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        for _ in yaml.parse(text, Loader=loader):
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return Complaint(mark.line + 1 if mark else 1, error.problem or "invalid YAML")
    except (yaml.YAMLError, ValueError, RecursionError):
        return None  # a control character or lone surrogate: D010's
    return None


def _is_yaml(body: str) -> bool:
    """Whether most lines are pairs or items; a block of output or commands that is called YAML is none."""
    lines = [line for line in body.splitlines() if line.strip()]
    return 3 * sum(_YAML_LINE.match(line) is not None for line in lines) >= 2 * len(lines)
