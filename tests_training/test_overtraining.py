"""A run sees its records no more often, and learns no faster, than a fine-tune can take."""

from tunespec import expect, pitfall


@pitfall("H001", severity="warning")
def test_overtraining(
    settings,
    *,
    epochs: float = 3.0,
    epochs_few: float = 5.0,
    many: int = 1000,
    rate_full: float = 5e-5,
    rate_adapter: float = 1e-3,
    rate_preference: float = 1e-5,
    rate_preference_adapter: float = 1e-4,
    least_rate_full: float = 1e-6,
    least_rate_adapter: float = 1e-5,
    least_rate_preference: float = 1e-7,
    destructive_full: float = 1e-3,
    destructive_adapter: float = 1e-2,
    warmup: float = 0.2,
    weight_decay: float = 0.1,
):
    """The run learns its records by heart: it sees them too often, or learns too fast.

    Problem:
        A model that sees the same records again and again repeats them word for word, and forgets what it knew before.
        Its training loss looks better from epoch to epoch; its answers to new questions get worse. A learning rate
        that is too high for what is trained does the same within the first steps, or breaks the model.

    Prevention:
        Train one to three epochs, hold records out, and stop when the loss on those rises. Start from the learning
        rate of your method: 2e-5 for all weights, 2e-4 for LoRA, and a tenth or less of those to tune by preferences.

    Fix:
        Lower the number of epochs, or add records. With held-out records and either early stopping or the best
        checkpoint loaded at the end, a higher number does no harm (without early stopping up to 25: after that the rate
        has hardly come down where the best checkpoint is). Set the learning rate to that of your method, warm
        it up for 3 to 10 % of the run, and let a schedule with a length of its own end with the run.

    Thresholds:
        epochs: passes over `many` records or more that a run may have (Unsloth's guide: 1 to 3, since more offers
            diminishing returns; OpenAI's cookbook aims at 3)
        epochs_few: passes over fewer records, or where their number is not known (mistral-finetune's guide calls 5 "a
            bit too much"; 64 of Axolotl's 252 examples have 4, Stanford Alpaca and SmolLM3 have 5). Below 20 records
            OpenAI's cookbook takes as many as make 100, at most 25
        many: records from which on `epochs` holds (LIMA trained 15 epochs on 1,000 records, and chose its checkpoint by
            hand)
        rate_full: highest learning rate to train all weights (Axolotl's guide: 1e-5 to 5e-5; TRL, Alpaca and SmolLM3
            have 2e-5). Encoders and T5 take more (ELECTRA's paper: 3e-4) and have `destructive_full` alone, and
            so does TRL's own rate of reward models (1e-4), with which its guide trains all of Qwen3-0.6B. Where a run
            does not say what it trains, the loosest of these limits holds
        rate_adapter: highest learning rate of LoRA and its kin (PEFT's quick tour has 1e-3, Axolotl's guide 1e-4 to
            3e-4; only torchtune's examples for models of at most 1.5B have 2e-3). Of mlx-lm's adapters, whose `scale`
            is 20 where others have 2, a tenth
        rate_preference: highest learning rate to tune all weights by preferences or rewards (TRL's guide: 5e-7 for DPO,
            1e-6 for GRPO; Unsloth's: 5e-6)
        rate_preference_adapter: the same with LoRA (TRL's guide: 5e-6 for DPO, 1e-5 for GRPO)
        least_rate_full: lowest learning rate to train all weights (OLMo's has 2e-6)
        least_rate_adapter: lowest learning rate of LoRA and its kin (Axolotl has 1e-5 for a model of 405B, others have
            ten times as much)
        least_rate_preference: lowest learning rate to tune by preferences or rewards (a fifth of what TRL's guide and
            the alignment handbook have)
        destructive_full: learning rate above which a trained model is lost (the largest one that GPT-3's models were
            trained with from nothing is 6e-4, for 125M weights)
        destructive_adapter: the same with LoRA (five times what the smallest models of torchtune's examples have)
        warmup: share of the run that may be warm-up (Axolotl's guide: 5 to 10 %; LLaMA-Factory's examples: 10 %)
        weight_decay: highest weight decay (Axolotl's guide: above 0.1 it can suppress what LoRA learns)

    Kinds:
        too_many_epochs: {value} | more passes over the records than a fine-tune gains from | the model learns the
            records by heart, and repeats them where something else is asked
        no_training: {value} | no epochs, a learning rate of 0, or a number that the optimizer refuses | what comes out
            is the model that went in, or an error
        learning_rate_high: {value} | a learning rate above those that suit what is trained | the model forgets what it
            knew, and its loss may jump or turn to NaN
        learning_rate_destructive: {value} | a learning rate that breaks a model that was trained before | within a few
            steps nothing is left of what the model knew
        learning_rate_low: {value} | a learning rate below those that suit what is trained | the model is the same after
            the run as before
        weight_decay_high: {value} | a weight decay above what recipes have | it pulls weights to 0 faster than a short
            run teaches them
        contradicting_optimizer: {value} | a learning rate or weight decay that DeepSpeed's file sets otherwise than the
            trainer's | the trainer does not start
        endless_warmup: {value} | a warm-up as long as the run, or longer | the run ends before it has learned at its
            rate
        long_warmup: {value} | a warm-up that takes more of the run than recipes have | much of a short run is spent
            below its rate
        schedule_mismatch: {value} | a schedule whose length is not the run's | the learning rate is high at the end,
            where the model should settle, or next to nothing before it

    Sources:
        https://docs.unsloth.ai/get-started/fine-tuning-llms-guide/lora-hyperparameters-guide
        https://huggingface.co/docs/trl/peft_integration (learning rates for all weights and for LoRA)
        https://docs.axolotl.ai/docs/training_stability.html
        https://github.com/openai/openai-cookbook, examples/Chat_finetuning_data_prep.ipynb
        https://thinkingmachines.ai/blog/lora/ (LoRA takes ten times the learning rate)
        Brown and others: Language Models are Few-Shot Learners, table 2.1 (https://arxiv.org/abs/2005.14165)
        Zhou and others: LIMA (https://arxiv.org/abs/2305.11206)
    """
    errors = ("no_training", "learning_rate_destructive", "endless_warmup", "contradicting_optimizer")
    return [
        *(expect.ExpectColumnValuesToBeNull(column=kind, severity="error") for kind in errors),
        *(
            expect.ExpectColumnValuesToBeNull(column=kind)
            for kind in (
                *("too_many_epochs", "learning_rate_high", "learning_rate_low", "weight_decay_high"),
                *("long_warmup", "schedule_mismatch"),
            )
        ),
    ]
