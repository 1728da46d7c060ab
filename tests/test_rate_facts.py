"""H001's facts: learning rates for what is trained, weight decay, warm-up and schedule."""

from __future__ import annotations

import json

import pytest

from tests.training_settings import (
    AXOLOTL,
    HUGGING_FACE,
    LLAMA_FACTORY,
    MISTRAL,
    MLX,
    TORCHTUNE,
    TRL_FULL,
    TRL_LORA,
    lines,
    marked,
    reason,
    run_of,
)

RATES = ("learning_rate_high", "learning_rate_destructive", "learning_rate_low")
FULL = LLAMA_FACTORY + "finetuning_type: full\n"
DPO = LLAMA_FACTORY.replace("sft", "dpo")
DPO_FULL = FULL.replace("sft", "dpo")
FOR_LORA = "this is a rate for LoRA, which takes ten times as much"
FOR_ALL = "this is a rate for full fine-tuning, where LoRA takes ten times as much"
STRONG = "its scale makes an adapter 10 times as strong as PEFT's"
SETTLED = "the run has 500 steps, and learns next to nothing in those after the schedule's end"
ENDLESS = "and the learning rate never gets to its peak"
HIGH, BROKEN, LOW, FINE = "high", "destructive", "low", None


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        (FULL, {1e-6: FINE, 9e-7: LOW, 5e-5: FINE, 6e-5: HIGH, 1e-3: HIGH, 1.1e-3: BROKEN}),
        (TRL_FULL, {2e-5: FINE, 1e-4: HIGH, 2e-3: BROKEN}),
        (AXOLOTL, {5e-5: FINE, 2e-4: HIGH, 5e-7: LOW}),
        (LLAMA_FACTORY, {1e-5: FINE, 9e-6: LOW, 1e-3: FINE, 2e-3: HIGH, 1e-2: HIGH, 2e-2: BROKEN}),
        (TRL_LORA, {2e-4: FINE, 5e-6: LOW, 5e-3: HIGH}),
        (AXOLOTL + "adapter: qlora\nload_in_4bit: true\n", {2e-4: FINE, 3e-6: LOW, 2e-3: HIGH}),
        (AXOLOTL + "adapter: lora\npeft_use_dora: true\n", {2e-4: FINE, 3e-6: LOW, 2e-3: HIGH}),
        (DPO, {1e-7: FINE, 5e-6: FINE, 1e-4: FINE, 2e-4: HIGH, 5e-8: LOW, 2e-2: BROKEN}),
        (DPO_FULL, {5e-7: FINE, 1e-5: FINE, 2e-5: HIGH, 5e-8: LOW}),
        (AXOLOTL + "rl: orpo\nadapter: qlora\n", {2e-4: FINE, 5e-6: FINE, 2e-3: HIGH}),
        (AXOLOTL + "rl: grpo\n", {1e-6: FINE, 1e-4: HIGH}),
        (FULL.replace("sft", "rm"), {1e-5: FINE, 5e-7: FINE, 1e-4: HIGH}),
        (FULL.replace("sft", "pt"), {2e-4: FINE, 1e-3: FINE, 2e-3: BROKEN}),
        (LLAMA_FACTORY.replace("sft", "pt"), {1e-4: FINE, 2e-3: HIGH}),
        (LLAMA_FACTORY + "finetuning_type: freeze\n", {1e-5: FINE, 1e-4: FINE, 2e-3: HIGH}),
        (AXOLOTL + "unfrozen_parameters: [lm_head]\n", {1e-4: FINE}),
        (MLX, {1e-5: FINE, 5e-4: HIGH, 1e-7: LOW, 2e-3: BROKEN}),
        (MLX.replace("lora", "full"), {1e-5: FINE, 1e-4: HIGH}),
        (FULL + "max_steps: 19\n", {1e-4: FINE, 1e-7: FINE, 2e-3: BROKEN}),
        (FULL + "max_steps: 20\n", {1e-4: HIGH, 1e-7: LOW}),
        # What is trained is not known: only what suits nothing is found.
        (HUGGING_FACE, {1e-7: FINE, 5e-3: FINE, 0.5: BROKEN}),
        (LLAMA_FACTORY + "finetuning_type: prompt\n", {0.02: FINE}),
        (HUGGING_FACE + "trainer: DPOTrainer\n", {1e-7: FINE, 1e-4: FINE, 2e-4: HIGH, 5e-2: BROKEN}),
        # Rates of another size than Adam's.
        (FULL + "optim: adamw_torch\n", {1e-2: BROKEN}),
        (FULL + "optim: prodigy\n", {1.0: FINE}),
        (AXOLOTL + "optimizer: muon\n", {2e-2: FINE}),
    ],
)
def test_the_learning_rate_for_what_is_trained(tmp_path, text, rates):
    for rate, expected in rates.items():
        found = marked(run_of(tmp_path, f"{text}learning_rate: {rate:.9f}\n"), *RATES)
        assert list(found) == ([f"learning_rate_{expected}"] if expected else []), rate


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            FULL + "learning_rate: 0.0002\n",
            f"`learning_rate: 0.0002`: full fine-tuning takes 5e-05 at most; {FOR_LORA}",
        ),
        (
            AXOLOTL + "adapter: qlora\nlearning_rate: 0.000003\n",
            f"`learning_rate: 3e-06`: below 1e-05 QLoRA learns next to nothing; {FOR_ALL}",
        ),
        (
            DPO + "learning_rate: 0.0002\n",
            "`learning_rate: 0.0002`: preference tuning (DPO) with LoRA takes 0.0001 at most",
        ),
        (FULL + "learning_rate: 0.1\n", "`learning_rate: 0.1`: full fine-tuning breaks a model above 0.001"),
        (MISTRAL + "optim:\n  lr: 0.005\n", "`optim.lr: 0.005`: LoRA takes 0.001 at most"),
        (TORCHTUNE + "  lr: 0.02\n", "`optimizer.lr: 0.02`: LoRA breaks a model above 0.01"),
        (
            MLX + "learning_rate: 0.0005\n",
            f"`learning_rate: 0.0005`: LoRA takes 0.0001 at most ({STRONG})",
        ),
        (HUGGING_FACE + "learning_rate: 0.1\n", "`learning_rate: 0.1`: fine-tuning breaks a model above 0.01"),
    ],
)
def test_what_is_said(tmp_path, text, said):
    source = run_of(tmp_path, text)
    assert list(marked(source, *RATES).values()) == [said]


