"""YAML and JSON with the line of each key, and what PyYAML makes of a value that YAML 1.2 reads otherwise.

Sources: YAML 1.2.2, 10.3.2 (core schema); PyYAML 6 (``resolver.py``: YAML 1.1, whose floats need a dot and a signed
exponent, and whose booleans are also yes, no, on and off).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tunespec.training.errors import TrainingError

if TYPE_CHECKING:
    import yaml

_MOST = 50_000  # values of a configuration: aliases of aliases would grow without end
_DEEPEST = 60
_LONGEST = 20  # signs of a whole number
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = {".inf": math.inf, "-.inf": -math.inf, ".nan": math.nan}
_GROUPED = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]+")  # 1_000: YAML 1.1 and every framework's reader
# JSON's escapes, two halves of a character together (RFC 8259, 7).
_ESCAPE = re.compile(
    r"\\(?:u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|(ud[89a-f][0-9a-f]{2})|.)", re.DOTALL | re.IGNORECASE
)
_KINDS: Mapping[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:bool": lambda text: text.lower() in {"yes", "true", "on", "y"},
    "tag:yaml.org,2002:str": str,
}


@dataclass
class Read:
    """What a text holds: values, the lines of their keys, which of them PyYAML misreads, and which stand twice.

    ``repeated`` has the line of a key that stands there again, before the last time, which is the one that counts.
    """

    data: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)
    misread: dict[str, Any] = field(default_factory=dict)
    repeated: dict[str, int] = field(default_factory=dict)
    _count: int = 0

    def value(self, node: yaml.Node, key: str, depth: int = 0) -> Any:
        """The value of a node; its inner keys are noted."""
        import yaml

        self._count += 1
        if self._count > _MOST or depth > _DEEPEST:
            raise TrainingError("it holds more than a training configuration would, or refers to itself")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, f"{key}.{at}", depth) for at, item in enumerate(node.value)]
        meant = _scalar(node)
        read = _KINDS[node.tag](node.value) if node.tag in _KINDS else meant
        if type(read) is not type(meant):
            self.misread[key] = read
        return meant

    def _item(self, node: yaml.Node, key: str, depth: int) -> Any:
        self.lines[key] = node.start_mark.line + 1
        return self.value(node, key, depth + 1)

    def _mapping(self, node: yaml.MappingNode, key: str, depth: int) -> dict[str, Any]:
        import yaml

        own: dict[str, Any] = {}
        said = set[str]()
        for name, value in node.value:
            if name.tag == "tag:yaml.org,2002:merge":
                merged = value.value if isinstance(value, yaml.SequenceNode) else [value]
                own = {**{k: v for one in merged for k, v in self._merged(one, key, depth).items()}, **own}
                continue
            if not isinstance(name, yaml.ScalarNode):
                raise TrainingError(f"a key that is no text (line {name.start_mark.line + 1})")
            inner = f"{key}.{name.value}" if key else name.value
            if name.value in said:
                self.repeated[inner] = self.lines[inner]
            said.add(name.value)
            self.lines[inner] = name.start_mark.line + 1
            own[name.value] = self.value(value, inner, depth + 1)
        return own

    def _merged(self, node: yaml.Node, key: str, depth: int) -> dict[str, Any]:
        found = self.value(node, key, depth + 1)
        return found if isinstance(found, dict) else {}


def read_yaml(text: str) -> Read | None:
    """The mapping that a YAML or JSON text holds; None if it holds something else.

    Raises:
        TrainingError: for a text that is neither, with the line.
    """
    import yaml

    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        node = yaml.compose(_as_yaml(text) if text.lstrip()[:1] == "{" else text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        where = f" (line {error.problem_mark.line + 1})" if error.problem_mark is not None else ""
        raise TrainingError(f"it is no YAML: {error.problem or 'cannot be read'}{where}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise TrainingError("it is no YAML: it holds characters or a depth that YAML does not allow") from error
    if not isinstance(node, yaml.MappingNode):
        return None
    read = Read({})
    read.data = read.value(node, "")
    return read


def _as_yaml(text: str) -> str:
    """JSON without what YAML refuses: the tabs of its indentation, DEL, and halves of a character."""
    return _ESCAPE.sub(_whole, text.replace("\t", " ").replace("\x7f", "\\u007f"))


def _whole(match: re.Match[str]) -> str:
    """The character that two halves make; a half alone is none, and anything else is left as it is."""
    high, low, alone = match.groups()
    if high and low:
        return (bytes.fromhex(high) + bytes.fromhex(low)).decode("utf-16-be")
    return "\\ufffd" if alone else match[0]


def _scalar(node: yaml.Node) -> Any:
    """The value of a scalar by YAML 1.2's core schema; quoted, it is a text."""
    text: str = node.value
    if getattr(node, "style", None) in {"'", '"', "|", ">"}:
        return text
    if text in _NULL:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if (_INT.fullmatch(text) or _GROUPED.fullmatch(text)) and len(text) < _LONGEST:
        return int(text, 0) if text[:2] in {"0x", "0o"} else int(text.replace("_", ""))
    return float(text) if _FLOAT.fullmatch(text) else _SPECIAL.get(text.lower(), text)
