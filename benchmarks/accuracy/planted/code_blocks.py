"""Code blocks that are broken, and blocks that only look so."""

# ruff: noqa: E501 - one planting, one line

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.planted import ALL_SHAPES, GROUP, DatasetDefect, Entries, Lookalike, TextDefect, answered
from benchmarks.accuracy.samples import Sample
from benchmarks.accuracy.writer import Exchange, Writer

_GOOD: Mapping[str, tuple[str, ...]] = {
    "python": (
        "def total(prices):\n    result = 0\n    for price in prices:\n        result += price\n    return result",
        "import csv\n\nwith open('sales.csv') as file:\n    for row in csv.reader(file):\n        print(row[0])",
        "class Counter:\n    def __init__(self):\n        self.count = 0\n\n    def add(self):\n        self.count += 1",
        'squares = {n: n * n for n in range(10)}\nprint(squares.get(3, "none"))',
    ),
    "json": (
        '{\n  "name": "Ada",\n  "roles": ["admin", "editor"],\n  "active": true\n}',
        '{\n  "port": 8080,\n  "tls": {\n    "cert": "server.pem"\n  }\n}',
    ),
    "toml": ('[tool.app]\nname = "demo"\nports = [80, 443]', 'title = "A"\n\n[owner]\nname = "Tom"\nage = 3'),
    "yaml": (
        "name: test\non:\n  push:\n    branches: [main]\njobs: []",
        "items:\n  - name: a\n    size: 3\n  - name: b",
    ),
    "javascript": (
        "function add(a, b) {\n  return a + b;\n}\nconsole.log(add(1, 2));",
        "const names = users.map((user) => {\n  return user.name;\n});",
    ),
    "java": (
        "public class Main {\n  public static void main(String[] args) {\n    System.out.println(1 + 2);\n  }\n}",
    ),
    "go": ('package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("hi")\n}',),
    "rust": ('fn main() {\n    let n = 3;\n    println!("{}", n);\n}',),
    "cpp": (
        "#include <vector>\n\nint sum(std::vector<int> v) {\n  int s = 0;\n  for (int x : v) { s += x; }\n  return s;\n}",
    ),
    "sql": ("SELECT name, COUNT(*)\nFROM orders\nWHERE year = 2020\nGROUP BY name;",),
}


def _fenced(language: str, code: str) -> str:
    return f"```{language}\n{code}\n```"


def _with(block: str) -> Callable[[str], str]:
    return lambda answer: f"{answer}\n\n{block}\n\nThat is all it takes."


def _spoiled(language: str, change: Callable[[str], str]) -> Callable[[Writer, Sample], Sample]:
    """The sample with a block of one language, spoiled."""

    def spoil(writer: Writer, sample: Sample) -> Sample:
        candidates = [code for code in _GOOD[language] if change(code) != code]
        return answered(sample, _with(_fenced(language, change(writer.rng.choice(candidates)))))

    return spoil


def _fence(change: Callable[[str], str]) -> Callable[[Writer, Sample], Sample]:
    """The sample with a good block whose fences are spoiled."""

    def spoil(writer: Writer, sample: Sample) -> Sample:
        language = writer.rng.choice(["python", "json", "javascript", "sql"])
        block = change(_fenced(language, writer.rng.choice(_GOOD[language])))
        return answered(sample, _with(block))

    return spoil


def _without_last(code: str, sign: str) -> str:
    before, found, after = code.rpartition(sign)
    return before + after if found else code


def _flat(code: str) -> str:
    lines = code.split("\n")
    return "\n".join(line.lstrip() for line in lines) if any(line.endswith(":") for line in lines) else code


