"""T003's `tokens_differ` on a real server and a real model, whose tokenizer is made anew from its GGUF file."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import pytest

from tests.conftest import judge_folder, write_jsonl
from tests.live.smollm import smollm
from tests.template_facts import write_files

pytestmark = pytest.mark.live
tokenizers = pytest.importorskip("tokenizers")

JINJA = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TOKENS = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|endoftext|>", "eos_token": "<|im_end|>"}
SETTINGS = '[pitfalls.missing-end-marker]\ntokenizer = "tokenizer.json"\n[inference]\nmax_tokens = 4\n'
QUESTIONS = ("What is the capital of France?", "Wie heißt der 12. Monat?", "print('a')  # ünï 😀\n\n\tx = 1234")

LOST = (
    "the server counts no token before the text, where training begins with `<|endoftext|>`: its model adds none "
    "(in 3 of the 3 prompts compared, first in `1`)"
)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SmolLM2's ``tokenizer.json``: byte-level BPE, each digit by itself; it adds nothing."""
    fields = gguf.GGUFReader(smollm()).fields
    texts, merges = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "merges"))
    kinds = fields["tokenizer.ggml.token_type"].contents()
    pairs = [tuple(merge.split(" ", 1)) for merge in merges]
    made = tokenizers.Tokenizer(tokenizers.models.BPE({text: at for at, text in enumerate(texts)}, pairs))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Sequence(
        [
            tokenizers.pre_tokenizers.Digits(individual_digits=True),
            tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    control = (text for text, kind in zip(texts, kinds, strict=True) if kind == gguf.TokenType.CONTROL)
    made.add_special_tokens([tokenizers.AddedToken(text, special=True, normalized=False) for text in control])
    path = tmp_path_factory.mktemp("smollm") / "tokenizer.json"
    made.save(str(path))
    return path


@pytest.mark.parametrize(
    ("begins", "said"),
    [("", []), ("{{ bos_token }}", [LOST])],
    ids=["without a BOS", "with one that the model file does not add"],
)
def test_a_model_file_that_adds_no_bos(ollama_server, smollm_model, tokenizer, tmp_path, begins, said):
    files = {
        "tunespec.toml": SETTINGS,
        "tokenizer.json": tokenizer.read_bytes(),
        "tokenizer_config.json": json.dumps(TOKENS),
        "chat_template.jinja": begins + JINJA,
    }
    write_files(tmp_path, files)
    rows = [{"id": str(at), "messages": [{"role": "user", "content": text}]} for at, text in enumerate(QUESTIONS, 1)]
    probes = [str(write_jsonl(tmp_path / "probes.jsonl", rows))]
    _, report = judge_folder(tmp_path, model=smollm_model, host=ollama_server.url, probes=probes, select=["T003"])
    found = [one for one in report["findings"] if one["path"] == "probes.jsonl"]
    assert [(one["kind"], one["message"]) for one in found] == [("tokens_differ", text) for text in said]
    examined = {one["kind"]: one["examined"] for one in report["pitfalls"] if one["table"] == "answers"}
    assert examined["tokens_differ"] == len(QUESTIONS)
