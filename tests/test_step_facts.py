"""Facts of logged steps: each defect once and by its name, and healthy runs of every shape without a word."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import CORPORA
from tests.healthy_runs import SHAPES, healthy
from tests.step_logs import FACTS, NAN, curve, decay, evaluated, finite, found, reasons, rows_of, state, with_norms
from tunespec.training.logs import FORMATS, EarlyStopping, Log, Logged, read_log, recognise_log
from tunespec.training.step_facts.logged_run import logged_run

LOGS = CORPORA / "training_logs"
LOSSES = decay(100)
SEEN = evaluated([1.5, 1.3, 1.2, 1.15], 1000)  # evaluations of which nothing is said
TURNED = [1.5, 1.2, 1.0, 1.02, 1.06, 1.1, 1.15, 1.2, 1.25, 1.3]
RISES = [1.5, 1.2, 1.0, 1.0, 1.02, 1.04, 1.05, 1.07, 1.08, 1.09]


def noisy(values, noise, seed=1):
    return (np.array(values) + np.random.default_rng(seed).normal(0, noise, len(values))).tolist()


def stairs(*levels, per_epoch=50, noise=0.01, seed=1):
    drawn = np.random.default_rng(seed).normal(0, noise, per_epoch * len(levels))
    return (np.repeat(levels, per_epoch) + drawn).tolist()


def spiked(values, at, heights):
    return [*values[:at], *heights, *values[at + len(heights) :]]


def test_a_healthy_run_is_clean():
    assert found(state(curve(values=LOSSES, grad_norm=1.0), SEEN)).keys() == {"constant_gradient"}
    rows = with_norms(lambda n: 1 + n / 1000)
    assert found(state(rows, SEEN)) == {}


# --- H001 ---


def test_a_validation_that_is_lost():
    line, text = found(state(curve(values=LOSSES), evaluated(TURNED, 1000)))["validation_lost"]
    assert line == 1003
    assert text == (
        "`eval_loss` turned at step 300, where it was 1; it ends at 1.3, 30% above, while the training loss fell from "
        "1.18 to 0.999; keep the checkpoint nearest to step 300"
    )


@pytest.mark.parametrize(
    "log",
    [
        state(curve(values=LOSSES), evaluated(RISES, 1000)),
        state(curve(values=LOSSES), evaluated(TURNED, 1000), best_checkpoint="out/checkpoint-300", best_step=300),
        state(curve(values=LOSSES), evaluated(TURNED, 1000), max_steps=2000),  # it is still running
        state(curve(values=LOSSES), evaluated(TURNED, 1000), cut_off=True),
        replace(state(curve(values=LOSSES), evaluated(TURNED, 1000)), format="llamafactory"),  # it may have reloaded
        state(curve(values=LOSSES), evaluated(TURNED, 1000, **{"eval_rewards/chosen": 1.0})),  # preferences
    ],
)
def test_a_validation_that_rises(log):
    assert list(found(log)) == ["validation_rises"]


def test_mlx_reloads_nothing():
    assert list(found(replace(state(curve(values=LOSSES), evaluated(TURNED, 1000)), format="mlx"))) == [
        "validation_lost"
    ]


def test_the_checkpoint_to_keep():
    parts = curve(values=LOSSES), evaluated(RISES, 1000)
    kept = found(state(*parts, best_checkpoint="out/checkpoint-300", best_step=300))["validation_rises"][1]
    assert kept.endswith("; keep out/checkpoint-300")
    nearest = found(state(*parts, save_steps=250))["validation_rises"][1]
    assert nearest.endswith("; keep the checkpoint nearest to it: checkpoint-250, if one was saved every 250 steps")


def test_thresholds_of_the_validation():
    log = state(curve(values=LOSSES), evaluated(TURNED, 1000))
    assert list(found(log, H001={"rise": 0.7})) == []
    assert list(found(log, H001={"lost": 0.4})) == ["validation_rises"]


@pytest.mark.parametrize(
    "values",
    [
        [3.5, 2.9, 2.4, 2.1, 2.0, 1.91, 1.91, 1.93, 1.94, 1.98, 2.02, 2.07],  # steep at first, which is no noise
        [1.5, 1.2, 1.0, 1.004, 1.01, 1.012, 1.02, 1.025, 1.03, 1.036, 1.04, 1.045],  # little by little, without a break
    ],
)
def test_a_validation_that_rises_steadily(values):
    assert list(found(state(curve(values=LOSSES), evaluated(values, 1000)))) == ["validation_rises"]


@pytest.mark.parametrize(
    "values",
    [
        [1.5, 1.2, 1.0, 1.004, 1.01, 1.012, 1.015, 1.02, 1.021, 1.022, 1.023],  # 2 %, steadily
        [1.5, 1.2, 1.0, 1.06, 1.04, 1.05, 1.03, 1.045, 1.035, 1.05, 1.04],  # 4 %, without a trend
        [1.5, 1.2, 1.0, 1.01, 1.02],  # 2 % above: usual (0.6142, 0.6146 on a model card of Tulu 3)
        [1.5, 1.2, 1.0, 1.06],  # one evaluation may be chance
        noisy([1.0] * 30, 0.05),  # a small validation set
        noisy(decay(30, 1.5, 1.0), 0.05, seed=4),
        [3.0, 1.5, 1.2, 1.4, 1.3, 1.1, 1.05],  # the schedule's warm restart, mended
        [1.0, 1.1],  # nothing can have turned
        [0.004, 0.002, 0.001, 0.002, 0.002],  # near 0
        [-1.0, -2.0, -1.5, -1.0],
    ],
)
def test_a_validation_that_only_wavers(values):
    assert found(state(curve(values=LOSSES), evaluated(values, 1000))) == {}


def test_a_validation_that_rises_with_the_training_loss_has_not_turned():
    """A warm restart of the schedule near the end, or harder data."""
    both = [*decay(60, 2.0, 1.0), *[1.2] * 40]
    assert found(state(curve(values=both), evaluated([1.5, 1.2, 1.1, 1.1, 1.25, 1.25], 1000))) == {}


def test_three_epochs_with_an_evaluation_each():
    assert list(found(state(curve(values=LOSSES), evaluated([1.0, 0.9, 1.1], 1000)))) == ["validation_lost"]


def test_of_several_validation_sets_most_must_rise():
    falls, rises = [1.5, 1.2, 1.1, 1.0], [1.0, 1.2, 1.3, 1.4]
    sets = [evaluated(values, 1000, f"eval_{name}_loss") for name, values in (("a", falls), ("b", rises), ("c", rises))]
    assert found(state(curve(values=LOSSES), *sets[:2])) == {}
    (text,) = (text for _, text in found(state(curve(values=LOSSES), *sets)).values())
    assert (
        "`eval_b_loss` turned at step 250, where it was 1; it ends at 1.4, 40% above (2 of 3 validation sets rise)"
        in text
    )


def test_a_last_evaluation_that_leaps_is_told_beside_the_level_that_is_judged():
    (text,) = found(state(curve(values=LOSSES), evaluated([1.5, 1.0, 1.06, 1.08, 1.5], 1000))).values()
    assert "it ends at 1.5, 50% above (8% as the median of the last ones), while" in str(text)


def test_validation_records_that_are_trained_on_too():
    low = decay(100, 2.0, 0.001, noise=0.0001)
    same = found(state(curve(values=low), evaluated([0.5, 0.01, 0.002, 0.001], 1000)))
    assert list(same) == ["perfect_loss"]
    assert same["perfect_loss"][1].endswith("and eval_loss at 0.001: its records are trained on, too, or trivial")
    assert found(state(curve(values=low), evaluated([0.5, 0.3, 0.1, 0.05], 1000))) == {}


def test_perfect_loss():
    low = decay(100, 2.0, 0.05, noise=0.005)
    told = found(state(curve(values=low)), wanted=["perfect_loss"])
    assert told["perfect_loss"][1].endswith(", and no evaluation says whether it holds for other records")
    assert "perfect_loss" not in found(state(curve(values=low)), H001={"perfect": 0.01})
    gap = found(state(curve(values=low), evaluated([1.3, 1.2, 1.2], 1000)))
    assert list(gap) == ["perfect_loss"]
    assert gap["perfect_loss"][1].endswith(", and eval_loss at 1.2")


@pytest.mark.parametrize(
    "log",
    [
        state(curve(values=decay(100, 2.0, 0.05, noise=0.005)), evaluated([0.3, 0.1, 0.09], 1000)),  # an easy task
        state(curve(values=decay(100, 0.15, 0.05, noise=0.005)), evaluated([1.0, 1.0, 1.0], 1000)),  # it began there
        state(curve(values=decay(100, 0.69, 0.05), **{"rewards/accuracies": 0.9}), SEEN),  # DPO, KTO
        state(curve(values=decay(100, 0.69, 0.05)), evaluated([1.0] * 3, 1000, eval_f1=0.9)),  # classes
    ],
)
def test_a_low_loss_that_is_wanted(log):
    assert found(log) == {}


def test_memorised():
    log = state(curve(values=stairs(0.9, 0.5, 0.2), epochs=3.0))
    told = found(log, wanted=["memorised"])
    assert told["memorised"][1].startswith("the training loss drops at 2 of 2 epoch boundaries, from 0.9")
    assert list(found(log)) == ["memorised", "never_evaluated"]


@pytest.mark.parametrize(
    "values",
    [
        stairs(1.4, 1.1, 0.9),  # three usual epochs
        decay(150, 2.0, 0.3),  # low, without stairs
        stairs(0.9, 0.3, 0.3),  # one step
        noisy(decay(150, 1.0, 0.3), 0.2, seed=3),
    ],
)
def test_a_loss_without_stairs_to_a_low_end(values):
    assert "memorised" not in found(state(curve(values=values, epochs=3.0)))


def test_epochs_follow_from_steps_where_rows_do_not_say_them():
    rows = [row._replace(epoch=None) for row in curve(values=stairs(0.9, 0.5, 0.2))]
    assert "memorised" in found(state(rows))
    assert "memorised" in reasons(state(rows, num_train_epochs=None))


def test_reinforcement_learning_has_another_loss():
    """TRL's GRPO starts at a loss of 0 and stays near it."""
    log = state(curve(values=[0.0] * 20 + [0.001] * 20, reward=0.5, kl=0.01))
    assert found(log) == {}


