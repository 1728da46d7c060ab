"""A folder that is named for another stage than the run's, in each framework's words; and names that only look so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.training_settings import (
    AXOLOTL,
    CONFIGURATIONS,
    HUGGING_FACE,
    LLAMA_FACTORY,
    MLX,
    TORCHTUNE,
    marked,
    real_runs,
    reason,
    run_of,
)
from tunespec.config import find
from tunespec.discover import discover
from tunespec.discover_training import told_of_data
from tunespec.subjects import DataFile, TrainingRun
from tunespec.training.data_files import Trained
from tunespec.training.source import RunSource
from tunespec.training.stages import sharing

DPO = LLAMA_FACTORY.replace("stage: sft", "stage: dpo")
PRETRAIN = LLAMA_FACTORY.replace("stage: sft", "stage: pt")
FLAT = HUGGING_FACE.replace("output_dir: out\n", "")
PROGRAM = """\
from trl import DPOConfig, DPOTrainer
trainer = DPOTrainer("m", args=DPOConfig(output_dir={folder}), train_dataset=data)
"""


def said(folder, text, **more):
    return marked(run_of(folder, text, **more), "foreign_output").get("foreign_output", "")


@pytest.mark.parametrize(
    ("text", "folder", "told"),
    [
        (PRETRAIN, "saves/llama3-8b/lora/sft", "a run of `sft`, and this one has `stage: pt`: it writes over"),
        (DPO, "saves/sft/", "a run of `sft`, and this one has `stage: dpo`"),
        (DPO, "saves/pretrain", "a run of `pretrain`, and"),
        (LLAMA_FACTORY, "saves/kto", "a run of `kto`, and this one has `stage: sft`"),
        (LLAMA_FACTORY, "saves/pretrain", "a run of `pretrain`, and"),
        (
            LLAMA_FACTORY.replace("stage: sft\n", "finetuning_type: lora\n"),
            "saves/dpo",
            "no `stage` (LLaMA-Factory 0.9.5: sft)",
        ),
        (f"{AXOLOTL}rl: dpo\n", "./outputs/lora-sft", "a run of `sft`, and this one has `rl: dpo`"),
        (f"{AXOLOTL}datasets:\n  - path: d\n", "outputs\\\\dpo-out", "this one has `datasets` (sft)"),
        (f"{FLAT}num_generations: 8\n", "out/sft/run-2", "a run of `sft`, and"),
        (DPO, "saves/sft/v1.2", "a run of `sft`"),
        (DPO, "saves/SFT/2026-05-01", "a run of `sft`"),
    ],
)
def test_a_folder_of_another_stage(tmp_path, text, folder, told):
    text = f'{text}output_dir: "{folder}"\n'
    assert told in said(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        (DPO, "saves/dpo"),
        (DPO, "saves/sft/dpo"),  # after it
        (DPO, "saves/dpo-run/sft"),
        (DPO, "sft/models"),  # of the project, or of another part
        (DPO, "saves/zephyr-7b-sft"),  # the model that it starts from
        (DPO, "saves/sftp"),
        (DPO, "saves/sft-dpo"),
        (f"{DPO}pref_loss: kto_pair\n", "saves/kto"),
        (f"{DPO}pref_loss: simpo\n", "saves/dpo"),
        (PRETRAIN, "saves/pt"),
        (f"{AXOLOTL}datasets:\n  - path: d\n    type: completion\n", "outputs/pretrain"),  # pretraining in other words
        (f"{AXOLOTL}rl: grpo\n", "outputs/ppo"),
        (f"{FLAT}max_length: 64\n", "out/dpo"),  # keys that several trainers have
        (FLAT, "out/dpo"),
        (DPO, "2026/1"),
        (DPO, "../.."),
    ],
)
def test_a_folder_of_its_own(tmp_path, text, folder):
    assert said(tmp_path, f"{text}output_dir: {folder}\n") == ""


@pytest.mark.parametrize(("folder", "found"), [('"out/sft"', True), ('"out/dpo"', False), ("name", False)])
def test_a_program(tmp_path, folder, found):
    assert ("`sft`" in said(tmp_path, PROGRAM.format(folder=folder), name="train.py")) is found


@pytest.mark.parametrize("text", [MLX, TORCHTUNE, FLAT + "output_dir: out/sft\n", LLAMA_FACTORY])
def test_what_says_too_little_is_not_judged(tmp_path, text):
    assert reason(run_of(tmp_path, text), "foreign_output") == (
        "where the run writes to, or what it trains for, is not known"
    )


def together(folder, **texts):
    """What is said of the first of several configurations in one folder that write to ``out``."""
    own, *others = (f"{text}output_dir: ./out/\n" for text in texts.values())
    beside = {f"{name}.yaml": text for name, text in zip([*texts][1:], others, strict=True)}
    run = run_of(folder, own, beside=beside).run
    files = tuple(replace(file, format="training") for file in run.files)
    told = told_of_data(files, folder)
    run = TrainingRun(run.name, files[:1], beside=tuple(sharing(told)[files[0]]))
    return marked(RunSource(run, find(folder)), "shared_output").get("shared_output", "")


def test_two_stages_in_one_folder(tmp_path):
    assert together(tmp_path, sft=LLAMA_FACTORY, dpo=DPO) == (
        "`output_dir: ./out/` with `stage: sft` is also the folder of dpo.yaml (`stage: dpo`): the later run writes "
        "over what the earlier one left"
    )
    goes_on = DPO.replace("model_name_or_path: m", "model_name_or_path: other\nadapter_name_or_path: out/checkpoint-9")
    assert "dpo.yaml" in together(tmp_path, sft=LLAMA_FACTORY, dpo=goes_on)
    assert "rl.yaml (`rl: dpo`)" in together(tmp_path, sft=f"{AXOLOTL}datasets: []\n", rl=f"{AXOLOTL}rl: dpo\n")


def test_two_stages_of_one_program_in_one_folder(tmp_path):
    text = """\
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer
SFTTrainer("m", args=SFTConfig(output_dir="out")).train()
DPOTrainer("m", args=DPOConfig(output_dir="out")).train()
"""
    (tmp_path / "train.py").write_text(text, encoding="utf-8")
    config = find(tmp_path)
    dpo, sft = (marked(RunSource(run, config), "shared_output") for run in discover(config, [str(tmp_path)]).runs)
    assert "is also the folder of train.py:SFTTrainer (`trainer: SFTTrainer`): the later" in dpo["shared_output"]
    assert "is also the folder of train.py:DPOTrainer (`trainer: DPOTrainer`): the later" in sft["shared_output"]


@pytest.mark.parametrize(
    "texts",
    [
        {"a": LLAMA_FACTORY, "b": LLAMA_FACTORY},  # the same again, with another number
        {"a": LLAMA_FACTORY, "b": DPO, "c": DPO},  # to choose from
        {"a": LLAMA_FACTORY, "b": DPO.replace("model_name_or_path: m", "model_name_or_path: n")},
        {"a": LLAMA_FACTORY, "b": FLAT},  # no stage
        {"a": LLAMA_FACTORY, "b": "output_dir: [\n"},
        {"a": LLAMA_FACTORY, "b": DPO, "c": PRETRAIN, "d": DPO, "e": DPO},
    ],
)
def test_what_only_shares_a_folder(tmp_path, texts):
    assert together(tmp_path, **texts) == ""


def test_of_very_many_configurations_each_is_looked_at_once():
    class Output(str):
        __slots__ = ()
        read = 0

        def replace(self, *args):
            Output.read += 1
            return super().replace(*args)

    files = [DataFile(Path(f"{at % 7}/{at}.yaml"), f"{at}.yaml", None, "training") for at in range(200)]
    found = sharing({file: Trained(output_dir=Output(f"out/{at % 70}")) for at, file in enumerate(files)})
    assert Output.read == len(files)
    assert found[files[0]] == [files[70], files[140]]


@pytest.mark.skipif(not CONFIGURATIONS.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
def test_real_configurations(tmp_path):
    """Of 104 that say both, the one that LLaMA-Factory mended."""
    found = {name: texts for name, run in real_runs(tmp_path).items() if (texts := marked(run, "foreign_output"))}
    assert list(found) == ["pairs/llama-factory/llama3_lora_pretrain.before.yaml"]
