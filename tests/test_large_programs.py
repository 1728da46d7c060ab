"""A program may be long or hostile: reading it takes a time that grows with its length."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.notebooks import notebook
from tunespec.templates.python_calls import calls_in
from tunespec.templates.python_code import notebook_code

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
        dicts(1000, "d{0}['c'] = 1\n"),
        dicts(1000) + "".join(f"d{at}['c'] = 1\n" for at in range(1000)),
        "cases = [\n" + "    {'x': d(1), 'y': [1, 2, 3]},\n" * 2000 + "]\n" + dicts(700, "run(d{0})\n"),
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
