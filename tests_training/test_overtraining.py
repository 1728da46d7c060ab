"""A run sees its records no more often, and learns no faster, than a fine-tune can take."""

from tunespec import expect, pitfall


@pitfall("H001", severity="warning")
def test_overtraining(settings, *, epochs: float = 3.0):
    """The run learns its records by heart: it sees them too often, or learns too fast.

    Problem:
        A model that sees the same records again and again repeats them word for word, and forgets what it knew before.
        Its training loss looks better from epoch to epoch; its answers to new questions get worse.

    Prevention:
        Train one to three epochs, hold records out, and stop when the loss on those rises.

    Fix:
        Lower the number of epochs, or add records. With early stopping and held-out records a higher number does no
        harm: the run ends by itself.

    Thresholds:
        epochs: passes over the records that a run may have (Unsloth's guide: 1 to 3, since more offers diminishing
            returns; OpenAI's cookbook aims at 3; mistral-finetune calls 5 "a bit too much")

    Kinds:
        too_many_epochs: {value} | more passes over the records than a fine-tune gains from | the model learns the
            records by heart, and repeats them where something else is asked

    Sources:
        https://docs.unsloth.ai/get-started/fine-tuning-llms-guide/lora-hyperparameters-guide
    """
    return [expect.ExpectColumnValuesToBeNull(column="too_many_epochs")]
