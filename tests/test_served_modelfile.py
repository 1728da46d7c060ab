"""T003's `other_modelfile`: a server's model beside the Modelfile that it may have been created from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.answer_sources import LIVE, answered, found, reasons, source_of
from tests.template_facts import sources_of, write_files

KIND = "other_modelfile"
TEMPLATE = "### Question:\n{{ .Prompt }}\n\n### Answer:\n"
MODELFILE = (
    f'FROM ./model.gguf\nTEMPLATE """{TEMPLATE}"""\nPARAMETER stop "### End"\nPARAMETER num_predict 1024\n'
    "PARAMETER num_ctx 4096\n"
)
SERVED = replace(LIVE, template=TEMPLATE, options={"num_predict": 1024, "num_ctx": 4096})


def source(folder, modelfile=MODELFILE, **served):
    files = {"Modelfile": modelfile} if modelfile else {}
    pairs = sources_of(write_files(folder, files)) if files else {}
    template = next(iter(pairs.values()), None)
    return source_of(folder, [answered("Where?", "Rome.")], served=replace(SERVED, **served), template=template)


@pytest.mark.parametrize(
    ("served", "said"),
    [
        ({}, None),
        (
            {"template": "{{ .Prompt }}"},
            "its template has at character 1 `{{ .Prompt }}`, in Modelfile `### Question:⏎{{ .Prompt`",
        ),
        (
            {"template": TEMPLATE + "{{ .Response }}"},
            "its template has at character 42 `{{ .Response }}`, in Modelfile nothing",
        ),
        ({"system": "Be brief."}, "its system message has at character 1 `Be brief.`, in Modelfile nothing"),
        ({"stops": ()}, "its stop sequences are none, in Modelfile `### End`"),
        ({"stops": ("### End", "\n\n")}, "its stop sequences are `### End`, `⏎⏎`, in Modelfile `### End`"),
        ({"options": {"num_predict": 256, "num_ctx": 4096}}, "its `num_predict` is 256, in Modelfile 1,024"),
        (
            {"options": {"num_predict": -1}},
            "its `num_predict` is -1, in Modelfile 1,024; its `num_ctx` is not set, in Modelfile 4,096",
        ),
    ],
)
def test_what_differs_is_named(tmp_path, served, said):
    marks = {} if said is None else {KIND: [(0, said)]}
    assert found(source(tmp_path, **served), KIND) == marks


def test_the_order_of_stop_sequences_says_nothing(tmp_path):
    more = MODELFILE + 'PARAMETER stop "<|user|>"\n'
    assert found(source(tmp_path, more, stops=("<|user|>", "### End")), KIND) == {}


@pytest.mark.parametrize(
    ("base", "is_told"),
    [("llama3.2", False), ("./model.gguf", True)],
    ids=["of the library", "a file"],
)
def test_a_base_model_brings_what_the_modelfile_does_not_say(tmp_path, base, is_told):
    """A GGUF file has no limit and no system message of Ollama's."""
    has = {"system": "Be brief.", "options": {"num_predict": 128}, "stops": ("<|eot_id|>",)}
    marks = found(source(tmp_path, f"FROM {base}\n", **has), KIND)
    said = (
        "its system message has at character 1 `Be brief.`, in Modelfile nothing; "
        "its `num_predict` is 128, in Modelfile not set"
    )
    assert [text for _, text in marks.get(KIND, [])] == [said] * is_told


def test_another_system_message(tmp_path):
    own = MODELFILE + "SYSTEM Be kind.\n"
    assert found(source(tmp_path, own, system="Be kind."), KIND) == {}
    marks = found(source(tmp_path, own, system="Be brief."), KIND)
    assert marks == {KIND: [(0, "its system message has at character 4 `brief.`, in Modelfile `kind.`")]}


def test_a_built_in_renderer_takes_no_template(tmp_path):
    assert found(source(tmp_path, MODELFILE + "RENDERER qwen3-coder\n", template="{{ .Prompt }}"), KIND) == {}


def test_why_nothing_is_compared(tmp_path):
    assert reasons(source(tmp_path, ""), KIND) == {KIND: "no Modelfile is at hand that could be read"}
    other = source(tmp_path, kind="llama.cpp", server="llama.cpp b10970")
    assert reasons(other, KIND) == {KIND: "llama.cpp b10970 creates no model from a Modelfile"}
    recorded = source_of(tmp_path, [answered("Where?", "Rome.")], served=None)
    assert reasons(recorded, KIND) == {KIND: "recorded outputs do not say how their model was created"}
