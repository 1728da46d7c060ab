"""I001's facts, case by case: which limit counts for whom, what is ignored, and what does not fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import chat
from tests.template_facts import facts_of, marked, sources_of, write_files

HI = [{"role": "user", "content": "Hi"}]
TOKENIZER = json.dumps({"tokenizer_class": "X", "eos_token": "</s>"})
NOTHING = "sets no num_predict: a model that does not stop writes until 10 times the context is full"
ASK = "from ollama import chat\nchat('tuned', [], options={})\n"


def modelfile(*parameters: str, base: str = "./tuned.gguf") -> str:
    return "".join([f"FROM {base}\n", *(f"PARAMETER {one}\n" for one in parameters)])


def request(**options: Any) -> str:
    return json.dumps({"model": "tuned", "messages": HI, "options": options}, indent=1)


def found(folder: Path, subject: str = "Modelfile", **files: str) -> dict[str, list[str]]:
    """What is marked on the table ``limits``; of the file names, `_` stands for a dot."""
    names = {name.replace("_", ".", 1): text for name, text in files.items()}
    return marked(sources_of(write_files(folder, names))[subject], "limits")


@pytest.mark.parametrize(
    ("parameters", "kinds"),
    [
        (["num_predict 512"], {}),
        ([], {"no_limit": [NOTHING]}),
        (["num_predict 0"], {"limit_off"}),
        (["num_predict -2"], {"limit_off"}),
        (["num_predict 512", "num_predict -1"], {"limit_off"}),
        (["num_predict -1", "num_predict 512"], {}),
        (["num_predict 4096", "num_ctx 4096"], {"limit_beyond_context"}),
        (["num_predict 4095", "num_ctx 4096"], {}),
        (["num_predict 4096", "num_ctx 0"], {}),  # 0: the server chooses
        (["num_predict many"], {}),  # refused: T003's
        (["max_tokens 512"], {}),
    ],
)
def test_the_modelfiles_limit(tmp_path, parameters, kinds):
    marks = found(tmp_path, Modelfile=modelfile(*parameters))
    assert (marks if isinstance(kinds, dict) else set(marks)) == kinds


def test_a_modelfile_without_limit_is_no_finding_where_every_request_sets_one(tmp_path):
    assert found(tmp_path, Modelfile=modelfile(), a_json=request(num_predict=5)) == {}
    both = found(tmp_path, Modelfile=modelfile(), a_json=request(num_predict=5), b_json=request(seed=1))
    assert both == {"no_limit": [NOTHING.replace("num_predict", "num_predict, nor does b.json", 1)]}
    assert found(tmp_path, Modelfile=modelfile("num_predict 5"), b_json=request(seed=1)) == {}


def test_without_a_modelfile_nobody_knows_the_models_limit(tmp_path):
    folder = write_files(tmp_path, {"request.json": request(seed=1)})
    facts = facts_of(sources_of(folder)["request.json"], "limits")
    assert facts["no_limit"].reason == "no Modelfile goes with it, which may set the limit"
    assert not any(fact.marks for fact in facts.values())


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ({"num_predict": -1}, {"limit_off"}),
        ({"num_predict": 9000}, {"limit_beyond_context"}),
        ({"num_predict": 9000, "num_ctx": 16384}, set()),
        ({"num_ctx": 256}, {"limit_beyond_context"}),  # below the Modelfile's limit
        ({"max_tokens": 5}, {"ignored_limit"}),
        ({"num_prediction": 5}, {"ignored_limit"}),
        ({"num_predict": "5"}, set()),  # refused: T003's
        ({"repetition_penalty": 1}, set()),  # ignored, and no limit: T003's
    ],
)
def test_a_requests_limit(tmp_path, options, kinds):
    files = {"Modelfile": modelfile("num_predict 512", "num_ctx 4096"), "request_json": request(**options)}
    assert set(found(tmp_path, **files)) == kinds


def test_a_limit_in_the_wrong_place_is_ignored(tmp_path):
    body = json.dumps({"model": "tuned", "messages": HI, "num_predict": 5, "options": {}}, indent=1)
    marks = found(tmp_path, Modelfile=modelfile("num_predict 512"), request_json=body)
    said = "`num_predict` stands beside `options`, not in it: the server ignores it; meant is `options.num_predict`"
    assert marks == {"ignored_limit": [said]}
    openai = json.dumps({"model": "tuned", "messages": HI, "max_completion_tokens": 5, "stop": "a"})
    assert set(found(tmp_path, Modelfile=modelfile("num_predict 512"), request_json=openai)) == {"ignored_limit"}


def test_a_limit_below_the_training_answers_cuts_them(tmp_path):
    data = "".join(json.dumps(chat(f"What is {n}?", "It is a number " * 4 + f"{n}.")) + "\n" for n in range(5))
    marks = found(tmp_path, Modelfile=modelfile("num_predict 16"), data_jsonl=data)
    said = (
        "num_predict is 16, and 5 of 5 training answers are longer, up to 17 words, which are at least as many tokens"
    )
    assert marks == {"short_limit": [said]}
    assert found(tmp_path, Modelfile=modelfile("num_predict 17"), data_jsonl=data) == {}


def test_one_long_answer_of_hundreds_is_no_measure(tmp_path):
    lines = [json.dumps(chat(f"What is {n}?", f"It is {n}.")) for n in range(200)]
    lines[3] = json.dumps(chat("Tell it all.", "word " * 90))
    assert found(tmp_path, Modelfile=modelfile("num_predict 16"), data_jsonl="\n".join(lines)) == {}


def test_a_program_is_a_caller(tmp_path):
    marks = found(tmp_path, Modelfile=modelfile(), ask_py=ASK)
    assert marks == {"no_limit": [NOTHING.replace("num_predict", "num_predict, nor does ask.py:2", 1)]}
    asked = ASK.replace("{}", "{'num_predict': LIMIT}")
    assert found(tmp_path, Modelfile=modelfile(), ask_py=asked) == {}  # whatever LIMIT is, it is a limit
    assert found(tmp_path, Modelfile=modelfile(), ask_py=f"LIMIT = 64\n{asked}") == {}
    assert set(found(tmp_path, Modelfile=modelfile("num_predict 9"), ask_py=f"LIMIT = -1\n{asked}")) == {"limit_off"}


def test_a_programs_finding_has_its_line(tmp_path):
    code = "from ollama import chat\n\nchat(\n    'tuned',\n    [],\n  options={\n    'max_tokens': LIMIT,\n    }\n)\n"
    (source,) = sources_of(write_files(tmp_path, {"Modelfile": modelfile("num_predict 9"), "ask.py": code})).values()
    from tunespec.templates.tables import build

    table, _ = build("limits", ["ignored_limit"], source)
    (row,) = table.facts["ignored_limit"]
    assert (table.places[row].path, table.places[row].line) == ("ask.py", 7)


def test_a_model_of_the_library_is_not_the_one_that_is_served(tmp_path):
    other = ASK.replace("tuned", "llama3.2:3b").replace("{}", "{'num_predict': 0}")
    assert found(tmp_path, Modelfile=modelfile("num_predict 9"), ask_py=other) == {}
    assert set(found(tmp_path / "alone", "ask.py", ask_py=other)) == {"limit_off"}


@pytest.mark.parametrize(
    ("call", "kinds"),
    [
        ("SamplingParams(temperature=0)", {"default_limit"}),
        ("SamplingParams(max_tokens=64)", set()),
        ("SamplingParams(max_tokens=None)", {"no_limit"}),
        ("SamplingParams(**settings)", set()),
        ("SamplingParams(max_tokens=settings.limit)", set()),
    ],
)
def test_vllm_has_a_limit_of_its_own(tmp_path, call, kinds):
    code = f"from vllm import SamplingParams\n{call}\n"
    assert set(found(tmp_path, Modelfile=modelfile("num_predict 9"), ask_py=code)) == kinds


def kinds_beside(folder: Path, program: str, config: Any) -> set[str]:
    """What is found of a program beside a Modelfile with a limit, and the model's generation configuration, if any."""
    files = {"tokenizer_config.json": TOKENIZER, "Modelfile": modelfile("num_predict 9"), "ask.py": program}
    if config is not None:
        files["generation_config.json"] = json.dumps(config)
    (source,) = sources_of(write_files(folder, files)).values()
    return set(marked(source, "limits"))


