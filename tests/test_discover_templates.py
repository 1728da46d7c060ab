"""Which files are templates and what serves a model, and which of them belong together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.chat_templates import CORPORA
from tests.conftest import chat
from tests.template_facts import sources_of, write_files
from tunespec.config import find
from tunespec.discover import discover
from tunespec.errors import CannotJudgeError
from tunespec.templates.artefacts import artefact, may_be_artefact

JINJA = "{% for m in messages %}{{ m['role'] + m['content'] }}{% endfor %}"
TOKENIZER = json.dumps({"tokenizer_class": "X", "eos_token": "</s>", "chat_template": JINJA})
ASKED = {"model": "tuned", "messages": [{"role": "user", "content": "Why?"}]}
REQUEST = json.dumps(ASKED)
FROM = "FROM ./tuned.gguf\n"
GGUF = b"GGUF\x03\x00\x00\x00" + bytes(16)
DATA = "".join(json.dumps(chat(f"What is {n}?", f"It is a number, {n}.")) + "\n" for n in range(3))
PLAIN = '[template.training]\nuser = "Q: {content}\\n"\nassistant = "A: {content}\\n"\n'


def pairs(folder: Path, files: dict[str, str | bytes]) -> dict[str, list[str]]:
    """Each pair's files by its name."""
    found = sources_of(write_files(folder, files))
    return {name: [file.shown for file in source.pair.files] for name, source in found.items()}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("Modelfile", FROM, "modelfile"),
        ("Modelfile.prod", FROM, "modelfile"),
        ("llama3.Modelfile", FROM, "modelfile"),
        ("MyModelfile", FROM, "modelfile"),
        ("chat_template.jinja", JINJA, "jinja"),
        ("template.j2", JINJA, "jinja"),
        ("TEMPLATE.JINJA", JINJA, "jinja"),
        ("page.jinja2", '{% for m in get_flashed_messages() %}<p role="alert">{{ m }}</p>{% endfor %}', None),
        ("tuned.gguf", GGUF, "gguf"),
        ("tuned.gguf", "no model", None),
        ("tokenizer_config.json", TOKENIZER, "tokenizer"),
        ("chat_template.json", json.dumps({"chat_template": JINJA}), "tokenizer"),
        ("config.json", json.dumps({"model_type": "llama", "eos_token_id": 2}), None),
        ("request.json", REQUEST, "request"),
        ("request.json", json.dumps({"model": "tuned", "prompt": "Why?"}), "request"),
        ("options.json", json.dumps({"options": {"num_predict": 512}}), "request"),
        ("settings.json", json.dumps({"options": {"colour": "red"}}), None),
        ("request.json", json.dumps({**ASKED, "parallel_tool_calls": False, "my_note": "b"}), "request"),
        ("request.json", json.dumps({**chat("Why?", "Be"), "model": "m", "stream": False}), "request"),
        ("tokenizer_config.json", '{"chat_template": ', "tokenizer"),
        # records of a dataset
        ("one.json", json.dumps({"model": "m", "prompt": "Why?", "chosen": "So.", "rejected": "No."}), None),
        ("one.json", json.dumps({"model": "m", "prompt": "Why?", "id": 1, "category": "a", "turns": []}), None),
        ("one.json", json.dumps({"model": "m", "messages": chat("Why?", "So.")["messages"]}), None),
        ("one.json", json.dumps({**ASKED, "label": True}), None),
        ("one.json", json.dumps({"messages": ASKED["messages"]}), None),
        ("one.json", json.dumps({**ASKED, "response": "Because."}), None),
        ("many.json", json.dumps([ASKED, ASKED]), None),
        ("lines.json", REQUEST + "\n" + REQUEST, None),
        ("broken.json", '{"model": ', None),
        ("deep.json", '{"a":' * 100_000, None),
    ],
)
def test_what_a_file_is_taken_for(tmp_path, name, content, kind):
    path = write_files(tmp_path, {name: content}) / name
    assert artefact(path) == kind


