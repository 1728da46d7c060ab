"""Whatever value stands in a key that a framework reads, all facts of the table `settings` are found."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.training_settings import (
    AXOLOTL,
    HUGGING_FACE,
    LLAMA_FACTORY,
    MISTRAL,
    MLX,
    TORCHTUNE,
    TRL_LORA,
    run_of,
    table_of,
)
from tunespec.training.frameworks import BESIDE, TRAINERS
from tunespec.training.values import number, positive

yaml = pytest.importorskip("yaml")
STUDIO = "model: m\ntraining: {training_type: lora, batch_size: 2}\n"
V1 = "model: m\npeft_config: {name: lora}\ntrain_dataset: d\n"
BASES = (HUGGING_FACE, TRL_LORA, LLAMA_FACTORY, AXOLOTL, MLX, MISTRAL, TORCHTUNE, STUDIO, V1)
DEEPSPEED = '{"zero_optimization": {"stage": 2}, "train_micro_batch_size_per_gpu": "auto"}'
KEYS = {
    one.name: sorted({name for key in one.keys.values() for name in (key.key, *key.or_else)})
    for one in (*TRAINERS, *BESIDE.values())
}
EVERY = sorted({key for keys in KEYS.values() for key in keys} | {"lr_schedule.arguments.0", "lora_parameters.scale"})
EXTREME = [float("inf"), float("-inf"), float("nan"), 1e-320, 1e308, -1e308, 10**400, -(10**400), 2**63, 0, -1, 1e-9]
VALUES = (
    st.sampled_from([*EXTREME, ".inf", "1e-320", "1e999", "nan", "auto", "no", "steps", "epoch", "${x}", "9" * 400])
    | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.lists(st.integers() | st.text(max_size=3), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
)  # fmt: skip
NUMBER = count()


def with_values(base: str, values: dict[str, Any]) -> str:
    """A configuration with these dotted keys."""
    data = yaml.safe_load(base)
    for key, value in values.items():
        *above, last = key.split(".")
        inner = data
        for part in above:
            if not isinstance(inner.get(part), dict):
                inner[part] = {}
            inner = inner[part]
        inner[last] = value
    return yaml.safe_dump(data, allow_unicode=True)


def find_all(folder: Path, base: str, values: dict[str, Any], launched: dict[str, Any]) -> None:
    own = folder / str(next(NUMBER))
    own.mkdir()
    beside = {"ds.json": json.dumps({**json.loads(DEEPSPEED), **launched})}
    source = run_of(own, with_values(base, values), beside=beside)
    source.trained_on = 7  # type: ignore[misc]
    assert source.spec is not None or source.problems or values
    table_of(source)
    assert isinstance(source.described(), dict)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(BASES),
    st.dictionaries(st.sampled_from(EVERY), VALUES, max_size=6),
    st.dictionaries(st.sampled_from([one for one in KEYS["DeepSpeed"] if "." not in one]), VALUES, max_size=2),
)
@example(HUGGING_FACE, {"per_device_train_batch_size": float("inf")}, {})
@example(HUGGING_FACE, {"eval_strategy": "steps", "eval_steps": 1e-320}, {})
@example(MLX, {"iters": float("inf")}, {})
def test_no_value_ends_in_an_exception(tmp_path, base: str, values: dict[str, Any], launched: dict[str, Any]):
    find_all(tmp_path, base, values, launched)


@pytest.mark.slow
@pytest.mark.parametrize("value", EXTREME, ids=map(str, range(len(EXTREME))))
@pytest.mark.parametrize("base", BASES)
def test_each_key_alone_takes_an_extreme_value(tmp_path, base: str, value: float):
    for key in EVERY:
        find_all(tmp_path, base, {key: value}, {})


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (float("inf"), None), (float("-inf"), None), (float("nan"), None), ("inf", None), ("1e999", None),
        (1e-320, None), ("1e-320", None), (10**400, None), (1e16, None), ("9" * 400, None), (True, None),
        (0, 0), (0.0, 0.0), ("0", 0), (1e15, 1e15), (-5, -5), ("2e-4", 2e-4), (1e-12, 1e-12), ("3", 3),
    ],
)  # fmt: skip
def test_a_number_is_one_that_a_run_can_have(value: Any, read: float | None):
    assert number(value) == read
    assert positive(value) == (read if read and read > 0 else None)
