"""A Modelfile that is named alone is judged with its chat template; a model's own files are no data."""

from __future__ import annotations

import json

import pytest

from tests.template_facts import write_files
from tests.test_discover_templates import DATA, FROM, GGUF, JINJA, TOKENIZER
from tunespec.config import find
from tunespec.discover import discover
from tunespec.templates.artefacts import artefact


def files_of(folder, *paths):
    found = discover(find(folder), [str(folder / path) for path in paths])
    return {pair.name: [file.path.name for file in pair.files] for pair in found.templates}


def test_what_lies_beside_a_named_modelfile_counts(tmp_path):
    files: dict[str, str | bytes] = {"Modelfile": FROM, "tokenizer_config.json": TOKENIZER, "data.jsonl": DATA}
    files["tuned.gguf"] = GGUF
    write_files(tmp_path, files)
    ((_, own),) = files_of(tmp_path, "Modelfile").items()
    assert own == ["Modelfile", "tokenizer_config.json", "tuned.gguf"]


def test_a_template_that_is_named_too_is_the_only_one(tmp_path):
    write_files(tmp_path, {"Modelfile": FROM, "tokenizer_config.json": TOKENIZER, "other/mine.jinja": JINJA})
    ((_, own),) = files_of(tmp_path, "Modelfile", "other/mine.jinja").items()
    assert own == ["Modelfile", "mine.jinja"]


def test_a_models_own_files_are_passed_over_in_silence(tmp_path):
    own = {"config.json": '{"bos_token_id": 1}', "generation_config.json": "{}", "special_tokens_map.json": "{}"}
    write_files(tmp_path, {**own, "tokenizer_config.json": TOKENIZER, "data.jsonl": DATA})
    assert discover(find(tmp_path), [str(tmp_path)]).passed_over == {}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"temperature": 0.1, "stop": ["User:"]}, "request"),
        ({"num_predict": 512}, "request"),
        ({"temperature": 21.5, "city": "Bonn"}, None),
        ({"seed": 3}, None),
    ],
)
def test_bare_options_of_a_client(tmp_path, data, kind):
    path = tmp_path / "options.json"
    path.write_text(json.dumps(data))
    assert artefact(path) == kind
    assert artefact(path.rename(tmp_path / "gemma.json")) is None  # such as Ollama's stock templates have beside them
