"""The JSON report keeps its schema; the text report is read in its snapshot."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import chat, run_tunespec, write_jsonl
from tests.template_facts import write_files
from tests.test_gguf_file import model
from tunespec.report import render
from tunespec.templates.artefacts import ARTEFACTS
from tunespec.training.frameworks import BESIDE
from tunespec.training.recognise import LOG

SCHEMA = json.loads(files("tunespec").joinpath("report/schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


@pytest.fixture
def project(tmp_path):
    """A dataset of two splits with one finding or more of each of the three pitfalls, and a file that is none."""
    talk = [chat(f"How do I say {word} in French?", f"You say {french}.") for word, french in _WORDS]
    write_jsonl(tmp_path / "data/train.jsonl", [*talk, talk[0], chat("Why?", "")])
    write_jsonl(tmp_path / "data/validation.jsonl", [talk[1], chat("What is the Seine?", "A river through Paris.")])
    with (tmp_path / "data/train.jsonl").open("ab") as stream:
        stream.write(b'{"messages": [{"role": "user"\n')
    (tmp_path / "data/log.jsonl").write_text('{"loss": 1.5, "step": 1}\n', encoding="utf-8")
    return tmp_path


_WORDS = [("bread", "le pain"), ("water", "l'eau"), ("house", "la maison"), ("street", "la rue")]


def test_the_report_keeps_its_schema(judge, project):
    code, report = judge(project)
    assert code == 1
    VALIDATOR.validate(json.loads(render(report, "json")))
    assert {f["code"] for f in report["findings"]} == {"D002", "D004", "D005"}


def test_the_schema_knows_every_format_of_a_file():
    known = SCHEMA["$defs"]["subject"]["properties"]["files"]["items"]["properties"]["format"]["enum"]
    assert sorted(known) == sorted(["jsonl", "json", "csv", "tsv", "parquet", *ARTEFACTS, "training", *BESIDE, LOG])


def test_a_report_on_every_kind_of_file_keeps_its_schema(judge, project):
    asked = {"model": "support", "messages": [{"role": "user", "content": "Hi"}], "options": {"stop": ["x"]}}
    answered = {"prompt": "How do I say bread?", "response": "You say le pain.", "model": "support", "done": True}
    plan = "datasets: [{path: data/train.jsonl, type: chat_template}]\nnum_epochs: 1\nmicro_batch_size: 2\n"
    state = {"log_history": [{"loss": 1.5, "step": 1, "epoch": 1.0}], "global_step": 1, "max_steps": 1}
    files = {
        "Modelfile": "FROM ./m.gguf\nTEMPLATE {{ .Prompt }}\n",
        "tokenizer_config.json": json.dumps({"chat_template": "{{ messages[0]['content'] }}", "eos_token": "</s>"}),
        "t.jinja": "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}",
        "ask.json": json.dumps(asked),
        "app.py": "import ollama\nollama.chat(model='support', messages=[])\n",
        "train.yaml": f"base_model: m\nchat_template: chatml\nadapter: lora\nlearning_rate: 1e-5\n{plan}",
        "ds.json": json.dumps({"zero_optimization": {"stage": 2}, "train_micro_batch_size_per_gpu": 2}),
        "accelerate.yaml": "compute_environment: LOCAL_MACHINE\ndistributed_type: 'NO'\nnum_processes: 1\n",
        "out/trainer_state.json": json.dumps(state),
        "outputs.jsonl": json.dumps(answered) + "\n",
    }
    write_files(project, files)
    (project / "m.gguf").write_bytes(model())
    _, report = judge(project)
    VALIDATOR.validate(json.loads(render(report, "json")))
    formats = {file["format"] for subject in report["subjects"] for file in subject["files"]}
    assert formats >= {*ARTEFACTS, "training", LOG, "jsonl"}


@pytest.mark.parametrize(
    "breakage",
    [{"version": 2}, {"findings": [{"code": "D2"}]}, {"pitfalls": [{"status": "skipped"}]}, {"summary": {"rows": -1}}],
)
def test_the_schema_can_fail(judge, project, breakage):
    _, report = judge(project)
    assert not VALIDATOR.is_valid(report | breakage)


def test_the_text_report(judge, project, snapshot):
    _, report = judge(project)
    report["summary"]["seconds"] = 0.5
    assert render(report, "text") == snapshot


def test_rows_are_shown_only_when_asked_for(judge, project):
    _, report = judge(project)
    assert "You say" not in render(report, "text")
    assert "You say" not in render(report, "json")


def test_lists_are_cut_and_say_so(judge, tmp_path):
    record = chat("What is the Seine?", "A river through Paris.")
    write_jsonl(tmp_path / "data.jsonl", [record] * 20)
    _, report = judge(tmp_path)
    text = render(report, "text")
    assert len(report["findings"]) == 19
    assert text.count("repeats data.jsonl:1") == 10
    assert "... and 9 more" in text


PAIR = [chat("What is the Seine?", "A river through Paris."), chat("Who wrote Candide?", "Voltaire.")]


def test_equal_findings_in_two_files_have_two_fingerprints(judge, tmp_path):
    for name in ("a.jsonl", "b.jsonl"):
        write_jsonl(tmp_path / name, [*PAIR, chat("Why?", "")])
    _, report = judge(tmp_path)
    assert len({f["fingerprint"] for f in report["findings"]}) == len(report["findings"]) == 2


def test_any_terminal_can_be_written_to(tmp_path):
    write_jsonl(tmp_path / "a.jsonl", [PAIR[0], {**PAIR[1], "\u4f60\u597d": 1}])
    result = run_tunespec("check", "a.jsonl", cwd=tmp_path, PYTHONIOENCODING="cp1252")
    assert result.returncode == 0
    assert "\u4f60\u597d" in result.stdout
