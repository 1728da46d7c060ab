"""Tokenizer files are read as transformers reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.chat_templates import CORPORA
from tunespec.errors import CannotJudgeError
from tunespec.templates.gguf_template import gguf_training_template
from tunespec.templates.training_side import is_tokenizer_config, read_training_template

HELLO = [{"role": "user", "content": "Hello"}]
CHATML = "{% for m in messages %}<|im_start|>{{ m.content }}{% endfor %}"
needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")


def write(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), encoding="utf-8")
    return path


@needs_corpora
@pytest.mark.parametrize(
    ("name", "tokens", "special", "adds_bos", "line"),
    [
        ("NSLLM/tokenizer_config.json", {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}, 14, False, 230),
        (
            "Mistral-v0.2-Translator-bf16/tokenizer_config.json",
            {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "</s>"},
            3,
            True,
            32,
        ),
        (
            "torchtune/tokenizer_config_gemma.json",
            {"bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>"},
            6,
            True,
            2003,
        ),
    ],
)
def test_real_configurations(name: str, tokens: dict[str, str], special: int, adds_bos: bool, line: int):
    path = CORPORA / "tokenizer_configs" / name
    read = read_training_template(path)
    assert dict(read.tokens) == tokens
    assert len(read.special_tokens) == special
    assert read.adds_bos is adds_bos
    assert [(source.name, source.path, source.line) for source in read.sources] == [("default", path, line)]


@needs_corpora
def test_what_is_recognised_among_all_json_files():
    found = set()
    for path in CORPORA.rglob("*.json"):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if is_tokenizer_config(data):
            found.add(path.relative_to(CORPORA).as_posix())
    expected = {path.relative_to(CORPORA).as_posix() for path in CORPORA.glob("tokenizer_configs/*/tokenizer_config*")}
    expected |= {path.relative_to(CORPORA).as_posix() for path in CORPORA.glob("chat_templates/mistral.rs/*.json")}
    assert found == expected


@needs_corpora
def test_mistral_rs_files_hold_tokens_as_added_tokens():
    read = read_training_template(CORPORA / "chat_templates" / "mistral.rs" / "vicuna.json")
    assert dict(read.tokens) == {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}


def test_the_template_is_rendered_with_the_tokens(tmp_path: Path):
    config = {
        "tokenizer_class": "X",
        "bos_token": {"content": "<s>", "lstrip": False},
        "eos_token": "</s>",
        "pad_token": None,
        "cls_token": "[C]",
        "chat_template": "{{ bos_token }}{{ pad_token is defined }}{{ cls_token }}",
    }
    read = read_training_template(write(tmp_path, "tokenizer_config.json", config))
    source = read.chosen()
    assert source is not None
    assert read.template(source).render(HELLO).text == "<s>False[C]"


def test_named_templates_and_the_one_for_tools(tmp_path: Path):
    named = [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "b"}]
    path = write(tmp_path, "tokenizer_config.json", {"chat_template": named})
    read = read_training_template(path)
    assert [(source.name, source.source, source.line) for source in read.sources] == [
        ("default", "a", 5),
        ("tool_use", "b", 9),
    ]
    for tools, text in ((False, "a"), (True, "b")):
        chosen = read.chosen(tools=tools)
        assert chosen is not None
        assert chosen.source == text


def test_files_come_before_the_configuration(tmp_path: Path):
    path = write(tmp_path, "tokenizer_config.json", {"bos_token": "<s>", "chat_template": "{{ old }}"})
    jinja = write(tmp_path, "chat_template.jinja", "new")
    write(tmp_path, "additional_chat_templates/rag.jinja", "for rag")
    assert [(s.name, s.source, s.path.name) for s in read_training_template(path).sources] == [
        ("default", "new", "chat_template.jinja"),
        ("rag", "for rag", "rag.jinja"),
    ]
    beside = read_training_template(jinja)
    assert beside.token("bos_token") == "<s>"
    assert [source.source for source in beside.sources] == ["new"]
    rag = read_training_template(tmp_path / "additional_chat_templates" / "rag.jinja")
    assert rag.token("bos_token") == "<s>"
    assert rag.chosen() == rag.sources[0]


def test_a_map_of_special_tokens_counts_only_before_old_configurations(tmp_path: Path):
    write(tmp_path, "special_tokens_map.json", {"eos_token": {"content": "<map>"}})
    old = write(tmp_path, "tokenizer_config.json", {"chat_template": CHATML, "eos_token": "<config>"})
    assert read_training_template(old).token("eos_token") == "<map>"
    new = write(tmp_path, "tokenizer_config.json", {"added_tokens_decoder": {}, "eos_token": "<config>"})
    assert read_training_template(new).token("eos_token") == "<config>"


def test_the_processors_file_takes_its_tokens_from_beside(tmp_path: Path):
    path = write(tmp_path, "chat_template.json", {"chat_template": CHATML})
    write(tmp_path, "tokenizer_config.json", {"tokenizer_class": "X", "eos_token": "</s>", "add_eos_token": True})
    read = read_training_template(path)
    assert (read.token("eos_token"), read.adds_bos) == ("</s>", None)
    assert [source.line for source in read.sources] == [2]


def test_a_tokenizer_without_a_template(tmp_path: Path):
    read = read_training_template(write(tmp_path, "tokenizer_config.json", {"tokenizer_class": "X", "eos_token": "e"}))
    assert read.sources == ()
    assert read.chosen() is None


def test_special_tokens_are_named_listed_or_marked(tmp_path: Path):
    config = {
        "added_tokens_decoder": {"0": {"content": "<a>", "special": True}, "1": {"content": "<b>", "special": False}},
        "additional_special_tokens": ["<c>", {"content": "<d>"}],
        "extra_special_tokens": {"image_token": "<e>"},
        "eos_token": "<f>",
    }
    read = read_training_template(write(tmp_path, "tokenizer_config.json", config))
    assert read.special_tokens == ("<a>", "<c>", "<d>", "<e>", "<f>")


def test_line_ends_of_a_template_file_are_normal(tmp_path: Path):
    path = tmp_path / "chat_template.jinja"
    path.write_bytes(b"a\r\nb")
    assert read_training_template(path).sources[0].source == "a\nb"


def test_from_a_gguf_file():
    tokens = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": ""}
    read = gguf_training_template(Path("m.gguf"), {"default": CHATML, "tool_use": "b"}, tokens, ["<|im_start|>"])
    assert read.tokens == (("bos_token", "<s>"), ("eos_token", "</s>"))
    assert read.special_tokens == ("</s>", "<s>", "<|im_start|>")
    assert [(source.name, source.line) for source in read.sources] == [("default", None), ("tool_use", None)]


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        ({"chat_template": CHATML}, True),
        ({"chat_template": [{"name": "default", "template": "a"}]}, True),
        ({"added_tokens_decoder": {}}, True),
        ({"tokenizer_class": "X", "model_max_length": 10}, True),
        ({"chat_template": "chatml", "base_model": "x"}, False),  # a training configuration names one
        ({"eos_token": "</s>", "bos_token": "<s>"}, False),  # a special_tokens_map.json
        ({"tokenizer_class": "X", "architectures": ["Y"], "eos_token_id": 2}, False),  # a model's configuration
        ({"messages": []}, False),
        ([], False),
        (None, False),
    ],
)
def test_recognition_by_content(data: Any, is_one: bool):
    assert is_tokenizer_config(data) is is_one


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "no valid JSON"),
        ("[]", "a JSON object was expected"),
        ('{"a": 1}', "no tokenizer configuration"),
        ('{"chat_template": [{"name": "a"}]}', "without a name or a text"),
        ('{"chat_template": 5, "added_tokens_decoder": {}}', "is no text and no list"),
        ("[" * 100_000, "no valid JSON"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: str, says: str):
    with pytest.raises(CannotJudgeError, match=says):
        read_training_template(write(tmp_path, "tokenizer_config.json", content))


@pytest.mark.parametrize("name", ["template.j2", "template.jinja2", "TEMPLATE.JINJA"])
def test_a_template_file_by_any_of_its_names(tmp_path: Path, name: str):
    read = read_training_template(write(tmp_path, name, CHATML))
    assert [(source.name, source.source, source.line) for source in read.sources] == [(Path(name).stem, CHATML, 1)]


def test_a_byte_order_mark_is_refused_as_transformers_does(tmp_path: Path):
    path = tmp_path / "tokenizer_config.json"
    path.write_bytes(b'\xef\xbb\xbf{"chat_template": "{{ a }}", "eos_token": "</s>"}')
    with pytest.raises(CannotJudgeError, match="refuses its byte order mark: save it as UTF-8 without one"):
        read_training_template(path)


def test_a_byte_order_mark_is_part_of_a_template(tmp_path: Path):
    path = tmp_path / "chat_template.jinja"
    path.write_bytes(b"\xef\xbb\xbf{{ a }}")
    assert read_training_template(path).sources[0].source == "\ufeff{{ a }}"


def test_a_file_that_is_no_text(tmp_path: Path):
    path = tmp_path / "chat_template.jinja"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CannotJudgeError, match="cannot be read"):
        read_training_template(path)
