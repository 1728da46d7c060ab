"""A Jupyter notebook is read as the program that its code cells are: never run, and each line found where it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import write_jsonl
from tests.notebooks import cell, notebook, write
from tests.training_settings import lines, marked
from tunespec.config import find
from tunespec.discover import discover
from tunespec.errors import CannotJudgeError
from tunespec.subjects import DataFile, TrainingRun
from tunespec.templates.python_calls import PythonError, calls_in
from tunespec.templates.python_code import CodeError, notebook_code
from tunespec.training.configuration import runs_in, spec_in, training_format, why_no_training
from tunespec.training.source import RunSource

INSTALL = "%%capture\n!pip install unsloth \\\n    trl\n%matplotlib inline\n"
IMPORTS = (
    "from transformers import AutoModelForCausalLM\nfrom trl import SFTConfig, SFTTrainer, DPOConfig, DPOTrainer\n"
)
LOAD = "model = AutoModelForCausalLM.from_pretrained('a/b')\nmodel?\n"
TRAIN = """\
trainer = SFTTrainer(
    model,
    args=SFTConfig(
        learning_rate=5e-3,
        num_train_epochs={},
    ),
)
"""
TOLD = cell("# Train\nas in `source`", "markdown")
ECHO = [{"output_type": "display_data", "data": {"application/json": {"source": ["model = 1\n"], "input": "x"}}}]


def source_of(path: Path) -> RunSource:
    file = DataFile(path, path.name, None, "training")
    return RunSource(TrainingRun(path.name, (file,)), find(path.parent))


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("indent", [1, 2])
def test_a_finding_names_the_line_of_the_file_and_the_cell(tmp_path, version, indent):
    path = write(
        tmp_path, TOLD, INSTALL, IMPORTS, cell(LOAD, outputs=ECHO), TRAIN.format(40), version=version, indent=indent
    )
    assert training_format(path) == "training"
    source = source_of(path)
    found = marked(source, "learning_rate_destructive", "too_many_epochs")
    rate = "`learning_rate: 0.005`: full fine-tuning breaks a model above 0.001 (cell 5, line 4)"
    epochs = "`num_train_epochs: 40`: more than 5 passes over the same records (cell 5, line 5)"
    assert found == {"learning_rate_destructive": rate, "too_many_epochs": epochs}
    [line] = lines(source, "too_many_epochs")
    assert line is not None
    assert path.read_text().splitlines()[line - 1].strip() == json.dumps("        num_train_epochs=40,\n") + ","


def test_a_notebook_in_one_line_has_its_cells(tmp_path):
    source = source_of(write(tmp_path, IMPORTS, LOAD, TRAIN.format(40), indent=None))
    assert marked(source, "too_many_epochs")["too_many_epochs"].endswith("(cell 3, line 5)")
    assert lines(source, "too_many_epochs") == [1]


def test_each_line_of_the_code_knows_where_it_stands():
    texts = [
        cell("a = 1\n\nb = 2"),
        {**cell(""), "source": "c = 3\nd = 4"},
        cell("x", "markdown"),
        cell(""),
        {**cell(""), "source": ["e = (", "1\n", ")\nf = 6\n"]},
        {"cell_type": "code"},
        cell("g = '\u2028'\r\nh = 8"),
    ]
    content = notebook(*texts)
    code = notebook_code(content)
    written = content.decode().split("\n")
    assert [(str(at), line) for at, line in zip(code.lines, code.text.split("\n"), strict=True)] == [
        ("cell 1, line 1", "a = 1"), ("cell 1, line 2", ""), ("cell 1, line 3", "b = 2"),
        ("cell 2, line 1", "c = 3"), ("cell 2, line 2", "d = 4"),
        ("cell 5, line 1", "e = (1"), ("cell 5, line 2", ")"), ("cell 5, line 3", "f = 6"),
        ("cell 7, line 1", "g = '\u2028'"), ("cell 7, line 2", "h = 8"),
    ]  # fmt: skip
    found = [written[at.physical - 1].strip() for at in code.lines]
    assert found[:3] == ['"a = 1\\n",', '"\\n",', '"b = 2"']
    assert found[3:5] == ['"source": "c = 3\\nd = 4"'] * 2
    assert found[5:8] == ['"e = (",', '")\\nf = 6\\n"', '")\\nf = 6\\n"']
    assert (found[8].startswith('"g = '), found[9]) == (True, '"h = 8"')


def test_a_broken_cell_does_not_lose_the_others(tmp_path):
    path = write(tmp_path, IMPORTS, "def (", "%%bash\nit's no Python", LOAD, TRAIN.format(40), "%%writefile a.py\n(")
    spec = source_of(path).spec
    assert spec is not None
    assert (spec.value("epochs"), list(spec.written.unread)) == (
        40,
        ["cell 2 is no Python that can be read: invalid syntax (line 1)"],
    )


def test_a_trainer_in_a_broken_cell_is_said(tmp_path):
    path = write(tmp_path, IMPORTS, "SFTTrainer(m, SFTConfig(")
    assert training_format(path) is None
    assert why_no_training(path) == "cell 2 is no Python that can be read: '(' was never closed (line 1)"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"cells": [', "no notebook that can be read: Expecting value: line 1 column 12 (char 11)"),
        (b'{"cells": []}', "no notebook that can be read: it has no `nbformat`"),
        (b"[1]", "no notebook that can be read: it has no `nbformat`"),
        (b'{"cells": "\xff"}', "no notebook that can be read: it is no UTF-8"),
        (b'{"a": ' + b"[" * 100_000, "no notebook that can be read: "),
        (notebook("x <- 1", language="R"), "no notebook that can be read: its language is r"),
        (notebook("x = '%s'" % ("y" * (1 << 20))), "it holds more code than somebody wrote"),
    ],
)
def test_what_is_no_notebook_is_said(content, why):
    with pytest.raises(CodeError) as caught:
        notebook_code(content)
    assert str(caught.value).startswith(why)


@pytest.mark.parametrize(
    "cells",
    [{"cells": 3}, {"cells": [1, None, {"cell_type": "code", "source": [1]}]}, {"worksheets": [3]}, {"worksheets": 1}],
)
def test_odd_notebooks_hold_no_code(cells):
    assert notebook_code(json.dumps({"nbformat": 4, **cells}).encode()).text == ""


def test_a_name_that_later_cells_bind_anew_is_the_one_of_its_own_cell(tmp_path):
    path = write(
        tmp_path,
        IMPORTS + LOAD,
        "args = SFTConfig(learning_rate=2e-5)\nargs",
        "trainer = SFTTrainer(model, args)\ntrainer.train()",
        "args = SFTConfig(learning_rate=5e-3)",
        "trainer = SFTTrainer(model, args)\ntrainer.train()",
    )
    files = runs_in(DataFile(path, path.name, None, "training"))
    specs = [spec_in(file) for file in files]
    assert {file.part: spec.value("learning_rate") for file, spec in zip(files, specs, strict=True) if spec} == {
        "SFTTrainer": 2e-5,
        "SFTTrainer 2": 5e-3,
    }


def test_a_folder_is_searched_for_notebooks_but_not_for_their_checkpoints(tmp_path):
    cells = (IMPORTS, "SFTTrainer(m, SFTConfig())", "DPOTrainer(m, None, DPOConfig())")
    write(tmp_path, *cells, name="n/train.ipynb")
    write(tmp_path, *cells, name="n/.ipynb_checkpoints/train-checkpoint.ipynb")
    write(tmp_path, "import numpy", name="other.ipynb")
    write_jsonl(tmp_path / "data.jsonl", [{"prompt": "a", "completion": "b"}])
    found = discover(find(tmp_path), [str(tmp_path)])
    assert [run.name for run in found.runs] == ["n/train.ipynb:DPOTrainer", "n/train.ipynb:SFTTrainer"]
    assert (found.passed_over, found.unreadable) == ({}, {})
    with pytest.raises(CannotJudgeError, match=r"other\.ipynb: no program that asks a model, or trains one"):
        discover(find(tmp_path), [str(tmp_path / "other.ipynb")])


def test_the_calls_that_ask_a_model_are_read(tmp_path):
    ask = "import ollama\nollama.chat(\n    model='m',\n    messages=[],\n    options={'stop': ['X']})"
    path = write(tmp_path, "%pip install ollama", ask)
    [call] = calls_in(path.read_bytes())
    written = path.read_text().splitlines()
    assert call.body["options"] == {"stop": ["X"]}
    assert [written[line - 1].strip() for line in (call.line, call.lines["stop"])] == [
        '"ollama.chat(\\n",',
        "\"    options={'stop': ['X']})\"",
    ]
    (tmp_path / "Modelfile").write_text("FROM a\n")
    [pair] = discover(find(tmp_path), [str(tmp_path)]).templates
    assert sorted(file.shown for file in pair.files) == ["Modelfile", "train.ipynb"]


@pytest.mark.parametrize("text", ["{% if x %}\n", "{{ a license }}\n"])
def test_a_program_that_is_a_template_is_no_notebook(tmp_path, text):
    program = f"{text}import ollama\nollama.chat(model='m', messages=[])\n".encode()
    with pytest.raises(PythonError, match=r"no Python that can be read: .*\(line \d\)"):
        calls_in(program)
    path = tmp_path / "train.py"
    path.write_text(f"{text}{IMPORTS}{TRAIN.format(3)}")
    assert why_no_training(path).startswith("no Python that can be read")


@pytest.mark.parametrize("name", ["train.ipynb", "train.py"])
def test_a_notebook_is_one_by_what_it_holds(tmp_path, name):
    path = write(tmp_path, IMPORTS, TRAIN.format(40), "import ollama\nollama.chat(model='m', messages=[])\n", name=name)
    [call] = calls_in(path.read_bytes())
    assert training_format(path) == "training"
    assert path.read_text().splitlines()[call.line - 1].strip().startswith('"ollama.chat(')


def test_a_notebook_that_holds_none_is_read_as_the_program_that_it_is(tmp_path):
    path = tmp_path / "train.ipynb"
    path.write_text(f"{IMPORTS}{TRAIN.format(40)}")
    assert training_format(path) == "training"
