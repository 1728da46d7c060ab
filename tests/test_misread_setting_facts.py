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
V1 = "model: a/b\npeft_config: {name: lora}\ntrain_dataset: a.yaml\n"
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
        (HF + 'fp16: "false"\n', '`fp16: "false"`: a text, and each text is on; write `fp16: false`'),
        (LF + "do_eval: 'no'\n", '`do_eval: "no"`: a text, and each text is on; write `do_eval: false`'),
        (PROGRAM + "SFTConfig(bf16='False')", '`bf16="False"`: a text, and each text is on; write `bf16=False`'),
        (HF + "fp16: no\nbf16: off\ntf32: false\n", None),
        (HF + 'fp16: "true"\neval_strategy: "no"\n', None),
        (TRL + 'fp16: "false"\n', None),  # TrlParser hands it to argparse, which reads the word
        (AXOLOTL + 'fp16: "false"\n', None),  # so does pydantic
    ],
)
def test_a_switch_that_is_a_text(tmp_path, text: str, expected: str | None):
    found = marks(spec_of(tmp_path, text)).get("text_as_true", [])
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
        (LF + "lora_rnak: 16\n", "`lora_rnak: 16`: LLaMA-Factory refuses it; `lora_rank` is what it has"),
        (V1 + "trian_dataset: b\n", None),  # the right one is there, too
        (
            PROGRAM + "from peft import LoraConfig\nSFTTrainer(args=SFTConfig(), peft_config=LoraConfig(lora_aplha=8))",
            "`LoraConfig.lora_aplha: 8`: Hugging Face refuses it; `LoraConfig.lora_alpha` is what it has",
        ),
        (
            AXOLOTL + "learing_rate: 0.1\n",
            "`learing_rate: 0.1`: Axolotl passes over it; `learning_rate` is missing then: it stops",
        ),
        (
            MLX + "lora_parameters: {rnk: 8, scale: 20.0, dropout: 0.0}\n",
            "`lora_parameters.rnk: 8`: mlx-lm passes over it; `lora_parameters.rank` is missing then: it stops",
        ),
        (MLX + "lora_parameters: {keys: [a], rank: 8, scale: 20.0, dropout: 0.0}\n", None),
    ],
)
def test_a_misspelt_key_at_which_the_run_ends(tmp_path, text: str, expected: str | None):
    found = marks(spec_of(tmp_path, text))
    assert [text for _, text in found.get("refused_key", [])] == ([] if expected is None else [expected])
    assert "unknown_key" not in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            AXOLOTL + "gradient_acumulation_steps: 2\n",
            ("`gradient_acumulation_steps: 2`: Axolotl passes over it; `gradient_accumulation_steps` is what it has"),
        ),
        (MLX + "steps_per_evals: 2\n", "`steps_per_evals: 2`: mlx-lm passes over it; `steps_per_eval` is what it has"),
        (
            MLX + "lr_schedule: {name: cosine_decay, warmpu: 5, arguments: [1.0e-5, 10]}\n",
            "`lr_schedule.warmpu: 5`: mlx-lm passes over it; `lr_schedule.warmup` is what it has",
        ),
        (V1 + "train_datasets: 2\n", None),  # the right one is there, too
        (HF + "my_own_setting: 1\nlora_rank: 2\n", None),  # of a script's own
        (HF + "learing_rate: 1\nlearning_rate: 1\n", None),
    ],
)
def test_a_misspelt_key_that_is_passed_over(tmp_path, text: str, expected: str | None):
    found = marks(spec_of(tmp_path, text))
    assert [text for _, text in found.get("unknown_key", [])] == ([] if expected is None else [expected])
    assert "refused_key" not in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HF + "lr_scheduler_type: cosin\n",
            "`lr_scheduler_type: cosin`: Hugging Face refuses it; `cosine` is what it has",
        ),
        (LF + "optim: adamw_torchh\n", "`optim: adamw_torchh`: LLaMA-Factory refuses it; `adamw_torch` is what it has"),
        (
            PROGRAM + "TrainingArguments(optim='adamw_troch')",
            "`optim: adamw_troch`: Hugging Face refuses it; `adamw_torch` is what it has",
        ),
        (HF + "eval_strategy: step\n", "`eval_strategy: step`: Hugging Face refuses it; `steps` is what it has"),
        (AXOLOTL + "optimizer: adamw_torchh\n", "`optimizer: adamw_torchh`: Axolotl refuses it; `adamw_torch` is what"),
        (AXOLOTL + "optimizer: someone/kernel\nlr_scheduler: rex\n", None),
        (HF + "optim: adamw_hf\nlr_scheduler_type: linear\n", None),
        (HF + "optim: my_own_optimizer\n", None),  # of a newer version, perhaps
    ],
)
def test_a_misspelt_word(tmp_path, text: str, expected: str | None):
    found = marks(spec_of(tmp_path, text)).get("unknown_value", [])
    assert [text.startswith(expected or "-") for _, text in found] == ([] if expected is None else [True])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HF + "seed: 1\nseed: 2\n", [(5, "`seed` stands in line 4, and again in 5: the last one counts")]),
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
    assert "repeated_key_refused" not in marks(spec_of(tmp_path, text))


def test_a_key_that_stands_twice_is_refused_by_omegaconf(tmp_path):
    said = [(5, "`seed` stands in line 4, and again in 5: LLaMA-Factory refuses that")]
    found = marks(spec_of(tmp_path, LF + "seed: 1\nseed: 1\n"))
    assert (found.get("repeated_key_refused"), found.get("repeated_key")) == (said, None)


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
    text = TRL + "warmup_ratio: 0.1\nmax_seq_length: 512\noverwrite_output_dir: true\n"
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
