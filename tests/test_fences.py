"""Where the fenced blocks of a text are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunespec.fences import CLOSES_BEHIND_TEXT, HOLDS_AN_OPENING, OPENS_BEHIND_TEXT, blocks, prose

# name -> text, and of each block: language, body, closed, fault
CASES = {
    "one": ("Here:\n```python\nx = 1\n```\nDone.", [("python", "x = 1", True, "")]),
    "two": ("```js\na\n```\n\n```\nb\n```", [("js", "a", True, ""), ("", "b", True, "")]),
    "empty": ("```\n```", [("", "", True, "")]),
    "crlf": ("```python\r\nx = 1\r\n```\r\nDone.", [("python", "x = 1\r", True, "")]),
    "tildes": ("~~~sql\nSELECT 1\n~~~", [("sql", "SELECT 1", True, "")]),
    "tildes around backticks": ("~~~\n```\nx\n```\n~~~", [("", "```\nx\n```", True, "")]),
    "four around three": ("````markdown\n```js\nx\n```\n````", [("markdown", "```js\nx\n```", True, "")]),
    "three around three": ("```markdown\n# T\n```js\nx\n```\n```", [("markdown", "# T\n```js\nx\n```", True, "")]),
    "in a list": ("1. Do:\n   ```bash\n   ls\n   ```\n2. Go", [("bash", "   ls", True, "")]),
    "behind a list mark": ("- ```\n  x\n  ```", [("", "  x", True, "")]),
    "quoted": ("> ```python\n> if x:\n>     y()\n> ```", [("python", "if x:\n    y()", True, "")]),
    "title": ('```python title="a.py"\nx\n```', [("python", "x", True, "")]),
    "lines": ("```js {1,3}\nx\n```", [("js", "x", True, "")]),
    "R Markdown": ("```{r, echo=FALSE}\nx\n```", [("r", "x", True, "")]),
    "file": ("```python:src/a.py\nx\n```", [("python", "x", True, "")]),
    "C++": ("```C++\nx\n```", [("c++", "x", True, "")]),
    "unclosed": ("Text\n```python\nx = 1", [("python", "x = 1", False, "")]),
    "closed by tildes": ("```python\nx\n~~~\nText", [("python", "x\n~~~\nText", False, "")]),
    "closed by fewer": ("````\nx\n```", [("", "x\n```", False, "")]),
    "a fence too many": ("```\nx\n```\nText\n```", [("", "x", True, ""), ("", "", False, "")]),
    "closed behind text": ("```python\nreturn x```\nText", [("python", "return x", True, CLOSES_BEHIND_TEXT)]),
    "closed behind text, then another": (
        "```js\na()```\nText\n```js\nb()\n```",
        [("js", "a()", True, CLOSES_BEHIND_TEXT), ("js", "b()", True, "")],
    ),
    "opened behind text": ("Like this: ```python\nx = 1\n```", [("python", "x = 1", True, OPENS_BEHIND_TEXT)]),
    "opened twice": ("```python\nx\n```python\ny\n```", [("python", "x\n```python\ny", True, HOLDS_AN_OPENING)]),
    "a string with a fence": ('```python\ns = "```"\n```', [("python", 's = "```"', True, "")]),
    "inline": ("Use ```x = 1``` here, or `y`.", []),
    "spoken about": ("Open a block with ```\nand write.", []),
    "spoken about with its language": ("Begin with ```python\nand end it soon.", []),
    "a line of tildes": ("First scene.\n~~~\nSecond scene.", []),
    "verse with ticks": ("He said ``yes''.", []),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_blocks(text: str, expected: list[tuple[str, str, bool, str]]):
    assert [(b.language, b.body, b.closed, b.fault) for b in blocks(text)] == expected


@given(st.lists(st.sampled_from(["```", "```py", "````", "~~~", "x = 1", "a ```", "> ```", "", "- ```js"])))
def test_blocks_stand_one_behind_the_other(lines: list[str]):
    text = "\n".join(lines)
    position = 0
    for block in blocks(text):
        assert position <= block.start <= block.end <= len(text)
        assert block.body in text or ">" in text
        position = block.end
    assert prose(text, blocks(text)).count("x = 1") <= text.count("x = 1")


@given(st.text(alphabet="ab `~\n>-"), st.sampled_from(["`````````", "~~~~~~~~~"]))
def test_a_longer_fence_holds_anything(text: str, fence: str):
    whole = f"{fence}text\n{text}\n{fence}"
    if not any(line.strip(" >-").startswith(fence) for line in text.split("\n")):
        assert [b.body for b in blocks(whole)] == [text]
