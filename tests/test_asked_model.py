"""Whose a call is where a project asks several models: the Modelfile's, or another's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.template_facts import marked, sources_of, write_files
from tunespec.templates.asked_model import (
    AskedModel,
    asked_model,
    is_another,
    is_hosted,
    is_of_library,
    is_same_model,
)
from tunespec.templates.python_calls import calls_in

TEMPLATE = "{{ .System }}\n### Question\n{{ .Prompt }}\n### Answer\n{{ .Response }}\n### End\n"
MODELFILE = f'FROM ./tuned.gguf\nTEMPLATE """{TEMPLATE}"""\nPARAMETER stop "### End"\nPARAMETER num_predict 64\n'
TRAINED = (
    "{% for m in messages %}{% if m.role == 'user' %}### Question\n{{ m.content }}\n"
    "{% else %}### Answer\n{{ m.content }}\n### End\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}### Answer\n{% endif %}"
)


def program(*models: str) -> str:
    calls = (f"ollama.chat(model={one}, messages=[], options={{'stop': ['END'], 'num_predict': 9}})" for one in models)
    return "\n".join(["import ollama", *calls, ""])


def found(folder: Path, ask: str, config: str = "", **files: str) -> set[str]:
    """The kinds of the table ``stops`` for `support/Modelfile`, with this program beside it."""
    own = {"tunespec.toml": config, "support/Modelfile": MODELFILE, "support/chat_template.jinja": TRAINED}
    sources = sources_of(write_files(folder, {**own, "support/ask.py": ask, **files}))
    return set(marked(sources["support/Modelfile"], "stops")) & {
        "unstopped_turn_end", "misspelt_stop", "unlisted_turn_end", "misspelt_token", "lost_stop",
    }  # fmt: skip


HEARD = {"unlisted_turn_end", "misspelt_token", "unstopped_turn_end", "misspelt_stop", "lost_stop"}


@pytest.mark.parametrize(
    ("models", "counts"),
    [
        (["'support'"], True),
        (["'tuned'"], True),  # the only name: whoever created the model chose it
        (["'llama3.2'"], False),
        (["'llama3.2:latest'"], False),
        (["'judge'", "'writer'"], False),
        (["'support:v2'", "'judge'"], True),
        (["NAME"], True),
    ],
)
def test_only_calls_of_the_modelfiles_model_are_judged(tmp_path, models, counts):
    assert bool(found(tmp_path, program(*models)) & HEARD) == counts


def test_a_named_model_is_the_only_one(tmp_path):
    served = '[inference]\nmodel = "helper:v1"\n'
    assert found(tmp_path / "a", program("'support'"), served) == set()
    assert found(tmp_path / "b", program("'helper'"), served) == set(), "without a tag it is `helper:latest`"
    assert found(tmp_path / "c", program("'helper:v1'", "'support'"), served) & HEARD


def test_what_may_ask_another_model_is_no_error(tmp_path):
    certain = {"unstopped_turn_end", "misspelt_stop"}
    assert found(tmp_path / "a", program("NAME")) & certain
    doubtful = found(tmp_path / "b", program("NAME", "'llama3.2'"))
    assert doubtful & HEARD
    assert not doubtful & certain


def test_a_request_in_a_file_is_a_caller_like_any_other(tmp_path):
    body = {"model": "llama3.2", "messages": [{"role": "user", "content": "Hi"}], "options": {"stop": ["END"]}}
    assert found(tmp_path / "a", "", **{"support/request.json": json.dumps(body)}) == set()
    own = json.dumps(body | {"model": "support"})
    assert found(tmp_path / "b", program("'llama3.2'"), **{"support/request.json": own}) & HEARD


def test_the_model_of_the_library_sets_no_limit_for_ours(tmp_path):
    files = {"support/Modelfile": "FROM ./tuned.gguf\n", "support/ask.py": program("'mistral'")}
    (source,) = sources_of(write_files(tmp_path, files)).values()
    assert set(marked(source, "limits")) == {"no_limit"}


@pytest.mark.parametrize(
    "name",
    [
        "llama3.2", "llama3.2:3b", "Llama3.1:latest", "mistral", "mistral-nemo", "qwen2.5", "any:7b",
        "qwen2.5-coder:32b-instruct",
        "gemma3", "gemma3n:e2b", "phi4", "phi4-mini-reasoning", "nomic-embed-text", "nomic-embed-text:v1.5", "gpt-oss",
        "deepseek-r1", "deepseek-coder-v2", "library/qwen3", "mxbai-embed-large", "all-minilm",
        "llama3.2-vision",
    ],
)  # fmt: skip
def test_names_of_ollamas_library(name):
    assert is_of_library(name)


@pytest.mark.parametrize(
    "name", ["support", "llama3-support", "me/llama3.2", "sql-assistant", "mistral-ours", "phi4ever"]
)
def test_names_of_ones_own(name):
    assert not is_of_library(name)


HOSTED = (
    "gpt-4o gpt-4o-mini GPT-3.5-turbo chatgpt-4o-latest o1 o3-mini o1-2024-12-17 o3-deep-research o4-mini "
    "ft:gpt-4o-mini:acme::8xyz text-embedding-3-small text-davinci-003 davinci-002 babbage-002 codex-mini-latest "
    "openai/gpt-4o claude-sonnet-4-5 gemini-2.0-flash grok-3 deepseek-chat mistral-large-latest mistral-tiny-2312 "
    "mistral-small-2402 ministral-8b-latest codestral-2501 codestral-latest pixtral-12b-2409 magistral-small-latest "
    "devstral-medium-2507 open-mistral-nemo-2407 open-mixtral-8x7b"
).split()
LIKE_HOSTED = (
    "gpt-oss-20b-support gpt-support text-to-sql text-support o1-mine o1-helper o1b-support codex-mine codex "
    "mistral-support-2024 mistral-small-2024 my-mistral-2024 helpdesk-2024 claudette davinci-support"
).split()
CLIENT = (
    "import os\nfrom openai import OpenAI\nclient = OpenAI(base_url=os.environ['URL'])\n"
    "client.chat.completions.create(model={!r}, messages=[], stop=['END'])\n"
)


@pytest.mark.parametrize("name", HOSTED)
def test_models_that_only_their_makers_serve(name):
    assert is_hosted(name)
    assert is_another(name, None)
    assert calls_in(CLIENT.format(name).encode()) == ()


@pytest.mark.parametrize("name", LIKE_HOSTED)
def test_names_that_begin_like_those_of_makers(name):
    assert not is_hosted(name)
    assert [call.body["model"] for call in calls_in(CLIENT.format(name).encode())] == [name]


@pytest.mark.parametrize("path", ["support/Modelfile", "x/Modelfile.support", "x/support.Modelfile"])
def test_a_modelfiles_path_names_its_model(path):
    assert asked_model(Path(path), None, ["other", "support", None]).whose("support:7b") == "own"


def test_who_names_no_model_asks_this_one_unless_others_are_asked():
    assert AskedModel(None, frozenset({"a"}), frozenset({"a"})).whose(None) == "own"
    assert AskedModel(None, frozenset({"a"}), frozenset({"a", "b"})).whose(None) == "unsure"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("helper", "helper", True),
        ("helper", "helper:latest", True),
        ("helper", "helper:v1", False),
        ("helper:v1", "helper:v2", False),
        ("Helper", "helper", True),  # Ollama compares names so
        ("llama3.2", "library/llama3.2:latest", True),
        ("llama3.2", "registry.ollama.ai/library/llama3.2", True),
        ("llama3.2", "me/llama3.2", False),
        ("helper", "helpers", False),
        ("host:5000/me/helper", "host:5000/me/helper:latest", True),
    ],
)
def test_one_model_by_several_names(one, other, same):
    assert is_same_model(one, other) == is_same_model(other, one) == same