@pytest.mark.parametrize(
    ("scale", "high", "low", "broken"),
    [("20.0", 1e-4, 1e-6, 1e-3), ("4.0", 5e-4, 5e-6, 5e-3), ("1.0", 1e-3, 1e-5, 1e-2)],
)
def test_mlx_adapters_are_as_strong_as_their_scale(tmp_path, scale, high, low, broken):
    """By itself it is 20, where alpha / rank is 2: its rates are a tenth of PEFT's."""
    for rate, found in ((high, ""), (high * 1.1, HIGH), (low, ""), (low * 0.9, LOW), (broken * 1.1, BROKEN)):
        text = f"{MLX}learning_rate: {rate:.9f}\nlora_parameters:\n  scale: {scale}\n"
        assert list(marked(run_of(tmp_path, text), *RATES)) == ([f"learning_rate_{found}"] if found else []), rate


def test_reasons(tmp_path):
    known = FULL + "learning_rate: 1.0\n"
    assert reason(run_of(tmp_path, known + "optim: prodigy\n"), "learning_rate_high") == (
        "which learning rates suit `prodigy` is not known here"
    )
    assert reason(run_of(tmp_path, LLAMA_FACTORY + "finetuning_type: ia3\n"), "learning_rate_low") == (
        "which learning rates suit `ia3` is not known here"
    )
    assert reason(run_of(tmp_path, AXOLOTL), "learning_rate_low") == "no learning rate above 0 is known"
    assert reason(run_of(tmp_path, HUGGING_FACE), "learning_rate_low") == "what is trained is not known"


