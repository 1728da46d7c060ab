"""H002's facts: the batch of a whole step, its numbers, and the steps that it leaves."""

from __future__ import annotations

import json

import orjson
import pytest

from tests.training_settings import (
    AXOLOTL,
    LLAMA_FACTORY,
    MISTRAL,
    MLX,
    TORCHTUNE,
    TRL_FULL,
    TRL_LORA,
    lines,
    marked,
    reason,
    run_of,
    table_of,
)

SIZES = ("small_batch", "large_batch", "batch_over_dataset")
TRL = TRL_LORA + "per_device_train_batch_size: {}\ngradient_accumulation_steps: {}\n"
AX = AXOLOTL + "micro_batch_size: {}\ngradient_accumulation_steps: {}\n"
LF = LLAMA_FACTORY + "per_device_train_batch_size: {}\ngradient_accumulation_steps: {}\n"
TRLS = "`per_device_train_batch_size: {}` x `gradient_accumulation_steps: {}`"
DEFAULT_SIZE = "`per_device_train_batch_size` is 8 (default of TRL 1.16)"
DEFAULTED = "`per_device_train_batch_size: 3` x `gradient_accumulation_steps` is 1 (default of LLaMA-Factory 0.9.5)"
EIGHT = "`gradient_accumulation_steps: 8` gives 16"
SEEN = "`micro_batch_size: 1` x `gradient_accumulation_steps: 2` on one device: 2 records in a step"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (AX.format(1, 2), f"{SEEN}, fewer than 4; `gradient_accumulation_steps: 16` gives 16"),
        (
            TRL.format(2, 1),
            f"{TRLS.format(2, 1)} on one device: 2 records in a step, fewer than 4; {EIGHT}",
        ),
        (
            LLAMA_FACTORY + "per_device_train_batch_size: 3\n",
            f"{DEFAULTED} on one device: 3 records in a step, fewer than 4; `gradient_accumulation_steps: 6` gives 18",
        ),
        (
            AXOLOTL + "micro_batch_size: 1\nbatch_size: 2\n",
            "`batch_size: 2` on one device: 2 records in a step, fewer than 4; `batch_size: 16` is enough",
        ),
        (AX.format(1, 4), None),
        (AX.format(2, 2), None),
        (AX.format("auto", 1), None),
    ],
)
def test_a_small_batch(tmp_path, text, said):
    assert marked(run_of(tmp_path, text), *SIZES) == ({"small_batch": said} if said else {})


def test_the_line_is_that_of_the_number_that_can_be_changed(tmp_path):
    assert lines(run_of(tmp_path, AX.format(1, 2)), "small_batch") == [4]
    assert lines(run_of(tmp_path, AXOLOTL + "micro_batch_size: 1\n"), "small_batch") == [3]


@pytest.mark.parametrize(
    ("more", "settings", "why"),
    [
        ("sample_packing: true\n", "", "with packing a sequence holds several records, and how many is not known"),
        ("sample_packing: auto\n", "", "whether records are packed is not known"),
        (
            "deepspeed: zero2.json\n",
            "",
            "DeepSpeed, FSDP or accelerate shares each step among devices, and nothing says ",
        ),
        ("fsdp_config:\n  offload_params: true\n", "", "DeepSpeed, FSDP or accelerate shares each step"),
        ("optimizer: galore_adamw_layerwise\n", "", "layer by layer (`optimizer`) nothing can be accumulated"),
        ("max_steps: 19\n", "", "a run of 19 steps only shows whether it runs"),
        ("max_steps: 20\n", "", None),
        ("rl: grpo\n", "", "reinforcement learning makes several answers of each prompt"),
        ("deepspeed: zero2.json\n", "[training]\ndevices = 2\n", None),
        ("", "", None),
    ],
)
def test_what_says_nothing_of_a_small_batch(tmp_path, more, settings, why):
    source = run_of(tmp_path, AX.format(1, 1) + more, settings=settings)
    said = reason(source, "small_batch")
    assert (said is None) if why is None else (said or "").startswith(why)
    assert ("small_batch" in marked(source, *SIZES)) is (why is None)


