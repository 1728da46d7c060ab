"""H003's facts on settings, case by case: evaluation, early stopping, the best checkpoint, and what comes too late."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.training_settings import CONFIGURATIONS, marked, real_runs, reason, run_of

LLAMA_FACTORY = "model_name_or_path: Qwen/Qwen3-4B\nstage: sft\nfinetuning_type: lora\nbf16: true\ndataset: x\n"
LLAMA_FACTORY += "learning_rate: 1e-4\ntemplate: qwen3\n"
AXOLOTL = "base_model: Qwen/Qwen3-4B\nlearning_rate: 2e-4\nmicro_batch_size: 4\ngradient_accumulation_steps: 4\n"
AXOLOTL += "adapter: lora\nbf16: true\ndatasets:\n  - path: x/y\n    type: alpaca\n"
ON_FILE = AXOLOTL.replace("x/y", "data.jsonl")
HUGGING_FACE = "model_name_or_path: x/y\nlearning_rate: 1e-4\nper_device_train_batch_size: 8\noutput_dir: out\n"
WATCHED = "val_size: 0.1\neval_strategy: steps\neval_steps: 50\nsave_steps: 50\nlogging_steps: 10\n"
OF_H003 = set(
    "evaluation_off evaluation_off_long evaluation_without_data evaluation_on_training_data early_stopping_dead "
    "patience_over_run large_validation best_model_refused best_model_off missing_metric foreign_metric worst_model "
    "logging_over_run evaluation_over_run evaluation_over_long_run save_over_run".split()
)


def found(folder: Path, text: str, records: int | None = None) -> dict[str, str]:
    """What H003 marks."""
    return {kind: said for kind, said in marked(run_of(folder, text, records=records)).items() if kind in OF_H003}


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (
            LLAMA_FACTORY,
            "evaluation_off",
            "`eval_strategy` is not set (no evaluation in LLaMA-Factory 0.9.5): nothing measures",
        ),
        (
            f"{LLAMA_FACTORY}eval_strategy: no\n",
            "evaluation_off",
            "`eval_strategy: no`: nothing measures the loss on held-out records; `eval_st",
        ),
        (f"{LLAMA_FACTORY}val_size: 0.1\n", "evaluation_off", "`eval_strategy` is not set"),
        (f"{LLAMA_FACTORY}num_train_epochs: 10\n", "evaluation_off", "`eval_strategy` is not set"),
        (
            f"{LLAMA_FACTORY}num_train_epochs: 10.5\n",
            "evaluation_off_long",
            "held-out records in 10.5 epochs; `eval_strategy: steps`",
        ),
        (f"{LLAMA_FACTORY}{WATCHED}num_train_epochs: 12\n", "", ""),
        (
            f"{HUGGING_FACE}num_train_epochs: 11\n",
            "evaluation_off_long",
            "`eval_strategy` is not set (no evaluation in transfor",
        ),
        (f"{HUGGING_FACE}eval_strategy: epoch\nsave_strategy: epoch\n", "", ""),  # a program passes the data
        (f"{AXOLOTL}val_set_size: 0.0\n", "evaluation_off", "`val_set_size: 0`, and no `test_datasets` are set: not"),
        (f"{AXOLOTL}val_set_size: 0\nevals_per_epoch: 4\n", "evaluation_off", "so `evals_per_epoch: 4` does nothing"),
        (AXOLOTL, "evaluation_off", "`val_set_size` is not set (0 in Axolotl 0.19), and no `test_datasets`"),
        (f"{AXOLOTL}eval_steps: 20\n", "evaluation_off", "`val_set_size` is not set"),  # refused where 0 is written
        (f"{AXOLOTL}val_set_size: 0.05\nevals_per_epoch: 0\n", "evaluation_off", "`evals_per_epoch: 0`"),
        (f"{AXOLOTL}val_set_size: 0.05\n", "", ""),
        (f"{AXOLOTL}rl: grpo\n", "", ""),
        (f"{LLAMA_FACTORY.replace('stage: sft', 'stage: pt')}", "", ""),
        (f"{HUGGING_FACE}max_steps: 60\nlogging_steps: 1\nsave_steps: 60\n", "", ""),  # a trial, as in a notebook
        (f"{HUGGING_FACE}max_steps: 100\nlogging_steps: 1\nsave_steps: 50\n", "evaluation_off", "nothing measures"),
    ],
)
def test_whether_the_run_evaluates(tmp_path, text, kind, said):
    texts = found(tmp_path, text)
    assert list(texts) == [kind] * bool(kind)
    assert said in texts.get(kind, "")


@pytest.mark.parametrize(
    ("epochs", "kind"),
    [(2, ""), (3, "evaluation_off"), (9, "evaluation_off"), (10, "evaluation_off"), (11, "evaluation_off_long")],
)
def test_steps_that_the_records_come_to_are_counted(tmp_path, epochs, kind):
    text = f"{ON_FILE}num_epochs: {epochs}\nlogging_steps: 1\nsave_steps: 20\n"
    assert list(found(tmp_path, text, records=180)) == [kind] * bool(kind)  # 12 steps an epoch


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f"{LLAMA_FACTORY}eval_strategy: steps\neval_steps: 50\n",
            "`eval_strategy: steps`, with no `val_size` and no `eval_dataset`: LLaMA-Factory refuses that",
        ),
        (f"{LLAMA_FACTORY}val_size: 0.0\neval_strategy: epoch\n", "`eval_strategy: epoch`"),
        (
            f"{AXOLOTL}val_set_size: 0\neval_steps: 20\n",
            "`eval_steps: 20`, with no `val_set_size` and no `test_datasets`",
        ),
        (f"{AXOLOTL}val_set_size: 0\neval_strategy: epoch\n", "`eval_strategy: epoch`"),
    ],
)
def test_an_evaluation_without_data_is_refused(tmp_path, text, said):
    ((kind, text),) = found(tmp_path, text).items()
    assert kind == "evaluation_without_data"
    assert text.startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        f"{LLAMA_FACTORY}eval_dataset: other\neval_strategy: epoch\n",
        f"{AXOLOTL}val_set_size: 0\neval_strategy: no\n",
        f"{AXOLOTL}test_datasets:\n  - path: x/z\neval_steps: 20\n",
        f"{HUGGING_FACE}eval_strategy: steps\n",
    ],
)
def test_an_evaluation_with_data_and_none_without(tmp_path, text):
    assert "evaluation_without_data" not in found(tmp_path, text)


def test_a_program_says_what_it_evaluates_on(tmp_path):
    run = run_of(tmp_path, f"{HUGGING_FACE}eval_strategy: steps\n")
    assert reason(run, "evaluation_without_data") == "what is evaluated on is not in the configuration"


@pytest.mark.parametrize(
    ("share", "large"), [("0.2", False), ("0.21", True), ("0.5", True), ("0", False), ("8", False)]
)
def test_how_much_may_be_held_out(tmp_path, share, large):
    texts = found(tmp_path, f"{LLAMA_FACTORY}{WATCHED.replace('0.1', share)}")
    assert ("large_validation" in texts) is large


@pytest.mark.parametrize(("count", "large"), [(20, False), (21, True)])
def test_a_number_of_records_is_large_for_the_records_that_there_are(tmp_path, count, large):
    texts = found(tmp_path, f"{ON_FILE}val_set_size: {count}\neval_steps: 2\nlogging_steps: 1\n", records=100)
    said = "`val_set_size: 21`: more than 20% are kept from training, 21% of 100"
    assert texts == ({"large_validation": said} if large else {})


@pytest.mark.parametrize(
    ("settings", "kind", "said"),
    [
        ("early_stopping_steps: 3\nload_best_model_at_end: true\n", "", ""),
        ("early_stopping_steps: 3\nmetric_for_best_model: eval_loss\n", "", ""),
        ("early_stopping_steps: 3\n", "early_stopping_dead", "no metric is watched, which transformers refuses"),
        ("early_stopping_steps: 0\n", "", ""),
        ("load_best_model_at_end: true\n", "", ""),
        ("load_best_model_at_end: true\nsave_steps: 75\n", "best_model_refused", "(75) is no multiple of `eval_steps`"),
        ("load_best_model_at_end: true\nsave_strategy: epoch\n", "best_model_refused", "`save_strategy` `epoch`"),
        ("load_best_model_at_end: true\nsave_strategy: best\n", "", ""),
        ("load_best_model_at_end: true\nsave_steps: 0.2\neval_steps: 0.1\n", "", ""),
        ("load_best_model_at_end: true\nsave_steps: 0.25\neval_steps: 0.1\n", "best_model_refused", "(0.25)"),
        ("load_best_model_at_end: true\nsave_steps: 0.5\n", "best_model_refused", "(0.5)"),
        ("metric_for_best_model: accuracy\n", "missing_metric", "`compute_accuracy: true` alone"),
        ("metric_for_best_model: eval_accuracy\ncompute_accuracy: true\n", "", ""),
        ("metric_for_best_model: rouge-l\n", "missing_metric", "`predict_with_generate: true` alone"),
        ("metric_for_best_model: eval_x_loss\n", "", ""),
        ("max_steps: 150\nearly_stopping_steps: 3\nload_best_model_at_end: true\n", "patience_over_run", "3 evaluati"),
        ("max_steps: 151\nearly_stopping_steps: 3\nload_best_model_at_end: true\n", "", ""),
        ("max_steps: 50\nearly_stopping_steps: 3\nload_best_model_at_end: true\n", "patience_over_run", "one evaluat"),
    ],
)
def test_early_stopping_and_the_best_checkpoint_in_transformers(tmp_path, settings, kind, said):
    own = dict(line.split(": ") for line in [*WATCHED.splitlines(), *settings.splitlines()])
    texts = found(tmp_path, LLAMA_FACTORY + "".join(f"{key}: {value}\n" for key, value in own.items()))
    assert list(texts) == [kind] * bool(kind)
    assert said in texts.get(kind, "")


def test_early_stopping_without_evaluation(tmp_path):
    texts = found(tmp_path, f"{LLAMA_FACTORY}early_stopping_steps: 3\nload_best_model_at_end: true\n")
    assert set(texts) == {"evaluation_off", "early_stopping_dead", "best_model_refused"}
    assert "does not evaluate" in texts["early_stopping_dead"]


@pytest.mark.parametrize(
    ("settings", "kind", "said"),
    [
        ("eval_steps: 50\nsave_steps: 100\nearly_stopping_patience: 3\n", "", ""),
        ("eval_steps: 50\nsave_steps: 75\nearly_stopping_patience: 3\n", "early_stopping_dead", "no multiple of `eval"),
        (
            "evals_per_epoch: 4\nsaves_per_epoch: 1\nearly_stopping_patience: 3\n",
            "early_stopping_dead",
            "without `eval_steps` and `save_steps` (`evals_per_epoch`",
        ),
        ("eval_steps: 50\nearly_stopping_patience: 3\n", "early_stopping_dead", "without `save_steps`"),
        ("eval_steps: 50\nsave_steps: 50\nload_best_model_at_end: true\n", "", ""),
        ("load_best_model_at_end: true\n", "best_model_off", "no `eval_steps` and no `save_steps`"),
        ("eval_steps: 50\nsave_steps: 75\nload_best_model_at_end: true\n", "best_model_off", "every checkpoint"),
        ("evals_per_epoch: 4\nsaves_per_epoch: 1\nnum_epochs: 3\nload_best_model_at_end: true\n", "", ""),
        (
            "evals_per_epoch: 4\nsaves_per_epoch: 1\nnum_epochs: 1\nload_best_model_at_end: true\n",
            "best_model_off",
            "`saves_per_epoch: 1` in `num_epochs: 1`",
        ),
        # In shares of the run, 1/3 is no multiple of 1/15 for a computer.
        (
            "evals_per_epoch: 5\nsaves_per_epoch: 1\nnum_epochs: 3\nload_best_model_at_end: true\n",
            "best_model_off",
            "5",
        ),
        ("eval_steps: 50\nsave_steps: 50\nmax_steps: 100\nearly_stopping_patience: 2\n", "patience_over_run", "2 eval"),
    ],
)
def test_early_stopping_and_the_best_checkpoint_in_axolotl(tmp_path, settings, kind, said):
    texts = found(tmp_path, f"{AXOLOTL}val_set_size: 0.05\n{settings}")
    assert list(texts) == [kind] * bool(kind)
    assert said in texts.get(kind, "")


def test_the_best_checkpoint_of_a_run_without_held_out_records(tmp_path):
    texts = found(tmp_path, f"{AXOLOTL}val_set_size: 0\nload_best_model_at_end: true\n")
    assert set(texts) == {"evaluation_off", "best_model_off"}


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        (
            "max_steps: 768\nlogging_steps: 996\nsave_steps: 5000\neval_strategy: epoch\n",
            "logging_over_run save_over_run",
        ),
        ("max_steps: 768\nlogging_steps: 768\nsave_steps: 768\neval_strategy: epoch\n", ""),
        ("max_steps: 300\neval_strategy: epoch\n", "logging_over_run"),  # the default is 500
        (
            "max_steps: 300\neval_strategy: steps\n",
            "logging_over_run evaluation_over_run",
        ),  # which is evaluated by, too
        ("max_steps: 300\neval_strategy: steps\nlogging_steps: 10\n", ""),
        ("max_steps: 300\neval_strategy: steps\nlogging_steps: 10\neval_steps: 301\n", "evaluation_over_run"),
        ("max_steps: 300\neval_strategy: steps\nlogging_steps: 10\neval_steps: 0.1\n", ""),
        ("max_steps: 300\neval_strategy: epoch\nlogging_strategy: epoch\n", ""),
        ("eval_strategy: epoch\nlogging_steps: 5000\n", ""),  # of how many steps is not known
    ],
)
def test_what_is_due_after_the_end(tmp_path, settings, kinds):
    assert set(found(tmp_path, HUGGING_FACE + settings)) == set(kinds.split())


def test_the_message_of_a_run_that_logs_nothing(tmp_path):
    texts = found(tmp_path, f"{HUGGING_FACE}max_steps: 768\nlogging_steps: 996\neval_strategy: epoch\n")
    said = "`logging_steps: 996`, and the run has 768 steps: the loss is logged at no step"
    assert texts == {"logging_over_run": said}


def test_steps_are_counted_from_the_records(tmp_path):
    texts = found(tmp_path, f"{ON_FILE}val_set_size: 0.2\neval_steps: 50\nlogging_steps: 1\n", records=40)
    assert texts["evaluation_over_run"].startswith("`eval_steps: 50`, and the run has 2 steps: none comes")


@pytest.mark.parametrize(
    ("files", "iters", "kind"),
    [
        (["train"], 100, "evaluation_off"),
        (["train"], 400, "evaluation_off_long"),
        (["train", "valid"], 100, ""),
        (["valid"], 100, ""),  # of the records that it trains on nothing is there
        ([], 100, ""),  # a name of the hub
    ],
)
def test_mlx_without_a_file_to_evaluate_on(tmp_path, files, iters, kind):
    (tmp_path / "data").mkdir()
    for name in files:
        (tmp_path / "data" / f"{name}.jsonl").write_text('{"text": "x"}\n', encoding="utf-8")
    texts = found(tmp_path, MLX.replace("100", str(iters)) + "steps_per_eval: 20\n", records=100)
    assert list(texts) == [kind] * bool(kind)
    assert not kind or texts[kind].startswith("`data: data` has no `valid.jsonl`: nothing measures the loss")


TRL = HUGGING_FACE + "max_length: 64\neval_strategy: epoch\nsave_strategy: epoch\n"
BEST = "load_best_model_at_end: true\n"


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (
            f"{TRL}{BEST}metric_for_best_model: eval_f1\n",
            "foreign_metric",
            "`metric_for_best_model: eval_f1`, which TRL's",
        ),
        (f"{TRL}metric_for_best_model: eval_f1\n", "", ""),  # nothing is chosen by it
        (f"{TRL}{BEST}metric_for_best_model: eval_mean_token_accuracy\n", "", ""),
        (f"{TRL}{BEST}metric_for_best_model: eval_news_loss\n", "", ""),
        (f"{TRL}{BEST}beta: 0.1\nmetric_for_best_model: eval_accuracy\n", "", ""),  # DPO: other trainers have others
        (f"{TRL.replace('max_length: 64', '')}{BEST}metric_for_best_model: f1\n", "", ""),  # a program's arguments
        (
            f"{TRL}{BEST}greater_is_better: true\n",
            "worst_model",
            "`greater_is_better: true`: the checkpoint with the gr",
        ),
        (f"{TRL}{BEST}greater_is_better: false\n", "", ""),
        (f"{TRL}{BEST}greater_is_better:\n", "", ""),
        (f"{TRL}greater_is_better: true\n", "", ""),
        (
            f"{TRL}{BEST}metric_for_best_model: eval_loss\ngreater_is_better: true\n",
            "worst_model",
            "greatest `eval_loss`",
        ),
        (
            f"{TRL}{BEST}beta: 0.1\nmetric_for_best_model: eval_perplexity\n",
            "worst_model",
            "without `greater_is_better",
        ),
        (
            f"{TRL}{BEST}metric_for_best_model: mean_token_accuracy\ngreater_is_better: false\n",
            "worst_model",
            "the least",
        ),
        (
            f"{TRL}save_strategy: best\ngreater_is_better: true\n".replace("save_strategy: epoch\n", ""),
            "worst_model",
            "",
        ),
        (
            f"{AXOLOTL}val_set_size: 0.1\neval_steps: 5\nsave_steps: 5\n{BEST}greater_is_better: true\n",
            "worst_model",
            "`loss` counts as the best",
        ),
    ],
)
def test_the_metric_that_chooses(tmp_path, text, kind, said):
    texts = found(tmp_path, text)
    assert list(texts) == [kind] * bool(kind)
    assert said in texts.get(kind, "")


PROGRAM = """\
from transformers import Trainer, TrainingArguments
arguments = TrainingArguments(eval_strategy="epoch", save_strategy="epoch", {arguments})
trainer = Trainer(model, arguments, eval_dataset=data["test"]{trainer})
"""


@pytest.mark.parametrize(
    ("trainer", "arguments", "kinds"),
    [
        ("", 'load_best_model_at_end=True, metric_for_best_model="rouge1"', ["missing_metric"]),
        ("", 'load_best_model_at_end=True, metric_for_best_model="eval_loss"', []),
        (", compute_metrics=compute", 'load_best_model_at_end=True, metric_for_best_model="rouge1"', []),
        (", **more", 'load_best_model_at_end=True, metric_for_best_model="rouge1"', []),
        ("", 'metric_for_best_model="rouge1"', []),
        ("", "load_best_model_at_end=True, greater_is_better=True", ["worst_model"]),
        ("", "load_best_model_at_end=True, greater_is_better=True, metric_for_best_model=metric", []),
    ],
)
def test_the_metric_of_a_program(tmp_path, trainer, arguments, kinds):
    run = run_of(tmp_path, PROGRAM.format(trainer=trainer, arguments=arguments), name="train.py")
    assert [kind for kind in marked(run) if kind in OF_H003] == kinds


@pytest.mark.parametrize(
    ("text", "kind", "why"),
    [
        (f"{AXOLOTL}rl: grpo\n", "evaluation_off", "reinforcement learning is watched by its rewards"),
        (f"{AXOLOTL}val_set_size: 20\n", "large_validation", "how many records there are is not known"),
        (f"{AXOLOTL}val_set_size: 0\n", "large_validation", "the configuration holds no share of the records out"),
        (AXOLOTL, "early_stopping_dead", "the configuration sets no early stopping"),
        (
            f"{AXOLOTL}val_set_size: 0.1\neval_steps: 5\nsave_steps: 5\nearly_stopping_patience: 3\n",
            "patience_over_run",
            "how often the run evaluates is not known",
        ),
        (AXOLOTL, "logging_over_run", "how many steps the run has, or how often it does that, is not known"),
    ],
)
def test_what_is_not_known_is_skipped_with_a_reason(tmp_path, text, kind, why):
    assert reason(run_of(tmp_path, text), kind) == why


MISTRAL = (
    "data:\n  instruct_data: d.jsonl\nmodel_id_or_path: m\nlora:\n  rank: 64\nmax_steps: 300\noptim:\n  lr: 6.e-5\n"
)
TORCHTUNE = (
    "model:\n  _component_: torchtune.models.qwen2_5.qwen2_5_0_5b\noptimizer:\n  _component_: torch.optim.AdamW\n"
)
MLX = "model: m\ndata: data\niters: 100\nbatch_size: 4\nnum_layers: 16\n"


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (MISTRAL, "evaluation_off", "`no_eval` is not set (no evaluation in mistral-finetune"),
        (f"{MISTRAL}no_eval: true\n", "evaluation_off", "`no_eval: true`: nothing measures"),
        (f"{MISTRAL}no_eval: false\n", "evaluation_without_data", "with no `data.eval_instruct_data`: mistral-fin"),
        ("".join([MISTRAL.replace("d.jsonl", '""'), "no_eval: false\n"]), "", ""),  # the form that it ships
        (TORCHTUNE, "evaluation_off", "`run_val_every_n_steps` is not set (no evaluation in torchtune"),
        (f"{TORCHTUNE}run_val_every_n_steps: 50\n", "", ""),
        (f"{MLX}steps_per_eval: 101\n", "evaluation_over_run", "`steps_per_eval: 101`, and the run has 100 steps"),
        (f"{MLX}steps_per_eval: 50\n", "", ""),
    ],
)
def test_the_words_of_other_frameworks(tmp_path, text, kind, said):
    texts = found(tmp_path, text)
    assert list(texts) == [kind] * bool(kind)
    assert said in texts.get(kind, "")


@pytest.mark.parametrize(
    ("text", "records", "kinds"),
    [
        ("num_train_epochs: 2\n", 600, ["evaluation_off"]),  # 38 steps an epoch: all that there is to learn
        ("num_train_epochs: 2\n", 200, []),  # 26 steps
        ("max_steps: 76\n", 600, ["evaluation_off"]),  # two passes over them, said in steps
        ("max_steps: 30\n", 600, []),  # not all of the records: a trial
        ("max_steps: 30\ndataset_test_split: test\n", 600, ["evaluation_off"]),  # what is held out is not looked at
        ("max_steps: 30\ndataset_test_split: test\neval_strategy: epoch\n", 600, []),
    ],
)
def test_a_short_run_that_is_no_trial(tmp_path, text, records, kinds):
    run = run_of(tmp_path, f"{HUGGING_FACE}per_device_train_batch_size: 16\n{text}", records=records)
    assert list(marked(run, "evaluation_off")) == kinds


def test_what_a_trial_is_can_be_said(tmp_path):
    text = f"{HUGGING_FACE}max_steps: 60\n"
    settings = "[pitfalls.unmonitored-validation]\nleast = 50\n"
    assert list(marked(run_of(tmp_path, text, settings=settings), "evaluation_off")) == ["evaluation_off"]


@pytest.mark.skipif(not CONFIGURATIONS.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
def test_the_frameworks_own_examples(tmp_path):
    counted: Counter[tuple[str, str]] = Counter()
    for name, source in real_runs(tmp_path).items():
        counted.update((kind, name.partition("/")[0]) for kind in marked(source, *OF_H003))
    # By hand: those that hold nothing out. Axolotl's say so, LLaMA-Factory's have the evaluation commented out.
    assert counted == {
        ("evaluation_off", "axolotl"): 20,
        ("evaluation_off", "llama-factory"): 30,
        ("evaluation_off", "pairs"): 14,
    }


ON = "eval_strategy: steps\neval_steps: 50\nsave_steps: 50\nlogging_steps: 10\n"
PARTS = "  - path: a.jsonl\n    split: train[{}]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{LLAMA_FACTORY}eval_dataset: y, x\n{ON}", "`eval_dataset` names `x`, which `dataset` (line 5) trains on"),
        (f"{LLAMA_FACTORY}eval_dataset: y\n{ON}", None),
        (f"{LLAMA_FACTORY}eval_dataset: x\n", None),  # it does not evaluate, which is said
        (
            f"{AXOLOTL}test_datasets:\n  - path: x/y\n    type: alpaca\nevals_per_epoch: 4\n",
            "`test_datasets` names `x/y`, which `datasets` (line 7) trains on",
        ),
        (f"{AXOLOTL}test_datasets:\n  - path: x/y\n    split: test\nevals_per_epoch: 4\n", None),
        (
            AXOLOTL.replace("  - path: x/y\n", PARTS.format(":90%"))
            + f"test_datasets:\n{PARTS.format('90%:')}evals_per_epoch: 4\n",
            None,
        ),
        (
            (
                "model_id_or_path: m\nseq_len: 512\nrun_dir: r\nno_eval: false\neval_freq: 10\n"
                "data:\n  instruct_data: ./data.jsonl:1\n  eval_instruct_data: data.jsonl\n"
            ),
            "`data.eval_instruct_data` names `data.jsonl`, which `data.instruct_data` (line 7) trains on",
        ),
        (
            f"{HUGGING_FACE}{ON}dataset_name: x/y\ndataset_test_split: train\n",
            "`dataset_test_split` names `x/y`, which `dataset_name` (line 9) trains on",
        ),
        (f"{HUGGING_FACE}{ON}dataset_name: x/y\ndataset_test_split: test\n", None),
        (f"{HUGGING_FACE}{ON}train_file: a.json\nvalidation_file: a.json\n", "`validation_file` names `a.json`, which"),
    ],
)
def test_evaluation_on_the_data_that_are_trained_on(tmp_path, text, said):
    (tmp_path / "data.jsonl").write_text("", encoding="utf-8")
    own = found(tmp_path, text).get("evaluation_on_training_data")
    assert (own is None) is (said is None)
    assert (said or "") in (own or "")


@pytest.mark.parametrize("is_at_hand", [True, False])
def test_two_names_of_a_registry_for_one_file(tmp_path, is_at_hand):
    registry = (
        '{"x": {"file_name": "d.json"}, "y": {"file_name": "d.json"}, "z": {"file_name": "d.json", "split": "b"}, '
        '"other": {"file_name": "e.json"}}'
    )
    (tmp_path / "dataset_info.json").write_text(registry, encoding="utf-8")
    if is_at_hand:
        (tmp_path / "d.json").write_text("[]", encoding="utf-8")
    said = {
        name: found(tmp_path, f"{LLAMA_FACTORY}dataset_dir: .\neval_dataset: {name}\n{ON}").get(
            "evaluation_on_training_data"
        )
        for name in ("x", "y", "z", "other")
    }
    line = LLAMA_FACTORY.splitlines().index("dataset: x") + 1
    assert said == {
        "x": f"`eval_dataset` names `x`, which `dataset` (line {line}) trains on",
        "y": f"`eval_dataset` names `y`, which `dataset` (line {line}) trains on as `x`",
        "z": None,
        "other": None,
    }


AT_HAND = "model: m\nnum_layers: 16\nbatch_size: 4\nadapter_path: a\n"  # mlx-lm, and what it trains on is there


@pytest.mark.parametrize(
    ("epochs", "records", "kind", "said"),
    [
        (10, 1000, "evaluation_over_run", "2,500 steps: none comes in its course, and at the end it is too late"),
        (1000, 1000, "evaluation_over_long_run", "250,000 steps: none comes in its 1,000 epochs"),
        (12, None, "evaluation_over_run", None),  # nobody knows how many epochs they are
    ],
)
def test_an_evaluation_that_comes_after_many_epochs_is_none(tmp_path, epochs, records, kind, said):
    steps = epochs * 250
    text = f"{AT_HAND}iters: {steps}\nsteps_per_eval: {steps + 1}\n"
    texts = marked(run_of(tmp_path, text, records=records), "evaluation_over_run", "evaluation_over_long_run")
    assert set(texts) == {kind}
    assert (said or "") in texts[kind]


def test_the_threshold_of_many_epochs_is_the_users(tmp_path):
    text = f"{AT_HAND}iters: 5000\nsteps_per_eval: 6000\n"
    run = run_of(tmp_path, text, records=1000, settings="[pitfalls.H003]\nepochs = 30\n")
    assert set(marked(run, "evaluation_over_run", "evaluation_over_long_run")) == {"evaluation_over_run"}