LOADED = "from transformers import *\nfrom transformers import AutoModelForCausalLM, Trainer, TrainingArguments, {0}\n"
LOADED += "model = {0}.from_pretrained('{1}')\nTrainer(model, TrainingArguments('out', learning_rate={2}))\n"
IN_PEFT = "from peft import get_peft_model\n"
MADE = "from transformers import Trainer, TrainingArguments\nfrom models import model\n"
OF_TRL = "from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer\n"


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        # Whether an adapter is trained is not known, and the loosest of the limits holds.
        (OF_TRL + "DPOConfig(learning_rate={})", {1e-4: FINE, 2e-4: HIGH, 0.5: BROKEN, 1e-8: FINE}),
        (OF_TRL + "SFTConfig(learning_rate={})", {1e-3: FINE, 2e-3: HIGH, 0.5: BROKEN, 1e-8: FINE}),
        # A trainer that loads the model itself, and has no adapter.
        (OF_TRL + "SFTTrainer('a/b', SFTConfig(learning_rate={}))", {5e-5: FINE, 2e-4: HIGH, 2e-3: BROKEN}),
        (OF_TRL + "SFTTrainer('a/b', SFTConfig(learning_rate={}), **more)", {2e-4: FINE}),
        (OF_TRL + "SFTTrainer('a/b', SFTConfig(learning_rate={}), peft_config=c)", {2e-4: FINE}),
        ("from peft import PromptTuningConfig\n" + OF_TRL + "SFTConfig(learning_rate={})", {0.3: FINE}),
        # A trained model that writes, whether with an adapter or not; of a model made elsewhere nothing is known.
        (IN_PEFT + LOADED.format("AutoModelForCausalLM", "a/b", "{}"), {1e-3: FINE, 5e-3: HIGH, 2e-2: BROKEN}),
        (LOADED.format("LlamaForCausalLM", "a/b", "{}"), {5e-5: FINE, 1e-4: HIGH, 5e-3: BROKEN}),
        (MADE + "Trainer(model, TrainingArguments('out', learning_rate={}))", {5e-3: FINE, 2e-2: BROKEN}),
        # Encoders and T5.
        (LOADED.format("AutoModelForCausalLM", "a/b", "{}"), {1e-4: HIGH}),
        (LOADED.format("AutoModelForSequenceClassification", "a/b", "{}"), {1e-4: FINE, 2e-3: BROKEN}),
        (LOADED.format("AutoModelForSeq2SeqLM", "a/b", "{}"), {3e-4: FINE}),
        (LOADED.format("AutoModel", "microsoft/deberta-v3-base", "{}"), {1e-4: FINE}),
        (LOADED.format("AutoModel", "answerdotai/ModernBERT-base", "{}"), {1e-4: FINE}),
        (LOADED.format("AutoModel", "google/flan-t5-base", "{}"), {3e-4: FINE}),
        (LOADED.format("AutoModel", "roberta/llama", "{}"), {1e-4: HIGH}),
    ],
)
def test_the_learning_rate_of_a_program(tmp_path, text, rates):
    for rate, expected in rates.items():
        folder = tmp_path / f"{rate}"
        folder.mkdir()
        found = marked(run_of(folder, text.format(f"{rate:.9f}"), name="train.py"), *RATES)
        assert list(found) == ([f"learning_rate_{expected}"] if expected else []), rate


