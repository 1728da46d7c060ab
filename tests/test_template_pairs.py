"""Verdicts on real pairs: published chat templates beside the Go template that Ollama ships for their family.

``templates.jsonl`` are Ollama's own pairs: for a model with that chat template, `ollama create` takes that Go template.
Every finding was read by hand, and its kind is the one that a person would name.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chat_templates import CORPORA, real_templates
from tests.template_facts import marked, sources_of, write_files

GO = CORPORA / "chat_templates" / "ollama"
MODELFILES = CORPORA / "modelfiles"
REAL = real_templates()
pytestmark = pytest.mark.skipif(not REAL, reason="no corpora beside the repository (../shared/corpora)")

EQUAL: set[str] = set()
TRIMS = {"trimmed_content"}  # Llama 3's, Gemma's and others trim contents; Go's templates cannot
DEFAULT = {"system_injected"}  # a default system prompt of the chat template
PREAMBLE = {"system_injected", "date_differs"}  # a preamble with the day before every system prompt
SPACES = {"whitespace_differs"}
DROPPED = {"system_lost"}  # the chat template has no system messages, and does not say so
LLAMA2 = {"system_injected", "history_differs", "trimmed_content"}  # an empty <<SYS>> block in each turn without one

PAIRS = [
    # What Ollama substitutes.
    ("templates.jsonl:1 chatml", "chatml", {"turn_header_differs"}),  # a system message without its header
    ("templates.jsonl:2 chatml", "chatml", EQUAL),
    ("templates.jsonl:3 zephyr", "zephyr", EQUAL),
    ("templates.jsonl:4 chatml", "chatml", EQUAL),
    ("templates.jsonl:5 openchat", "openchat", EQUAL),
    ("templates.jsonl:6 chatml", "chatml", EQUAL),
    ("templates.jsonl:7 chatml", "chatml", EQUAL),
    ("templates.jsonl:8 chatml", "chatml", DEFAULT),
    ("templates.jsonl:9 chatml", "chatml", DEFAULT),
    # No end after a question: before an answer, or where it is asked for.
    ("templates.jsonl:10 zephyr", "zephyr", {*DROPPED, "generation_prompt_differs", "turn_header_differs"}),
    ("templates.jsonl:11 mistral-instruct", "mistral-instruct", SPACES),
    ("templates.jsonl:12 starcoder2-instruct", "starcoder2-instruct", DEFAULT),
    ("templates.jsonl:13 llama2-chat", "llama2-chat", LLAMA2),
    ("templates.jsonl:14 codellama-70b-instruct", "codellama-70b-instruct", TRIMS),
    ("templates.jsonl:15 mistral-instruct", "mistral-instruct", SPACES),
    ("templates.jsonl:16 chatml", "chatml", EQUAL),
    ("templates.jsonl:17 chatml", "chatml", EQUAL),
    ("templates.jsonl:18 chatml", "chatml", DEFAULT),
    ("templates.jsonl:19 chatml", "chatml", {*DEFAULT, *TRIMS}),
    # Another end of earlier answers (`<|EOT|>`), line breaks, and a default system prompt.
    ("templates.jsonl:20 alpaca", "alpaca", {*DEFAULT, *SPACES, "history_differs"}),
    ("templates.jsonl:21 chatqa", "chatqa", {"turn_header_differs", "history_differs"}),  # `System:`, and no `</s>`
    ("templates.jsonl:22 gemma-instruct", "gemma-instruct", TRIMS),
    ("templates.jsonl:23 llama3-instruct", "llama3-instruct", TRIMS),
    ("templates.jsonl:24 granite-instruct", "granite-instruct", EQUAL),
    ("templates.jsonl:25 magicoder", "magicoder", DEFAULT),
    ("templates.jsonl:26 alfred", "alfred", TRIMS),
    ("templates.jsonl:27 llama2-chat", "llama2-chat", LLAMA2),
    ("templates.jsonl:28 phi-3", "phi-3", DROPPED),
    ("templates.jsonl:29 phi-3", "phi-3", DROPPED),
    ("templates.jsonl:30 phi-3", "phi-3", EQUAL),
    ("templates.jsonl:31 chatqa", "chatqa", {*DEFAULT, *DROPPED}),  # always its own system prompt
    ("templates.jsonl:32 falcon-instruct", "falcon-instruct", SPACES),
    ("templates.jsonl:33 falcon-instruct", "falcon-instruct", SPACES),
    ("templates.jsonl:34 solar-instruct", "solar-instruct", {"history_differs"}),  # an end after earlier answers
    ("templates.jsonl:35 chatml", "chatml", DEFAULT),
    # The same family, from other hands.
    ("mistral.rs/chatml.json", "chatml", EQUAL),
    ("mistral.rs/llama2.json", "llama2-chat", LLAMA2),
    ("mistral.rs/llama3.json", "llama3-instruct", TRIMS),
    ("mistral.rs/mistral.json", "mistral-instruct", SPACES),
    ("mistral.rs/phi3.json", "phi-3", DROPPED),
    ("mistral.rs/phi3.5.json", "phi-3", EQUAL),
    ("mistral.rs/vicuna.json", "vicuna", {*DEFAULT, *SPACES}),
    ("mistral.rs/smollm3.jinja", "chatml", PREAMBLE),
    ("trl/phi3.jinja", "phi-3", EQUAL),
    ("trl/phi3_5.jinja", "phi-3", EQUAL),
    ("trl/gemma.jinja", "gemma-instruct", TRIMS),
    ("trl/gemma3.jinja", "gemma3-instruct", SPACES),  # its Go template ends with two line breaks
    ("trl/gemma3.jinja", "gemma-instruct", {*SPACES, *TRIMS}),
    ("trl/llama3.jinja", "llama3-instruct", TRIMS),
    ("trl/llama3_training.jinja", "llama3-instruct", TRIMS),
    ("trl/llama3_1.jinja", "llama3-instruct", PREAMBLE),
    ("trl/llama3_2.jinja", "llama3-instruct", PREAMBLE),
    ("trl/qwen2_5.jinja", "chatml", DEFAULT),
    ("trl/qwen3.jinja", "chatml", EQUAL),
    ("trl/qwen3_training.jinja", "chatml", {"history_differs"}),  # an empty think block in earlier answers
    ("trl/qwen3_5_think.jinja", "chatml", {"generation_prompt_differs"}),  # opens `<think>`
    ("trl/lfm2.jinja", "chatml", EQUAL),
    ("trl/cohere.jinja", "command-r", {"generation_prompt_differs"}),  # a second <|END_OF_TURN_TOKEN|>
    ("torchtune/tokenizer_config_gemma.json", "gemma-instruct", TRIMS),
    ("NSLLM/tokenizer_config.json", "chatml", EQUAL),
    # Quotes around the BOS, by a mistake in the chat template; system prompts stand before `[INST]`.
    (
        "Mistral-v0.2-Translator-bf16/tokenizer_config.json",
        "mistral-instruct",
        {"turn_header_differs", "system_moved"},
    ),
    # Another family.
    ("mistral.rs/default.json", "chatml", {"turn_header_differs"}),
    ("trl/deepseekv3.jinja", "chatml", {"turn_header_differs"}),
]
# People's own Modelfiles.
OWN = [
    ("mistral.rs/chatml.json", "Persona-RAG/models__Modelfile", EQUAL),
    ("trl/phi3.jinja", "MentalLLM/models__Modelfile", EQUAL),
    ("trl/phi3.jinja", "aisthos/models__Modelfile", EQUAL),
    # `.Prompt` alone: no system prompt, no end after earlier answers, no line break before the answer.
    ("trl/phi3.jinja", "Phi-3MiniSamples/ollama__Modelfile", {"system_lost", "history_differs", "whitespace_differs"}),
    ("trl/deepseekv3.jinja", "ProximaA/Modelfile", {"generation_prompt_differs", "history_differs"}),
    ("trl/llama3.jinja", "finetune-ollama-unsloth/Modelfile", TRIMS),  # no TEMPLATE: what Ollama substitutes
]


def kinds(tmp_path: Path, jinja: str, modelfile: bytes) -> set[str]:
    folder = write_files(tmp_path, {"chat_template.jinja": REAL[jinja], "Modelfile": modelfile})
    (source,) = sources_of(folder).values()
    found = marked(source, "renders")
    assert all(len(texts) == 1 for texts in found.values())
    return set(found)


@pytest.mark.parametrize(("jinja", "go", "verdict"), PAIRS, ids=[f"{jinja}-{go}" for jinja, go, _ in PAIRS])
def test_a_family_on_both_sides(tmp_path, jinja, go, verdict):
    template = (GO / f"{go}.gotmpl").read_bytes()
    assert kinds(tmp_path, jinja, b'FROM ./tuned.gguf\nTEMPLATE """' + template + b'"""\n') == verdict


@pytest.mark.parametrize(("jinja", "own", "verdict"), OWN, ids=[own for _, own, _ in OWN])
def test_modelfiles_of_their_owners(tmp_path, jinja, own, verdict):
    assert kinds(tmp_path, jinja, (MODELFILES / own).read_bytes()) == verdict


def test_every_pair_of_ollamas_own_list_is_judged():
    assert {jinja for jinja, *_ in PAIRS} >= {name for name in REAL if name.startswith("templates.jsonl:")}
