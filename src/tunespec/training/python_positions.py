"""Which argument of a call a position is: of trainers, whose signatures differ, and of what stands beside them.

Sources: transformers 4.30 to 5.24 (``trainer.py``), TRL 0.7 to 1.16 (``trainer``, ``experimental``). Where a later
version has put other arguments in a place, the positions end before it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from tunespec.training.frameworks.trl import ARGUMENTS

LOADER = "FastLanguageModel"  # what all of Unsloth's are called here
_TRAINER = ("model", "args", "data_collator", "train_dataset", "eval_dataset", "processing_class")
_REWARDED = ("model", "reward_funcs", "args", "train_dataset", "eval_dataset", "processing_class")
# TRL up to 0.11, which took DPO's own settings beside the arguments.
_EARLY_DPO = (
    *("model", "ref_model", "beta", "label_smoothing", "loss_type", "args", "data_collator"),
    *("label_pad_token_id", "padding_value", "truncation_mode", "train_dataset", "eval_dataset"),
)
_POSITIONS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys("Trainer Seq2SeqTrainer SFTTrainer UnslothTrainer RewardTrainer PRMTrainer".split(), _TRAINER),
    **dict.fromkeys(("ORPOTrainer", "CPOTrainer"), _TRAINER),
    "DPOTrainer": ("model", "ref_model", *_TRAINER[1:]),
    "KTOTrainer": ("model", "ref_model", "args"),  # then the collator, up to TRL 0.2x the records
    "BCOTrainer": ("model", "ref_model", "args"),
    "GRPOTrainer": _REWARDED,
    "RLOOTrainer": _REWARDED,
    "PPOTrainer": ("args", "processing_class"),
    "EarlyStoppingCallback": ("early_stopping_patience", "early_stopping_threshold"),
    "from_pretrained": ("model_name",),
    LOADER: ("model_name",),
    "load_dataset": ("path", "name", "data_dir", "data_files"),
}


def positions_of(name: str, given: Sequence[ast.expr]) -> Sequence[str]:
    """The arguments that the positions of a call are, as far as that is known.

    Args:
        name: what is called.
        given: the expressions that stand there.
    """
    if name in ARGUMENTS:
        return ("output_dir",)
    if name == "DPOTrainer" and len(given) > 2 and isinstance(given[2], ast.Constant) and given[2].value is not None:
        return _EARLY_DPO
    return _POSITIONS.get(name, ("model",) if name.endswith("Trainer") else ())
