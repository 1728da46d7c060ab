"""Requests and programs of a project without a Modelfile: compared with the chat template that lies nearest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.template_facts import facts_of, marked, sources_of, write_files
from tests.test_asked_model import TRAINED
from tests.test_template_company import files_of
from tunespec.config import find
from tunespec.discover import discover
from tunespec.templates.description import described

STOPPED = {"stop": ["###End"], "num_predict": 300}
SEVERAL = (
    "several training templates may be meant (a/t.jinja, b/t.jinja), and no folder of theirs is named `x`, as the "
    "model that is asked: name one as template.training in the configuration"
)
OTHER = "it asks `gpt-4o`, which is another model than the one that is trained"


def request(model: str | None = "x", options: object = STOPPED) -> str:
    named = {"model": model, "messages": [{"role": "user", "content": "Hi"}]} if model else {}
    return json.dumps({**named, "options": options})


def program(model: str, options: object = STOPPED) -> str:
    return f"import ollama\nollama.chat(model={model!r}, messages=[], options={options})\n"


def pairs(folder: Path, **files: str) -> dict[str, list[str]]:
    """Each pair's files by its name; `m__t_jinja` is `m/t.jinja`."""
    return {name: [file.shown for file in source.pair.files] for name, source in _sources(folder, files).items()}


def _sources(folder: Path, files: dict[str, str]):
    own = {}
    for name, content in files.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        own[f"{stem}.{suffix}"] = content
    return sources_of(write_files(folder, own))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"t_jinja": TRAINED, "r_json": request()}, {"t.jinja": ["t.jinja", "r.json"]}),
        ({"t_jinja": TRAINED, "ask_py": program("x")}, {"t.jinja": ["t.jinja", "ask.py"]}),
        ({"m__t_jinja": TRAINED, "app__ask_py": program("x")}, {"m/t.jinja": ["m/t.jinja", "app/ask.py"]}),
        (
            {"a__t_jinja": TRAINED, "b__t_jinja": TRAINED, "b__app__ask_py": program("x")},
            {"a/t.jinja": ["a/t.jinja"], "b/t.jinja": ["b/t.jinja", "b/app/ask.py"]},
        ),
        # its own folder is nearer than one below it
        (
            {"t_jinja": TRAINED, "examples__t_jinja": TRAINED, "r_json": request()},
            {"t.jinja": ["t.jinja", "r.json"], "examples/t.jinja": ["examples/t.jinja"]},
        ),
        # a program that names the model's folder
        (
            {"a__t_jinja": TRAINED, "b__t_jinja": TRAINED, "ask_py": "from vllm import LLM\nLLM('b').chat([])\n"},
            {"a/t.jinja": ["a/t.jinja"], "b/t.jinja": ["b/t.jinja", "ask.py"]},
        ),
        (
            {"a__t_jinja": TRAINED, "b__t_jinja": TRAINED, "r_json": request()},
            {"a/t.jinja": ["a/t.jinja"], "b/t.jinja": ["b/t.jinja"], "r.json": ["r.json"]},
        ),
        ({"t_jinja": TRAINED, "r_json": request("gpt-4o")}, {"t.jinja": ["t.jinja"], "r.json": ["r.json"]}),
    ],
)
def test_which_template_a_caller_goes_with(tmp_path, files, expected):
    assert pairs(tmp_path, **files) == expected


def test_a_told_training_template_is_everyones(tmp_path):
    plain = '[template.training]\nuser = "Q: {content}\\n"\nassistant = "A: {content}\\n### End\\n"\n'
    files = {"tunespec.toml": plain, "app/r.json": request(), "a.jinja": TRAINED, "b.jinja": TRAINED}
    found = sources_of(write_files(tmp_path / "plain", files))
    assert [file.shown for file in found["plain template"].pair.files] == ["app/r.json"]
    assert set(marked(found["plain template"])) == {"misspelt_stop"}
    files["tunespec.toml"] = '[template]\ntraining = "b.jinja"\n'
    found = sources_of(write_files(tmp_path / "named", files))
    assert [file.shown for file in found["b.jinja"].pair.files] == ["b.jinja", "app/r.json"]


