"""What a configuration says otherwise than it is meant: by framework, since each reads in a way of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chat_templates import CORPORA
from tunespec.config import Config
from tunespec.subjects import DataFile, TrainingRun
from tunespec.templates.rows import Rows
from tunespec.training.configuration import spec_in, training_format
from tunespec.training.known_keys import known_keys
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting_facts import keys, misread
from tunespec.training.setting_rows import SettingRows
from tunespec.training.source import RunSource

HF = "num_train_epochs: 1\nsave_steps: 10\nlogging_steps: 5\n"
TRL = HF + "packing: false\n"
LF = "model_name_or_path: a/b\nstage: sft\ntemplate: qwen\n"
AXOLOTL = "base_model: a/b\ndatasets: []\n"
MLX = "iters: 10\nnum_layers: 8\nadapter_path: a\n"
V1 = "model: a/b\ntrain_dataset: a.yaml\n"
PROGRAM = "from transformers import TrainingArguments\nfrom trl import SFTConfig\n"
KINDS = [*misread.KINDS.split(), *keys.KINDS.split()]


def spec_of(folder: Path, text: str) -> RunSpec:
    path = folder / ("train.py" if text.startswith("from") else "train.json" if text.startswith("{") else "train.yaml")
    path.write_text(text, encoding="utf-8")
    spec = spec_in(DataFile(path, path.name, None, "training"))
    assert spec is not None
    return spec


def facts(spec: RunSpec) -> Rows:
    rows = Rows(frozenset(KINDS))
    own = SettingRows.of(spec, rows)
    folder = spec.written.file.path.parent
    source = RunSource(TrainingRun("run", (spec.written.file,)), Config(root=folder))
    for find in (misread.misread_facts, keys.key_facts):
        find(source, own)
    return rows


def marks(spec: RunSpec) -> dict[str, list[tuple[int | None, str]]]:
    rows = facts(spec)
    found = {fact.name: [(rows.places[at].line, mark.text) for at, mark in fact.marks.items()] for fact in rows.found()}
    return {name: own for name, own in found.items() if own}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HF + "learning_rate: 2e-4\n",
            (
                4,
                (
                    "`learning_rate: 2e-4`: PyYAML takes it for a text, and "
                    "HfArgumentParser.parse_yaml_file hands that to the trainer; with a dot it is a number: 2.0e-04"
                ),
            ),
        ),
        (
            HF + "weight_decay: 15e-3\n",
            (
                4,
                (
                    "`weight_decay: 1.5e-2`: PyYAML takes it for a text, and "
                    "HfArgumentParser.parse_yaml_file hands that to the trainer; with a dot it is a number: 1.5e-02"
                ),
            ),
        ),
        (
            HF + 'learning_rate: "0.1"\n',
            (4, ('`learning_rate: "0.1"`: a text for HfArgumentParser.parse_yaml_file; write it without the quotes')),
        ),
        (
            PROGRAM + "TrainingArguments(learning_rate='2e-4')",
            (3, ("`learning_rate='2e-4'`: a text, which the optimizer cannot count with; write it without the quotes")),
        ),
        (HF + "learning_rate: 2.0e-4\n", None),
        (HF + "learning_rate: 0.0002\n", None),
        (TRL + "learning_rate: 2e-4\n", None),  # TrlParser makes a number of it
        (LF + "learning_rate: 2e-4\n", None),  # so does OmegaConf
        (AXOLOTL + "learning_rate: 2e-4\n", None),  # and pydantic
        (MLX + "learning_rate: 2e-4\n", None),
        (PROGRAM + "TrainingArguments(learning_rate=2e-4)", None),
        ('{"num_train_epochs": 1, "save_steps": 1, "logging_steps": 1, "learning_rate": 2e-4}', None),
    ],
)
def test_a_number_that_arrives_as_a_text(tmp_path, text: str, expected: tuple[int, str] | None):
    assert marks(spec_of(tmp_path, text)).get("number_as_text") == (None if expected is None else [expected])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HF + "eval_strategy: no\n",
            ('`eval_strategy: no` is read as false, which is none of its words; write `eval_strategy: "no"`'),
        ),
        (
            LF + "save_strategy: off\n",
            ('`save_strategy: off` is read as false, which is none of its words; write `save_strategy: "no"`'),
        ),
        (
            AXOLOTL + "eval_strategy: false\n",
            ('`eval_strategy: false` is read as false, which is none of its words; write `eval_strategy: "no"`'),
        ),
        (
            HF + "eval_strategy: yes\n",
            ('`eval_strategy: yes` is read as true, which is none of its words; write `eval_strategy: "steps"`'),
        ),
        (HF + 'eval_strategy: "no"\n', None),
        (HF + "eval_strategy: epoch\n", None),
        (HF + "bf16: yes\n", None),
        ('{"num_train_epochs": 1, "save_steps": 1, "logging_steps": 1, "eval_strategy": "no"}', None),
    ],
)
def test_a_word_that_is_read_as_false(tmp_path, text: str, expected: str | None):
    found = marks(spec_of(tmp_path, text)).get("word_as_false", [])
    assert [text for _, text in found] == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HF + "evaluation_strategy: steps\n",
            [("`evaluation_strategy: steps`: it is called `eval_strategy`; transformers 4.46 dropped the old name")],
        ),
        (
            HF + "warmup_ratio: 0.1\n",
            [
                (
                    "`warmup_ratio: 0.1`: transformers 5.23 has it no more: `warmup_steps` below 1 is "
                    "the same share, from 5.0 on"
                )
            ],
        ),
        (TRL + "max_seq_length: 64\n", ["`max_seq_length: 64`: it is called `max_length` in TRL 1"]),
        (PROGRAM + "SFTConfig(max_seq_length=64)", ["`max_seq_length: 64`: it is called `max_length` in TRL 1"]),
        (
            PROGRAM + "from unsloth import FastLanguageModel\nFastLanguageModel.from_pretrained('a')\n"
            "SFTConfig(max_seq_length=64)",
            [],
        ),
        (
            PROGRAM + "from trl import SFTTrainer\nSFTTrainer(args=SFTConfig(), tokenizer=tok)",
            ["`SFTTrainer.tokenizer: tok`: it is called `processing_class`; TRL 0.16 dropped the old name"],
        ),
        (LF + "warmup_ratio: 0.1\noverwrite_output_dir: true\n", []),  # its transformers still has them
        (LF + "dpo_beta: 0.1\n", ["`dpo_beta: 0.1`: it is called `pref_beta`"]),
        (AXOLOTL + "evaluation_strategy: steps\n", []),  # Axolotl follows the old name
        (AXOLOTL + "s2_attention: true\n", ["`s2_attention: true`: Axolotl stops at it: leave it out"]),
        (AXOLOTL + "s2_attention: false\ndpo_beta:\n", []),
        (
            MLX + "lora_layers: 4\n",
            ["`lora_layers: 4`: it is called `num_layers`, and mlx-lm passes over the old name"],
        ),
        (
            MLX + "lora_parameters:\n  rank: 8\n  alpha: 16\n",
            [("`lora_parameters.alpha: 16`: mlx-lm passes over it: it multiplies by `lora_parameters.scale`")],
        ),
    ],
)
def test_a_key_that_is_gone(tmp_path, text: str, expected: list[str]):
    assert [text for _, text in marks(spec_of(tmp_path, text)).get("removed_key", [])] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HF + "learing_rate: 0.1\n", "`learing_rate: 0.1`: Hugging Face refuses it; `learning_rate` is what it has"),
        (HF + "Learning-Rate: 0.1\n", "`Learning-Rate: 0.1`: Hugging Face refuses it; `learning_rate` is what it has"),
        (
            AXOLOTL + "gradient_acumulation_steps: 2\n",
            ("`gradient_acumulation_steps: 2`: Axolotl passes over it; `gradient_accumulation_steps` is what it has"),
        ),
        (MLX + "steps_per_evals: 2\n", "`steps_per_evals: 2`: mlx-lm passes over it; `steps_per_eval` is what it has"),
        (V1 + "train_datasets: 2\n", None),  # the right one is there, too
        (HF + "my_own_setting: 1\nlora_rank: 2\n", None),  # of a script's own
        (HF + "learing_rate: 1\nlearning_rate: 1\n", None),
    ],
)
def test_a_misspelt_key(tmp_path, text: str, expected: str | None):
    found = marks(spec_of(tmp_path, text)).get("unknown_key", [])
    assert [text for _, text in found] == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HF + "seed: 1\nseed: 2\n", [(5, "`seed` stands in line 4, and again in 5: the last one counts")]),
        (LF + "seed: 1\nseed: 1\n", [(5, "`seed` stands in line 4, and again in 5: LLaMA-Factory refuses that")]),
        (
            MLX + "lora_parameters: {rank: 1, rank: 2}\n",
            [(4, "`lora_parameters.rank` stands in line 4, and again in 4: the last one counts")],
        ),
        (HF + "base: &b {seed: 1}\nown:\n  <<: *b\n  seed: 2\n", None),
        (HF + "seed: 1\nown: {seed: 2}\n", None),
    ],
)
def test_a_key_that_stands_twice(tmp_path, text: str, expected: list[tuple[int, str]] | None):
    assert marks(spec_of(tmp_path, text)).get("repeated_key") == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HF + "warmup_steps: 0.1", True),
        (HF + "warmup_steps: 0", False),
        (HF, False),
        (LF + "warmup_steps: 0.05", True),
        (AXOLOTL + "warmup_steps: 0.1", False),
    ],
)
def test_a_fraction_of_steps(tmp_path, text: str, found: bool):
    assert ("fraction_of_steps" in marks(spec_of(tmp_path, text))) is found


def test_what_a_program_dumped_is_not_judged(tmp_path):
    text = HF + "adam_epsilon: 1.0e-8\nevaluation_strategy: steps\n" + "".join(f"key_{at}: 1\n" for at in range(60))
    rows = facts(spec_of(tmp_path, text))
    reasons = {fact.name: fact.reason for fact in rows.found() if fact.name in keys.KINDS.split()}
    assert set(reasons.values()) == {"a program wrote the file, which knows its own keys"}


def test_a_row_is_made_for_a_key_that_is_no_setting(tmp_path):
    rows = facts(spec_of(tmp_path, AXOLOTL + "s2_attention: true\n"))
    assert rows.places[-1].key == "train.yaml:s2_attention"
    assert rows.places[-1].line == 3


def test_what_is_gone_is_no_misspelling_of_what_is_there(tmp_path):
    for text in (HF, TRL, LF, AXOLOTL, MLX, V1):
        known = known_keys(spec_of(tmp_path, text))
        assert known is not None
        assert not [key for key in (*known.keys, *known.gone, *known.others) if known.meant(key, frozenset())]


@pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
def test_on_real_configurations_only_a_real_slip_is_found():
    found = {}
    for path in sorted(one for one in (CORPORA / "training_configs").rglob("*") if one.is_file()):
        if format_ := training_format(path):
            spec = spec_in(DataFile(path, path.name, None, format_))
            assert spec is not None
            if own := marks(spec):
                found[path.name] = own
    passed_over = "`context_parapllel_size: 2`: Axolotl passes over it; `context_parallel_size` is what it has"
    assert found == {"falcon-h1__falcon-h1-1b-qlora-cp.yaml": {"unknown_key": [(42, passed_over)]}}


@pytest.mark.parametrize(
    ("requirements", "keys_found"),
    [
        ("", ["warmup_ratio", "max_seq_length", "overwrite_output_dir"]),
        ("transformers==4.46.3\ntrl==0.12.2\n", []),
        ("transformers<5\n", ["max_seq_length"]),
        ("transformers==5.2.0\ntrl==0.19.0\n", ["overwrite_output_dir"]),
        ("transformers>=4.40\ntrl==1.4.0\n", ["warmup_ratio", "max_seq_length", "overwrite_output_dir"]),
    ],
)
def test_a_key_is_not_gone_from_the_version_that_the_project_pins(tmp_path, requirements, keys_found):
    (tmp_path / "requirements.txt").write_text(requirements, encoding="utf-8")
    text = HF + "warmup_ratio: 0.1\nmax_seq_length: 512\noverwrite_output_dir: true\n"
    found = marks(spec_of(tmp_path, text)).get("removed_key", [])
    assert sorted(said.partition(":")[0].strip("`") for _, said in found) == sorted(keys_found)


@pytest.mark.parametrize(
    ("requirements", "kind"),
    [
        ("", "fraction_of_steps"),
        ("transformers==4.46.3\n", "fraction_without_effect"),
        ("transformers==5.1\n", "fraction_of_steps"),
    ],
)
def test_a_share_of_the_steps_is_nothing_in_a_pinned_transformers_4(tmp_path, requirements, kind):
    (tmp_path / "requirements.txt").write_text(requirements, encoding="utf-8")
    assert list(marks(spec_of(tmp_path, HF + "warmup_steps: 0.05\n"))) == [kind]
