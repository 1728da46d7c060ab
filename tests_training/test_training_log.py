"""A run's log shows that it learned, on held-out records too, and that its numbers are numbers."""

from tunespec import expect, pitfall

_UNSTEADY = ("nan_gradient", "loss_spike", "rate_shock", "exploding_gradient", "constant_gradient", "flat_loss")


@pitfall("H001", severity="warning", of="overtraining")
def test_overtrained_log(steps, *, rise: float = 0.05, lost: float = 0.2, perfect: float = 0.2):
    """A run's log shows that it learned its records by heart.

    Problem:
        From some step on the loss on held-out records rises while the training loss falls: what the model learns from
        there on holds for its own records only. The last checkpoint is then not the best one, and is the one that is
        used.

    Prevention:
        Evaluate several times an epoch, save as often, and load the best checkpoint at the end
        (`load_best_model_at_end: true`), or stop early.

    Fix:
        Take the checkpoint that the finding names. For the next run lower the number of epochs or the learning rate, or
        add records. Read answers of both checkpoints first: a rising loss is a strong sign, not a proof (InstructGPT
        gained from training on past it).

    Thresholds:
        rise: share above its best value at which a validation loss ends that is said to rise; a single evaluation
            behind the best one counts from twice the share on, seven or more that rise without doubt (Kendall's trend
            test, three standard deviations) from half of it on, and all must be beyond the validation's own noise
            (0.05: 0.6142 and 0.6146 in the last epochs are normal, on the model card of mlfoundations-dev's Tulu 3)
        lost: share above its best value from which on an ended run without its best checkpoint is an error (0.2)
        perfect: training loss below which a run ended too well (0.2: Unsloth's guide calls less "likely overfitting";
            Axolotl's has 0.5 to 2.0 for chats)

    Kinds:
        validation_lost: {value} | the validation loss ends (as the median of the last three evaluations behind its
            best, as the lower of two) more than `lost` above its best, in a run that ended, and
            it is known that no best checkpoint was kept: trainer_state.json says so, and mlx-lm, torchtune and
            mistral-finetune keep none | the model that comes out is worse than one that the run had
        validation_rises: {value} | the validation loss ends more than `rise` above its best, while the training loss
            falls; also where it ends more than `lost` above, in a log that does not say whether the best checkpoint
            was kept, such as a console's text or LLaMA-Factory's | what was learned since then holds for the training
            records only
        memorised: {value} | without any evaluation: the training loss falls in stairs, at most epoch boundaries by a
            tenth or more, to less than 0.5 and half of what it was in the first epoch | the model recognises the
            records that come again, and repeats them
        perfect_loss: {value} | the training loss ends below `perfect`, and no evaluation is as good, or all are so good
            (a tenth of `perfect`) that their records must be trained on, too; not for preferences, rewards, classes and
            transcripts, whose loss is meant to be small | no model predicts new texts that well: it knows these by
            heart

    Sources:
        https://docs.axolotl.ai/docs/training_stability.html
        https://docs.unsloth.ai/get-started/fine-tuning-llms-guide/lora-hyperparameters-guide
        https://github.com/hiyouga/LLaMA-Factory/issues/3856 (the maintainer: "overfitted"), issue 7485 (stairs)
        Ouyang and others: InstructGPT, section 3.5 (https://arxiv.org/abs/2203.02155)
    """
    del rise, lost, perfect  # the facts are computed from them
    return [
        expect.ExpectColumnValuesToBeNull(column="validation_lost", severity="error"),
        *(expect.ExpectColumnValuesToBeNull(column=kind) for kind in ("validation_rises", "memorised", "perfect_loss")),
    ]


@pitfall("H003", severity="warning", of="unmonitored-validation")
def test_unmonitored_log(steps, *, least: int = 100):
    """A run's log shows that nobody could see how it went, or that what was seen best is lost.

    Problem:
        A run that ended without an evaluation says nothing about new records, whatever its settings promised: the
        validation set was empty, the interval longer than the run. And the best evaluation is of no use if no
        checkpoint has it.

    Prevention:
        Look at the log after the first minutes of a run: it must hold losses and one evaluation.

    Fix:
        Set `eval_steps` and `logging_steps` to a tenth of the run or less, and `save_steps` to a multiple of
        `eval_steps`. Let early stopping wait for 3 evaluations, and name a metric that the evaluation logs.

    Thresholds:
        least: steps from which on a run must be evaluated, by its configuration and in its log (100: shorter runs are
            trials, Unsloth's notebooks have 60, the examples of LLaMA-Factory's v1 and Axolotl's smoke tests 5 to 50);
            three tenths of them where the run goes through all its records, unless its training loss ends below 0.5:
            that tries whether a model learns a few records by heart, and H001 says so

    Kinds:
        never_evaluated: {value} | an ended run without one evaluation, whose configuration does not say so itself;
            torchtune's logs do not say that a run ended, so that its rows so far count | nobody knows
            whether it learned its records by heart
        loss_unlogged: {value} | fewer than three training losses in an ended run of 30 steps or more | there is no
            curve that could show a NaN, a spike or a loss that does not fall
        best_not_saved: {value} | the trainer noted a best evaluation, and no checkpoint of it; or it followed no
            metric, and no checkpoint is near the evaluation from which on the validation rose: none of those in the
            run's folder, or, where none is there, none that `save_steps` leaves | the best state of the model is gone
        early_stop_unreachable: {value} | early stopping that waited for more evaluations than there were, or for a
            metric that was never logged | it could not have stopped anything
        other_run: {value} | a log that contradicts the configuration it is judged with in the number of steps or
            epochs, the batch or the learning rate; not where several GPUs, a trainer that seeks its batch, a warm-up
            that did not end or a log that is not whole may be why | what the log shows says nothing of a run with
            these settings

    Sources:
        transformers 5.24: trainer.py (_determine_best_metric), trainer_callback.py (EarlyStoppingCallback).
        https://github.com/huggingface/transformers/issues/28530 (a missing metric turns early stopping off);
        aa-n/Qwen3_Lora on the Hugging Face hub (768 steps, one row)
    """
    del least  # the facts are computed from it
    warnings = ("never_evaluated", "loss_unlogged", "best_not_saved", "early_stop_unreachable")
    return [
        *(expect.ExpectColumnValuesToBeNull(column=kind) for kind in warnings),
        expect.ExpectColumnValuesToBeNull(column="other_run", severity="info"),
    ]