@pytest.mark.parametrize(
    ("name", "looked_at"),
    [("Modelfile", True), ("MODELFILE-v2", True), ("a.GGUF", True), ("a.jinja", True), ("modelfiles.md", False)],
)
def test_which_names_are_looked_at(name, looked_at):
    assert may_be_artefact(name) is looked_at


CASES: dict[str, tuple[dict[str, str | bytes], dict[str, list[str]]]] = {
    "all of one folder": (
        {"Modelfile": FROM, "chat_template.jinja": JINJA, "tuned.gguf": GGUF, "request.json": REQUEST},
        {"Modelfile": ["Modelfile", "chat_template.jinja", "tuned.gguf", "request.json"]},
    ),
    "two models": (
        {"a/Modelfile": FROM, "a/t.jinja": JINJA, "b/Modelfile": FROM, "b/t.jinja": JINJA, "b/r.json": REQUEST},
        {"a/Modelfile": ["a/Modelfile", "a/t.jinja"], "b/Modelfile": ["b/Modelfile", "b/t.jinja", "b/r.json"]},
    ),
    "two models of one training": (
        {"t.jinja": JINJA, "a/Modelfile": FROM, "b/Modelfile": FROM},
        {"a/Modelfile": ["a/Modelfile", "t.jinja"], "b/Modelfile": ["b/Modelfile", "t.jinja"]},
    ),
    "templates that may be meant are judged alone": (
        {"Modelfile": FROM, "a.jinja": JINJA, "b.jinja": JINJA},
        {"Modelfile": ["Modelfile"], "a.jinja": ["a.jinja"], "b.jinja": ["b.jinja"]},
    ),
    "a configuration names the template": (
        {"tunespec.toml": 'template.training = "b.jinja"', "Modelfile": FROM, "a.jinja": JINJA, "b.jinja": JINJA},
        {"Modelfile": ["Modelfile", "b.jinja"]},
    ),
    "a configuration writes the template": (
        {"tunespec.toml": PLAIN, "Modelfile": FROM, "a.jinja": JINJA},
        {"Modelfile": ["Modelfile"]},
    ),
    "a plain template without a Modelfile": ({"tunespec.toml": PLAIN, "d.jsonl": DATA}, {"plain template": []}),
    "the model file that FROM names": (
        {"Modelfile": FROM, "tuned.gguf": GGUF, "base.gguf": GGUF},
        {"Modelfile": ["Modelfile", "tuned.gguf"], "base.gguf": ["base.gguf"]},
    ),
    "FROM names a model of the library": (
        {"Modelfile": "FROM llama3.1\n", "tuned.gguf": GGUF},
        {"Modelfile": ["Modelfile"], "tuned.gguf": ["tuned.gguf"]},
    ),
    "a configuration names the model file": (
        {"tunespec.toml": 'template.model = "base.gguf"', "Modelfile": FROM, "tuned.gguf": GGUF, "base.gguf": GGUF},
        {"Modelfile": ["Modelfile", "base.gguf"]},
    ),
    "a template that writes the word from": (
        {"Modelfile": 'TEMPLATE """\nfrom a.gguf\n"""\nFROM ./b.gguf', "a.gguf": GGUF, "b.gguf": GGUF},
        {"Modelfile": ["Modelfile", "b.gguf"], "a.gguf": ["a.gguf"]},
    ),
    "the last FROM counts": (
        {"Modelfile": "FROM ./a.gguf\nFROM ./b.gguf\n", "a.gguf": GGUF, "b.gguf": GGUF},
        {"Modelfile": ["Modelfile", "b.gguf"], "a.gguf": ["a.gguf"]},
    ),
    "a Modelfile in UTF-16": (
        {"Modelfile": FROM.encode("utf-16"), "tuned.gguf": GGUF},
        {"Modelfile": ["Modelfile", "tuned.gguf"]},
    ),
    "a request of two Modelfiles": (
        {"Modelfile": FROM, "Modelfile.prod": FROM, "request.json": REQUEST},
        {"Modelfile": ["Modelfile", "request.json"], "Modelfile.prod": ["Modelfile.prod", "request.json"]},
    ),
    "a template alone": ({"t.jinja": JINJA}, {"t.jinja": ["t.jinja"]}),
    "a request alone": ({"r.json": REQUEST}, {"r.json": ["r.json"]}),
    "the tokenizer's folder is read as transformers does": (
        {"tokenizer_config.json": TOKENIZER, "chat_template.jinja": JINJA, "additional_chat_templates/t.jinja": JINJA},
        {"tokenizer_config.json": ["tokenizer_config.json"]},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_belongs_together(tmp_path, name):
    files, expected = CASES[name]
    assert pairs(tmp_path, files) == expected


def test_an_ambiguous_training_side_says_what_to_do(tmp_path):
    source = sources_of(write_files(tmp_path, {"Modelfile": FROM, "a.jinja": JINJA, "b.jinja": JINJA}))["Modelfile"]
    assert source.training is None
    assert source.why_no_training == (
        "several training templates may be meant (a.jinja, b.jinja): name one as template.training in the configuration"
    )


def test_the_dataset_that_is_trained_on(tmp_path):
    files = {"a/Modelfile": FROM, "a/data.jsonl": DATA, "b/Modelfile": FROM, "b/x.jsonl": DATA, "b/y.jsonl": DATA}
    found = {name: source.pair.dataset for name, source in sources_of(write_files(tmp_path, files)).items()}
    assert {name: dataset and dataset.name for name, dataset in found.items()} == {
        "a/Modelfile": "a/data.jsonl",
        "b/Modelfile": None,  # either may be
    }


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('template.training = "none.jinja"', "template.training: none.jinja: no such file"),
        ('template.training = "Modelfile"', "template.training: Modelfile: no chat template and no tokenizer"),
        ('template.modelfile = "none"', "template.modelfile: none: no such file"),
        ('template.requests = ["none.json"]', "template.requests: none.json: no such file"),
        ('template.trainin = "a.jinja"', "template: unknown key 'trainin'"),
        ("template.model = 1", "template.model must be a GGUF file"),
        ('template.training = {user = "{content}"}', "template.training.assistant must be given"),
        (
            'template.training = {user = "Q", assistant = "A"}',
            "template.training.user must be a text with one",
        ),
    ],
)
def test_a_mistake_in_the_configuration_is_named(tmp_path, settings, message):
    write_files(tmp_path, {"tunespec.toml": settings, "Modelfile": FROM})
    with pytest.raises(CannotJudgeError) as error:
        discover(find(tmp_path), [str(tmp_path)])
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("page.jinja", "{{ title }}", "page.jinja: no chat template: it reads no message's role"),
        ("tuned.gguf", "no model", "tuned.gguf: no model file: it does not begin with `GGUF`"),
    ],
)
def test_a_named_file_says_what_it_is_not(tmp_path, name, content, message):
    folder = write_files(tmp_path, {name: content, "d.jsonl": DATA})
    with pytest.raises(CannotJudgeError) as error:
        discover(find(folder), [str(folder / name)])
    assert str(error.value) == message
    assert discover(find(folder), [str(folder)]).passed_over == {name: message.removeprefix(f"{name}: ")}