@pytest.mark.parametrize(
    ("config", "call", "kinds"),
    [
        (None, "", set()),
        ({}, "", {"default_limit"}),
        ({"eos_token_id": 2}, "", {"default_limit"}),
        ({"max_length": 4096}, "", set()),
        ({"max_new_tokens": 256}, "", set()),
        ({}, ", max_new_tokens=64", set()),
        ({}, ", max_length=64", set()),
        ({}, ", generation_config=config", set()),
        ({}, ", **settings", set()),
        ([], "", set()),
    ],
)
def test_transformers_takes_the_models_own_configuration(tmp_path, config, call, kinds):
    code = f"import transformers\ninputs = tokenizer('Hi')\nmodel.generate(**inputs{call})\n"
    assert kinds_beside(tmp_path, code, config) == kinds


@pytest.mark.parametrize(
    ("config", "kinds"),
    [
        (None, {"default_limit"}),
        ({}, {"default_limit"}),
        ({"max_new_tokens": 256}, set()),
        ({"max_length": 4096}, set()),
    ],
)
def test_a_loaded_model_has_the_librarys_limit(tmp_path, config, kinds):
    load = "from transformers import AutoModelForCausalLM as M\nmodel = M.from_pretrained('.')\nmodel.generate(ids)\n"
    assert kinds_beside(tmp_path, load, config) == kinds


@pytest.mark.parametrize(
    ("config", "kinds"),
    [(None, {"default_limit"}), ({"max_new_tokens": 256}, set()), ({"max_length": 4096}, {"default_limit"})],
)
def test_vllm_without_parameters_takes_the_models_own(tmp_path, config, kinds):
    code = "from vllm import LLM\nllm = LLM('.')\nllm.generate('hi')\n"
    assert kinds_beside(tmp_path, code, config) == kinds


def test_a_programs_stops_are_judged_as_a_requests(tmp_path):
    code = (
        "STOPS = ['### End']\nfrom ollama import chat\nchat('tuned', [], options={'stop': STOPS, 'num_predict': 9})\n"
    )
    files = {"Modelfile": modelfile('stop "### End"', 'stop "User:"', "num_predict 9"), "ask.py": code}
    (source,) = sources_of(write_files(tmp_path, files)).values()
    assert marked(source, "stops") == {"lost_stop": ["its list replaces the Modelfile's and lacks `User:`"]}


def test_a_program_that_only_looks_whether_the_model_is_there_wants_no_answer(tmp_path):
    data = "".join(json.dumps(chat(f"What is {n}?", "It is a number " * 4 + f"{n}.")) + "\n" for n in range(5))
    files = {"Modelfile": modelfile("num_predict 64"), "data_jsonl": data}
    assert found(tmp_path, **files, ask_py=ASK.replace("{}", "{'num_predict': 1}")) == {}
    assert set(found(tmp_path, **files, ask_py=ASK.replace("{}", "{'num_predict': 16}"))) == {"short_limit"}
