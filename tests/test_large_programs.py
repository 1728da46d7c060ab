"""A program may be long or hostile: reading it takes a time that grows with its length."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks import notebook
from tunespec.templates import python_code
from tunespec.templates.program_folders import named_folders
from tunespec.templates.python_calls import calls_in
from tunespec.templates.python_code import CodeError, notebook_code

ASK = "import ollama\n{}ollama.chat(model='m', messages=[], options={{'stop': ['END']}})\n"
WITHIN = 6.0  # seconds, where it took twenty and more; it takes less than one


def timed(read: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    return read(), time.perf_counter() - begun


def dicts(count: int, *more: str) -> str:
    """As many dicts, each with what comes behind it."""
    return "".join(f"d{at} = {{'a': [1, 2, 3, 4], 'b': f(x, y)}}\n{''.join(more).format(at)}" for at in range(count))


@pytest.mark.parametrize(
    "text",
    [
        dicts(1000),
        dicts(600, "d{0}['c'] = 1\n"),
        dicts(600) + "".join(f"d{at}['c'] = 1\n" for at in range(600)),
        "cases = [\n" + "    {'x': d(1), 'y': [1, 2, 3]},\n" * 800 + "]\n" + dicts(400, "run(d{0})\n"),
    ],
    ids=["alone", "with a key", "with a key much later", "cases"],
)
def test_dicts_are_read_in_time(text):
    calls, seconds = timed(lambda: calls_in(ASK.format(text).encode()))
    assert [call.body["options"] for call in calls] == [{"stop": ["END"]}]
    assert seconds < WITHIN


def test_keys_that_are_added_much_later_count():
    text = "p = {'model': 'm', 'messages': []}\n" + dicts(3) + "p['options'] = {'stop': ['END']}\n"
    [call] = calls_in(f"import ollama\n{text}ollama.chat(**p)\n".encode())
    assert call.body["options"] == {"stop": ["END"]}


def test_texts_that_double_each_other_are_no_address():
    names = "".join(f"a{at} = f'{{a{at - 1}}}{{a{at - 1}}}'\n" for at in range(1, 60))
    text = f"import os, requests  # ollama\na0 = os.environ['X']\n{names}requests.post(a59, json={{'model': 'm'}})\n"
    calls, seconds = timed(lambda: calls_in(text.encode()))
    assert calls == ()
    assert seconds < WITHIN


def test_a_text_that_holds_itself_is_read():
    text = "import requests\nurl = f'{url}/api/chat'\nrequests.post(url, json={'model': 'm'})\n"
    assert calls_in(text.encode()) == ()


def test_a_notebook_is_parsed_once(monkeypatch):
    parsed = []

    def plain(code: str) -> str:
        parsed.append(code)
        return code

    monkeypatch.setattr(python_code, "plain", plain)
    content = notebook("a_cell = 'of this test alone'\n")
    assert notebook_code(content) is notebook_code(bytes(bytearray(content)))
    assert parsed == ["a_cell = 'of this test alone'"]
    for _ in range(2):
        with pytest.raises(CodeError, match="it has no `nbformat`"):
            notebook_code(b'{"cells": []}')


def elsewhere(count: int) -> str:
    """As many keys of other things, which are those of a cell's code."""
    return ", ".join(f'{{"source": ["y\\n", "z = {at}"], "input": [[{{"source": "y"}}]]}}' for at in range(count))


@pytest.mark.parametrize("key", ["source", "s\\u006furce"])
def test_a_notebook_of_many_cells_is_read_in_time(key):
    cells = ", ".join(f'{{"cell_type": "code", "{key}": ["x = {at}"]}}' for at in range(1500))
    text = f'{{"nbformat": 4, "metadata": {{"m": [{elsewhere(3000)}]}},\n"cells": [{cells}]}}'
    code, seconds = timed(lambda: notebook_code(text.encode()))
    assert code.text.splitlines() == [f"x = {at}" for at in range(1500)]
    assert {line.physical for line in code.lines} == {2 if key == "source" else 1}
    assert seconds < WITHIN


def test_cells_that_are_the_same_have_lines_of_their_own():
    content = notebook("a = 1\nb = 2\n", "a = 1\n", "a = 1\nb = 2\n", "", "a = 1\n")
    places = [line.physical for line in notebook_code(content).lines]
    assert [content.splitlines()[line - 1].split(b'"')[1] for line in places] == [
        rb"a = 1\n", rb"b = 2\n", rb"a = 1\n", rb"a = 1\n", rb"b = 2\n", rb"a = 1\n",
    ]  # fmt: skip
    assert places == sorted(set(places))


def named(folder: Path, *texts: str, program: str = "app/ask.py") -> list[str]:
    """The folders that a program with these texts names, by their paths in the project."""
    path = folder / program
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("import ollama\nX = [\n" + "".join(f"    {text!r},\n" for text in texts) + "]\n")
    return [found.relative_to(folder.resolve()).as_posix() for found in named_folders(path, folder)]


def test_words_of_a_program_are_no_folders(tmp_path, monkeypatch):
    for name in ("out/model", "app/near"):
        (tmp_path / name).mkdir(parents=True)
    looked = []
    exists = Path.exists

    def look(path: Path) -> bool:
        looked.append(path)
        return exists(path)

    monkeypatch.setattr(Path, "exists", look)
    words = [f"word{at}" for at in range(20000)]
    assert named(tmp_path, *words, "out/model", "near", "./out", ".") == ["out/model", "app/near", "out", "app"]
    assert len(looked) < 20


def test_a_folder_outside_the_project_is_none_of_it(tmp_path):
    project = tmp_path / "project"
    for name in ("elsewhere", "project/out"):
        (tmp_path / name).mkdir(parents=True)
    assert named(project, "../../elsewhere", "../..", "../out", "../../project/out") == ["out"]


def test_a_model_may_lie_elsewhere_behind_a_link(tmp_path):
    project = tmp_path / "project"
    (tmp_path / "disk/model").mkdir(parents=True)
    project.mkdir()
    (project / "out").symlink_to(tmp_path / "disk", target_is_directory=True)
    path = project / "ask.py"
    path.write_text("X = 'out/model'\n")
    assert named_folders(path, project) == [(tmp_path / "disk/model").resolve()]
