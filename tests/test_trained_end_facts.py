"""What makes a model never stop, as a training configuration tells it: an end that no loss sees, case by case."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training_settings import CONFIGURATIONS, lines, marked, real_runs, reason, run_of, table_of
from tunespec.training.model_families import family_of
from tunespec.training.setting_facts.new_tokens import near_miss

ENDS = ("masked_turn_end", "untrained_ends", "unaligned_end", "foreign_token", "untrained_embedding")
SEQUENCES = ("masked_eos", "cut_by_packing", "unseparated_records")
CHATS = "datasets:\n  - path: x/y\n    type: chat_template\n"
GEMMA = "base_model: google/gemma-2-9b\nchat_template: gemma\nadapter: qlora\nload_in_4bit: true\n"
LLAMA_4 = "base_model: meta-llama/Llama-4-Scout-17B-16E\nadapter: lora\ndatasets: []\n"
PROGRAM = """from transformers import {collator}, Trainer, TrainingArguments
tokenizer = load()
{pad}
Trainer(model=m, args=TrainingArguments("out"), train_dataset=d, data_collator={collator}(tokenizer{more})).train()
"""


def ends(folder: Path, text: str) -> dict[str, str]:
    return marked(run_of(folder, text), *ENDS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GEMMA + CHATS,
            "with `<end_of_turn>`, which the loss does not see: `eot_tokens` is not set, and the EOS token is",
        ),
        (GEMMA + CHATS + "eot_tokens: ['<eos>']\n", "`eot_tokens` are `<eos>`, and the EOS token is `<eos>` (as Gemma"),
        (GEMMA + CHATS + "eot_tokens: ['<end_of_turn>']\n", None),
        (GEMMA + CHATS + "eot_tokens: '<end_of_turn>'\n", None),
        (GEMMA + CHATS + "special_tokens:\n  eos_token: <end_of_turn>\n", None),
        (GEMMA + CHATS.replace("chat_template", "alpaca"), None),
        (GEMMA + CHATS + "rl: dpo\n", None),
        (GEMMA.replace("google/gemma-2-9b", "our/tuned-gemma") + CHATS, None),
        (GEMMA.replace("chat_template: gemma", "chat_template: alpaca") + CHATS, None),
        (GEMMA.replace("chat_template: gemma", "chat_template: tokenizer_default") + CHATS, "with `<end_of_turn>`"),
        ("base_model: Qwen/Qwen2.5-7B\nchat_template: chatml\n" + CHATS, "with `<|im_end|>`"),
        ("base_model: Qwen/Qwen2.5-7B-Instruct\nchat_template: chatml\n" + CHATS, None),
        ("base_model: meta-llama/Llama-3.1-8B\nchat_template: llama3\n" + CHATS, "EOS token is `<|end_of_text|>`"),
        ("base_model: meta-llama/Llama-3.1-8B-Instruct\nchat_template: llama3\n" + CHATS, None),
        (GEMMA + CHATS.replace("chat_template\n", "chat_template\n    chat_template: chatml\n"), "with `<|im_end|>`"),
    ],
)
def test_the_end_of_a_turn_that_axolotl_masks(tmp_path, text, said):
    found = ends(tmp_path, text)
    assert set(found) == ({"masked_turn_end"} if said else set())
    assert said is None or said in found["masked_turn_end"]


def test_the_finding_stands_at_the_template(tmp_path):
    assert lines(run_of(tmp_path, GEMMA + CHATS), "masked_turn_end") == [2]
    default = GEMMA.replace("chat_template: gemma\n", "")
    each = CHATS.replace("chat_template\n", "chat_template\n    chat_template: gemma\n")
    assert lines(run_of(tmp_path, default + each), "masked_turn_end") == [None]


@pytest.mark.parametrize(("key", "value", "found"), [
    ("train_on_eos", "none", True), ("train_on_eot", "none", True), ("train_on_eos", "last", False),
    ("train_on_eos", "turn", False),
])  # fmt: skip
def test_ends_that_are_switched_off(tmp_path, key, value, found):
    text = GEMMA + "eot_tokens: [<end_of_turn>]\n" + CHATS + f"    {key}: {value}\n"
    assert ends(tmp_path, text) == (
        {"untrained_ends": f"`datasets.0.{key}: none`: no end of an answer is trained"} if found else {}
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("special_tokens:\n  pad_token: <|finetune_right_pad_id|>\n", True),
        ("special_tokens:\n  pad_token: <|finetune_right_pad|>\n", False),
        ("special_tokens:\n  pad_token: '[PAD]'\n", False),  # an ordinary text, which is added on purpose
        ("special_tokens:\n  eos_token: <|eot|>\n", False),
        ("eot_tokens: ['<|eot_id|>']\n", True),
        ("special_tokens:\n  eos_token: <|endoftext|>\nlora_modules_to_save: [embed_tokens]\n", True),
        ("eot_tokens: ['<|im_end|>']\n", True),  # Axolotl adds none of these
        ("eot_tokens: ['<|im_end|>']\nspecial_tokens:\n  eos_token: <|im_end|>\nlora_modules_to_save: [x]\n", False),
        ("special_tokens:\n  pad_token: <|pad|>\n", False),  # a new one, whose embedding the loss never sees
        ("special_tokens:\n  pad_token: <|pad|>\ntokens: ['<|pad|>']\nlora_modules_to_save: [embed_tokens]\n", False),
        ("special_tokens:\n  pad_token: <|pad|>\nadded_tokens_overrides: {200001: '<|pad|>'}\n", False),
    ],
)
def test_tokens_that_the_model_does_not_have(tmp_path, text, found):
    assert set(ends(tmp_path, LLAMA_4 + text)) == ({"foreign_token"} if found else set())


@pytest.mark.parametrize(
    ("adapter", "more", "found"),
    [
        ("", "", set()),  # the usual recipe: all weights are trained, the new embeddings among them
        ("adapter: lora\n", "", {"untrained_embedding"}),
        ("adapter: lora\n", "lora_modules_to_save: [embed_tokens, lm_head]\n", set()),
    ],
)
def test_chatml_on_a_base_model(tmp_path, adapter, more, found):
    text = "base_model: NousResearch/Meta-Llama-3-8B\nchat_template: chatml\n" + CHATS + adapter + more
    text += "special_tokens:\n  eos_token: <|im_end|>\n"
    assert set(ends(tmp_path, text + "tokens: ['<|im_start|>']\n")) == found
    assert set(ends(tmp_path, text + "  additional_special_tokens: ['<|im_start|>']\n")) == found


@pytest.mark.parametrize(("more", "found"), [
    ("", {"foreign_token"}), ("chat_template_path: Qwen/Qwen3-0.6B\n", set()),
])  # fmt: skip
def test_trl_adds_no_token_but_those_of_a_template(tmp_path, more, found):
    trl = "model_name_or_path: meta-llama/Llama-3.1-8B\noutput_dir: out\nmax_length: 512\nlogging_steps: 10\n"
    assert set(ends(tmp_path, f"{trl}save_steps: 50\neos_token: <|im_end|>\n{more}")) == found


@pytest.mark.parametrize(
    ("token", "meant"),
    [
        ("<|finetune_right_pad_id|>", "<|finetune_right_pad|>"), ("<|eot_id|>", "<|eot|>"), ("<|endoftext|>",
        "<|end_of_text|>"), ("<|header_strat|>", "<|header_start|>"), ("<|pad|>", ""), ("<|im_end|>", ""),
        ("<|im_start|>", ""), ("<|end|>", ""), ("<|user|>", ""),
    ],
)  # fmt: skip
def test_a_slip_in_a_tokens_name(token, meant):
    llama_4 = family_of("meta-llama/Llama-4-Scout-17B-16E")
    assert llama_4 is not None
    assert near_miss(token, llama_4.tokens) == meant


def test_a_new_token_of_an_adapter_needs_its_embedding(tmp_path):
    text = LLAMA_4 + "tokens: ['<a>', '<b>']\n"
    assert ends(tmp_path, text) == {
        "untrained_embedding": "`tokens` adds `<a>`, `<b>`, and `lora_modules_to_save` is not set"
    }
    assert ends(tmp_path, text + "lora_modules_to_save: [lm_head]\n") == {}
    assert ends(tmp_path, text.replace("adapter: lora\n", "")) == {}


@pytest.mark.parametrize(
    ("collator", "pad", "more", "found"),
    [
        ("DataCollatorForLanguageModeling", "tokenizer.pad_token = tokenizer.eos_token", ", mlm=False", True),
        ("DataCollatorForLanguageModeling", "tokenizer.pad_token = tokenizer.eos_token", ", mlm=True", False),
        ("DataCollatorForLanguageModeling", "tokenizer.pad_token = '<pad>'", ", mlm=False", False),
        ("DataCollatorForLanguageModeling", "", ", mlm=False", False),
        ("DataCollatorForSeq2Seq", "tokenizer.pad_token = tokenizer.eos_token", "", False),
    ],
)
def test_padding_that_masks_each_end(tmp_path, collator, pad, more, found):
    run = run_of(tmp_path, PROGRAM.format(collator=collator, pad=pad, more=more), name="train.py")
    assert set(marked(run, *SEQUENCES)) == ({"masked_eos"} if found else set())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("packing: true\npacking_strategy: wrapped\n", "cut_by_packing"),
        ("packing: true\npacking_strategy: bfd\n", ""),
        ("packing: true\n", ""),
        ("packing: false\npacking_strategy: wrapped\n", ""),
    ],
)
def test_packing_that_cuts(tmp_path, text, found):
    trl = "model_name_or_path: m\noutput_dir: out\nmax_length: 512\nlogging_steps: 10\nsave_steps: 50\n"
    assert set(marked(run_of(tmp_path, trl + text), *SEQUENCES)) == ({found} if found else set())


def test_what_does_not_say_which_ends_are_trained_is_not_judged(tmp_path):
    run = run_of(tmp_path, "model_name_or_path: google/gemma-2-9b\nstage: sft\ndo_train: true\ntemplate: gemma\n")
    assert reason(run, "masked_turn_end") == "LLaMA-Factory's configuration does not say which ends are trained"
    assert "not known" in str(reason(run, "masked_eos"))


@pytest.mark.parametrize(
    ("model", "eos"),
    [
        ("google/gemma-3-4b-it", "<eos>"),
        ("unsloth/Qwen2.5-0.5B", "<|endoftext|>"),
        ("Qwen/Qwen3-8B", "<|im_end|>"),
        ("Qwen/Qwen3-8B-Base", "<|endoftext|>"),
        ("NousResearch/Meta-Llama-3-8B-Instruct", "<|eot_id|>"),
        ("mistralai/Mistral-7B-v0.1", "</s>"),
        ("NousResearch/Hermes-3-Llama-3.1-8B", None),  # tuned further, with an end of its own
        ("./models/qwen", None),
    ],
)
def test_families_are_told_by_their_makers_names_alone(model, eos):
    family = family_of(model)
    assert (family.eos if family is not None else None) == eos


@pytest.mark.skipif(not CONFIGURATIONS.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
def test_the_pairs_of_the_corpora_are_told_apart_and_no_example_is_blamed(tmp_path):
    found = {}
    for name, run in real_runs(tmp_path).items():
        table = table_of(run, [*ENDS, *SEQUENCES])
        if kinds := [kind for kind in (*ENDS, *SEQUENCES) if table.facts[kind]]:
            found[name] = kinds
    before = [name for name in found if ".before." in name]
    assert len(before) == 12
    assert {name: found[name] for name in before} == {
        name: ["masked_turn_end" if "gemma" in name else "foreign_token"] for name in before
    }
    # `tokens` adds ChatML's to Mixtral, and nothing trains their embeddings: Axolotl's own example.
    assert {name: kinds for name, kinds in found.items() if name not in before} == {
        "axolotl/mistral__bigstral__bigstral-ds-zero3.yaml": ["untrained_embedding"]
    }