@pytest.mark.parametrize(("decay", "is_marked"), [(0, False), (0.1, False), (0.11, True), (1, True)])
def test_weight_decay(tmp_path, decay, is_marked):
    found = marked(run_of(tmp_path, f"{TRL_LORA}weight_decay: {decay}\n"), "weight_decay_high")
    said = f"`weight_decay: {decay}`: more than 0.1 holds back what is learned"
    assert found == ({"weight_decay_high": said} if is_marked else {})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TRL_LORA + "max_steps: 100\nwarmup_steps: 20\n", {}),
        (
            TRL_LORA + "max_steps: 100\nwarmup_steps: 21\n",
            {"long_warmup": "`warmup_steps: 21`: warm-up takes 21% of the run of 100 steps, where 20% are enough"},
        ),
        (
            TRL_LORA + "max_steps: 100\nwarmup_steps: 100\n",
            {"endless_warmup": f"`warmup_steps: 100`: warm-up takes 100% of the run of 100 steps, {ENDLESS}"},
        ),
        (
            LLAMA_FACTORY + "warmup_ratio: 0.5\n",
            {"long_warmup": "`warmup_ratio: 0.5`: warm-up takes 50% of the run, where 20% are enough"},
        ),
        (
            AXOLOTL + "warmup_ratio: 1.0\n",
            {"endless_warmup": f"`warmup_ratio: 1`: warm-up takes 100% of the run, {ENDLESS}"},
        ),
        (LLAMA_FACTORY + "warmup_ratio: 0.1\nwarmup_steps: 1000\n", {}),  # of a run whose length is not known
        (LLAMA_FACTORY + "warmup_ratio: 0.9\nwarmup_steps: 10\nmax_steps: 200\n", {}),
        (LLAMA_FACTORY + "warmup_ratio: 0.1\n", {}),
        (LLAMA_FACTORY + "warmup_steps: 100\nmax_steps: 10\n", {}),  # somebody wants to see whether it runs
        (AXOLOTL + "max_steps: 100\nwarmup_steps: 0.1\n", {}),
        (AXOLOTL, {}),
        (TRL_LORA + "lr_scheduler_type: constant\nmax_steps: 10\nwarmup_steps: 100\n", {}),
    ],
)
def test_warm_up(tmp_path, text, found):
    assert marked(run_of(tmp_path, text), "endless_warmup", "long_warmup") == found


def test_warm_up_against_the_epochs_of_records(tmp_path):
    """80 records by 8 are 10 steps an epoch; on more devices they are fewer."""
    text = TRL_LORA + "num_train_epochs: 3\nper_device_train_batch_size: 8\nwarmup_steps: 25\n"
    found = marked(run_of(tmp_path, text, records=80), "endless_warmup", "long_warmup")
    assert found == {
        "long_warmup": "`warmup_steps: 25`: warm-up takes 83% of the run of 30 steps, where 20% are enough"
    }
    source = run_of(tmp_path, text, records=80, settings="[training]\ndevices = 2\n")
    assert list(marked(source, "endless_warmup", "long_warmup")) == ["endless_warmup"]


DEEPSPEED = {"zero_optimization": {"stage": 2}, "bf16": {"enabled": True}}


def deepspeed(**params: object) -> dict[str, str]:
    scheduler = {"type": "WarmupDecayLR", "params": params}
    return {"ds.json": json.dumps(DEEPSPEED | {"scheduler": scheduler}, indent=1)}


