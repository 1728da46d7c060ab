"""The kinds of edge case that an evaluation covers: the words of probes' ``case``, and what reports say of them."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of edge case.

    Args:
        case: its word, as the ``case`` of a probe has it (``tunespec.inference.probe.CASES``).
        says: what records of it do, behind "2 of 30 records".
    """

    case: str
    says: str

    @property
    def fact(self) -> str:
        """The fact that an evaluation set lacks it."""
        return f"untested_{self.case.replace('-', '_')}"

    @property
    def verbs(self) -> tuple[str, str]:
        """What stands for ``says`` the second time: "at least 1 should be, as others are"."""
        return ("should be", "are") if self.says.startswith("are ") else ("should", "do")


KINDS: tuple[Kind, ...] = (
    Kind("minimal", "have next to nothing as prompt"),
    Kind("long", "are far longer than usual"),
    Kind("language", "are in another language than most"),
    Kind("code", "hold code"),
    Kind("unicode", "hold unusual characters"),
    Kind("ambiguous", "are answered by asking back"),
    Kind("unanswerable", "are answered by saying that it cannot be known or done"),
    Kind("adversarial", "attack the model, or are refused"),
    Kind("rare", "are of a rare topic"),
    Kind("numeric", "reckon with several numbers"),
    Kind("multi-turn", "have several turns of the user"),
    Kind("tools", "use tools"),
)