# --- H003 ---


def test_never_evaluated():
    assert found(state(curve(values=LOSSES))) == {"never_evaluated": (100, "1,000 steps without one evaluation")}
    assert found(state(curve(values=LOSSES)), H003={"least": 5000}) == {}
    assert found(state(curve(values=LOSSES), max_steps=2000)) == {}  # still running
    assert found(state(curve(values=LOSSES), evaluated([0.3], 1000, "eval_rouge1"))) == {}
    assert found(replace(state(curve(values=LOSSES)), format="mistral")) == {}
    assert found(state(curve(values=decay(9), epochs=0.9))) == {}


def test_a_short_run_through_all_records_is_no_trial():
    """320 pairs of preferences, 8 a step."""
    short = curve(values=decay(20), every=2, epochs=1.0)
    assert list(found(state(short), wanted=["never_evaluated"])) == ["never_evaluated"]
    assert found(state(curve(values=decay(20), every=2, epochs=0.5)), wanted=["never_evaluated"]) == {}
    assert found(state(curve(values=decay(14), every=2)), wanted=["never_evaluated"]) == {}
    assert found(state(short), H003={"least": 200}, wanted=["never_evaluated"]) == {}
    by_heart = curve(values=decay(20, 2.0, 0.05, noise=0.005), every=4)
    assert list(found(state(by_heart))) == ["perfect_loss"]


