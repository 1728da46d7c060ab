"""The table ``files``: what a template pair's files say that the server does not take, kind by kind."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.chat_templates import CORPORA, real_templates
from tests.template_facts import marked, sources_of, write_files
from tests.test_gguf_file import model
from tunespec.config import Config
from tunespec.errors import CannotJudgeError
from tunespec.subjects import DataFile, TemplatePair
from tunespec.tables import Table
from tunespec.templates import auto_template
from tunespec.templates.artefacts import artefact
from tunespec.templates.file_facts import file_facts
from tunespec.templates.plain import PlainTemplate
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource
from tunespec.templates.tables import TABLES, build

FORMATS = {
    "Modelfile": "modelfile",
    "chat_template.jinja": "jinja",
    "tokenizer_config.json": "tokenizer",
    "request.json": "request",
    "model.gguf": "gguf",
}
PLAIN = PlainTemplate(user="Q: {content}", assistant=" A: {content} ### End")
CHATML = (
    "{% for message in messages %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
HOSTILE = "{{ messages }}\n{{ cycler.__init__.__globals__ }}\n{% include 'x' %}"
HI = [{"role": "user", "content": "Hi"}]
needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")


def table(folder: Path, files: Mapping[str, bytes | str], plain: PlainTemplate | None = None) -> Table:
    """The table of a pair of these files."""
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    data = tuple(DataFile(folder / name, name, None, FORMATS[name]) for name in files)
    return build("files", [], TemplateSource(TemplatePair("pair", data, plain), Config(root=folder)))[0]


def marks(found: Table) -> list[tuple[str, int | None]]:
    """Each finding's kind and line."""
    return sorted((fact, found.places[row].line) for fact, own in found.facts.items() for row in own)


def texts(found: Table) -> list[str]:
    return [mark.text for own in found.facts.values() for mark in own.values()]


def modelfile(folder: Path, text: str, base: str = "./m.gguf") -> Table:
    """A Modelfile of a base and these lines, which begin in line 2."""
    return table(folder, {"Modelfile": f"FROM {base}\n{text}"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PARAMETER max_tokens 3", [("refused_by_server", 2)]),
        ("PARAMETER num_ctx 4096 # long", [("refused_by_server", 2)]),
        ("SYSTEM a\nb c", [("refused_by_server", 3)]),
        ('SYSTEM """a', [("refused_by_server", 2)]),
        ("ADAPTER ./a.gguf # mine", [("refused_by_server", 2)]),
        ('TEMPLATE """a\n{{ if }}"""', [("refused_by_server", 3)]),
        ("TEMPLATE a\\nb", [("altered_template", 2)]),
        ('TEMPLATE """a\r\nb"""', [("altered_template", 2)]),
        ("TEMPLATE Q:\u00a0{{ .Prompt }}", [("altered_template", 2)]),
        ("TEMPLATE {{ .Prompt }} # raw", [("altered_template", 2)]),
        ("SYSTEM a.\\nB\nMESSAGE user c # d", [("altered_text", 2), ("altered_text", 3)]),
        ("SYSTEM \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", [("altered_text", 2)]),
        ('TEMPLATE """\na"""', [("newline_around_template", 2)]),
        ('SYSTEM """a""" # b\nPARAMETER seed 1\nTEMPLATE """c"""', [("swallowed_instruction", n) for n in (3, 4)]),
        ('SYSTEM """a""" # b\nc"""', [("swallowed_instruction", 2)]),
        ("SYSTEM a\nSYSTEM b", [("replaced_instruction", 3)]),
        ("PARAMETER seed 1\nPARAMETER seed 2", [("replaced_instruction", 3)]),
        ("RENDERER qwen3-coder\nTEMPLATE a", [("replaced_instruction", 3)]),
        ("PARAMETER mirostat 2\nPARAMETER system a", [("odd_parameter", 2), ("odd_parameter", 3)]),
        ("PARAMETER stop \\n", [("altered_stop", 2)]),
        ("PARAMETER stop '</s>'", [("altered_stop", 2)]),
        ('PARAMETER stop ["</s>"]', [("altered_stop", 2)]),
        ('PARAMETER stop "User:", "Bot:"', [("altered_stop", 2)]),
        ("PARAMETER stop <|a|>, <|b|>", [("altered_stop", 2)]),
        ("PARAMETER stop </s> # end", [("altered_stop", 2)]),
        ("PARAMETER stop ###\u00a0End", [("altered_stop", 2)]),
        ("PARAMETER stop a\nPARAMETER stop a", [("repeated_stop", 3)]),
    ],
)
def test_each_kind_of_a_modelfile(tmp_path, text, found):
    assert marks(modelfile(tmp_path, text)) == found


