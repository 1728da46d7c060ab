"""Several models in one project: what asks one by the name of its folder goes with the template in there."""

from __future__ import annotations

import pytest

from tests.template_facts import marked, sources_of, write_files
from tests.test_asked_model import TRAINED
from tests.test_unserved_callers import program, request

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TEMPLATES = {"models/alpha/chat_template.jinja": TRAINED, "models/beta/chat_template.jinja": CHATML}
ALPHA, BETA = {"stop": ["### End"], "num_predict": 300}, {"stop": ["<|im_end|>"], "num_predict": 300}
SERVED = "from openai import OpenAI\nOpenAI(base_url='http://localhost:8000/v1').chat.completions.create("


def files_of(folder, files):
    found = sources_of(write_files(folder, files))
    return {name: [file.shown for file in source.pair.files[1:]] for name, source in found.items()}


def test_each_client_goes_with_the_template_of_the_model_that_it_asks(tmp_path):
    clients = {"services/b/client.py": program("beta", BETA), "services/a/ask.json": request("Alpha:latest", ALPHA)}
    assert files_of(tmp_path, TEMPLATES | clients) == {
        "models/alpha/chat_template.jinja": ["services/a/ask.json"],
        "models/beta/chat_template.jinja": ["services/b/client.py"],
    }
    assert [marked(source) for source in sources_of(tmp_path).values()] == [{}, {}]


@pytest.mark.parametrize(
    ("client", "with_beta"),
    [
        (program("beta", BETA), True),
        (f"{SERVED}model='models/beta', messages=[])\n", True),  # as vLLM calls it
        (program("beta-v2", BETA), False),
        (program("alpha", ALPHA) + program("beta", BETA), False),
    ],
)
def test_the_name_of_a_folder_decides(tmp_path, client, with_beta):
    found = files_of(tmp_path, TEMPLATES | {"client.py": client})
    assert ("client.py" in found["models/beta/chat_template.jinja"]) is with_beta
    assert ("client.py" in found) is not with_beta


def test_a_folder_above_counts_too_and_a_librarys_name_does_not(tmp_path):
    deep = {"alpha/out/t.jinja": TRAINED, "beta/out/t.jinja": CHATML, "r.json": request("beta", BETA)}
    assert files_of(tmp_path / "deep", deep)["beta/out/t.jinja"] == ["r.json"]
    family = {"a/t.jinja": TRAINED, "mistral/t.jinja": CHATML, "r.json": request("mistral", BETA)}
    assert files_of(tmp_path / "family", family)["mistral/t.jinja"] == []


def test_a_configured_template_is_not_that_of_another_folders_model(tmp_path):
    told = '[template]\ntraining = "models/alpha/chat_template.jinja"\n'
    clients = {"a.py": program("alpha", ALPHA), "b.py": program("beta", BETA), "c.py": program("gamma", ALPHA)}
    files = {"tunespec.toml": told, **TEMPLATES, **clients}
    assert files_of(tmp_path, files) == {"models/alpha/chat_template.jinja": ["a.py", "c.py"], "b.py": []}
    why = (
        "it asks `beta`, as the folder of models/beta/chat_template.jinja is named: not the configured template's model"
    )
    assert sources_of(tmp_path)["b.py"].pair.no_training == why
    served = {**files, "tunespec.toml": f'{told}[inference]\nmodel = "beta"\n'}
    assert "b.py" in files_of(tmp_path / "served", served)["models/alpha/chat_template.jinja"]


def test_the_advice_says_what_would_decide(tmp_path):
    write_files(tmp_path, {**TEMPLATES, "r.json": request("x"), "any.json": request(None)})
    found = sources_of(tmp_path)
    both = "(models/alpha/chat_template.jinja, models/beta/chat_template.jinja)"
    advice = "name one as template.training in the configuration"
    unnamed = "and no folder of theirs is named `x`, as the model that is asked"
    assert found["r.json"].pair.no_training == f"several training templates may be meant {both}, {unnamed}: {advice}"
    assert found["any.json"].pair.no_training == f"several training templates may be meant {both}: {advice}"
