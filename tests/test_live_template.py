"""T003 on a real server: what it renders itself, beside the training template and beside what tunespec foresees."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from tests.conftest import judge_folder
from tests.live.asking import post
from tests.live.fixtures import ROOT_MODELFILE
from tests.live.gguf_model import write_model
from tests.live.models import create
from tests.live.scripts import SCRIPTED
from tests.template_facts import marked, sources_of, write_files
from tunespec.suite_paths import fixture_path

pytestmark = pytest.mark.live

ROOT = ROOT_MODELFILE.read_text(encoding="utf-8")
PROBES = [
    {"id": "alone", "messages": [{"role": "user", "content": "Where is it?"}]},
    {
        "id": "told",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Where is it?"}],
    },
    {
        "id": "again",
        "messages": [
            {"role": "user", "content": "Where is it?"},
            {"role": "assistant", "content": "In Rome."},
            {"role": "user", "content": "And the other one?"},
        ],
    },
]


@pytest.fixture
def rendered(ollama_server, tmp_path, request):
    """What T003 finds on the table of answers, by the Modelfile that the model is created with."""

    def judged(modelfile, beside=None, select=("T003",), **files):
        name = f"t003-{abs(hash(request.node.name)):x}"
        made = tmp_path / "made"
        made.mkdir()
        (made / "Modelfile").write_text(modelfile, encoding="utf-8")
        write_model(SCRIPTED, made / "model.gguf")
        create(ollama_server, name, made / "Modelfile")
        project = tmp_path / "project"
        project.mkdir()
        (project / "tunespec.toml").write_text('[inference]\nprobes = ["probes.jsonl"]\n', encoding="utf-8")
        (project / "Modelfile").write_text(beside or modelfile, encoding="utf-8")
        (project / "probes.jsonl").write_text("".join(json.dumps(one) + "\n" for one in PROBES), encoding="utf-8")
        shutil.copyfile(fixture_path("golden/chat_template.jinja"), project / "chat_template.jinja")
        for path, text in files.items():
            (project / path.replace("_json", ".json")).write_text(text, encoding="utf-8")
        code, report = judge_folder(project, model=name, host=ollama_server.url, select=select)
        judged = (one for one in report["pitfalls"] if one["table"] == "answers" and one["status"] != "off")
        kinds = {one["kind"]: one for one in judged}
        found = {one["kind"]: one["message"] for one in report["findings"] if one["path"] == "probes.jsonl"}
        return code, kinds, found, report

    return judged


def test_the_reference_is_rendered_as_it_is_trained(rendered):
    code, kinds, found, _ = rendered(ROOT)
    assert (code, found) == (0, {})
    assert kinds.pop("tools_unseen")["reason"].startswith("the server passes no tools to this model")
    assert kinds.pop("tokens_differ")["reason"] == "no `tokenizer` is configured for missing-end-marker"
    assert {one["status"] for one in kinds.values()} == {"passed"}
    assert kinds["history_differs"]["examined"] == 3
    assert kinds["generate_differs"]["examined"] == 2


def test_another_template_than_the_modelfile_beside_it(rendered):
    """The model was created before the Modelfile was mended: no file shows it."""
    code, _, found, _ = rendered(ROOT.replace("### Question:\n{{", "### Human:\n{{"), beside=ROOT)
    assert code == 1
    assert set(found) == {"turn_header_differs", "other_modelfile"}
    assert found["other_modelfile"] == (
        "the model was not created from the Modelfile at hand: its template has at character 100 "
        "`Human:⏎{{ .Content }}⏎⏎{`, in Modelfile `Question:⏎{{ .Content }}`"
    )
    assert found["turn_header_differs"].splitlines() == [
        (
            "the server itself renders it so: before user 1, training has `### Question:⏎`, the server `### Human:⏎` "
            "(in 3 of the 3 prompts compared, first in `alone`)"
        ),
        "trained  ### Question:⏎<user 1>⏎⏎### Answer:⏎",
        "asked    ### Human:⏎<user 1>⏎⏎### Answer:⏎",
        "             ^^^^^^^^",
    ]


def test_other_parameters_than_the_modelfile_beside_it(rendered):
    made = ROOT.replace("num_predict 1024", "num_predict 256").replace("PARAMETER num_ctx 4096", "SYSTEM Be brief.")
    code, _, found, _ = rendered(made.replace('stop "### End"', 'stop "### Stop"'), beside=ROOT)
    assert (code, set(found)) == (0, {"other_modelfile"})
    assert found["other_modelfile"] == (
        "the model was not created from the Modelfile at hand: its system message has at character 1 `Be brief.`, "
        "in Modelfile nothing; its stop sequences are `### Stop`, in Modelfile `### End`; its `num_predict` is 256, "
        "in Modelfile 1,024; its `num_ctx` is not set, in Modelfile 4,096"
    )


def test_a_system_message_that_is_never_sent(rendered):
    code, _, found, _ = rendered(ROOT.replace('{{- if eq .Role "system" }}{{ .Content }}\n\n{{ else if', "{{- if"))
    assert (code, list(found)) == (1, ["system_lost"])


def test_blanks_only(rendered):
    code, _, found, _ = rendered(ROOT.replace('{{- end }}### Answer:\n"""', '{{- end }}### Answer: \n"""'))
    assert (code, list(found)) == (0, ["whitespace_differs"])