@pytest.mark.parametrize("format_", ["torchtune", "torchtune_jsonl"])
def test_a_log_that_never_says_its_end_is_judged_by_what_is_there(format_):
    log = Log(format_, tuple(curve(values=LOSSES)))
    said = "1,000 steps without one evaluation so far (torchtune's log does not say where a run ends)"
    assert found(log)["never_evaluated"][1] == said
    assert found(Log(format_, tuple(curve(values=decay(9), epochs=0.9)))) == {}
    for every, kinds in ((2000, set()), (500, {"never_evaluated"})):
        spec = SimpleNamespace(value=lambda _: "steps", number=lambda _, every=every: every)
        own = rows_of(log, spec=spec, wanted=["never_evaluated"])
        assert {fact.name for fact in own.found() if fact.marks} == kinds


def test_loss_unlogged():
    """aa-n/Qwen3_Lora trained 768 steps with ``logging_steps`` 996."""
    final = [Logged(768, 3.0, {"train_loss": 0.5, "train_runtime": 9.0}, 4)]
    told = found(state(final, SEEN[:2], logging_steps=996))
    assert told == {"loss_unlogged": (4, "the training loss was logged never in 768 steps: `logging_steps` is 996")}
    assert "loss_unlogged" in found(Log("trainer_state", (), max_steps=500, global_step=500))


