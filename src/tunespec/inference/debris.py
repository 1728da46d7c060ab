"""A tokenizer's own spelling that was never turned into text: `<0x0A>`, `▁Lima▁is`, `ĠtheĊ`.

Sources: SentencePiece (`▁` stands for a blank, `<0x0A>` for a byte); GPT-2's byte-level BPE (`Ġ` for a blank, `Ċ` for
a line end). Maltese words begin with `Ġ` and `Ċ`, too, but never go on with one behind a small letter.
"""

from __future__ import annotations

import re

_DEBRIS = re.compile(
    r"<0x[0-9A-F]{2}>"
    r"|(?<![\w｜|▁])\w*(?:▁\w+[,;:.!?'’]?){2,}"  # one word alone may be a name
    r"|[a-z0-9.,;:!?]Ġ\w"
    r"|[a-z0-9.,;:!?]Ċ+(?=[ĠĊ\s]|\Z)"
)


def first_debris(prose: str) -> re.Match[str] | None:
    """The first place of a text without code that a tokenizer wrote, and nobody decoded."""
    return _DEBRIS.search(prose)