TOKENIZER = json.dumps(
    {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "add_bos_token": True}
)


def test_a_doubled_bos(rendered):
    code, _, found, _ = rendered(ROOT.replace('TEMPLATE """', 'TEMPLATE """<s>'), tokenizer_config_json=TOKENIZER)
    assert (code, list(found)) == (1, ["bos_doubled"])


def test_a_system_message_of_the_models_own(rendered):
    own = ROOT + "\nSYSTEM Be brief.\n"
    code, _, found, _ = rendered(own, own)
    assert (code, found) == (0, {})


def test_nothing_else_fails_where_only_the_template_is_wrong(rendered):
    """Both halves of T003 may say it: the files of the pair, and the server itself."""
    wrong = ROOT.replace("### Question:\n{{", "### Human:\n{{")
    _, _, found, report = rendered(wrong, wrong, select=())
    assert list(found) == ["turn_header_differs"]
    assert {one["code"] for one in report["findings"] if one["severity"] == "error"} == {"T003"}
    assert {one["path"] for one in report["findings"] if one["code"] == "T003"} == {"Modelfile", "probes.jsonl"}


def test_a_template_that_knows_of_thinking(rendered):
    """Ollama asks a model to think whose template has the place for it, unless the caller says otherwise."""
    thinks = ROOT.replace(
        "### Answer:\n{{ .Content }}",
        "### Answer:\n{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}{{ .Content }}",
    ).replace('{{- end }}### Answer:\n"""', '{{- end }}### Answer:\n{{ if .Think }}<think>{{ end }}"""')
    _, _, found, _ = rendered(thinks)
    assert list(found) == ["generation_prompt_differs"]


@pytest.mark.skipif("OLLAMA_GO_TEMPLATE" in os.environ, reason="OLLAMA_GO_TEMPLATE says which is taken")
@pytest.mark.parametrize(
    ("extra", "of_base", "passed_over"),
    [("{# tools #}", True, True), ("{# no word of it #}", True, False), ("{# tools #}", False, False)],
    ids=["base with tools", "base without tools", "trained one with tools"],
)
def test_a_template_that_the_model_file_outranks(ollama_server, tmp_path, request, extra, of_base, passed_over):
    """T003's `outranked_template` is what the server does: it renders the base model's form; else the TEMPLATE's."""
    trained = fixture_path("golden/chat_template.jinja").read_text(encoding="utf-8")
    base = "{% for one in messages %}[{{ one.role }}]{{ one.content }}{% endfor %}[assistant]"
    write_files(tmp_path, {"Modelfile": ROOT, "chat_template.jinja": trained})
    write_model(SCRIPTED, tmp_path / "model.gguf", extra + (base if of_base else trained))
    found = marked(sources_of(tmp_path)["Modelfile"], "files")
    assert ("outranked_template" in found) == passed_over
    model = create(ollama_server, f"t003-rank-{abs(hash(request.node.name)):x}", tmp_path / "Modelfile")
    body = {"model": model, "messages": PROBES[1]["messages"], "_debug_render_only": True}
    asked = post(ollama_server, "/api/chat", body)["_debug_info"]["rendered_template"]
    assert ("[user]Where is it?[assistant]" in asked) == passed_over
    assert ("### Question:\nWhere is it?" in asked) != passed_over