@pytest.mark.parametrize("name", ["chat_template.jinja", "tuned.gguf", "Modelfile", "request.json"])
def test_a_file_that_cannot_be_opened_is_not_passed_over(tmp_path, name):
    folder = write_files(tmp_path, {"d.jsonl": DATA})
    try:
        (folder / name).symlink_to(folder / "gone")
    except OSError:
        pytest.skip("this system makes no links")
    found = discover(find(folder), [str(folder)])
    assert (found.templates, found.passed_over, list(found.unreadable)) == ((), {}, [name])
    assert "cannot be read" in found.unreadable[name]


def test_a_broken_tokenizer_configuration_is_the_reason(tmp_path):
    files = {"Modelfile": FROM, "tokenizer_config.json": '{"chat_template": '}
    source = sources_of(write_files(tmp_path, files))["Modelfile"]
    assert source.training is None
    assert source.why_no_training.startswith("tokenizer_config.json: no valid JSON")


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
def test_real_datasets_and_configurations_are_no_templates():
    folders = ("datasets", "pairs", "training_configs", "training_logs")
    files = [path for folder in folders for path in (CORPORA / folder).rglob("*") if path.is_file()]
    assert [path.name for path in files if artefact(path) is not None] == []


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
def test_real_chat_templates_are_recognised():
    files = [*CORPORA.glob("chat_templates/**/*.jinja"), *CORPORA.glob("chat_templates/mistral.rs/*.json")]
    assert [path.name for path in files if artefact(path) not in {"jinja", "tokenizer"}] == []


