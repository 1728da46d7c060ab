"""How records become sequences: padding that masks the end, and packing that loses it.

Sources: transformers 5.23 (``data/data_collator.py``: labels that equal the padding token are not trained), TRL 1.16
(``trainer/sft_trainer.py``: `wrapped` cuts records), torchtune 0.6 (``datasets/_text_completion.py``: `add_eos`).
"""

from __future__ import annotations

from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource
from tunespec.training.values import switch, word

# They mask by the token's id; the collators of TRL, LLaMA-Factory and Axolotl by position, which spares the end.
_BY_ID = ("DataCollatorForLanguageModeling", "DataCollatorForCompletionOnlyLM")


def padding_facts(_: RunSource, rows: SettingRows) -> None:
    """Mark padding with the EOS token where the collator masks by the token's id."""
    spec = rows.spec
    rows.skip("masked_eos", "the padding token or the collator is not known, or the trainer masks by position")
    if not spec.is_known("pad_is_eos") or spec.value("pad_is_eos") is None or not spec.value("collator"):
        return
    pad, collator = rows.examine("masked_eos", "pad_is_eos"), spec.setting("collator")
    assert pad is not None
    assert collator is not None
    if pad.value and collator.value in _BY_ID and not switch(spec.written.get("collator.mlm")):
        where = f" (line {collator.line})" if collator.line is not None else ""
        said = f"the padding token is the EOS token, and `{collator.value}`{where} masks each of them"
        rows.mark("masked_eos", "pad_is_eos", said)


def packing_facts(_: RunSource, rows: SettingRows) -> None:
    """Mark packing that cuts records in the middle, or puts nothing between them."""
    spec = rows.spec
    rows.skip("cut_by_packing unseparated_records", "no records are packed into one sequence, or it is not known")
    if not spec.value("packing"):
        return
    packing = rows.examine("cut_by_packing", "packing")
    rows.examine("unseparated_records", "packing")
    if word(spec.written.get("packing_strategy")) == "wrapped":
        line = spec.written.line("packing_strategy")
        said = f"{packing} with `packing_strategy: wrapped` (line {line})"
        rows.mark("cut_by_packing", "packing", f"{said}: a record that does not fit goes on in the next sequence")
    if spec.written.has("dataset.add_eos") and switch(spec.written.get("dataset.add_eos")) is False:
        said = f"{packing} with `dataset.add_eos: false` (line {spec.written.line('dataset.add_eos')})"
        rows.mark("unseparated_records", "packing", f"{said}: nothing stands between two records")