@pitfall("H004", severity="error", of="unstable-precision")
def test_unstable_log(steps, *, gradient: float = 100.0):
    """A run's log holds numbers that are none, or curves that no healthy run has.

    Problem:
        A NaN in one step destroys the model, and the run goes on to its end as if nothing had happened. The Trainer
        even hides it: it leaves a NaN out of the mean that it logs, so that the loss is shown as 0.0, and the mean of
        the whole run looks better than a healthy one.

    Prevention:
        Train in bfloat16, clip gradients (`max_grad_norm: 1.0`), warm up, and set `logging_nan_inf_filter: false`.

    Fix:
        Throw the checkpoints behind the step that the finding names away. A NaN: bfloat16 in place of float16, a lower
        learning rate, and a look at the records of that step. A loss of 0 from the start: every label is masked; look
        at the chat template and at the truncation. Spikes and exploding gradients: a lower learning rate, a longer
        warm-up, a larger batch. A loss that stays where it was: the learning rate, and whether what is to be trained
        is (`print_trainable_parameters()`).

    Thresholds:
        gradient: norm of the gradient, before clipping, above which five logged rows in a row count as exploding, but
            not in the first tenth of the run (100: Axolotl's docs/training_stability.qmd; a real run of a chatbot goes
            up to 41 and ends well)

    Kinds:
        nan_loss: {value} | a loss that is NaN or infinite | the weights are NaN from there on, or that evaluation is
            worth nothing
        masked_nan: {value} | a loss of exactly 0 beside a gradient that is NaN | the model is dead, and its log hides
            that
        zero_loss: {value} | a loss of exactly 0 in three rows or more, that did not sink there by itself | nothing is
            learned: all labels are masked, or a NaN is left out of the mean
        nan_gradient: {value} | a gradient of NaN or infinity in three rows or more without a break, beyond the first
            20, in which float16 finds its scale | each of these steps was left out
        diverged: {value} | a training loss that ends at twice what it was at first, and 1 above | the model has lost
            what it knew
        loss_spike: {value} | a training loss that leaps for two rows or more to twice its usual value and 1.5 times the
            highest of 50 rows, more often than the run's own single high rows let expect, and comes back; or leaps in
            three single rows, each to twice its usual value, together with a norm of forty times its own | a batch or a
            learning rate threw the model back
        rate_shock: {value} | a training loss that rises in the first fifth of the run by more than its noise, under a
            logged learning rate above 0.02 (ten times the largest of torchtune's examples; not exactly 1, which
            Prodigy and D-Adaptation have) | the first steps destroyed what the model knew, and what comes then is
            learned from nothing
        exploding_gradient: {value} | a norm of the gradient above `gradient` in five rows without a break | without
            clipping these steps destroy the model, and with it they go anywhere
        flat_loss: {value} | a training loss that ends where it began, over 30 rows or more and two epochs (in the first
            each record is new, and a model that knows such texts has nothing to learn), so surely that its noise hides
            no fall of a twentieth; of preferences in any ended run; not below 0.5 | the model learned nothing: a rate
            that is far too low, adapters or weights that no gradient reaches, labels that do not depend on the prompt
        constant_gradient: {value} | a norm of the gradient that is the same number in ten rows without a break | what
            is trained gets no gradient, or steps are left out

    Sources:
        transformers 5.24: training_args.py (logging_nan_inf_filter). https://github.com/huggingface/trl/issues/6702 (a
        step of NaN that no log shows), issue 6668 (all labels masked); https://github.com/hiyouga/LLaMA-Factory/issues/7263
        (loss 0.000, grad_norm nan), issue 3474 (eval_loss NaN, solved by bf16);
        https://docs.axolotl.ai/docs/training_stability.html
    """
    del gradient  # the facts are computed from it
    return [
        *(
            expect.ExpectColumnValuesToBeNull(column=kind)
            for kind in ("nan_loss", "masked_nan", "zero_loss", "diverged")
        ),
        *(expect.ExpectColumnValuesToBeNull(column=kind, severity="warning") for kind in _UNSTEADY),
    ]