def test_best_not_saved():
    parts = curve(values=LOSSES), SEEN
    told = found(state(*parts, best_metric=1.15, best_step=1000))
    assert told == {
        "best_not_saved": (
            1004,
            "the best evaluation at step 1,000 (1.15) was not saved: `best_model_checkpoint` is null",
        )
    }
    older = found(state(*parts, best_metric=1.15, best_step=1000, best_checkpoint="out/checkpoint-750"))
    assert older["best_not_saved"][1].endswith("was not saved: `best_model_checkpoint` is out/checkpoint-750")
    assert found(state(*parts, best_metric=1.15, best_step=1000, best_checkpoint="out/checkpoint-1000")) == {}


def test_a_best_evaluation_between_checkpoints():
    """No metric was followed, and the only checkpoint is that of the end."""
    parts = curve(values=LOSSES), evaluated(RISES, 1000)
    told = found(state(*parts, eval_steps=100, save_steps=5000))
    assert told.keys() == {"validation_rises", "best_not_saved"}
    assert told["best_not_saved"][1] == (
        "the best evaluation, 1 at step 300, was not saved: with `save_steps` 5,000 the nearest checkpoint is that of "
        "step 1,000, where it is 1.09 (unless `save_strategy` was epoch)"
    )
    assert told["validation_rises"][1].endswith("checkpoint-1000, if one was saved every 5,000 steps")
    for silent in ({"save_steps": 250}, {"eval_steps": 10}, {"save_steps": None}, {"max_steps": 2000}):
        assert "best_not_saved" not in found(state(*parts, **{"eval_steps": 100, "save_steps": 5000, **silent}))
    by_epoch = SimpleNamespace(value=lambda _: "epoch", number=lambda _: None)
    log = state(*parts, eval_steps=100, save_steps=5000)
    assert not any(fact.marks for fact in rows_of(log, spec=by_epoch, wanted=["best_not_saved"]).found())


@pytest.mark.parametrize(
    ("stopping", "more", "said"),
    [
        (EarlyStopping(10, 0.0, 0), {"best_metric": 1.1, "best_checkpoint": "out/best"}, "the run had 4"),
        (EarlyStopping(2, 0.0, 0), {}, "in 4 evaluations early stopping found no value of its metric"),
    ],
)
def test_early_stopping_that_cannot_stop(stopping, more, said):
    log = state(curve(values=LOSSES), SEEN, early_stopping=stopping, **more)
    told = found(log)
    assert list(told) == ["early_stop_unreachable"]
    assert said in told["early_stop_unreachable"][1]


@pytest.mark.parametrize(
    "stopping", [EarlyStopping(2, 0.0, 2), EarlyStopping(3, 0.0, 1), EarlyStopping(None, None, None)]
)
def test_early_stopping_that_works(stopping):
    best = {"best_metric": 1.15, "best_step": 1000, "best_checkpoint": "out/checkpoint-1000"}
    assert found(state(curve(values=LOSSES), SEEN, early_stopping=stopping, **best)) == {}


# --- H004 ---