def test_devices_count(tmp_path):
    told = "[training]\ndevices = {}\n"
    assert marked(run_of(tmp_path, AX.format(1, 1), settings=told.format(4)), *SIZES) == {}
    found = marked(run_of(tmp_path, AX.format(1, 1), settings=told.format(3)), *SIZES)["small_batch"]
    assert found.endswith("on 3 devices: 3 records in a step, fewer than 4; `gradient_accumulation_steps: 6` gives 18")
    launched = (
        "compute_environment: LOCAL_MACHINE\ndistributed_type: MULTI_GPU\nmixed_precision: bf16\nnum_processes: 8\n"
    )
    assert marked(run_of(tmp_path, AX.format(1, 1), beside={"accelerate.yaml": launched}), *SIZES) == {}
    unknown = run_of(
        tmp_path, AX.format(1, 1), beside={"accelerate.yaml": launched.replace("num_processes", "machine_rank")}
    )
    assert "how many there are" in (reason(unknown, "small_batch") or "")
    of_axolotl = run_of(tmp_path, AXOLOTL + "batch_size: 2\n", settings=told.format(8))
    assert of_axolotl.plan is not None
    assert of_axolotl.plan.batch == 16  # its `batch_size` is that of one device


def test_a_framework_that_shares_a_batch_out_among_devices(tmp_path):
    text = MLX + "batch_size: 2\n"
    for settings in ("", "[training]\ndevices = 8\n"):
        found = marked(run_of(tmp_path, text, settings=settings), *SIZES)["small_batch"]
        assert found.endswith("2 records in a step, fewer than 4; `grad_accumulation_steps: 8` gives 16")


def test_a_framework_that_counts_tokens(tmp_path):
    """Of mistral-finetune's sequences each holds as many records as there is room for."""
    source = run_of(tmp_path, MISTRAL + "batch_size: 1\n")
    assert marked(source, *SIZES) == {}
    assert (reason(source, "small_batch") or "").startswith("with packing")
    assert list(marked(run_of(tmp_path, MISTRAL + "num_microbatches: 129\n"), *SIZES)) == ["large_batch"]


def test_torchtunes_batch(tmp_path):
    source = run_of(tmp_path, TORCHTUNE + "batch_size: 2\ngradient_accumulation_steps: 1\n")
    assert list(marked(source, *SIZES)) == ["small_batch"]


@pytest.mark.parametrize(("records", "proposed"), [(400, 16), (80, 8), (40, 4), (27, 4), (26, 0), (10, 0)])
def test_with_few_records_a_small_batch_leaves_steps(tmp_path, records, proposed):
    """Three epochs of 26 records are 78 records: by four they are not even 20 steps."""
    found = marked(run_of(tmp_path, TRL.format(1, 1), records=records), "small_batch")
    assert [text.rpartition(" ")[2] for text in found.values()] == ([str(proposed)] if proposed else [])


@pytest.mark.parametrize(
    ("text", "is_marked"),
    [
        (TRL.format(8, 16), False),  # LoRA: 128
        (TRL.format(8, 17), True),
        (TRL.replace("use_peft: true\n", "").format(8, 32), False),
        (TRL.replace("use_peft: true\n", "").format(8, 33), True),
        (LF.format(8, 17), True),
        (LF.replace("sft", "pt").format(8, 100), False),
        (AX.format(8, 100) + "rl: grpo\n", False),
        (AX.format(8, 100) + "sample_packing: true\n", True),  # a sequence holds one record or more
    ],
)
def test_a_large_batch(tmp_path, text, is_marked):
    assert list(marked(run_of(tmp_path, text), *SIZES)) == (["large_batch"] if is_marked else [])


def test_a_batch_that_is_larger_than_the_dataset(tmp_path):
    source = run_of(tmp_path, TRL.format(8, 4), records=31)
    assert marked(source, *SIZES, "few_steps") == {
        "batch_over_dataset": "`per_device_train_batch_size: 8` x `gradient_accumulation_steps: 4` on one device: 32 "
        "records in a step, and there are 31 to train on"
    }
    assert marked(run_of(tmp_path, TRL.format(8, 4), records=32), *SIZES) == {}
    huge = run_of(tmp_path, TRL.format(64, 64), records=100)
    assert list(marked(huge, *SIZES)) == ["batch_over_dataset"]
    assert reason(huge, "few_steps") == "a step sees more records than there are"
    assert reason(run_of(tmp_path, TRL.format(8, 4)), "batch_over_dataset") == "how many records there are is not known"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TRL.format(0, 4), "`per_device_train_batch_size: 0`: a step needs at least one record"),
        (AX.format(2, -1), "`gradient_accumulation_steps: -1`: a step needs at least one record"),
        (LF.format(4, 1.5), "`gradient_accumulation_steps: 1.5`: a whole number is needed"),
        (LF.format(2, "2.0"), None),
        (TRL_FULL, None),
    ],
)
def test_numbers_that_no_batch_can_have(tmp_path, text, said):
    found = marked(run_of(tmp_path, text), *SIZES, "impossible_batch")
    assert found == ({"impossible_batch": said} if said else {})


