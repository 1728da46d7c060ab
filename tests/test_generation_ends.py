"""Which tokens end an answer on Ollama's engine."""

from __future__ import annotations

import pytest

from tunespec.templates.generation_ends import END_TOKENS, generation_ends, hidden_tokens
from tunespec.templates.gguf_file import GGUF


def model(*tokens: str, control=(), **ids: int) -> GGUF:
    values = {f"tokenizer.ggml.{name}_token_id": number for name, number in ids.items()}
    types = tuple(3 if token in control else 1 for token in tokens)
    return GGUF({"general.architecture": "llama", **values}, tokens, types)


def test_the_list_has_no_blank_or_empty_text():
    assert len(END_TOKENS) == 22
    assert all(token == token.strip() for token in END_TOKENS)


@pytest.mark.parametrize(
    ("found", "ends"),
    [
        (model("a", "<|im_end|>", "<|my_end|>"), {"<|im_end|>"}),
        (model("a", "<|my_end|>", eos=1), {"<|my_end|>"}),
        (model("a", "b", "c", "d", eos=1, eot=2, eom=3), {"b", "c", "d"}),
        (model("a", "b", eos=9), set()),
        (model("<|end|>", "<|return|>", "<|call|>"), {"<|return|>", "<|call|>"}),
        (model("<|end|>", "<|flush|>", "<|calls|>"), {"<|flush|>", "<|calls|>"}),
        (model("<|end|>", "<|return|>"), {"<|end|>", "<|return|>"}),
        (model("<|end|>", "<|return|>", "<|call|>", eos=0), {"<|return|>", "<|call|>"}),
        (model("</s>", "<|tool_response>"), {"<|tool_response>"}),
        (model("a", "<PAD>", "<|file_sep|>"), {"<PAD>", "<|file_sep|>"}),
        (model("a", "<PAD>", fim_pad=0), {"a"}),
        (GGUF({"tokenizer.ggml.model": "llama"}, ("<unk>", "<s>", "[/S]")), {"[/S]"}),
    ],
)
def test_the_tokens_that_end_generation(found, ends):
    assert generation_ends(found) == ends


@pytest.mark.parametrize(
    ("found", "hidden"),
    [
        (model("a", "<|my_end|>", control={"<|my_end|>"}), {"<|my_end|>"}),
        (model("a", "<|my_end|>"), set()),
        (model("a", "<|im_end|>"), {"<|im_end|>"}),
        (model("<|channel|>", "<|x|>", control={"<|channel|>", "<|x|>"}), {"<|x|>"}),
        (model("<|end|>", "<|return|>", "<|call|>", control={"<|end|>"}), {"<|return|>", "<|call|>"}),
    ],
)
def test_the_tokens_that_no_stop_sequence_can_match(found, hidden):
    assert hidden_tokens(found) == hidden