def test_a_run_that_looks_healthy_because_its_nan_was_filtered():
    """transformers 5.23, one poisoned step: the run ended normally, with a mean of 1.32 against 3.86 without it."""
    rows = [
        *curve(values=[3.9, 3.8, 3.8], grad_norm=1.2),
        *(Logged(10 * n, None, {"loss": 0.0, "grad_norm": NAN}, n) for n in range(4, 10)),
    ]
    final = [Logged(90, 3.0, {"eval_loss": NAN}, 10), Logged(90, 3.0, {"train_loss": 1.32}, 11)]
    told = found(state(rows, final))
    said = (
        "the loss is 0.0 beside a gradient of NaN in 6 of 9 rows, first at step 40; the run's mean, 1.32, looks healthy"
    )
    assert told == {"masked_nan": (4, said)}


FLAT = noisy([1.9] * 100, 0.05)


def test_a_loss_that_never_falls():
    told = found(state(curve(values=FLAT, learning_rate=2e-9), SEEN))
    assert list(told) == ["flat_loss"]
    line, text = told["flat_loss"]
    assert line == 100
    assert text == (
        "the training loss is 1.9 from first to last: in 1,000 steps and 3 epochs it did not fall, under a learning "
        "rate of up to 2e-09"
    )
    rows = [row._replace(step=None) for row in curve(values=FLAT)]  # a console without a bar
    assert "in 100 rows and 3 epochs it did not fall" in found(Log("console", tuple(rows)))["flat_loss"][1]
    at_ln_2 = curve(values=noisy([0.693] * 60, 0.003, seed=2), epochs=1.0, **{"rewards/chosen": 0.0})
    assert list(found(state(at_ln_2, SEEN, epoch=1.0, num_train_epochs=1.0))) == ["flat_loss"]


@pytest.mark.parametrize(
    "log",
    [
        state(curve(values=FLAT, epochs=1.0), SEEN, num_train_epochs=1.0),  # each record is new
        state(curve(values=FLAT[:29]), SEEN),
        state(curve(values=noisy([0.45] * 100, 0.01)), SEEN),  # a good model
        state(curve(values=noisy([1.9] * 100, 0.4)), SEEN),  # noise that may hide a fall
        state(curve(values=[2.3, *FLAT[1:]]), SEEN),  # it fell at once
        state(curve(values=[2.1, 2.05, 2.0, *FLAT[3:]]), SEEN),
        state(curve(values=noisy(np.linspace(1.9, 1.8, 100), 0.05)), SEEN),  # slowly
        state(curve(values=[*FLAT[:40], *noisy([1.7] * 10, 0.05), *FLAT[50:]]), SEEN),  # and rose again
        state(curve(values=noisy(np.linspace(1.9, 2.3, 100), 0.05)), SEEN),  # it rises, which is another matter
        state(curve(values=noisy([0.693] * 60, 0.003, seed=2), **{"rewards/chosen": 0.0}), max_steps=2000),
        state(curve(values=FLAT, reward=0.1), SEEN),
    ],
)
def test_a_loss_that_may_have_fallen(log):
    assert "flat_loss" not in found(log)


def test_a_gradient_that_stands_says_why_the_loss_does():
    assert list(found(state(curve(values=FLAT, grad_norm=0.0), SEEN))) == ["constant_gradient"]


def test_nan_loss():
    values = [*LOSSES[:50], *[NAN] * 50]
    told = found(state(curve(values=values, grad_norm=NAN), SEEN))
    assert told == {"nan_loss": (51, "`loss` is nan in 50 of 100 rows, first at step 510")}
    told = found(state(curve(values=LOSSES), evaluated([1.2, NAN, NAN], 999)))
    assert told["nan_loss"][1] == "`eval_loss` is nan in 2 of 3 rows, first at step 666"
    assert list(found(Log("results", (Logged(None, 3.0, {"train_loss": NAN}, 1),)))) == ["nan_loss"]


def test_zero_loss():
    """huggingface/trl issue 6668: all labels masked."""
    told = found(state(curve(values=[0.0] * 100), SEEN))
    assert told == {"zero_loss": (1, "the loss is exactly 0 in 100 rows, from step 10 on")}
    assert list(found(state(curve(values=[*LOSSES[:90], *[0.0] * 10]), SEEN))) == ["zero_loss"]


