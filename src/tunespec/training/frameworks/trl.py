"""TRL's trainers: what each is called, what it trains for, and where its defaults are not those of transformers.

Sources: TRL 1.16.0 (``trainer/*_config.py``, ``experimental/{orpo,cpo}``), its earlier keys from TRL 0.12.2;
alignment-handbook 925acdf (``recipes``) for configurations that say no trainer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tunespec.training.written import Written


@dataclass(frozen=True)
class Trainer:
    """A trainer of TRL: its objective, and the defaults of its configuration that differ from transformers'."""

    objective: str
    learning_rate: float
    max_length: int | None = 1024


LOGGING_STEPS = 10  # of all of them, which train in bfloat16, too
TRAINERS: Mapping[str, Trainer] = {
    "SFTConfig": Trainer("sft", 2e-5),
    "DPOConfig": Trainer("dpo", 1e-6),
    "KTOConfig": Trainer("kto", 1e-6),
    "ORPOConfig": Trainer("orpo", 1e-6),
    "CPOConfig": Trainer("cpo", 1e-6),
    "RewardConfig": Trainer("reward", 1e-4),
    "GRPOConfig": Trainer("rl", 1e-6, None),
    "RLOOConfig": Trainer("rl", 1e-6, None),
    "OnlineDPOConfig": Trainer("rl", 5e-7, 512),
    "PPOConfig": Trainer("rl", 3e-6, None),
}
# Keys that only one trainer's configuration has, in the order in which they tell; a flat file says no trainer.
# `max_seq_length` is none of them: transformers' scripts (run_glue.py) have it, too.
_SIGNS: Mapping[str, frozenset[str]] = {
    "GRPOConfig": frozenset("num_generations max_completion_length reward_weights reward_funcs epsilon_high".split()),
    "KTOConfig": frozenset("desirable_weight undesirable_weight".split()),
    "RewardConfig": frozenset(["center_rewards_coefficient"]),
    "DPOConfig": frozenset(
        "beta max_prompt_length precompute_ref_log_probs rpo_alpha ref_model_mixup_alpha sync_ref_model "
        "f_divergence_type ld_alpha".split()
    ),
    "SFTConfig": frozenset(
        "max_length packing packing_strategy completion_only_loss assistant_only_loss eos_token "
        "dataset_text_field dataset_mixer dataset_mixture use_peft chat_template_path padding_free".split()
    ),
}
_OF_ALL_PREFERENCE = frozenset(("beta", "max_prompt_length"))  # which ORPO's, CPO's and KTO's configurations have, too
_OBJECTIVES = {
    "SFTTrainer": "sft", "DPOTrainer": "dpo", "KTOTrainer": "kto", "ORPOTrainer": "orpo", "CPOTrainer": "cpo",
    "RewardTrainer": "reward", "GRPOTrainer": "rl", "RLOOTrainer": "rl", "PPOTrainer": "rl", "OnlineDPOTrainer": "rl",
    "Seq2SeqTrainer": "sft",
}  # fmt: skip


def configuration(written: Written) -> str:
    """The class of TRL whose keys these are; empty for transformers' own."""
    if written.call:
        return written.call if written.call in TRAINERS else ""
    return next((name for name, own in _SIGNS.items() if own & set(written.data)), "")


def objective(written: Written) -> str | None:
    """What is trained for: as the trainer's name says, or else its configuration's; None where neither does."""
    if named := _OBJECTIVES.get(str(written.get("trainer") or "")):
        return named
    name = configuration(written)
    if name == "DPOConfig" and not written.call and not (_SIGNS[name] - _OF_ALL_PREFERENCE) & set(written.data):
        return None
    return TRAINERS[name].objective if name else None