DEFECTS = [
    TextDefect("D008.code_fence", "never closed", _fence(lambda block: block.removesuffix("\n```"))),
    TextDefect("D008.code_fence", "closed by tildes", _fence(lambda block: block.removesuffix("```") + "~~~")),
    TextDefect("D008.code_fence", "closed by fewer", _fence(lambda block: "`" + block)),
    TextDefect("D008.code_fence", "closed behind text", _fence(lambda block: block.removesuffix("\n```") + "```")),
    TextDefect("D008.code_fence", "opened behind text", _fence(lambda block: f"For instance: {block}")),
    TextDefect("D008.code_fence", "a fence too many", _fence(lambda block: f"{block}\n\nOutput:\n\n```")),
    TextDefect("D008.syntax_error", "Python, a bracket lost", _spoiled("python", lambda c: c.replace(")", "", 1))),
    TextDefect("D008.syntax_error", "Python, a colon lost", _spoiled("python", lambda c: c.replace(":\n", "\n", 1))),
    TextDefect("D008.syntax_error", "Python, curly quotes", _spoiled("python", lambda c: re.sub("[\"']", "”", c))),
    TextDefect("D008.syntax_error", "Python, a quote lost", _spoiled("python", lambda c: re.sub("[\"']", "", c, count=1))),
    TextDefect("D008.syntax_error", "Python, doubled signs", _spoiled("python", lambda c: c.replace(" = ", " = = ", 1))),
    TextDefect("D008.syntax_error", "JSON, trailing comma", _spoiled("json", lambda c: c.replace("\n}", ",\n}"))),
    TextDefect("D008.syntax_error", "JSON, single quotes", _spoiled("json", lambda c: c.replace('"', "'"))),
    TextDefect("D008.syntax_error", "JSON, a bracket lost", _spoiled("json", lambda c: c.removesuffix("}"))),
    TextDefect("D008.syntax_error", "JSON, a comma lost", _spoiled("json", lambda c: c.replace(",\n", "\n", 1))),
    TextDefect("D008.syntax_error", "TOML, a quote lost", _spoiled("toml", lambda c: c.replace('"', "", 1))),
    TextDefect("D008.syntax_error", "YAML, a bad indent", _spoiled("yaml", lambda c: c.replace("\n  ", "\n   - : ", 1))),
    TextDefect("D008.lost_indentation", "all of it", _spoiled("python", _flat)),
    TextDefect("D008.suspect_syntax", "JavaScript, a bracket lost", _spoiled("javascript", lambda c: _without_last(c, "}"))),
    TextDefect("D008.suspect_syntax", "Java, a bracket lost", _spoiled("java", lambda c: _without_last(c, "}"))),
    TextDefect("D008.suspect_syntax", "Go, a bracket lost", _spoiled("go", lambda c: _without_last(c, ")"))),
    TextDefect("D008.suspect_syntax", "Rust, a quote lost", _spoiled("rust", lambda c: _without_last(c, '"'))),
    TextDefect("D008.suspect_syntax", "C++, a bracket lost", _spoiled("cpp", lambda c: _without_last(c, "}"))),
    TextDefect("D008.suspect_syntax", "SQL, a bracket lost", _spoiled("sql", lambda c: _without_last(c, ")"))),
]  # fmt: skip


def _some_unfenced(writer: Writer) -> Entries:
    """A dataset that fences its code, but for every twelfth answer."""
    entries: Entries = []
    names = ("python", "javascript", "java", "cpp", "sql", "go")
    codes = [(name, code) for name in names for code in _GOOD[name] if code.count("\n") >= 2]
    for number in range(72):
        language, code = codes[number % len(codes)]
        one = writer.exchange("databases")
        raw = number % 12 == 5
        answer = f"{writer.sentence('databases')}\n\n{code if raw else _fenced(language, code)}"
        record = {"messages": [{"role": "user", "content": one.prompt}, {"role": "assistant", "content": answer}]}
        entries.append(("train", record, "D008.unfenced_code" if raw else "", "one in twelve" if raw else ""))
    return entries


DATASETS = [DatasetDefect("", "some code without a fence", _some_unfenced)]

