"""What ``tunespec explain``, ``tunespec list`` and the docs pages say: read off the pitfalls' docstrings."""

from __future__ import annotations

import textwrap

from tunespec.config import Config
from tunespec.docstring import SECTIONS
from tunespec.pitfall import Pitfall
from tunespec.suite_paths import suite_root

_WIDTH = 100


def explain_text(config: Config, token: str) -> str:
    """The full explanation of one pitfall.

    Raises:
        CannotJudgeError: for an unknown one.
    """
    pitfall = config.catalogue.find(token.partition(".")[0])
    parts = [f"{pitfall.code} {pitfall.name} ({pitfall.family}, {pitfall.severity})"]
    for function in config.catalogue.by_code[pitfall.code]:
        where = f"On the table {function.table}: " if function.extends else ""
        parts.append(f"{where}{function.documentation.summary}")
        bodies = {section: _body(function, section) for section in SECTIONS}
        parts += [f"{section}\n{textwrap.indent(body, '  ')}" for section, body in bodies.items() if body]
    parts.append("Configuration\n" + textwrap.indent(configuration(config, pitfall), "  "))
    if example := examples(pitfall):
        parts.append("Example\n" + textwrap.indent(example, "  "))
    return "\n\n".join(parts) + "\n"


def list_text(config: Config) -> str:
    """One line for each pitfall, with its kinds."""
    by_code = config.catalogue.by_code
    width = max(len(functions[0].name) for functions in by_code.values())
    lines = []
    for functions in by_code.values():
        p, kinds = functions[0], [kind for function in functions for kind in function.kinds()]
        lines.append(f"{p.code}  {p.name:<{width}}  {p.severity:<7}  {p.documentation.summary}")
        lines.append(textwrap.fill(", ".join(kinds), _WIDTH, initial_indent="      ", subsequent_indent="      "))
    return "\n".join(lines) + "\n"


def configuration(config: Config, pitfall: Pitfall) -> str:
    """The pitfall's settings as they hold, in TOML."""
    values = config.thresholds(pitfall) | {
        "severity": config.pitfalls.get(pitfall.code, {}).get("severity", pitfall.severity)
    }
    lines = [f"{key} = {toml(value)}" for key, value in values.items()]
    return "\n".join([f"[tool.tunespec.pitfalls.{pitfall.name}]", *lines])


def toml(value: object) -> str:
    """A threshold's value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(toml, value)) + "]" if isinstance(value, list | tuple) else str(value)


def examples(pitfall: Pitfall) -> str:
    """Where the smallest bad and good example of a pitfall lie."""
    folder = suite_root() / "fixtures" / f"{pitfall.code}-{pitfall.name}"
    if not folder.is_dir():
        return ""
    return f"bad and good side by side: {folder}"


def _body(pitfall: Pitfall, section: str) -> str:
    entries = pitfall.documentation.entries(section)
    if section not in {"Thresholds", "Kinds"} or not entries:
        return pitfall.documentation.sections.get(section, "")
    wrapped = []
    for name, text in entries.items():
        description = pitfall.documentation.kind(name).what if section == "Kinds" else text
        wrapped.append(textwrap.fill(f"{name}: {description}", _WIDTH, subsequent_indent="    "))
    return "\n".join(wrapped)
