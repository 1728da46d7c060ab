"""A run computes in a number format that holds its numbers, and clips gradients that explode."""

from tunespec import expect, pitfall

_ERRORS = "contradicting_precision contradicting_clipping half_overflows"
_WARNINGS = (
    "full_precision overruled_precision half_of_bf16_model half_precision fixed_loss_scale unscaled_half clipping_off"
)


@pitfall("H004", severity="error")
def test_unstable_precision(settings, *, norm: float = 10.0):
    """The numbers of the run do not fit into their format, or nothing holds a gradient that explodes.

    Problem:
        float16 ends at 65,504, and models that were made in bfloat16 go beyond it: the loss becomes NaN, and logs that
        leave NaN out show a healthy run. float32 takes twice the memory and half the speed. A gradient that is not
        clipped can undo in one step what hundreds have learned.

    Prevention:
        `bf16: true` on every GPU since Ampere (compute capability 8.0), float16 with dynamic loss scaling on older
        ones, and gradients clipped to a norm of 1.

    Fix:
        Set `bf16: true` and take `fp16` out; in DeepSpeed's file write `"auto"` for `bf16.enabled`, `fp16.enabled` and
        `gradient_clipping`, which takes the trainer's values. `max_grad_norm: 1.0` clips. A GPU without bfloat16 (T4,
        V100) trains such a model in float16 at a risk: watch the gradient norm, and turn `logging_nan_inf_filter` off.

    Thresholds:
        norm: largest norm that gradients are clipped to (10: Axolotl's docs/training_stability.qmd has healthy norms
            from 0.1 to 10; frameworks default to 1.0)

    Kinds:
        full_precision: {value} | neither bfloat16 nor float16 is on | twice the memory and half the speed, with
            no gain in quality
        contradicting_precision: {value} | two settings ask for different formats, and the framework refuses | the run
            ends before its first step
        overruled_precision: {value} | two settings ask for different formats, and one wins | the run is not what one
            of its files says
        half_overflows: {value} | float16 on a family whose numbers are known to exceed it | the loss becomes NaN, and
            the model is lost
        half_of_bf16_model: {value} | float16 on a model that was made in bfloat16, whose numbers may exceed it | the
            loss becomes NaN, often after hours
        half_precision: {value} | float16, and nothing says that the model was made for it; most since 2023 were made
            in bfloat16 | the loss may become NaN where bfloat16 would hold it
        fixed_loss_scale: {value} | float16 with a loss scale that does not adapt | gradients vanish where it is too
            small, and become infinite where it is too large
        unscaled_half: {value} | weights in float16, with no loss scaler | small gradients become 0, and the model
            learns less than it could
        clipping_off: {value} | gradients are not clipped, or above `norm` alone | one bad batch can undo the training
        contradicting_clipping: {value} | the trainer and DeepSpeed clip at different norms | the run ends before its
            first step

    Sources:
        Micikevicius et al. 2018, Mixed Precision Training (https://arxiv.org/abs/1710.03740);
        https://github.com/huggingface/transformers/issues/36822 (Gemma 3 in float16);
        https://github.com/unslothai/unsloth/pull/5074 (Gemma 4); https://github.com/hiyouga/LlamaFactory/issues/3474
        (the loss on held-out records is NaN in float16, and is not in bfloat16); Unsloth's list FORCE_FLOAT32
    """
    del norm  # the facts are computed from it
    return [
        *(expect.ExpectColumnValuesToBeNull(column=kind) for kind in _ERRORS.split()),
        *(expect.ExpectColumnValuesToBeNull(column=kind, severity="warning") for kind in _WARNINGS.split()),
    ]