@pytest.mark.parametrize("caller", [{"r_json": request()}, {"ask_py": program("x")}])
def test_a_misspelt_stop_beside_the_template_is_an_error(tmp_path, caller):
    (source,) = _sources(tmp_path, {"t_jinja": TRAINED, **caller}).values()
    assert marked(source) == {"misspelt_stop": ["`###End` where the training ends each answer with `### End`"]}


def test_a_lacking_stop_beside_the_template_is_an_error(tmp_path):
    (source,) = _sources(tmp_path, {"t_jinja": TRAINED, "r_json": request(options={"stop": ["User:"]})}).values()
    said = "`### End`, with which the training ends each answer, is none of its stop sequences (`User:`)"
    assert marked(source) == {"unstopped_turn_end": [said]}


@pytest.mark.parametrize(
    ("model", "counts"),
    [("x", "misspelt_token"), ("m", "misspelt_stop"), ("m:latest", "misspelt_stop"), (None, "misspelt_token")],
)
def test_from_another_folder_only_the_folders_name_is_sure(tmp_path, model, counts):
    found = _sources(tmp_path, {"m__t_jinja": TRAINED, "app__r_json": request(model)})
    (marks,) = [marked(source) for source in found.values()]
    doubt = ", if it asks this model" if counts == "misspelt_token" else ""
    assert marks == {counts: [f"`###End` where the training ends each answer with `### End`{doubt}"]}


def test_a_doubtful_request_is_no_safeguard_of_this_model(tmp_path):
    doubtful = request(options={"stop": ["### End", "<|eot_id|>"]})
    assert [marked(one) for one in _sources(tmp_path, {"m__t_jinja": TRAINED, "r_json": doubtful}).values()] == [{}]
    near = request(options={"stop": ["### End", "###Question"]})
    found = _sources(tmp_path / "near", {"m__t_jinja": TRAINED, "r_json": near})
    said = "`###Question` where the template writes `### Question`, if it asks this model"
    assert [marked(one) for one in found.values()] == [{"misspelt_header": [said]}]
    raw = {"model": "x", "prompt": "Hi", "raw": True, "stream": False}
    found = _sources(tmp_path / "raw", {"m__t_jinja": TRAINED, "r_json": json.dumps(raw)})
    assert [marked(one, "files") for one in found.values()] == [{}]


@pytest.mark.parametrize(
    "model",
    [
        "gpt-4o", "gpt-3.5-turbo", "chatgpt-4o-latest", "o1", "o3-mini", "claude-3-5-sonnet-20241022", "gemini-1.5-pro",
        "claude-sonnet-4-5", "anthropic/claude-3.5-haiku", "deepseek-chat", "mistral-large-latest", "grok-2",
        "ft:gpt-4o-mini:acme::8xyz", "meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen2.5-7B-Instruct", "llama3.2:3b",
    ],
)  # fmt: skip
def test_a_model_of_somebody_else_is_never_compared(tmp_path, model):
    files = {"t_jinja": TRAINED, "r_json": request(model), "ask_py": program(model)}
    found = _sources(tmp_path, files)
    assert set(found) == {"t.jinja", "r.json", "ask.py"}
    assert {kind for source in found.values() for kind in marked(source)} == set()
    assert found["r.json"].why_no_training == OTHER.replace("gpt-4o", model)


@pytest.mark.parametrize(
    "model",
    ["gpt-support", "o1-helper", "ours/assistant", "claudette", "support-2024", "mistral-support-2024", "text-to-sql"],
)
def test_ones_own_name_may_look_like_a_makers(tmp_path, model):
    assert list(_sources(tmp_path, {"t_jinja": TRAINED, "r_json": request(model)})) == ["t.jinja"]


def test_a_program_that_asks_several_models_is_compared_where_it_asks_this_one(tmp_path):
    both = program("x") + "ollama.chat(model='gpt-4o', messages=[], options={'stop': ['END'], 'num_predict': 0})\n"
    (source,) = _sources(tmp_path, {"t_jinja": TRAINED, "ask_py": both}).values()
    assert [request.model for _, request in source.requests] == ["x"]
    assert set(marked(source)) == {"misspelt_stop"}
    assert marked(source, "limits") == {}


