"""H005's facts on keys of other frameworks, keys in the wrong place, and values that are gone."""

from __future__ import annotations

import pytest

from tests.training_settings import (
    AXOLOTL,
    CONFIGURATIONS,
    HUGGING_FACE,
    LLAMA_FACTORY,
    MISTRAL,
    MLX,
    TORCHTUNE,
    TRL_LORA,
    marked,
    real_runs,
    run_of,
)

KINDS = ("foreign_key", "misplaced_key", "removed_value")
DATASETS = "datasets:\n  - path: x/y\n    type: {}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            TRL_LORA + "num_epochs: 2\n",
            "`num_epochs: 2`: a key of Axolotl; TRL has `num_train_epochs` for that",
        ),
        (TRL_LORA + "num_epochs: 2\nnum_train_epochs: 2\n", ""),
        (TRL_LORA + "micro_batch_size: 2\n", "`per_device_train_batch_size` for that, which is not set (8 by itself)"),
        (HUGGING_FACE + "num_epochs: 2\n", ""),  # a program may have such a key
        (LLAMA_FACTORY + "max_length: 4096\n", "LLaMA-Factory has `cutoff_len` for that, which is not set (2048 by"),
        (LLAMA_FACTORY + "max_length: 4096\npredict_with_generate: true\n", ""),
        (LLAMA_FACTORY + "sequence_len: 4096\n", "a key of Axolotl; LLaMA-Factory has `cutoff_len`"),
        (LLAMA_FACTORY + "cutoff_len: 4096\nmax_length: 4096\n", ""),
        (AXOLOTL + "num_train_epochs: 2\n", "a key of transformers; Axolotl has `num_epochs` for that"),
        (AXOLOTL + "per_device_train_batch_size: 2\n", "Axolotl has `micro_batch_size` for that"),
        (AXOLOTL + "epochs: ${n}\n", "a key of torchtune; Axolotl has `num_epochs`"),
        (MLX + "epochs: 2\n", "mlx-lm knows no epochs, `iters` is how long it trains, which is not set (1000 by"),
        (MLX + "iters: 300\nepochs: 2\n", "mlx-lm knows no epochs, `iters` is how long it trains"),
        (MLX + "num_train_epochs: 2\n", "mlx-lm knows no epochs"),
        (MISTRAL + "num_epochs: 2\n", "mistral-finetune knows no epochs, `max_steps` is how long it trains"),
        (MISTRAL + "learning_rate: 1.0e-4\n", "mistral-finetune has `optim.lr` for that"),
        (TORCHTUNE + "num_epochs: 2\n", "torchtune has `epochs` for that, which is not set (1 by itself)"),
        (TORCHTUNE + "num_epochs: 2\nepochs: ${num_epochs}\n", ""),
    ],
)
def test_keys_of_other_frameworks(tmp_path, text, said):
    texts = marked(run_of(tmp_path, text), *KINDS)
    assert list(texts) == ["foreign_key"] * bool(said)
    assert said in texts.get("foreign_key", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            AXOLOTL + "train_on_eos: none\n",
            "`train_on_eos: none`: Axolotl passes over it here; it belongs into `datasets`",
        ),
        (AXOLOTL + DATASETS.format("chat_template\n    train_on_eos: turn"), ""),
        (AXOLOTL + "pad_token: x\n", "it belongs into `special_tokens`"),
        (MLX + "rank: 32\n", "`rank: 32`: mlx-lm passes over it here; it belongs into `lora_parameters`"),
        (MLX + "lora_parameters:\n  rank: 32\n", ""),
        (MISTRAL + "lr: 1.0e-4\n", "`lr: 0.0001`: mistral-finetune refuses it here; it belongs into `optim`"),
        (TORCHTUNE + "lr: 1.0e-4\n", "it belongs into `optimizer`"),
        (TORCHTUNE + "  lr: ${lr}\nlr: 1.0e-4\n", ""),
    ],
)
def test_keys_in_the_wrong_place(tmp_path, text, said):
    texts = marked(run_of(tmp_path, text), *KINDS)
    assert list(texts) == ["misplaced_key"] * bool(said)
    assert said in texts.get("misplaced_key", "")


@pytest.mark.parametrize("type_", ["sharegpt", "sharegpt.load_role", "chat_template", "alpaca"])
def test_a_type_of_data_that_is_gone(tmp_path, type_):
    said = f"`type: {type_}`: Axolotl stops at it: write `chat_template`, with `field_messages: conversations`"
    texts = marked(run_of(tmp_path, AXOLOTL + DATASETS.format(type_)), *KINDS)
    assert texts == ({"removed_value": said} if type_.startswith("sharegpt") else {})


@pytest.mark.skipif(not CONFIGURATIONS.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
def test_the_frameworks_own_examples(tmp_path):
    assert {name: kinds for name, source in real_runs(tmp_path).items() if (kinds := marked(source, *KINDS))} == {}