def deepspeed(**values: object) -> dict[str, str]:
    return {"ds.json": json.dumps({"zero_optimization": {"stage": 2}} | values, indent=1)}


@pytest.mark.parametrize(
    ("text", "values", "devices", "said"),
    [
        (TRL.format(4, 2), {"train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 2}, 0, ""),
        (TRL.format(4, 2), {"train_micro_batch_size_per_gpu": "auto", "train_batch_size": "auto"}, 0, ""),
        (
            TRL.format(4, 2),
            {"train_micro_batch_size_per_gpu": 8},
            0,
            "`train_micro_batch_size_per_gpu: 8` in ds.json, where `per_device_train_batch_size: 4`",
        ),
        (
            TRL_LORA,
            {"train_micro_batch_size_per_gpu": 4},
            0,
            f"`train_micro_batch_size_per_gpu: 4` in ds.json, where {DEFAULT_SIZE}",
        ),
        (TRL.format(4, 2), {"train_batch_size": 32}, 0, ""),
        (TRL.format(4, 2), {"train_batch_size": 32}, 4, ""),
        (
            TRL.format(4, 2),
            {"train_batch_size": 32},
            2,
            f"`train_batch_size: 32`, where {TRLS.format(4, 2)} on 2 devices is 16",
        ),
        (
            TRL.format(4, 2),
            {"train_batch_size": 20},
            0,
            f"`train_batch_size: 20`, where {TRLS.format(4, 2)} is no divisor of it (8)",
        ),
    ],
)
def test_deepspeeds_numbers_and_the_trainers(tmp_path, text, values, devices, said):
    settings = f"[training]\ndevices = {devices}\n" if devices else ""
    source = run_of(tmp_path, text + "deepspeed: ds.json\n", beside=deepspeed(**values), settings=settings)
    assert marked(source, "contradicting_batch") == ({"contradicting_batch": said} if said else {})


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (
            "",
            "`micro_batch_size` is 1 (default of LLaMA-Factory 0.9.5) on one device: 1 record in a step, fewer than 4",
        ),
        ("micro_batch_size: 2\n", "`micro_batch_size: 2` on one device: 2 records in a step, fewer than 4"),
    ],
)
def test_what_accumulates_by_the_whole_batch_alone_is_told_that(tmp_path, batch, said):
    text = f"model: m\ntrain_dataset: d.yaml\npeft_config:\n  name: lora\n{batch}"
    assert marked(run_of(tmp_path, text), "small_batch") == {
        "small_batch": f"{said}; `global_batch_size: 16` is enough"
    }
    assert marked(run_of(tmp_path, f"{text}global_batch_size: 16\n"), "small_batch") == {}


@pytest.mark.parametrize(
    ("trainer", "size", "found"),
    [
        (TRL.format(4, 2), 2, {"contradicting_batch"}),
        (TRL.format(4, 2), 4, set()),
        (TRL.format(4, 2), "auto", set()),
        (TRL_LORA, 4, {"contradicting_batch"}),  # the trainer's default is 8
        (TRL_LORA, 8, set()),
    ],
)
def test_deepspeeds_numbers_within_the_trainers_file(tmp_path, trainer, size, found):
    text = f"{trainer}deepspeed:\n  zero_optimization: {{stage: 2}}\n  train_micro_batch_size_per_gpu: {size}\n"
    assert set(marked(run_of(tmp_path, text), "contradicting_batch")) == found