def test_the_name_of_the_served_model_decides(tmp_path):
    told = '[inference]\nmodel = "gpt-4o"\n'
    files = {"tunespec.toml": told, "t.jinja": TRAINED, "r.json": request("gpt-4o"), "other.json": request("x")}
    found = sources_of(write_files(tmp_path, files))
    assert {name: [file.shown for file in source.pair.files] for name, source in found.items()} == {
        "t.jinja": ["t.jinja", "r.json"],
        "other.json": ["other.json"],
    }


def test_a_named_request_is_compared_with_the_template_beside_it(tmp_path):
    write_files(tmp_path, {"t.jinja": TRAINED, "r.json": request(), "gpt.json": request("gpt-4o"), "x.gguf": b"GGUF"})
    assert files_of(tmp_path, "r.json") == {"t.jinja": ["t.jinja", "r.json"]}
    assert files_of(tmp_path, "gpt.json") == {"gpt.json": ["gpt.json"]}


def test_the_header_says_who_asks_and_who_is_not_compared(tmp_path):
    files = {"t_jinja": TRAINED, "r_json": request(), "o_json": request("gpt-4o")}
    found = _sources(tmp_path, files)
    assert described(found["t.jinja"])["profile"]["requests"] == ["r.json"]
    assert described(found["o.json"])["profile"] == {"undecided": [OTHER]}
    several = {"a__t_jinja": TRAINED, "b__t_jinja": TRAINED, "r_json": request()}
    assert described(_sources(tmp_path / "b", several)["r.json"])["profile"] == {"undecided": [SEVERAL]}


def test_reasons_are_true_of_files_that_go_with_nothing(tmp_path):
    several = {"a__t_jinja": TRAINED, "b__t_jinja": TRAINED, "r_json": request()}
    found = _sources(tmp_path, several)
    facts = facts_of(found["a/t.jinja"])
    assert facts["misspelt_stop"].reason == "no Modelfile and no request gives this model stop sequences"
    assert facts_of(found["r.json"])["missing_turn_end"].reason == SEVERAL
    files = facts_of(found["a/t.jinja"], "files")
    assert files["unread_stop"].reason == "no request is there that is known to ask this model"
    doubtful = _sources(tmp_path / "other", {"m__t_jinja": TRAINED, "r_json": request()})["m/t.jinja"]
    said = "only requests that may ask another model give stop sequences"
    assert facts_of(doubtful)["misspelt_stop"].reason == said


def test_what_only_asks_is_no_template_to_render(tmp_path):
    from tunespec.templates.choice import Sought, choose

    write_files(tmp_path, {"t.jinja": TRAINED, "r.json": request("gpt-4o")})
    assert choose(find(tmp_path), Sought((str(tmp_path),)), None).pair.name == "t.jinja"


def test_a_modelfile_keeps_its_callers(tmp_path):
    write_files(tmp_path, {"Modelfile": "FROM ./x.gguf\n", "m/t.jinja": TRAINED, "r.json": request("gpt-4o")})
    (pair,) = discover(find(tmp_path), [str(tmp_path)]).templates
    assert [file.shown for file in pair.files] == ["Modelfile", "m/t.jinja", "r.json"]


def test_a_program_that_trains_and_asks_is_not_known_to_train_with_the_template_near_it(tmp_path):
    train = (
        "from transformers import AutoModelForCausalLM, Trainer, TrainingArguments\n"
        "model = AutoModelForCausalLM.from_pretrained('some/model')\n"
        "Trainer(model=model, args=TrainingArguments(output_dir='out', learning_rate=1e-5)).train()\n"
        "model.generate(**inputs, max_new_tokens=50)\n"
    )
    write_files(tmp_path, {"m/t.jinja": TRAINED, "train.py": train})
    found = discover(find(tmp_path), [str(tmp_path)])
    assert [[file.shown for file in pair.files] for pair in found.templates] == [["m/t.jinja", "train.py"]]
    assert [run.pair for run in found.runs] == [None]