_CLEAN: Mapping[str, tuple[str, ...]] = {
    "blocks in many languages": tuple(_fenced(name, code) for name, codes in _GOOD.items() for code in codes),
    "sessions and output": (
        _fenced("python", ">>> 1 + 1\n2\n>>> print('a')\na"),
        _fenced("python", "In [1]: x = 3\nIn [2]: x\nOut[2]: 3"),
        _fenced("bash", "$ ls -l\ntotal 0"),
        _fenced("text", "Hello (world\n  [1] {"),
        _fenced("python", "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nNameError: name 'x'"),
        _fenced("", "if x then\n  (unclosed"),
        _fenced("console", "$ pip install demo\nDone."),
    ),
    "fragments and placeholders": (
        _fenced("python", "def load(path):\n    ..."),
        _fenced("python", "    return self.items[0]"),
        _fenced("python", "def load(...):\n    # your code here"),
        _fenced("python", "else:\n    print('none')"),
        _fenced("python", "async with client.get(url) as reply:\n    print(await reply.text())"),
        _fenced("python", "for row in rows:\n    # process the row"),
        _fenced("python", "@app.route('/users/<int:number>')"),
        _fenced("json", '"scripts": {\n  "test": "pytest"\n}'),
        _fenced("json", '{\n  "name": "demo",\n  ...\n}'),
        _fenced("javascript", "const a = {\n  ...rest,\n  // more\n};"),
        _fenced("java", "@Override\npublic String toString() {\n  return name;\n}"),
        _fenced("go", "if err != nil {\n\treturn err\n}"),
        _fenced("javascript", "async load() {\n  return await fetch('/a');\n}"),
    ),
    "data in other dialects": (
        _fenced("jsonc", '{\n  // a comment\n  "a": 1,\n}'),
        _fenced("json", '{\n  "compilerOptions": { // as usual\n    "strict": true\n  }\n}'),
        _fenced("json", '{"a": 1}\n{"a": 2}'),
        _fenced("yaml", "image: {{ .Values.image }}\nport: {{ .Values.port }}"),
        _fenced("yaml", "a: 1\n---\na: 2"),
        _fenced("yaml", "Bucket:\n  Value: !Ref Store"),
        _fenced("toml", '[package]\nname = "demo"\n\n[[bin]]\nname = "a"'),
    ),
    "diffs, magics, pseudo-code, diagrams": (
        _fenced("diff", "- x = (1\n+ x = (1)"),
        _fenced("python", "@@ -1,2 +1,2 @@\n-print(x\n+print(x)"),
        _fenced("python", "%matplotlib inline\n!pip install demo\nimport demo"),
        _fenced("python", "%%bash\necho (1"),
        _fenced("python", "for each node in the graph do\n    visit the node"),
        _fenced("mermaid", "graph TD\n  A[Start --> B"),
        _fenced("regex", "^(\\d{3}[-.]?"),
        _fenced("latex", "\\begin{align}\n x &= (1"),
        _fenced("python", "print 'hello'"),
    ),
    "nested, indented and quoted fences": (
        "````markdown\n```python\nx = 1\n```\n````",
        "1. Run this:\n\n   ```python\n   def f(x):\n       return x\n   ```\n\n2. Look at it.",
        "> ```python\n> def f(x):\n>     return x\n> ```",
        "~~~python\nprint('```')\n~~~",
        '```python title="demo.py"\nx = 1\n```',
        "```{r, echo=FALSE}\nplot(x\n```",
        "Use three backticks (```) around code, and `~~~` as well.",
    ),
    "broken code that is shown as broken": (
        f"Wrong:\n\n{_fenced('python', 'print(x')}\n\nRight:\n\n{_fenced('python', 'print(x)')}",
        f"This is not valid JSON:\n\n{_fenced('json', '{a: 1}')}\n\nWith quotes it is.",
        f"Python raises a SyntaxError here:\n\n{_fenced('python', 'if x' + chr(10) + '    y()')}",
        _fenced("python", "x = (1  # wrong: the bracket is never closed"),
    ),
}  # fmt: skip


def _samples(blocks: tuple[str, ...]) -> Callable[[Writer], list[Sample]]:
    def make(writer: Writer) -> list[Sample]:
        samples = []
        for number in range(max(GROUP, len(blocks))):
            block, one = blocks[number % len(blocks)], writer.exchange(writer.rng.choice(list(load("topics"))))
            exchange = Exchange(one.prompt, _with(block)(one.answer), one.topic)
            samples.append(Sample((exchange,), rejected=writer.sentence(one.topic), thought=writer.sentence(one.topic)))
        return samples

    return make


LOOKALIKES: Mapping[str, Lookalike] = {name: (_samples(blocks), ALL_SHAPES) for name, blocks in _CLEAN.items()}