@pytest.mark.parametrize(
    ("steps", "length", "said"),
    [
        (100, 110, ""),
        (100, 111, "the run ends after 100 steps, before the learning rate has come down"),
        (100, 90, ""),
        (100, 89, "the run has 100 steps, and learns next to nothing in those after the schedule's end"),
        (100, "auto", ""),
    ],
)
def test_a_schedule_of_another_length_than_the_run(tmp_path, steps, length, said):
    text = f"{TRL_LORA}deepspeed: ds.json\nmax_steps: {steps}\n"
    source = run_of(tmp_path, text, beside=deepspeed(total_num_steps=length))
    found = {"schedule_mismatch": f"`scheduler.params.total_num_steps: {length}`: {said}"} if said else {}
    assert marked(source, "schedule_mismatch") == found
    assert lines(source, "schedule_mismatch") == ([11] if said else [])


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("name: cosine_decay\n  arguments: [0.00001, 500, 0.0]\n", ""),
        ("name: linear_schedule\n  arguments: [0.00001, 0.0, 500]\n", ""),
        ("name: cosine_decay\n  warmup: 80\n  arguments: [0.00001, 420]\n", ""),  # which begins after the warm-up
        (
            "name: cosine_decay\n  arguments: [0.00001, 1000, 0.0]\n",
            "`lr_schedule.arguments.1: 1000`: the run ends after 500 steps, before the learning rate has come down",
        ),
        (
            "name: linear_schedule\n  arguments: [0.00001, 0.0, 100]\n",
            f"`lr_schedule.arguments.2: 100`: {SETTLED}",
        ),
        ("name: exponential_decay\n  arguments: [0.00001, 0.9]\n", ""),
    ],
)
def test_mlx_schedules_in_steps(tmp_path, schedule, said):
    """1,000 iterations with an accumulation of two are 500 steps."""
    text = f"{MLX}iters: 1000\ngrad_accumulation_steps: 2\nlr_schedule:\n  {schedule}"
    found = marked(run_of(tmp_path, text), "schedule_mismatch")
    assert found == ({"schedule_mismatch": said} if said else {})


def test_a_schedule_may_be_shorter_than_the_most_steps_that_there_can_be(tmp_path):
    """With records on one device the run has 30 steps; on how many it trains nobody knows."""
    text = TRL_LORA + "deepspeed: ds.json\nnum_train_epochs: 3\nper_device_train_batch_size: 8\n"
    beside = deepspeed(total_num_steps=10)
    assert marked(run_of(tmp_path, text, records=80, beside=beside), "schedule_mismatch") == {}
    told = run_of(tmp_path, text, records=80, beside=beside, settings="[training]\ndevices = 1\n")
    assert list(marked(told, "schedule_mismatch")) == ["schedule_mismatch"]
    assert (
        reason(run_of(tmp_path, text, beside=beside), "schedule_mismatch") == "how many steps the run has is not known"
    )
    assert reason(run_of(tmp_path, TRL_LORA), "schedule_mismatch") == (
        "no schedule with a length of its own is configured"
    )


@pytest.mark.parametrize(
    ("text", "params", "said"),
    [
        (
            "learning_rate: 1.0e-4\n",
            {"lr": 2e-4},
            "`optimizer.params.lr: 0.0002` (ds.json), and `learning_rate: 0.0001`",
        ),
        ("", {"lr": 1e-4}, "`optimizer.params.lr: 0.0001` (ds.json), and `learning_rate` is not set"),
        ("", {"weight_decay": 0.01}, "`optimizer.params.weight_decay: 0.01` (ds.json), and `weight_decay` is not set"),
        ("learning_rate: 2.0e-4\n", {"lr": 2e-4}, ""),
        ("learning_rate: 2.0e-4\n", {"lr": "auto", "weight_decay": "auto"}, ""),
    ],
)
def test_an_optimizer_that_deepspeed_sets_otherwise(tmp_path, text, params, said):
    beside = {"ds.json": json.dumps(DEEPSPEED | {"optimizer": {"type": "AdamW", "params": params}})}
    source = run_of(tmp_path, f"{TRL_LORA}deepspeed: ds.json\n{text}", beside=beside)
    found = marked(source, "contradicting_optimizer").get("contradicting_optimizer", "")
    assert found.startswith(said)
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("rate", "is_high"), [("", False), ("learning_rate=1e-4", True), ("learning_rate=1e-5", False)]
)
def test_the_rate_that_trl_has_for_reward_models_is_no_finding(tmp_path, rate, is_high):
    text = f"from trl import RewardConfig, RewardTrainer\nRewardTrainer('a/b', args=RewardConfig({rate}))\n"
    run = run_of(tmp_path, text, name="train.py")
    assert ("learning_rate_high" in marked(run)) is is_high
    if not rate:
        assert reason(run, "learning_rate_high") == "it is TRL's own for reward models, with which its guide trains all"
