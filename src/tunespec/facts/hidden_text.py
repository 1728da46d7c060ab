"""Text that no reader sees and every tokenizer reads: Unicode tag characters, and bytes in variation selectors."""

from __future__ import annotations

import re

# A flag of a part of a country (England, Texas): a black flag, the code of ISO 3166-2 in tag characters, a cancel tag.
# Source: Unicode Technical Standard 51, section 1.4.9 (emoji tag sequences).
_SUBDIVISION_FLAG = re.compile(
    "\U0001f3f4[\U000e0061-\U000e007a]{2}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,3}\U000e007f"
)
_TAG = re.compile("[\U000e0000-\U000e007f]")
# One variation selector follows an emoji or an ideograph. In a row they are bytes: there are exactly 256 of them.
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}")
GATE = "[\U000e0000-\U000e007f\U000e0100-\U000e01ef]|[\ufe00-\ufe0f]{3}"  # Polars finds this at memory speed


def hidden_text(text: str) -> str | None:
    """Says what is hidden in a text, or None."""
    tags = len(_TAG.findall(_SUBDIVISION_FLAG.sub("", text)))
    if tags:
        return f"holds {tags} invisible Unicode tag character{'s' if tags > 1 else ''} (U+E0000 to U+E007F)"
    if (found := _SELECTORS.search(text)) is not None:
        return f"holds {len(found[0])} invisible variation selectors in a row, each of which can carry a byte"
    return None
