"""Whatever a file holds, its reader gives a run, nothing, or a sentence: never a traceback, and never without end."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.chat_templates import CORPORA
from tests.notebooks import notebook
from tunespec.subjects import DataFile
from tunespec.templates.rows import Rows
from tunespec.training.configuration import spec_in, training_format, why_no_training
from tunespec.training.errors import TrainingError
from tunespec.training.known_keys import known_keys
from tunespec.training.named_data import named_data
from tunespec.training.plan import plan_of
from tunespec.training.setting_facts import keys, misread
from tunespec.training.setting_rows import SettingRows

EACH = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Words of all frameworks' configurations, so that most files are one's.
WORDS = st.sampled_from(
    "model model_name_or_path base_model stage finetuning_type template dataset datasets adapter learning_rate iters "
    "num_train_epochs save_steps logging_steps warmup_steps deepspeed lora_parameters scale rank lr_schedule arguments "
    "num_layers adapter_path optimizer optim _component_ lr data training training_type num_epochs batch_size lora "
    "model_id_or_path run_dir seq_len instruct_data train_dataset peft_config quant_config eval_strategy max_steps "
    "zero_optimization train_batch_size bf16 enabled special_tokens eot_tokens packing".split()
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["auto", "${x}", "no", "2e-4", "1" * 400, "lora", "steps", "-1", "nan", "1e999", "", "."])
)  # fmt: skip
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=6), inner, max_size=6)
)
MAPPINGS = st.dictionaries(WORDS, TREES, min_size=1, max_size=12)
KINDS = frozenset([*misread.KINDS.split(), *keys.KINDS.split()])
HARD = [
    "a: &a [*a, *a]\n",
    "a: &a {b: *a}\nlearning_rate: 1\n",
    "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n" + "learning_rate: 1\n",
    "learning_rate: " + "[" * 3000 + "]" * 3000,
    "learning_rate: " + "{a: " * 500 + "1" + "}" * 500,
    "iters: " + "9" * 5000,
    "iters: 0x" + "f" * 5000 + "\nnum_layers: 1\nadapter_path: a\n",
    "learning_rate: !!python/object/apply:os.system [x]\n",
    "learning_rate: !!binary x\n? [a]\n: b\n",
    "learning_rate: 1\n---\nlearning_rate: 2\n",
    "\ufefflearning_rate: 1\n\x00",
    "<<: 1\nlearning_rate: 1\n",
    "<<: [1, {learning_rate: 2}]\n",
]


def check(path: Path, content: str) -> None:
    """Read it in all ways in which a check does."""
    path.write_text(content, encoding="utf-8", errors="surrogatepass")
    format_ = training_format(path)
    assert isinstance(why_no_training(path), str)
    file = DataFile(path, path.name, None, format_ or "training")
    try:
        spec = spec_in(file)
    except TrainingError:
        return
    if spec is None:
        return
    assert all(str(setting) for setting in spec)
    assert plan_of(spec, 100, None) is not None
    assert isinstance(list(named_data(spec, path.parent)), list)
    known_keys(spec)
    rows = Rows(KINDS)
    own = SettingRows.of(spec, rows)
    for find in (misread.misread_facts, keys.key_facts):
        find(None, own)  # type: ignore[arg-type]
    rows.found()


@EACH
@given(MAPPINGS)
def test_any_json(tmp_path, data: dict[str, Any]):
    check(tmp_path / f"{abs(hash(repr(data)))}.json", json.dumps(data))


@EACH
@given(MAPPINGS)
def test_any_yaml(tmp_path, data: dict[str, Any]):
    yaml = pytest.importorskip("yaml")
    check(tmp_path / f"{abs(hash(repr(data)))}.yaml", yaml.safe_dump(data, allow_unicode=True))


@EACH
@given(st.text(alphabet=st.sampled_from("learning_rate: 12e-&*![]{}\n\t'\"|>?#%@,"), max_size=200))
def test_any_text(tmp_path, text: str):
    for suffix in ("yaml", "json", "py", "ipynb"):
        check(tmp_path / f"{abs(hash(text))}.{suffix}", text + "\nlearning_rate: 1\n# SFTConfig")


@pytest.mark.parametrize("text", HARD)
def test_texts_that_are_meant_to_break_a_reader(tmp_path, text: str):
    check(tmp_path / "hard.yaml", text)


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
@EACH
@given(st.data())
def test_any_truncation_of_a_real_configuration(tmp_path, data: st.DataObject):
    paths = sorted(one for one in (CORPORA / "training_configs").rglob("*") if one.is_file())
    path = data.draw(st.sampled_from(paths))
    text = path.read_text(encoding="utf-8")
    cut = data.draw(st.integers(0, len(text)))
    check(tmp_path / f"{path.stem}-{cut}{path.suffix}", text[:cut])


EXPRESSIONS = st.sampled_from(
    [
        "1", "'x'", "None", "True", "args.lr", "x", "[1, x]", "{'a': 1}", "{**x}", "f'{x}'", "1 if x else 2", "-x",
        "lambda: 1", "2 ** 10 ** 9", "'a' * 10 ** 9", "9" * 4000, "x[0]", "IntervalStrategy.EPOCH", "SFTConfig()",
        "(y := 3)", "[i for i in x]", "10 ** 400", "1e999", "'\\ud800'", "...", "1j", "b''",
    ]
)  # fmt: skip
KEYS = st.sampled_from(
    "learning_rate num_train_epochs eval_strategy deepspeed packing max_length args eval_dataset data_collator".split()
)
CALLS = st.sampled_from(
    "SFTConfig TrainingArguments SFTTrainer Trainer LoraConfig BitsAndBytesConfig EarlyStoppingCallback load_dataset "
    "DataCollatorForLanguageModeling FastLanguageModel.from_pretrained FastLanguageModel.get_peft_model".split()
)
ARGUMENTS = st.lists(
    st.one_of(
        EXPRESSIONS,
        st.builds("*{}".format, EXPRESSIONS),
        st.builds("**{}".format, EXPRESSIONS),
        st.builds("{}={}".format, KEYS, EXPRESSIONS),
    ),
    max_size=5,
)
LINES = st.one_of(
    st.builds("{}({})".format, CALLS, ARGUMENTS.map(", ".join)),
    st.builds("x = {}({})".format, CALLS, ARGUMENTS.map(", ".join)),
    st.builds("x = {}".format, EXPRESSIONS),
    st.builds("x.{} = {}".format, KEYS, EXPRESSIONS),
    st.sampled_from(["t.pad_token = t.eos_token", "if x:\n    t.pad_token = '<p>'", "x = x", "x = [x, x]", "x += 1"]),
)
IMPORTS = """\
from transformers import *
from transformers import IntervalStrategy, TrainingArguments, Trainer, BitsAndBytesConfig, EarlyStoppingCallback
from transformers import DataCollatorForLanguageModeling
from trl import SFTConfig, SFTTrainer
from peft import LoraConfig
from unsloth import FastLanguageModel
from datasets import load_dataset
"""


@EACH
@given(st.lists(LINES, max_size=8), st.booleans())
def test_any_python(tmp_path, lines: list[str], inside: bool):
    body = [f"def f(x, **k):\n    {'    '.join(line.splitlines(keepends=True))}" if inside else line for line in lines]
    text = IMPORTS + "\n".join(body)
    check(tmp_path / f"{abs(hash(text))}.py", text)


@EACH
@given(st.lists(LINES | st.sampled_from(["def (", "%%bash\n(", "!x", "\r", "\u2028"]), max_size=8), st.integers(3, 4))
def test_any_notebook(tmp_path, lines: list[str], version: int):
    text = notebook(IMPORTS, *lines, version=version).decode()
    check(tmp_path / f"{abs(hash(text))}.ipynb", text)


def test_a_program_that_was_made_takes_no_longer_than_it_is_long(tmp_path):
    text = "".join(f"if x:\n    x = f(x, {at})\n" for at in range(400))
    check(tmp_path / "long.py", f"{IMPORTS}{text}SFTTrainer(x, SFTConfig())\nSFTTrainer(x, SFTConfig())\n")
    check(tmp_path / "many.py", IMPORTS + "a = SFTConfig()\nSFTTrainer(x, a)\nSFTTrainer(x)\n" * 200)


@pytest.mark.parametrize("depth", [50, 2000])
def test_a_program_as_deep_as_python_allows(tmp_path, depth: int):
    check(tmp_path / "deep.py", f"{IMPORTS}SFTConfig(learning_rate={'(' * depth}1{')' * depth})\n")
    check(tmp_path / "long.py", f"{IMPORTS}SFTConfig(learning_rate={' + '.join(['1'] * depth)})\n")
    check(
        tmp_path / "chain.py", IMPORTS + "".join(f"x{at} = x{at - 1}\n" for at in range(depth)) + "SFTConfig(seed=x9)\n"
    )


def test_the_programs_of_this_project_are_read(tmp_path):
    for path in sorted(Path(__file__).parent.glob("*.py"))[:40]:
        text = path.read_text(encoding="utf-8")
        assert ast.parse(text)
        check(tmp_path / path.name, text + "\n# SFTConfig")
