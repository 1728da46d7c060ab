"""H001 and H002 on the frameworks' own examples: what they find there is known, and none of it is an error."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.training_settings import CONFIGURATIONS, real_runs, table_of
from tunespec.training.setting_facts import batch_numbers, batches, epochs, rates, step_count, warmup

OWNERS = (epochs, rates, warmup, batches, batch_numbers, step_count)
KINDS = [rates.DECAY, *(kind for one in OWNERS for kind in one.KINDS.split())]
# What is wrong with each, read by hand.
KNOWN = {
    # LoRA's 2e-4 stands in a configuration without an adapter.
    "axolotl/granite4__granite-4.0-tiny-fft.yaml": "learning_rate_high",
    # Plain fine-tuning's 2e-4 stands in one of DPO, where TRL's guide, LLaMA-Factory and Unsloth have 5e-6 for LoRA.
    "axolotl/llama-3__lora-1b-deduplicate-dpo.yml": "learning_rate_high",
    "axolotl/swanlab__dpo-swanlab-completions.yml": "learning_rate_high",
    # Full fine-tuning's 3e-6 stands in one of QLoRA; its neighbour for all weights has the same.
    "axolotl/phi__phi-qlora.yml": "learning_rate_low",
    # One or two records a step, without packing, a launcher or layer-wise updates: accumulation costs nothing there.
    "axolotl/archived__falcon__config-7b.yml": "small_batch",
    "axolotl/magistral__vision__magistral-small-vision-24B-qlora.yml": "small_batch",
    "llama-factory/ktransformers__train_lora__deepseek_v3_int8_lora_sft_kt.yaml": "small_batch",
    "llama-factory/train_lora__mossvl_lora_sft.yaml": "small_batch",
}
JUDGED_AT_LEAST = {"too_many_epochs": 96, "learning_rate_high": 102, "learning_rate_low": 102, "small_batch": 38}


@pytest.mark.skipif(not CONFIGURATIONS.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
def test_what_real_configurations_have(tmp_path):
    found, examined = {}, Counter[str]()
    for name, run in real_runs(tmp_path).items():
        table = table_of(run, KINDS)
        examined.update(kind for kind in KINDS if table.examined[kind])
        if kinds := " ".join(kind for kind in KINDS if table.facts[kind]):
            found[name] = kinds
    assert found == KNOWN
    assert {kind: count for kind, count in JUDGED_AT_LEAST.items() if examined[kind] < count} == {}
