"""A model's own generation_config.json: found where the program's model is, with and without a Modelfile."""

from __future__ import annotations

import json

import pytest

from tests.template_facts import marked, sources_of, write_files
from tests.test_asked_model import TRAINED

LIMITED = json.dumps({"max_new_tokens": 512})
OPEN = json.dumps({"eos_token_id": 2})
RUN = "from transformers import AutoModelForCausalLM as M\nmodel = M.from_pretrained({})\nmodel.generate(ids)\n"
ASK = "from vllm import LLM\nllm = LLM({})\nllm.chat([[]])\n"


def kinds(folder, files):
    found = sources_of(write_files(folder, files))
    return {kind for source in found.values() for kind in marked(source, "limits")}


@pytest.mark.parametrize("program", [RUN, ASK])
@pytest.mark.parametrize(
    ("files", "named", "found"),
    [
        ({"generation_config.json": LIMITED}, "'.'", set()),
        ({"generation_config.json": LIMITED}, "FOLDER", set()),
        ({"generation_config.json": LIMITED, "t.jinja": TRAINED}, "'.'", set()),
        ({"m/generation_config.json": LIMITED}, "'m'", set()),
        ({"m/generation_config.json": LIMITED}, "'./m/'", set()),
        ({"out/m/generation_config.json": LIMITED}, "'out/m'", set()),
        ({"m/generation_config.json": LIMITED, "t.jinja": TRAINED}, "'m'", set()),
        ({"m/generation_config.json": LIMITED, "m/t.jinja": TRAINED}, "os.path.join(OUT, NAME)", set()),
        ({"m/generation_config.json": LIMITED, "n/generation_config.json": OPEN}, "'m' or 'n'", set()),
        ({"m/generation_config.json": OPEN, "generation_config.json": LIMITED}, "'m'", {"default_limit"}),
        ({"m/generation_config.json": LIMITED}, "'n'", {"default_limit"}),
        ({"m/generation_config.json": LIMITED}, "'~nobody/m'", {"default_limit"}),
        ({"m/generation_config.json": LIMITED}, "'m\\0'", {"default_limit"}),
        ({"m/generation_config.json": "{", "m/x": ""}, "'m'", set()),
        ({}, "'.'", {"default_limit"}),
    ],
)
def test_the_models_own_limit_is_found_without_a_modelfile(tmp_path, program, files, named, found):
    assert kinds(tmp_path, {**files, "run.py": program.format(named)}) == found


@pytest.mark.parametrize("program", [RUN, ASK])
def test_a_programs_own_folder_and_the_projects_are_both_looked_at(tmp_path, program):
    files = {"m/generation_config.json": LIMITED, "app/run.py": program.format("'m'")}
    assert kinds(tmp_path, files) == set()


def test_a_modelfile_changes_nothing_of_it(tmp_path):
    files = {"Modelfile": "FROM ./x.gguf\nPARAMETER num_predict 9\n", "m/generation_config.json": LIMITED}
    assert kinds(tmp_path, {**files, "run.py": RUN.format("'m'")}) == set()


def test_another_folders_settings_are_not_held_against_a_program_that_names_none(tmp_path):
    unknown = "import transformers\ndef run(model, ids):\n    model.generate(ids)\n"
    assert kinds(tmp_path, {"m/t.jinja": TRAINED, "m/generation_config.json": OPEN, "app/run.py": unknown}) == set()


def test_the_settings_are_part_of_what_a_verdict_depends_on(tmp_path):
    files = {"m/generation_config.json": LIMITED, "run.py": RUN.format("'m'")}
    (source,) = sources_of(write_files(tmp_path, files)).values()
    assert [(file.path, file.format) for file in source.pair.beside] == [
        ((tmp_path / "m/generation_config.json").resolve(), "generation")
    ]


def test_a_notebook_is_a_program(tmp_path):
    cell = {"cell_type": "code", "source": RUN.format("'m'"), "metadata": {}, "outputs": []}
    notebook = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    assert kinds(tmp_path, {"run.ipynb": notebook}) == {"default_limit"}
    assert kinds(tmp_path, {"run.ipynb": notebook, "m/generation_config.json": LIMITED}) == set()