@pytest.mark.parametrize(
    "text",
    [
        'SYSTEM """\nBe kind.\n"""\nPARAMETER stop "### End"\nPARAMETER stop "\n### "\nPARAMETER stop User: ',
        'SYSTEM ""\nPARAMETER stop ""',  # of a file nothing is inherited; the table `stops` has empty ones
        "SYSTEM a\nSYSTEM a\nPARAMETER seed 1\nPARAMETER seed 1",
        "SYSTEM Be\u200b kind, \U0001f469\u200d\U0001f4bb.\nTEMPLATE \ufeff{{ .Prompt }}",
        "LICENSE MIT # \\n \u00a0",
        "RENDERER qwen3-coder\nTEMPLATE {{ .Prompt }}",
        'TEMPLATE """{{ .Prompt }}{"a": "{\\"b\\": 1}"}"""',
    ],
)
def test_what_does_no_harm_is_not_found(tmp_path, text):
    assert marks(modelfile(tmp_path, text)) == []


def test_an_empty_system_message_keeps_that_of_the_base_model(tmp_path):
    found = modelfile(tmp_path, 'SYSTEM ""', base="mistral:7b")
    assert (marks(found), texts(found)) == ([("empty_value", 2)], ["SYSTEM is empty: that of `mistral:7b` stays"])


def test_a_value_that_is_not_closed_says_where_it_begins(tmp_path):
    found = modelfile(tmp_path, 'SYSTEM """a\nPARAMETER seed 1\nTEMPLATE """c"""')
    why = "belongs to SYSTEM, whose quotes of line 2 are not closed before"
    assert sorted(texts(found)) == [f"`PARAMETER seed 1` {why}", f'`TEMPLATE """c"""` {why}']


def test_a_swallowed_instruction_says_what_keeps_the_value_open(tmp_path):
    found = modelfile(tmp_path, 'SYSTEM """a""" # b\nPARAMETER seed 1\nTEMPLATE """c"""')
    why = "which `# b` in line 2 keeps open"
    assert sorted(texts(found)) == [
        f"`PARAMETER seed 1` belongs to SYSTEM, {why}",
        f'`TEMPLATE """c"""` belongs to SYSTEM, {why}',
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"model": "m", "messages": HI, "system": "a", "options": {}}, "ignored_text"),
        ({"model": "m", "prompt": "a", "messages": HI, "options": {}}, "ignored_text"),
        ({"model": "m", "prompt": "a", "sufix": "b", "options": {}}, "ignored_text"),
        ({"model": "m", "messages": HI, "temperature": 0, "options": {}}, "ignored_key"),
        ({"model": "m", "messages": HI, "options": {"repetition_penalty": 1.1}}, "ignored_key"),
        ({"model": "m", "messages": HI, "tool_choice": "auto", "max_tokens": 3}, "ignored_key"),
        ({"model": "m", "messages": HI, "options": {"temperature": "0"}}, "refused_by_server"),
        ({"model": "m", "prompt": "a", "raw": True, "system": "b"}, "refused_by_server"),
        ({"model": "m", "messages": HI, "options": {"stop": "### End"}}, "unread_stop"),
        ({"model": "m", "messages": HI, "stop": ["a"], "options": {}}, "unread_stop"),
        ({"options": {"stop_sequences": ["a"]}}, "unread_stop"),
        ({"model": "m", "messages": HI, "num_predict": 3, "options": {"max_tokens": 3}}, None),  # unlimited output
        ({"model": "m", "messages": HI, "options": {"stop": []}}, None),  # the table `stops` says what is lost
        ({"model": "m", "messages": HI, "system": "", "tools": [], "raw": False, "options": {}}, None),
    ],
)
def test_each_kind_of_a_request(tmp_path, body, found):
    assert [fact for fact, _ in marks(table(tmp_path, {"request.json": json.dumps(body)}))] == [found] * bool(found)