def test_a_small_loss_that_is_rounded_to_zero():
    small = [*decay(90, 1.0, 0.0, noise=0), 0.0004, 0.0002, 0.0001, *[0.0] * 12]
    assert list(found(state(curve(values=small), evaluated([1.0] * 4, 1050)))) == ["perfect_loss"]
    assert found(state(curve(values=[*LOSSES[:50], 0.0, 0.0, *LOSSES[52:]]), SEEN)) == {}


def test_nan_gradient():
    rows = with_norms(lambda n: NAN if n > 60 else 1 + n / 1000)
    told = found(state(rows, SEEN))
    said = "`grad_norm` is nan in 39 rows without a break, from step 620 on, and the loss goes on"
    assert told == {"nan_gradient": (62, said)}


def test_the_scale_of_fp16_is_found_by_overflowing():
    inf = float("inf")
    rows = with_norms(lambda n: inf if n < 12 or n in {40, 80} else 1 + n / 1000)
    assert found(state(rows, SEEN)) == {}


def test_exploding_gradient():
    rows = with_norms(lambda n: 150.0 + n if 50 < n < 60 else 30 + n / 10)
    told = found(state(rows, SEEN))
    said = "`grad_norm` is above 100 in 9 rows without a break, from step 520 on (up to 209)"
    assert told == {"exploding_gradient": (52, said)}
    assert found(state(rows, SEEN), H004={"gradient": 500.0}) == {}


@pytest.mark.parametrize("high", [range(8), [30], [30, 31, 32], range(20, 90, 4)])
def test_high_gradients_that_pass(high):
    rows = with_norms(lambda n: 300.0 + n if n in high else 1 + n / 10)
    assert found(state(rows, SEEN)) == {}


def test_constant_gradient():
    rows = with_norms(lambda n: 0.25 if n >= 80 else 1 + n / 10)
    told = found(state(rows, SEEN))
    assert told == {"constant_gradient": (81, "`grad_norm` is 0.25 in 20 rows without a break, from step 810 on")}


def test_loss_spike():
    values = spiked(decay(200), 120, [4.0, 5.0, 3.0])
    told = found(state(curve(values=values), evaluated([1.5, 1.3, 1.2], 2000)))
    assert list(told) == ["loss_spike"]
    assert told["loss_spike"][1].startswith("the training loss leaps from 1.0")
    assert told["loss_spike"][1].endswith("to 4 at step 1,210")
    again = found(state(curve(values=spiked(values, 180, [4.0, 5.0])), evaluated([1.5, 1.3, 1.2], 2000)))
    assert again["loss_spike"][1].endswith("at step 1,210, the first of 2 such spikes")


def test_spikes_of_one_row_each_with_their_gradient():
    """Every 24 steps a batch throws the model back."""
    bad = {30, 45, 62}
    values = [6.0 if n in bad else loss for n, loss in enumerate(decay(100))]
    rows = with_norms(lambda n: 80.0 + n if n in bad else 1 + n / 1000, values)
    told = found(state(rows, SEEN))
    assert told == {
        "loss_spike": (
            31,
            (
                "the training loss and the norm of its gradient leap together in 3 rows, first at step 310: "
                "from 1.18 to 6, and from 1.03 to 110"
            ),
        )
    }
    harder = with_norms(lambda n: 8.0 + n / 100 if n in bad else 1 + n / 1000, values)
    assert found(state(harder, SEEN)) == {}  # batches of other records


def test_a_spike_stands_out_of_what_the_run_has_anyway():
    often = range(3, 200, 20)
    values = [4.0 if n in often else loss for n, loss in enumerate(decay(200))]
    assert found(state(curve(values=spiked(values, 100, decay(20))), SEEN)) == {}
    assert found(state(curve(values=spiked(spiked(values, 100, decay(52, 1.1)), 151, [4.1, 4.2])), SEEN)) == {}