def test_numbers_that_differ_from_the_trainers_are_added_up_by_themselves(tmp_path):
    values = {"train_batch_size": 64, "train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 3}
    source = run_of(tmp_path, f"{TRL.format(2, 8)}deepspeed: ds.json\n", beside=deepspeed(**values))
    texts = [mark.text for mark in table_of(source, ["contradicting_batch"]).facts["contradicting_batch"].values()]
    own = "`train_micro_batch_size_per_gpu: 4` x `gradient_accumulation_steps: 3`"
    assert sorted(texts) == [
        "`gradient_accumulation_steps: 3` in ds.json, where `gradient_accumulation_steps: 8`",
        f"`train_batch_size: 64`, where {own} is no divisor of it (12)",
        "`train_micro_batch_size_per_gpu: 4` in ds.json, where `per_device_train_batch_size: 2`",
    ]


@pytest.mark.parametrize(("whole", "is_marked"), [(24, False), (32, True)])
def test_deepspeeds_numbers_by_themselves(tmp_path, whole, is_marked):
    values = {"train_batch_size": whole, "train_micro_batch_size_per_gpu": 3, "gradient_accumulation_steps": 4}
    found = marked(run_of(tmp_path, deepspeed(**values)["ds.json"], name="ds.json"), "contradicting_batch")
    assert list(found) == (["contradicting_batch"] if is_marked else [])


FEWER = "fewer than 20"
RUN = f"3 epochs of 90 records are 18 optimizer steps, {FEWER}"
SHORT = f"3 epochs of 20 records are 6 optimizer steps, {FEWER}"
STEPS = ("few_steps", "few_steps_to_evaluate")


@pytest.mark.parametrize(
    ("text", "records", "said"),
    [
        (
            TRL.format(4, 4) + "num_train_epochs: 3\n",
            90,
            (
                f"{TRLS.format(4, 4)} on one device: 16 records in a step; {RUN}; "
                "`gradient_accumulation_steps: 3` gives 24"
            ),
        ),
        (TRL.format(4, 4) + "num_train_epochs: 3\n", 112, None),
        (
            TRL.format(16, 1) + "num_train_epochs: 3\n",
            90,
            f"{TRLS.format(16, 1)} on one device: 16 records in a step; {RUN}",
        ),
        (
            TRL.format(1, 16) + "num_train_epochs: 3\n",
            20,
            f"{TRLS.format(1, 16)} on one device: 16 records in a step; {SHORT}",
        ),
        (TRL.format(4, 4) + "max_steps: 10\n", 1000, None),  # somebody wants to see whether it runs
        (TRL.format(4, 4) + "num_train_epochs: 3\n", None, None),
    ],
)
def test_few_steps(tmp_path, text, records, said):
    assert marked(run_of(tmp_path, text, records=records), *STEPS) == ({"few_steps": said} if said else {})


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("evals_per_epoch: 10\n", None),
        (
            "evals_per_epoch: 11\n",
            "`evals_per_epoch: 11`: 11 evaluations of each epoch, and an epoch of 80 records has 10 optimizer steps",
        ),
        ("eval_steps: 0.03\n", "`eval_steps: 0.03`: 11.1 evaluations of each epoch, and an epoch of 80 records has 10"),
        ("eval_steps: 0.1\n", None),
        ("eval_steps: 50\n", None),
    ],
)
def test_evaluations_of_an_epoch(tmp_path, more, said):
    text = AX.format(4, 2) + "num_epochs: 3\ntest_datasets:\n  - path: held.jsonl\n" + more
    found = marked(run_of(tmp_path, text, records=80), *STEPS)
    assert list(found) == (["few_steps_to_evaluate"] if said else [])
    assert all(text.startswith(said or "") for text in found.values())


@pytest.mark.parametrize(
    "text",
    [
        "num_train_epochs: 1e999\nwarmup_ratio: 1e999\nlearning_rate: 1e999\n",
        "max_steps: 1e30\nmax_length: 99999999999999999999999\nwarmup_steps: -.inf\n",
        "per_device_train_batch_size: 999999999999999\ngradient_accumulation_steps: 999999999999999\n",
        "max_grad_norm: .inf\nnum_train_epochs: 999999999999999\n",
    ],
)
def test_numbers_that_no_run_reaches_are_none(tmp_path, text):
    """The report's JSON holds 64 bits, and no infinity."""
    source = run_of(tmp_path, TRL_FULL + text, records=1_000)
    orjson.dumps(source.described())
    assert not [text for text in marked(source).values() if "inf%" in text or " inf " in text]
    numbers = [number for name, number in vars(source.plan).items() if name != "bound"]
    assert all(number is None or abs(number) <= 1e15 for number in numbers)