def test_a_request_says_the_line_and_what_was_meant(tmp_path):
    body = json.dumps({"model": "m", "messages": HI, "temperature": 0, "options": {}}, indent=1)
    found = table(tmp_path, {"request.json": body})
    assert marks(found) == [("ignored_key", 9)]
    assert texts(found)[0].endswith("not in it: the server ignores it; meant is `options.temperature`")


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("chat_template.jinja", "a\n{% if messages %}\n{% end %}", 3),
        ("chat_template.jinja", b"\xff", None),
        ("tokenizer_config.json", "{", None),
        ("tokenizer_config.json", json.dumps({"tokenizer_class": "A", "chat_template": "{% if %}"}, indent=1), 3),
        ("model.gguf", b"GGUF", None),
        ("request.json", "[]", None),
    ],
)
def test_what_cannot_be_read_is_found_with_its_line(tmp_path, name, content, line):
    assert marks(table(tmp_path, {name: content})) == [("unreadable_file", line)]


def test_a_hostile_template_is_found_with_its_lines(tmp_path):
    found = table(tmp_path, {"chat_template.jinja": HOSTILE})
    assert marks(found) == [("hostile_template", 2), ("hostile_template", 3)]
    assert texts(found)[0] == (
        "the template reads Python's internals (`__globals__`) and reads Python's internals (`__init__`)"
    )


def test_the_lines_of_a_template_by_another_name(tmp_path):
    (tmp_path / "chat.j2").write_text(HOSTILE, encoding="utf-8", newline="\n")
    data = (DataFile(tmp_path / "chat.j2", "chat.j2", None, "jinja"),)
    source = TemplateSource(TemplatePair("pair", data), Config(root=tmp_path))
    assert marks(build("files", [], source)[0]) == [("hostile_template", 2), ("hostile_template", 3)]


def test_more_marks_than_examined_rows_are_refused():
    rows = Rows(frozenset({"ignored_key"}))
    for key in ("a", "b"):
        rows.mark("ignored_key", rows.add("r.json", None, key), "ignored")
    rows.examine("ignored_key")
    with pytest.raises(ValueError, match="ignored_key: rows marked: 2, examined: 1"):
        rows.found()


def test_every_row_that_is_marked_was_examined(tmp_path):
    body = {"model": "m", "messages": HI, "temperature": 0, "top_k": 1, "min_p": 0, "options": {}}
    found = table(tmp_path, {"request.json": json.dumps(body), "chat_template.jinja": HOSTILE})
    assert (len(found.facts["ignored_key"]), found.examined["ignored_key"]) == (3, 4)
    assert (len(found.facts["hostile_template"]), found.examined["hostile_template"]) == (2, 3)


def test_in_json_the_template_s_own_line_is_said(tmp_path):
    content = json.dumps({"tokenizer_class": "A", "chat_template": HOSTILE}, indent=1)
    found = table(tmp_path, {"tokenizer_config.json": content})
    assert set(marks(found)) == {("hostile_template", 3)}
    assert all("(line " in text for text in texts(found))


def test_the_template_of_a_model_file_is_looked_at_beside_the_tokenizer_s(tmp_path):
    content = model().replace(b"{{ messages }}", b"{{ x.__y__ }} ")
    found = table(tmp_path, {"model.gguf": content, "chat_template.jinja": CHATML})
    assert marks(found) == [("hostile_template", None)]


