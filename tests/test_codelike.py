"""Code is told from prose by its lines."""

# ruff: noqa: E501 - a snippet reads best as one string
from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunespec.codelike import code_share

CODE = {
    "python": "import os\n\ndef size(path):\n    if not os.path.exists(path):\n        return 0\n    return os.stat(path).st_size",
    "python script": "total = 0\nfor price in prices:\n    total += price\nprint(total)",
    "python class": "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def push(self, item):\n        self.items.append(item)",
    "javascript": "const names = users.map(user => user.name);\nfunction greet(name) {\n  return `Hello ${name}`;\n}",
    "java": "public class Main {\n  public static void main(String[] args) {\n    System.out.println(args.length);\n  }\n}",
    "c": '#include <stdio.h>\n\nint main(void) {\n  int n = 3;\n  printf("%d", n);\n  return 0;\n}',
    "go": 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("hi")\n}',
    "rust": 'fn main() {\n    let mut total = 0;\n    for n in 1..10 {\n        total += n;\n    }\n    println!("{}", total);\n}',
    "sql": "SELECT name, COUNT(*)\nFROM orders\nWHERE year = 2020\nGROUP BY name\nORDER BY name;",
    "sql in small letters": "select name from users where age > 30;",
    "html": '<div class="card">\n  <h1>Title</h1>\n  <p>Text of the card</p>\n</div>',
    "css": ".card {\n  color: red;\n  margin: 0 auto;\n}",
    "shell": '#!/bin/bash\nfor f in *.txt; do\n  mv "$f" "$f.bak"\ndone',
    "commands": "$ git clone https://example.com/repo.git\n$ cd repo\n$ pip install -e .",
    "json": '{\n  "name": "Ada",\n  "age": 36,\n  "tags": [\n    "a"\n  ]\n}',
    "yaml": "version: 2\nservices:\n  web:\n    image: nginx\n    ports:\n      - target: 80",
    "repl": ">>> x = 3\n>>> print(x)\n>>> import this",
    "crlf": "def f(x):\r\n\tif x > 1:\r\n\t\treturn x\r\n\treturn f(x + 1)",
}
NO_CODE = {
    "empty": "",
    "blank": " \n\n ",
    "prose": "The bridge was built in 1890. It is 300 metres long, and still open.\n\nTrains cross it every hour.",
    "prose about code": "You can use the len() function for this. It returns the number of items.\nIf the list is empty, it is 0.",
    "list": "1. Preheat the oven to 180 degrees.\n2. Mix flour and sugar.\n- Do not stir too long.\n* Serve with cream.",
    "headings": "# Overview\n\n## For beginners\n\nImport taxes are paid at the border.\n\n## While you wait\n\nRead.",
    "verse": "She walks in beauty, like the night\nOf cloudless climes and starry skies;\nAnd all that's best of dark and bright\n"
    "Meet in her aspect and her eyes;",
    "table": "| Name | Age |\n|------|-----|\n| Ada | 36 |\n| Alan | 41 |",
    "maths": "Let x be the price.\nx + 3 = 12\nx = 12 - 3 = 9\nSo $x = 9$.\n\\[ \\frac{a}{b} = c \\]",
    "sums": "Monday = 11 + 3 = <<11+3=14>>14\nThe total is 14 + 4 = 18 eggs.\n#### 18",
    "dialogue": 'Ann: Where have you been?\nBen: At the market; it was crowded.\n"For me?" she asked.',
    "letter": "Dear Mr Smith,\n\nThank you for your order (no. 3321); it left today.\n\nBest wishes,\nAnn",
    "labels": "Topic: gardening\nMood: calm and friendly\nNote: water the plants.",
    "chinese": "这座桥建于1890年。\n它长300米；至今仍在使用。",
    "imperatives": "Return the form to the office.\nSelect the best answer from the list.\nWhile it cools, set the table:",
    "citation": "From the outset, he knew.\nWhere did it go?\nEnd of story.",
}


def share(text: str) -> float:
    return float(code_share(pl.DataFrame({"text": [text]}), "text")[0])


@pytest.mark.parametrize("text", CODE.values(), ids=CODE)
def test_code_is_code(text: str):
    assert share(text) > 0.6


@pytest.mark.parametrize("text", NO_CODE.values(), ids=NO_CODE)
def test_other_text_is_not(text: str):
    assert share(text) <= 0.2


@given(st.lists(st.one_of(st.sampled_from([*CODE.values(), *NO_CODE.values()]), st.text(max_size=30))))
def test_each_text_has_its_own_share(texts: list[str]):
    together = code_share(pl.DataFrame({"text": texts}, schema={"text": pl.String}), "text")
    assert together.to_list() == [share(text) for text in texts]
    assert all(0 <= one <= 1 for one in together)


def test_a_missing_text_has_none():
    assert code_share(pl.DataFrame({"text": [None, "x = f(1)"]}), "text").to_list() == [0.0, 1.0]
