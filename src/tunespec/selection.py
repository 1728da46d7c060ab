"""Which pitfalls and kinds are on: ``select`` and ``ignore``, from the configuration and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tunespec.config import Config
from tunespec.pitfall import Pitfall


@dataclass(frozen=True)
class Selection:
    """``off`` maps a ``(code, kind)`` that is not judged to the reason."""

    off: Mapping[tuple[str, str], str]

    def reason(self, pitfall: Pitfall, kind: str) -> str | None:
        """Why this kind is off, or None if it is on."""
        return self.off.get((pitfall.code, kind))

    def on(self, pitfall: Pitfall) -> bool:
        """Whether any kind of the pitfall is on."""
        return any((pitfall.code, kind) not in self.off for kind in pitfall.kinds())


def choose(config: Config, select: Sequence[str], ignore: Sequence[str]) -> Selection:
    """Combine configuration and command line; ``--select`` on the command line replaces the configured one.

    Raises:
        CannotJudgeError: for a token that selects nothing.
    """
    catalogue = config.catalogue
    off: dict[tuple[str, str], str] = {}
    chosen = select or config.select
    if chosen:
        on = {pair for token in chosen for pair in catalogue.matches(token)}
        everything = {(p.code, kind) for p in catalogue.pitfalls for kind in p.kinds()}
        off |= dict.fromkeys(sorted(everything - on), "not selected")
    for token, reason in config.ignore.items():
        off |= dict.fromkeys(catalogue.matches(token), reason)
    for token in ignore:
        off |= dict.fromkeys(catalogue.matches(token), "--ignore")
    return Selection(off)