def test_a_run_whose_last_rows_are_of_the_harder_kind_has_not_diverged():
    values = [4.0 if n in {5, 12, 18, 27, 28, 29} else loss for n, loss in enumerate(decay(30))]
    assert found(state(curve(values=values), SEEN)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_healthy_runs_are_seldom_accused(shape):
    """At most one in a hundred, of any kind."""
    kinds = Counter(kind for seed in range(400) for kind in found(healthy(shape, seed)))
    assert {kind: count for kind, count in kinds.items() if count > 4} == {}


@pytest.mark.parametrize(
    "values",
    [
        spiked(decay(200), 120, [4.0]),  # one batch of hard records
        spiked(decay(200), 0, [25.5, 21.8, 16.6, 12.3]),  # a new task
        noisy(decay(200, 2.0, 1.0), 0.4, seed=2),  # batches of one record
        [0.3 if n % 7 else 2.0 for n in range(200)],  # two kinds of data
        [*decay(100, 2.0, 1.0), *noisy([1.6] * 100, 0.03)],  # a curriculum
        [*noisy([0.6] * 100, 0.03), *noisy([1.1] * 100, 0.03)],
        [value * 8 for value in decay(200)],  # transformers 4.46: the sum over accumulated batches
        [*decay(100), *decay(100, 1.6, 0.95)],  # a warm restart
    ],
)
def test_curves_that_are_healthy(values):
    assert found(state(curve(values=values), evaluated([1.5, 1.3, 1.2], 2000))) == {}


def test_rate_shock():
    """A rate that breaks the model in its first steps; the loss then falls to where nothing is known."""
    values = [2.1, 7.9, 8.3, *decay(47, 7.5, 4.3)]
    told = found(state(curve(values=values, learning_rate=0.1), SEEN), wanted=["rate_shock"])
    said = "under a learning rate of up to 0.1 the training loss rises at first, from 2.1 to 8.3; above 0.02 AdamW "
    assert told["rate_shock"] == (3, f"{said}breaks a model (SGD, Prodigy and prompt tuning bear more)")
    for rate, losses in ((1.0, values), (0.01, values), (0.3, decay(50, 8.3, 4.3)), (0.3, decay(50, noise=0.2))):
        assert found(state(curve(values=losses, learning_rate=rate), SEEN), wanted=["rate_shock"]) == {}


def test_a_run_that_diverges_in_its_last_rows():
    values = [*decay(16, noise=0.0), 7.3, 7.4]
    assert list(found(state(curve(values=values)), wanted=["diverged"])) == ["diverged"]


def test_diverged():
    values = [*decay(100), *np.linspace(1.2, 7.4, 20), *noisy([7.4] * 80, 0.1)]
    told = found(state(curve(values=values, grad_norm=500.0), SEEN[:2]), wanted=["diverged"])
    assert told["diverged"][0] == 200
    assert told["diverged"][1].startswith("the training loss began at 1.")
    assert told["diverged"][1].endswith("and ends at 7.4")
    assert list(found(state(curve(values=values), evaluated([1.5, 1.3, 5.2, 7.4], 2000)))) == ["diverged"]


# --- one run from several logs ---


def test_what_says_most_speaks_for_the_run():
    full = state(curve(values=LOSSES), SEEN)
    lines = replace(full, format="llamafactory")
    older = state(curve(values=LOSSES[:40]), max_steps=1000)
    results = Log("results", (Logged(None, 3.0, {"train_loss": 1.0}, 1),), ended=True)
    assert logged_run([("a", results), ("b", lines), ("c", full)]).path == "c"
    assert logged_run([("b", lines), ("c", older)]).path == "b"  # the state is that of an early checkpoint
    assert logged_run([("a", results), ("d", state())]).path == "a"


def test_a_resumed_run_replaces_the_steps_behind_its_checkpoint():
    dead = [*curve(values=LOSSES[:50]), *(Logged(10 * n, None, {"loss": NAN}, n) for n in range(51, 60))]
    again = [Logged(10 * n, None, {"loss": 1.0 + n / 10_000}, 100 + n) for n in range(51, 101)]
    log = Log("llamafactory", (*dead, *again, *SEEN[-1:]), max_steps=1000)
    run = logged_run([("trainer_log.jsonl", log)])
    assert [row.step for row in run.rows] == [*range(10, 1001, 10), 1000]
    assert found(log) == {}


def test_training_and_evaluation_of_mistral_finetune_are_one_run():
    train = Log("mistral", tuple(curve(values=LOSSES)), ended=True)
    rows = tuple(row._replace(values={**row.values, "loss": 1.0}) for row in evaluated(TURNED, 1000))
    run = logged_run([("metrics.train.jsonl", train), ("metrics.eval.jsonl", Log("mistral", rows))])
    assert list(run.paths[31:34]) == ["metrics.train.jsonl", "metrics.eval.jsonl", "metrics.train.jsonl"]
    assert list(found(train, Log("mistral", rows))) == ["validation_lost"]


def test_a_log_without_rows_has_one_for_its_file():
    rows = rows_of(Log("trainer_state", (), max_steps=500, global_step=500))
    assert [(place.path, place.line) for place in rows.places] == [("0.json", None)]


NUMBERS = st.floats() | st.sampled_from([0.0, NAN, 1.0])
NAMES = st.sampled_from(["loss", "eval_loss", "eval_a_loss", "grad_norm", "train_loss", "reward", "rewards/chosen"])
ROWS = st.builds(
    Logged,
    st.none() | st.integers(0, 10**18),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.dictionaries(NAMES, NUMBERS, min_size=1),
    st.integers(1, 99),
)


@given(st.lists(ROWS, max_size=60), st.sampled_from(sorted(FORMATS)), st.integers(0, 10**6), st.booleans())
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
def test_any_log_has_a_verdict(rows, format_, total, ended):
    log = Log(format_, tuple(rows), max_steps=total or None, num_train_epochs=3.0, ended=ended)
    for fact in rows_of(log).found():
        assert fact.examined or fact.reason
        assert all(mark.text for mark in fact.marks.values())


VERDICTS = {
    "ashish-chatbot/trainer_state.json": {"never_evaluated"},
    "mistral-translator/all_results.json": set(),
    "mistral-translator/train_results.json": set(),
    "mistral-translator/checkpoint-1000__trainer_state.json": set(),
    "mistral-translator/checkpoint-4000__trainer_state.json": set(),
    "mistral-translator/trainer_log.jsonl": {"memorised", "never_evaluated"},
    "mistral-translator/trainer_state.json": {"memorised", "never_evaluated"},
    "mt5-azerbaijani/trainer_state.json": set(),
    "nsllm/all_results.json": set(),
    "nsllm/trainer_log.jsonl": {"never_evaluated"},
    "nsllm/trainer_state.json": {"never_evaluated"},
    "trainer_state_viz/trainer_state.json": {"validation_lost"},
}


@pytest.mark.skipif(not LOGS.exists(), reason="the corpora are not beside this checkout")
@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_on_a_real_log(name):
    path = LOGS / name
    log = read_log(path, recognise_log(path) or "")
    assert finite(log)
    assert found(log).keys() == VERDICTS[name]


@pytest.mark.skipif(not LOGS.exists(), reason="the corpora are not beside this checkout")
def test_every_real_log_has_a_verdict():
    assert {path.relative_to(LOGS).as_posix() for path in LOGS.rglob("*.json*")} == VERDICTS.keys()


@pytest.mark.skipif(not LOGS.exists(), reason="the corpora are not beside this checkout")
def test_the_logs_of_a_real_run_are_judged_together():
    folder = LOGS / "mistral-translator"
    logs = [read_log(path, recognise_log(path) or "") for path in sorted(folder.iterdir())]
    assert found(*logs).keys() == {"memorised", "never_evaluated"}
    assert logged_run([(path.name, log) for path, log in zip(sorted(folder.iterdir()), logs, strict=True)]).path == (
        "trainer_state.json"
    )


def test_facts_that_nobody_wants_are_not_looked_for():
    assert {fact.name for fact in rows_of(state(curve(values=LOSSES)), wanted=["diverged"]).found()} < FACTS