SCRIPT = "import ollama\nollama.chat('tuned', [])\n"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("ask.py", SCRIPT, ["Modelfile", "ask.py"]),
        ("app/ask.py", SCRIPT, ["Modelfile", "app/ask.py"]),
        ("train.py", "import transformers\nTrainer(model).train()\n", ["Modelfile"]),
        ("test_ask.py", SCRIPT, ["Modelfile"]),
        ("ask_test.py", SCRIPT, ["Modelfile"]),
        ("conftest.py", SCRIPT, ["Modelfile"]),
        (".venv/ask.py", SCRIPT, ["Modelfile"]),
        ("site-packages/ask.py", SCRIPT, ["Modelfile"]),
    ],
)
def test_a_program_belongs_to_the_modelfile_whose_model_it_asks(tmp_path, name, content, found):
    assert pairs(tmp_path, {"Modelfile": FROM, name: content}) == {"Modelfile": found}


def test_a_program_without_a_modelfile_is_judged_by_itself(tmp_path):
    assert pairs(tmp_path, {"ask.py": SCRIPT, "data.jsonl": DATA}) == {"ask.py": ["ask.py"]}


def test_a_program_that_python_does_not_parse_is_passed_over_and_says_why(tmp_path):
    write_files(tmp_path, {"data.jsonl": DATA, "ask.py": "import ollama\nollama.chat(", "no.py": "x = ("})
    seen = discover(find(tmp_path), [str(tmp_path)])
    assert seen.passed_over == {"ask.py": "no Python that can be read: '(' was never closed (line 2)"}
    with pytest.raises(CannotJudgeError, match=r"ask\.py: no Python that can be read"):
        discover(find(tmp_path), [str(tmp_path / "ask.py")])
    with pytest.raises(
        CannotJudgeError, match=r"no program that asks a model, or trains one, in a way that is known here"
    ):
        discover(find(tmp_path), [str(tmp_path / "no.py")])


def test_the_configuration_names_a_program_as_it_names_a_request(tmp_path):
    settings = '[template]\nrequests = ["app/main.py", "request.json"]\n'
    files = {
        "Modelfile": FROM,
        "app/main.py": SCRIPT,
        "ask.py": SCRIPT,
        "request.json": REQUEST,
        "tunespec.toml": settings,
    }
    assert pairs(tmp_path, {"Modelfile": FROM, **files}) == {"Modelfile": ["Modelfile", "app/main.py", "request.json"]}
    (tmp_path / "app/main.py").write_text("x = 1")
    with pytest.raises(CannotJudgeError, match=r"app/main\.py: no program that asks a model"):
        discover(find(tmp_path), [str(tmp_path)])


def test_a_configuration_that_serves_a_model_says_how_its_template_is_judged(tmp_path):
    serving = "model_name_or_path: x\ntemplate: qwen\ninfer_backend: vllm\n"
    write_files(tmp_path, {"api.yaml": serving, "Modelfile": FROM})
    config = find(tmp_path)
    assert discover(config, [str(tmp_path)]).passed_over["api.yaml"] == (
        "it serves a model, and trains none (name it, and T003 judges the template that it names)"
    )
    named = discover(config, [str(tmp_path / "api.yaml")])
    assert [pair.name for pair in named.templates] == ["api.yaml"]
