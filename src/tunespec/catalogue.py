"""All known pitfalls: those of the specification and those of a project's house rules."""

from __future__ import annotations

import difflib
import importlib.util
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from types import ModuleType

from tunespec.errors import CannotJudgeError
from tunespec.pitfall import FAMILIES, Pitfall
from tunespec.suite_paths import suite_modules


@dataclass(frozen=True)
class Catalogue:
    """The known pitfalls, in the order of their codes; of one code, the function that names it comes first."""

    pitfalls: tuple[Pitfall, ...]

    def find(self, token: str) -> Pitfall:
        """The pitfall with this code or name.

        Raises:
            CannotJudgeError: for an unknown one, naming the closest.
        """
        for pitfall in self.pitfalls:
            if token.upper() == pitfall.code or token.lower() == pitfall.name:
                return pitfall
        known = [p.code for p in self.pitfalls] + [p.name for p in self.pitfalls]
        raise CannotJudgeError(f"unknown pitfall {token!r}{closest(token, known)}")

    @property
    def by_code(self) -> dict[str, list[Pitfall]]:
        """Code -> its functions, each on a table of its own; the one that names the pitfall comes first."""
        return {code: list(own) for code, own in groupby(self.pitfalls, lambda pitfall: pitfall.code)}

    def matches(self, token: str) -> list[tuple[str, str]]:
        """``(code, kind)`` pairs that a token selects: CODE, NAME, FAMILY, CODE.kind or NAME.kind.

        Raises:
            CannotJudgeError: for a token that selects nothing, naming the closest valid one.
        """
        head, _, kind = token.partition(".")
        families = {*FAMILIES, *FAMILIES.values()}
        if not kind and head in families:
            return [(p.code, k) for p in self.pitfalls if head in {p.family, p.code[0]} for k in p.kinds()]
        pitfall = self.find(head)
        kinds = [k for p in self.pitfalls if p.code == pitfall.code for k in p.kinds()]
        if kind:
            require_kind(pitfall.code, kind, kinds)
        return [(pitfall.code, k) for k in ([kind] if kind else kinds)]


def require_kind(code: str, kind: str, kinds: Iterable[str]) -> None:
    """Refuse a kind that a pitfall does not have.

    Raises:
        CannotJudgeError: naming the closest.
    """
    known = list(kinds)
    if kind not in known:
        raise CannotJudgeError(f"{code} has no kind {kind!r}{closest(kind, known)}")


def closest(token: str, known: Iterable[str]) -> str:
    """A hint to put behind an error: the closest valid word, or all of them."""
    words = sorted(set(known))
    near = difflib.get_close_matches(token, words, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; valid: {', '.join(words)}"


def pitfalls_of(module: ModuleType) -> list[Pitfall]:
    """The pitfalls that a module declares."""
    found = (getattr(value, "__pitfall__", None) for value in vars(module).values())
    return [pitfall for pitfall in found if isinstance(pitfall, Pitfall)]


def load(rules: tuple[Path, ...] = ()) -> Catalogue:
    """The specification and the house rules of ``rules``.

    Raises:
        CannotJudgeError: for a rules file that cannot be imported or takes a code or name that exists.
    """
    pitfalls = list(_specification())
    for path in rules:
        for pitfall in pitfalls_of(_import(path)):
            _admit(pitfall, pitfalls, path)
            pitfalls.append(pitfall)
    return Catalogue(tuple(sorted(pitfalls, key=lambda p: (p.code, p.extends, p.table))))


@cache
def _specification() -> tuple[Pitfall, ...]:
    return tuple(pitfall for path in suite_modules() for pitfall in pitfalls_of(_import(path)))


def _admit(pitfall: Pitfall, known: list[Pitfall], path: Path) -> None:
    pitfall.expectations()  # a rule that cannot declare them is refused here, where its file is known
    for other in known:
        same = pitfall.code == other.code, pitfall.name == other.name
        if any(same) and (not all(same) or pitfall.table == other.table):
            raise CannotJudgeError(
                f"{path}: {pitfall.code} {pitfall.name} is already taken by {other.code} {other.name}"
            )


def _import(path: Path) -> ModuleType:
    name = f"_tunespec_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise CannotJudgeError(f"rules file {path} is missing or not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except CannotJudgeError:
        raise
    except (Exception, SystemExit) as error:
        raise CannotJudgeError(f"rules file {path} cannot be imported: {error!r}") from error
    return module