def test_the_template_of_a_model_file_is_the_training_template_where_there_is_no_other(tmp_path):
    (tmp_path / "model.gguf").write_bytes(model())
    data = (DataFile(tmp_path / "model.gguf", "model.gguf", None, "gguf"),)
    source = TemplateSource(TemplatePair("pair", data), Config(root=tmp_path))
    assert source.training is not None
    assert source.training.template.source == "{{ messages }}"


def test_no_template_beside_a_plain_one_is_found(tmp_path):
    files = {"Modelfile": "FROM ./m.gguf\n"}
    assert marks(table(tmp_path, files, PLAIN)) == [("substituted_template", 1)]
    raw = {"request.json": json.dumps({"model": "m", "prompt": "Q: a A:", "raw": True})}
    assert marks(table(tmp_path, {**files, **raw}, PLAIN)) == []
    library = table(tmp_path, {"Modelfile": "FROM mistral\n"}, PLAIN)
    assert library.reasons["substituted_template"] == "the base model brings its template"


@pytest.fixture
def stock(tmp_path):
    """A checkout's stock templates, with one that is no ChatML under ChatML's Jinja text."""
    pytest.importorskip("rapidfuzz")
    pytest.importorskip("ggufdoctor")


def test_a_stock_template_that_writes_another_form_is_found(tmp_path, stock):
    changed = CHATML.replace("message['role'] + '\n'", "message['role'] + ': '")
    found = table(tmp_path, {"Modelfile": "FROM ./m.gguf\n", "chat_template.jinja": changed})
    assert marks(found) == [("substituted_template", 1)]
    assert "stock template `chatml`" in texts(found)[0]
    assert "a question differently" in texts(found)[0]
    same = table(tmp_path, {"Modelfile": "FROM ./m.gguf\n", "chat_template.jinja": CHATML + "{# ours #}"})
    assert (marks(same), same.examined["substituted_template"]) == ([], 1)


def test_without_the_stock_templates_the_reason_is_said(tmp_path, monkeypatch):
    def absent(*_: Any) -> None:
        raise auto_template.StockTemplatesError(auto_template.MISSING)

    monkeypatch.setattr("tunespec.templates.auto_template.substituted", absent)
    found = table(tmp_path, {"Modelfile": "FROM ./m.gguf\n", "chat_template.jinja": CHATML})
    assert "ollama-templates" in found.reasons["substituted_template"]


def test_a_line_break_around_the_template_counts_only_where_nothing_compares_it(tmp_path):
    files = {"Modelfile": 'FROM ./m.gguf\nTEMPLATE """\nQ: {{ .Prompt }} A:"""'}
    assert marks(table(tmp_path, files)) == [("newline_around_template", 2)]
    assert marks(table(tmp_path, files, PLAIN)) == []


def test_every_fact_is_examined_or_says_why_not(tmp_path):
    for files in ({}, {"Modelfile": "FROM a"}, {"request.json": "{"}, {"chat_template.jinja": "{{ messages }}"}):
        found = table(tmp_path, files)
        assert all(bool(count) != (fact in found.reasons) for fact, count in found.examined.items())


@needs_corpora
def test_real_templates_try_nothing_and_can_be_read(tmp_path):
    for name, text in real_templates().items():
        path = tmp_path / "chat_template.jinja"
        path.write_text(text, encoding="utf-8", newline="\n")
        pair = TemplatePair("pair", (DataFile(path, path.name, None, "jinja"),))
        rows = Rows(TABLES["files"].facts)
        file_facts(TemplateSource(pair, Config(root=tmp_path)), rows)  # without describing: that renders
        assert not any(fact.marks for fact in rows.found()), name


@needs_corpora
@pytest.mark.parametrize(
    "path", sorted((CORPORA / "modelfiles").glob("[!.]*/*Modelfile")), ids=lambda path: path.parent.name
)
def test_real_modelfiles_are_taken_as_they_are_written(tmp_path, path):
    assert marks(table(tmp_path, {"Modelfile": path.read_bytes()})) == []


