"""A run is watched: it evaluates on held-out records, and somebody, or early stopping, can act on what that shows."""

from tunespec import expect, pitfall

_ERRORS = (
    "evaluation_off_long evaluation_without_data evaluation_on_training_data early_stopping_dead best_model_refused "
    "missing_metric worst_model evaluation_over_long_run"
)
_WARNINGS = (
    "evaluation_off best_model_off foreign_metric patience_over_run logging_over_run evaluation_over_run "
    "large_validation"
)


@pitfall("H003", severity="error")
def test_unmonitored_validation(settings, *, epochs: float = 10.0, share: float = 0.2):
    """Nothing shows when the run turns from learning to memorising.

    Problem:
        The training loss falls on while the model learns its records by heart. Only the loss on records that it does
        not train on shows the turn, and no framework measures that unless it is told to.

    Prevention:
        Hold 5 to 10 % of the records out, evaluate several times an epoch, save as often, and load the best checkpoint
        at the end.

    Fix:
        Hugging Face: `eval_strategy: steps`, `eval_steps: 50`, and an evaluation set. LLaMA-Factory: `val_size: 0.1`
        (or `eval_dataset`) with `eval_strategy: steps`. Axolotl: `val_set_size: 0.05` with `evals_per_epoch: 4`.
        mistral-finetune: `no_eval: false` with `data.eval_instruct_data`. torchtune: `dataset_val` with
        `run_val_every_n_steps`. For the best checkpoint set `load_best_model_at_end: true` with `save_steps` a multiple
        of `eval_steps`; in Axolotl write both as steps.

    Thresholds:
        epochs: passes over the records above which a run that is not evaluated in its course is an error (10: OpenAI's
            cookbook and Unsloth's guide aim at 3; the runs of 15 and 16 epochs that are known to pay, of LIMA and
            InstructGPT, chose their checkpoint by evaluating)
        share: share of the records that may be held out (0.2: Axolotl's examples hold out 0.05 or 0.1, LLaMA-Factory's
            0.1, torchtune's and mistral-finetune's guides 0.05; what is held out is not learned)

    Kinds:
        evaluation_off: {value} | the run does not evaluate, has no objective that is watched otherwise (rewards,
            pretraining), and is not known to be a trial: one of fewer than `least` steps, or of three tenths of them
            where it sees all its records, that names no data to evaluate on | overtraining stays unseen until the
            model is in use
        evaluation_off_long: {value} | the run does not evaluate, and has more than `epochs` epochs | by then a model
            has learned its records by heart, and nothing tells at which checkpoint it had not
        evaluation_without_data: {value} | evaluation is on, and nothing is there to evaluate on | the framework ends
            the run before its first step
        evaluation_on_training_data: {value} | the configuration names the same data to train and to evaluate on | the
            loss on them falls on while the model learns them by heart, and no score says what it will do on others
        early_stopping_dead: {value} | early stopping is set, and the framework refuses it | the run ends before its
            first step
        patience_over_run: {value} | early stopping waits for more evaluations than the run has | it never stops the run
        best_model_refused: {value} | the best checkpoint is asked for, and evaluations and checkpoints do not meet |
            the framework ends the run before its first step
        best_model_off: {value} | the best checkpoint is asked for, and Axolotl does not load it | the last one is
            taken, overtrained as it may be
        missing_metric: {value} | the metric that says which checkpoint is best is not computed | the run ends with an
            error when it first evaluates
        foreign_metric: {value} | the metric that says which checkpoint is best is none of the trainer's own | unless a
            program computes it, the run ends with an error when it first evaluates
        worst_model: {value} | the worst checkpoint counts as the best | that one is loaded at the end, and early
            stopping ends a run that gets better
        logging_over_run: {value} | the loss is logged less often than once in the run | no loss curve is there, and
            nothing can be seen
        evaluation_over_run: {value} | an evaluation is due after the end of the run | the run is evaluated too late to
            stop it
        evaluation_over_long_run: {value} | an evaluation is due after the end of a run of more than `epochs` epochs |
            by then a model has learned its records by heart, and nothing tells at which checkpoint it had not
        save_over_run: {value} | a checkpoint is due after the end of the run | there is no earlier state to go back to
        large_validation: {value} | more than `share` of the records are held out | the model does not learn from them

    Sources:
        transformers 5.23: training_args.py, trainer_callback.py; Axolotl 0.19: utils/schemas/validation.py,
        core/builders; LLaMA-Factory 0.9.5: hparams/parser.py. A run that logged nothing: aa-n/Qwen3_Lora on the Hugging
        Face hub trained 768 steps with `logging_steps` 996. https://github.com/huggingface/transformers/issues/28530
        (a missing metric turned early stopping off), https://github.com/huggingface/trl/issues/5800 (a metric that is
        logged, and not found)
    """
    del epochs, share  # the facts are computed from them
    return [
        *(expect.ExpectColumnValuesToBeNull(column=kind) for kind in _ERRORS.split()),
        *(expect.ExpectColumnValuesToBeNull(column=kind, severity="warning") for kind in _WARNINGS.split()),
        expect.ExpectColumnValuesToBeNull(column="save_over_run", severity="info"),
    ]
