"""A tokenizer.json's tokens: those that were added, and whether there is one of a certain text."""

from __future__ import annotations

import json
import time

import pytest

from tests.template_facts import marked, sources_of, write_files
from tunespec.templates.training_side import files_beside, read_training_template
from tunespec.templates.vocabulary import read_vocabulary

JINJA = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
GO = "{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
MODELFILE = f'FROM ./m.gguf\nTEMPLATE """{GO}"""\n'
CONFIG = {"tokenizer_class": "X", "model_max_length": 9, "eos_token": "</s>", "bos_token": "<s>"}


def added(*tokens: str, special: bool = True) -> list[dict[str, object]]:
    return [{"id": number, "content": token, "special": special} for number, token in enumerate(tokens)]


def document(tokens=(), vocab: object = None, **more: object) -> dict[str, object]:
    return {"version": "1.0", "added_tokens": list(tokens), **more, "model": {"type": "BPE", "vocab": vocab or {}}}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_token_is_added_or_in_the_vocabulary(tmp_path, indent, ascii_only):
    entries = [*added("<|a|>"), *added("<b>", special=False)]
    vocab = {"<c>": 0, "é": 1, 'q"': 2, "\\": 3}
    text = json.dumps(document(entries, vocab), indent=indent, ensure_ascii=ascii_only)
    (tmp_path / "tokenizer.json").write_text(text, encoding="utf-8")
    vocabulary = read_vocabulary(tmp_path / "tokenizer.json")
    assert vocabulary is not None
    assert vocabulary.added == (("<|a|>", True), ("<b>", False))
    assert [token for token in ("<|a|>", "<b>", *vocab) if not vocabulary.holds(token)] == []
    assert [token for token in ("<d>", "c", "<c", "q", "") if vocabulary.holds(token)] == []


def test_a_vocabulary_of_pieces_with_scores(tmp_path):
    (tmp_path / "tokenizer.json").write_text(json.dumps(document(vocab=[["<unk>", 0.0], ["▁a", -3.2]])))
    vocabulary = read_vocabulary(tmp_path / "tokenizer.json")
    assert vocabulary is not None
    assert [vocabulary.holds(token) for token in ("<unk>", "▁a", "▁b")] == [True, True, False]


@pytest.mark.parametrize("content", ["", "{}", "[1", '{"added_tokens": [{', '{"added_tokens": [}, "model": {}}'])
def test_what_is_no_tokenizer_has_no_vocabulary(tmp_path, content):
    (tmp_path / "tokenizer.json").write_text(content)
    assert read_vocabulary(tmp_path / "tokenizer.json") is None
    assert read_vocabulary(tmp_path / "none.json") is None


def test_a_large_file_is_read_quickly(tmp_path):
    vocab = {f"piece{number}": number for number in range(400_000)}
    merges = [f"piece{number} piece{number + 1}" for number in range(400_000)]
    (tmp_path / "tokenizer.json").write_text(json.dumps(document(added("<a>"), vocab, merges=merges)))
    began = time.perf_counter()
    vocabulary = read_vocabulary(tmp_path / "tokenizer.json")
    assert vocabulary is not None
    assert not vocabulary.holds("<b>")
    assert time.perf_counter() - began < 2


def test_its_tokens_count_beside_those_of_the_configuration(tmp_path):
    listed = {"0": {"content": "<c>", "special": True}}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({**CONFIG, "added_tokens_decoder": listed}))
    vocab = document([*added("<a>"), *added("<b>", special=False)])
    (tmp_path / "tokenizer.json").write_text(json.dumps(vocab))
    read = read_training_template(tmp_path / "tokenizer_config.json")
    assert (read.added_tokens, read.special_tokens) == (("<a>", "<b>", "<c>"), ("</s>", "<a>", "<c>", "<s>"))
    assert files_beside(tmp_path / "tokenizer_config.json") == [tmp_path / "tokenizer.json"]


@pytest.mark.parametrize(
    ("vocab", "kinds"),
    [
        (document(added("<|im_start|>", "<|im_end|>")), set()),  # the engine ends at it
        (document(vocab={"<|im_end|>": 7}), set()),
        (document(vocab={"<s>": 0}), {"unstopped_turn_end"}),
        (None, set()),  # nothing lists tokens
    ],
)
def test_it_says_for_sure_whether_the_turn_end_is_a_token(tmp_path, vocab, kinds):
    files = {"tokenizer_config.json": json.dumps(CONFIG), "chat_template.jinja": JINJA, "Modelfile": MODELFILE}
    if vocab is not None:
        files["tokenizer.json"] = json.dumps(vocab)
    (source,) = sources_of(write_files(tmp_path, files)).values()
    assert set(marked(source)) == kinds


def test_a_token_of_no_known_family_is_known_as_special(tmp_path):
    odd = (JINJA.replace("<|im_end|>", "<end_here>"), MODELFILE.replace("<|im_end|>", "<end_here>"))
    files = {"tokenizer_config.json": json.dumps(CONFIG), "chat_template.jinja": odd[0], "Modelfile": odd[1]}
    files["tokenizer.json"] = json.dumps(document(added("<end_here>")))
    (source,) = sources_of(write_files(tmp_path, files)).values()
    assert "endless_token" in marked(source)