PIECES = [
    *(
        "FROM a\n",
        "FROM ./m.gguf",
        "TEMPLATE ",
        "SYSTEM ",
        "PARAMETER stop ",
        "PARAMETER ",
        "num_ctx 1",
        '"""',
        '"',
        "#",
    ),
    *("\n", "\r\n", " ", "\\n", "\u00a0", "\u200b", "{{ .Prompt }}", "{{", "MESSAGE user a", "RENDERER a\n", "[']"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from("model messages prompt options stop system role content name chat_template tools".split())
            | st.sampled_from(
                "template tokenizer_class eos_token added_tokens_decoder num_predict temperature".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
BYTES = st.binary(max_size=80)
CONTENT = {
    "Modelfile": BYTES
    | st.lists(st.sampled_from(PIECES), max_size=20).map(lambda p: ("FROM a\n" + "".join(p)).encode()),
    "chat_template.jinja": BYTES | st.text(st.sampled_from("{%}- abif.[]'|_\n"), max_size=40).map(str.encode),
    "tokenizer_config.json": BYTES | JSON.map(lambda value: json.dumps(value).encode()),
    "request.json": BYTES | JSON.map(lambda value: json.dumps(value).encode()),
    "model.gguf": BYTES.map(lambda tail: b"GGUF" + tail) | st.integers(0, 400).map(lambda end: model()[:end]),
}


@given(st.fixed_dictionaries({}, optional=CONTENT))
@example({"request.json": b'{"model": "m", "messages": [{"role": 1}], "options": {"stop": {}}}'})
@example({"tokenizer_config.json": b'{"added_tokens_decoder": [], "eos_token": {"content": 3}}'})
@settings(max_examples=150)
def test_any_bytes_give_rows_or_a_refusal(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
            artefact(Path(folder) / name)
        try:
            found = table(Path(folder), files)
        except CannotJudgeError:
            return
        assert all(place.line is None or place.line >= 1 for place in found.places)
        assert all(mark.text for own in found.facts.values() for mark in own.values())
        assert all(len(own) <= found.examined[fact] for fact, own in found.facts.items())


CHAT = "{% for m in messages %}### {{ m['role'] }}\n{{ m['content'] }}\n### End\n{% endfor %}"
CHAT += "{% if add_generation_prompt %}### assistant\n{% endif %}"
CHAT_GO = "{{ range .Messages }}### {{ .Role }}\n{{ .Content }}\n### End\n{{ end }}### assistant\n"


@pytest.mark.parametrize(
    ("template", "stop", "of_files", "of_renders", "of_stops"),
    [
        (CHAT_GO, '"### End"', set(), set(), set()),
        (CHAT_GO.replace("\n", "\r\n"), '"### End"', {"altered_template"}, set(), set()),
        (CHAT_GO.replace("\n", "\\n", 1), '"### End"', {"altered_template"}, set(), set()),
        ("a" + CHAT_GO.replace("\n", "\r\n"), '"### End"', {"altered_template"}, {"turn_header_differs"}, set()),
        (CHAT_GO, '"### End\\n"', {"altered_stop"}, set(), set()),
        (CHAT_GO, "= '### End'", {"altered_stop"}, set(), set()),
        (CHAT_GO, '["### End", "### user"]', {"altered_stop"}, set(), set()),
        (CHAT_GO, '"### Stop\\n"', {"altered_stop"}, set(), {"unstopped_turn_end"}),
    ],
)
def test_a_trap_has_one_owner(tmp_path, template, stop, of_files, of_renders, of_stops):
    modelfile = f'FROM ./m.gguf\nTEMPLATE """{template}"""\nPARAMETER stop {stop}\n'
    (source,) = sources_of(write_files(tmp_path, {"Modelfile": modelfile, "chat_template.jinja": CHAT})).values()
    assert set(marked(source, "files")) == of_files
    assert set(marked(source, "renders")) == of_renders
    assert set(marked(source, "stops")) - {"unreachable_stop"} == of_stops
