"""An optimizer step sees enough records to learn from, and a run has enough steps."""

from tunespec import expect, pitfall


@pitfall("H002", severity="warning")
def test_small_batch(
    settings, *, least: float = 4.0, most: float = 256.0, most_adapter: float = 128.0, steps: int = 20
):
    """An optimizer step sees too few records to learn from, or so many that few steps are left.

    Problem:
        A step that sees one or two records follows whatever those have that others do not: the loss jumps, and the
        model learns single records instead of what they share. A step that sees a large part of the data leaves too few
        steps to learn in. What counts is the batch of a whole step: that of a device x accumulation x devices.

    Prevention:
        Let hardware set the batch of a device, and reach 16 records a step by accumulation, which takes no memory.

    Fix:
        Set the accumulation that the finding proposes. If more devices train than the configuration says, say so:
        `devices = 8` in `[tool.tunespec.training]`. With few records, lower the batch again until the run has its
        steps.

    Thresholds:
        least: fewest records of a step (Unsloth's guide: 4 to 16, best 16; QLoRA has 16, Alpaca and SmolLM3 128). Below
            that Adam needs settings of its own (see Marek and others), unless the records are so few that a larger
            batch leaves fewer than `steps`
        most: most records of a step that trains all weights (Alpaca's and SmolLM3's 128, twice)
        most_adapter: the same for LoRA, which loses by a large batch more than full fine-tuning does (Thinking
            Machines); Alpaca-LoRA has 128
        steps: fewest optimizer steps of a run by epochs (below it warm-up and schedule leave single steps at the rate
            that is set)

    Kinds:
        small_batch: {value} | a step of fewer records than guides advise | the loss jumps from step to step, and the
            model learns single records instead of what they share
        large_batch: {value} | a step of more records than recipes have | the model learns less of the same records
        batch_over_dataset: {value} | a step of more records than there are | each epoch is one step or none: mlx-lm
            refuses it, others learn next to nothing
        impossible_batch: {value} | a batch or an accumulation below 1, or a fraction | the trainer does not start
        contradicting_batch: {value} | DeepSpeed's numbers are not the trainer's, or do not add up | the trainer does
            not start
        few_steps: {value} | fewer optimizer steps than a run by epochs should have | the model learns next to nothing
        few_steps_to_evaluate: {value} | more evaluations of an epoch than it has steps | the run evaluates after each
            step, and still less often than it was asked to

    Sources:
        https://docs.unsloth.ai/get-started/fine-tuning-llms-guide/lora-hyperparameters-guide
        https://thinkingmachines.ai/blog/lora/
        Marek and others: Small Batch Size Training for Language Models (https://arxiv.org/abs/2507.07101): small
            batches train as well where Adam's second moment is made to remember for longer, which no default does
        DeepSpeed, runtime/config.py; transformers, integrations/deepspeed.py
    """
    errors = ("batch_over_dataset", "impossible_batch", "contradicting_batch")
    return [
        *(expect.ExpectColumnValuesToBeNull(column=kind, severity="error") for kind in errors),
        *(
            expect.ExpectColumnValuesToBeNull(column=kind)
            for kind in ("small_batch", "large_batch", "few_steps", "few_steps_to_evaluate")
        ),
    ]
