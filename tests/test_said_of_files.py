"""What findings and reasons say of the files: cells of notebooks, lines of requests, and why a file is no template."""

from __future__ import annotations

import json

import pytest

from tests.template_facts import facts_of, sources_of, write_files
from tests.test_asked_model import TRAINED
from tunespec.config import find
from tunespec.discover import discover
from tunespec.report.subject_lines import subject_lines
from tunespec.templates.description import described
from tunespec.templates.tables import build

ASK = "import ollama\nollama.chat(model='m', messages=[],\n    options={'max_tokens': 9})\n"


def notebook(*cells: str, indent: int | None = 1) -> str:
    own = [{"cell_type": "code", "source": cell.splitlines(keepends=True), "outputs": []} for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": own}, indent=indent)


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("ask.ipynb", notebook("x = 1\n", ASK), " (cell 2, line 3)"),
        ("ask.ipynb", notebook("x = 1\n", ASK, indent=None), ""),  # one line of the file holds all cells
        ("ask.py", ASK, ""),
    ],
)
def test_a_finding_in_a_notebook_names_the_cell(tmp_path, name, content, where):
    (source,) = sources_of(write_files(tmp_path, {"chat_template.jinja": TRAINED, name: content})).values()
    table, _ = build("limits", ["ignored_limit"], source)
    (mark,) = table.facts["ignored_limit"].values()
    assert mark.text == f"`options` has no `max_tokens`: the server ignores it; meant is `num_predict`{where}"


def test_a_stop_of_a_request_has_the_line_of_its_key(tmp_path):
    body = {"model": "m", "messages": [], "options": {"stop": ["###End"]}}
    files = {"t.jinja": TRAINED, "r.json": json.dumps(body, indent=1)}
    (source,) = sources_of(write_files(tmp_path, files)).values()
    table, _ = build("stops", ["misspelt_stop"], source)
    (row,) = table.facts["misspelt_stop"]
    assert str(table.places[row]) == "r.json:5"


def test_no_program_runs_the_model_by_itself_where_one_asks_its_server(tmp_path):
    ask = (
        "from openai import OpenAI\n"
        "OpenAI(base_url='http://localhost:8000/v1').chat.completions.create(model='m', messages=[])\n"
    )
    (source,) = sources_of(write_files(tmp_path, {"t.jinja": TRAINED, "ask.py": ask})).values()
    said = "no program is known to load this model itself, with transformers, vLLM or llama.cpp"
    assert facts_of(source, "limits")["default_limit"].reason == said


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no chat template: the file is empty"),
        (b" \n", "no chat template: the file is empty"),
        (b"\x80\xff\x00{{", "no chat template: it is no text (byte 0 is no UTF-8)"),
        (b"{{ title }}", "no chat template: it reads no message's role"),
    ],
)
def test_why_a_template_is_none(tmp_path, content, why):
    write_files(tmp_path, {"t.jinja": TRAINED, "chat.jinja": content})
    assert discover(find(tmp_path), [str(tmp_path)]).passed_over == {"chat.jinja": why}


def test_what_is_read_beside_a_template_is_not_passed_over(tmp_path):
    config = json.dumps({"chat_template": TRAINED, "eos_token": "</s>"})
    write_files(tmp_path, {"m/tokenizer_config.json": config, "m/chat_template.jinja": "{{ 1 }}"})
    found = discover(find(tmp_path), [str(tmp_path)])
    assert found.passed_over == {}
    assert [file.path.name for pair in found.templates for file in pair.beside] == ["chat_template.jinja"]


TRAIN = "from trl import SFTConfig, SFTTrainer\nSFTTrainer('gpt2', args=SFTConfig('o', num_train_epochs=40)).train()\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (f"# -*- coding: latin-1 -*-\n# Grüße\n{TRAIN}".encode("latin-1"), ""),
        (f"# Grüße\n{TRAIN}".encode(), ""),
        (f"# Grüße\n{TRAIN}".encode("utf-8-sig"), ""),
        (f"{TRAIN}# Grüße\n".encode("latin-1"), "it is no UTF-8"),
        (f"# Grüße\n{TRAIN}".encode("latin-1"), "it is no UTF-8, and declares no other encoding that Python knows"),
        (f"# coding: ascii\n{TRAIN}# Grüße\n".encode(), "it is no ascii"),
        (f"# coding: klingon\n{TRAIN}".encode(), "it is no UTF-8, and declares no other encoding that Python knows"),
        (TRAIN.encode("utf-16"), "it is UTF-16: save it as UTF-8, which Python reads"),
    ],
)
def test_a_program_is_read_in_the_encoding_that_it_declares(tmp_path, content, why):
    write_files(tmp_path, {"t.jinja": TRAINED, "train.py": content})
    found = discover(find(tmp_path), [str(tmp_path)])
    assert found.passed_over == ({"train.py": why} if why else {})
    assert [run.name for run in found.runs] == ([] if why else ["train.py"])


@pytest.mark.parametrize(
    ("files", "head"),
    [
        ({"ask.py": ASK}, "program ask.py, which asks a model"),
        ({"ask.ipynb": notebook(ASK)}, "program ask.ipynb, which asks a model"),
        ({"r.json": json.dumps({"model": "m", "prompt": "Hi"})}, "request r.json"),
        ({"t.jinja": TRAINED, "ask.py": ASK}, "template t.jinja"),
    ],
)
def test_what_only_asks_a_model_is_not_called_a_template(tmp_path, files, head):
    records = "".join(json.dumps({"prompt": f"What is {n}?", "completion": f"It is {n}."}) + "\n" for n in range(9))
    (source,) = sources_of(write_files(tmp_path, {**files, "d.jsonl": records})).values()
    report = {"subjects": [described(source)], "passed_over": []}
    lines = subject_lines(report).splitlines()
    assert lines[0] == head
    asks = not head.startswith("template")
    assert ("  with the answers of d.jsonl" if asks else "  trained on d.jsonl") in lines
