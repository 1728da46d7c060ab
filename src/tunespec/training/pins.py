"""Which versions of a library a project allows at most: by its requirements, its pyproject.toml, or its lock file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_LARGEST = 4 << 20  # bytes; a lock file of a large project has one or two million
_LOCKS = ("uv.lock", "poetry.lock")


@dataclass(frozen=True)
class Pin:
    """The newest version that is allowed, or the one that is not any more."""

    version: Version
    is_allowed: bool = True

    def is_before(self, version: str) -> bool:
        """Whether all that is allowed is older than a version."""
        other = Version(version)
        return self.version < other or (not self.is_allowed and self.version <= other)


def pin_of(package: str, configuration: Path, root: Path) -> Pin | None:
    """What the project says of a package, in the configuration's folder or the nearest one around it.

    Args:
        package: its name.
        configuration: a file of the project.
        root: the project's folder, the last one that is asked.

    Returns:
        None where nothing is said, or no newest version.
    """
    around = [configuration.parent, *configuration.parent.parents]
    within = [folder for folder in around if folder == root or root in folder.parents] or around[:1]
    for folder in within:
        pins = [pin for name, pin in _pins(folder) if name == canonicalize_name(package)]
        if pins:
            return min(pins, key=lambda pin: (pin.version, pin.is_allowed))
    return None


def _pins(folder: Path) -> Iterator[tuple[str, Pin]]:
    for path in sorted(folder.glob("requirements*.txt")):
        yield from _required(line.partition(" #")[0].partition(" --")[0] for line in _text(path).splitlines())
    yield from _required(_dependencies(_toml(folder / "pyproject.toml")))
    for lock in _LOCKS:
        listed = _toml(folder / lock).get("package")
        for one in map(_table, listed if isinstance(listed, list) else ()):
            if (version := _version(str(one.get("version")))) is not None:
                yield canonicalize_name(str(one.get("name"))), Pin(version)


def _required(lines: Iterator[str]) -> Iterator[tuple[str, Pin]]:
    for line in lines:
        try:
            required = Requirement(line.strip().rstrip("\\").strip())
        except InvalidRequirement:  # an option, a file, a comment
            continue
        pins = [pin for one in required.specifier if (pin := _newest(one)) is not None]
        yield from ((canonicalize_name(required.name), pin) for pin in pins)


def _newest(one: Specifier) -> Pin | None:
    """`==4.46.*` and `~=4.46.1` allow all before 4.47."""
    version = _version(one.version.removesuffix(".*"))
    if version is None or one.operator not in {"==", "===", "<=", "<", "~="}:
        return None
    kept = version.release if one.version.endswith(".*") else version.release[:-1]
    if one.operator == "~=" or one.version.endswith(".*"):
        return Pin(Version(".".join(map(str, (*kept[:-1], kept[-1] + 1)))), is_allowed=False) if kept else None
    return Pin(version, is_allowed=one.operator != "<")


def _dependencies(project: Mapping[str, Any]) -> Iterator[str]:
    """Of the project, its extras and groups, and Poetry's own table."""
    own, poetry = _table(project.get("project")), _table(_table(project.get("tool")).get("poetry"))
    groups = [*_table(own.get("optional-dependencies")).values(), *_table(project.get("dependency-groups")).values()]
    for listed in (own.get("dependencies"), *groups):
        yield from (one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()
    for name, said in _table(poetry.get("dependencies")).items():
        yield name + _of_poetry(str(_table(said).get("version", "") if isinstance(said, Mapping) else said))


def _of_poetry(version: str) -> str:
    """`^4.46` allows all before 5, and a bare version itself alone."""
    major = version[1:].partition(".")[0]
    if version[:1] == "^" and major.isdecimal():
        return f"<{int(major) + 1}"
    return f"=={version}" if version[:1].isdecimal() else version


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size <= _LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError:
        return {}
