"""What the calls of a Python program say together, by dotted key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tunespec.training.python_given import Given
from tunespec.training.written import ANY

_SEVERAL = "several calls differ"


@dataclass
class Gathered:
    """Values, unknown keys, lines, and who says so, by dotted key."""

    data: dict[str, Any] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def take(self, calls: Sequence[Given], under: str = "", only: Sequence[str] = ()) -> None:
        """What calls of one name are given; where they differ, it is not known. What is there already stays."""
        own = self.data.setdefault(under, {}) if under and calls else self.data
        keys = dict.fromkeys(key for call in calls for key in (*call.values, *call.unknown))
        for key in keys:
            dotted_key = f"{under}.{key}" if under else key
            if (only and key not in only) or key in own or dotted_key in self.unknown:
                continue
            if lines := [call.lines[key] for call in calls if key in call.lines]:
                self.lines[dotted_key] = lines[0]
            said = [call.values.get(key, ANY) for call in calls]
            if why := next((call.unknown[key] for call in calls if key in call.unknown), ""):
                self.unknown[dotted_key] = why
            elif any(one != said[0] for one in said):
                self.unknown[dotted_key] = _SEVERAL
            else:
                own[key] = said[0]
                if told := [call.said[key] for call in calls if key in call.said]:
                    self.said[dotted_key] = told[0]

    def set(self, key: str, value: Any, line: int) -> None:
        """One value that no argument of a call is."""
        self.data.setdefault(key, value)
        self.lines.setdefault(key, line)
