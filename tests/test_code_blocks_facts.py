"""What is broken code, what only looks so, and what is shown on purpose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunespec.facts.syntax import Complaint
from tunespec.facts.syntax.context import is_shown_on_purpose
from tunespec.facts.syntax.languages import SURE
from tunespec.facts.syntax.python import lost_indentation
from tunespec.facts.syntax.trees import GRAMMARS, tree_complaint
from tunespec.fences import blocks

BROKEN = {
    "Python, bracket": ("python", "print((1)\n", 1),
    "Python, colon": ("python", "def f(x)\n    return x", 1),
    "Python, quote": ("python", "x = 1\nprint('a)", 2),
    "Python, curly quotes": ("python", "print(“a”)", 1),
    "Python, indentation of one line": (
        "python",
        "def f():\n    x = 1\n    if x:\n    return 1\n    return 2\n\ndef g():\n    return 1",
        4,
    ),
    "Python, escaped underscore": ("python", "import os\na\\_b = 1", 2),
    "Python, no-break space": ("python", "def f():\n\u00a0\u00a0return 1", 2),
    "JSON, trailing comma": ("json", '{\n  "a": 1,\n}', 2),
    "JSON, single quotes": ("json", "{'a': 1}", 1),
    "JSON, bare key": ("json", "{a: 1}", 1),
    "JSON, unclosed": ("json", '{"a": [1, 2}', 1),
    "JSON, Python's words": ("json", '{"a": True}', 1),
    "TOML, quote": ("toml", 'a = "b\nc = 1', 1),
    "YAML, a colon within": ("yaml", "a: b: c\nd: 1", 1),
    "YAML, a tab": ("yaml", "a:\n\tb: 1", 2),
    "YAML, indent": ("yaml", "a:\n  - b\n c: 1", 3),
}
FINE = {
    "session": ("python", ">>> 1 +\nSyntaxError: invalid syntax"),
    "notebook": ("python", "%timeit f(x)\n!ls\nfiles = !ls\nprint?\n"),
    "placeholder": ("python", "def f(...):\n    ..."),
    "header": ("python", "class A:\n    def f(self):\n        # TODO"),
    "method": ("python", "    def f(self):\n        return 1\n"),
    "first line trimmed": ("python", "x = 1\n    y = 2\n    z = 3"),
    "otherwise": ("python", "except ValueError:\n    pass"),
    "top-level await": ("python", "await f()\nreturn 1"),
    "Python 2": ("python", "print 'a'"),
    "diff": ("python", "-print x\n+print(x)\n y = ("),
    "template": ("python", "x = {{ cookiecutter.name }}\n{% if a %}"),
    "traceback": ("python", 'Traceback (most recent call last):\n  File "a.py", line 1\n    x = (\nSyntaxError: x'),
    "pseudo-code": ("python", "for each node do\n  if x then visit it"),
    "output": ("python", "print(1)\nThis is the output"),
    "tabs and blanks": ("python", "if x:\n\ty = 1\n        z = 2"),
    "another language": ("python", "function f() {\n  return 1;\n}"),
    "empty": ("python", ""),
    "warning": ("python", 'import re\nre.compile("\\d")'),
    "JSON lines": ("json", '{"a": 1}\n{"a": 2}'),
    "JSON comments": ("json", '{\n  // x\n  "a": "http://b", /* y */\n}'),
    "JSON member": ("json", '"a": {"b": 1},'),
    "JSON elided": ("json", '{\n  "a": 1,\n  ...\n}'),
    "JSON gap": ("json", '{"a": <your key>}'),
    "JSON with a request": ("json", 'POST /a\n{"b": 1}'),
    "TOML twice": ("toml", "[a]\nb = 1\n\n[a]\nb = 2"),
    "Helm": ("yaml", "a: {{ .Values.a }}\n{{- end }}"),
    "YAML documents": ("yaml", "a: 1\n---\nb: 2"),
    "YAML tags": ("yaml", "a: !Ref b"),
    "output as YAML": ("yaml", "Before:\n0003 AB\n0568 FD\nAfter:\nAB"),
}


@pytest.mark.parametrize(("language", "body", "line"), BROKEN.values(), ids=BROKEN)
def test_broken_code_is_found(language: str, body: str, line: int):
    complaint = SURE[language][1](body)
    assert complaint is not None
    assert complaint.line == line


@pytest.mark.parametrize(("language", "body"), FINE.values(), ids=FINE)
def test_what_is_no_error(language: str, body: str):
    assert SURE[language][1](body) is None


@pytest.mark.parametrize(
    "secret", ["def f(hunter2, hunter2):\n  return (1", "f(hunter2=1, hunter2=2)", "{'hunter2': 1}"]
)
def test_messages_quote_no_code(secret: str):
    for _, judge in SURE.values():
        assert "hunter2" not in str(judge(secret))


@given(st.text(alphabet="ab:=()[]{}'\"\n #.,-1>%"))
def test_any_text_is_judged(text: str):
    for _, judge in SURE.values():
        complaint = judge(text)
        assert complaint is None or 1 <= complaint.line <= text.count("\n") + 2


@pytest.mark.parametrize(
    ("body", "tagged", "line"),
    [
        ("def f(x):\nreturn x", True, 2),
        ("def f(x):\nreturn x", False, 2),
        ("def f(x):\n for y in x:\n print(y)", True, 3),
        ("def f(x):\n    return x", True, None),
        ("def f(x):\n    if x:\n    return 1\n    return 2\n\ndef g():\n    return 1", True, None),
        ("if x:\nprint(x)", False, None),
        ("def f(x):\n# TODO\n    return x", True, None),
    ],
)
def test_lost_indentation(body: str, tagged: bool, line: int | None):
    assert lost_indentation(body, tagged=tagged) == line


SUSPECT = {
    "javascript": "function f(a) {\n  return [a, 1;\n}",
    "typescript": "const f = (a: number): string => {\n  return `${a}`;\n",
    "java": "class A {\n  void f() {\n    g(1;\n  }\n}",
    "go": 'package main\n\nfunc main() {\n\tprintln("a"\n}',
    "rust": 'fn main() {\n    println!("a";\n}',
    "cpp": "int f() {\n  return g(1;\n}",
    "c": "int f(void) {\n  if (a[1) { return 1; }\n}",
    "sql": "SELECT COUNT(a FROM b WHERE c = 1;",
}


@pytest.mark.parametrize(("language", "body"), SUSPECT.items())
def test_suspect_code_is_found(language: str, body: str):
    pytest.importorskip("tree_sitter")
    assert isinstance(tree_complaint(language, body), Complaint)


FRAGMENTS = {
    "javascript": [
        "async load() {\n  return 1;\n}",
        "a: 1,\nb: [2]",
        ".attr('a', 1)",
        "f(...args);",
        "let a = {\n  ...\n};",
    ],
    "typescript": ["interface A {\n  b: string;\n}", "f<T>(a: T): T { return a; }"],
    "tsx": ["return (\n  <A style={{ b: 1 }} />\n);"],
    "java": ["@Override\npublic int f() { return 1; }", "int a = 1;\nf(a);", "new A().b()"],
    "go": ["if a != nil {\n\treturn a\n}", "type A struct {\n\tB int\n}", "f(a, b)"],
    "rust": ["let a = 1;", "fn f(&self) -> u8 { 1 }", "#[derive(Debug)]\nstruct A;"],
    "cpp": ["for (auto a : b) { f(a); }", "class A { public: A(); };", "std::cout << 1;"],
    "c": ["int a[3] = {1, 2};", "if (a) b();", "#define A(x) ((x) + 1)"],
    "sql": ["SELECT a FROM b", "a = 1 AND b = 2", "SELECT TOP 5 a FROM [b] WHERE c LIKE '%(%'"],
}


@pytest.mark.parametrize(("language", "body"), [(name, body) for name, bodies in FRAGMENTS.items() for body in bodies])
def test_fragments_are_not_suspect(language: str, body: str):
    pytest.importorskip("tree_sitter")
    assert tree_complaint(language, body) is None


def test_every_grammar_is_tried():
    assert set(GRAMMARS) == set(SUSPECT) | {"tsx"}


@pytest.mark.parametrize(
    ("before", "body", "after", "prompt", "purpose"),
    [
        ("Here it is:", "print(x", "", "Write it.", False),
        ("Wrong:", "print(x", "", "Explain brackets.", True),
        ("**Before**", "print(x", "", "Explain brackets.", True),
        ("This is not valid Python:", "print(x", "", "Explain brackets.", True),
        ("Look:", "print(x", "This raises a SyntaxError.", "Explain brackets.", True),
        ("Look:", "print(x  # wrong", "", "Explain brackets.", True),
        ("Your code:", "print(x", "", "What is wrong with this code?\n```\nprint(x\n```", True),
        ("Here it is:", "print(x", "", "Show me a syntax error.", True),
        ("Three of the items are broken. Here is the sum:", "print(x", "", "How many items are there?", False),
        ("Wait two weeks before you open it.", "print(x", "", "When?", False),
        ("Here it is:", "print(x", "", "Write a function that handles errors.", False),
    ],
)
def test_code_that_is_shown_on_purpose(before: str, body: str, after: str, prompt: str, purpose: bool):
    text = f"Some text.\n\n{before}\n\n```python\n{body}\n```\n\n{after}"
    assert is_shown_on_purpose(text, blocks(text)[0], prompt) == purpose
