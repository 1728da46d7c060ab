"""H004's facts on settings, case by case: number formats, loss scaling, clipping, and files that do not agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.training_settings import CONFIGURATIONS, marked, real_runs, reason, run_of
from tunespec.training.model_formats import made_in

LLAMA_FACTORY = "model_name_or_path: {}\nstage: sft\nfinetuning_type: lora\ndataset: x\nlearning_rate: 1e-4\n"
AXOLOTL = "base_model: {}\nlearning_rate: 2e-4\nmicro_batch_size: 4\ndatasets:\n  - path: x/y\n    type: alpaca\n"
HUGGING_FACE = "learning_rate: 1e-4\nper_device_train_batch_size: 8\noutput_dir: out\nmodel_name_or_path: {}\n"
TORCHTUNE = (
    "model:\n  _component_: torchtune.models.qwen2_5.qwen2_5_0_5b\noptimizer:\n  _component_: torch.optim.AdamW\n"
)
QWEN, GEMMA, LLAMA_2 = "Qwen/Qwen2.5-7B-Instruct", "google/gemma-3-4b-it", "meta-llama/Llama-2-7b-hf"
ACCELERATE = "compute_environment: LOCAL_MACHINE\ndistributed_type: MULTI_GPU\nnum_processes: 2\nmixed_precision: {}\n"
OF_H004 = set(
    "full_precision contradicting_precision overruled_precision half_overflows half_of_bf16_model half_precision "
    "fixed_loss_scale unscaled_half clipping_off contradicting_clipping".split()
)
needs_corpora = pytest.mark.skipif(not CONFIGURATIONS.is_dir(), reason="no corpora beside the repository (../shared)")


def llama_factory(settings: str, model: str = QWEN) -> str:
    return LLAMA_FACTORY.format(model) + settings


def full(settings: str) -> str:
    return llama_factory(settings).replace("lora", "full")


def axolotl(settings: str, model: str = QWEN) -> str:
    return AXOLOTL.format(model) + settings


def found(folder: Path, text: str, name: str = "train.yaml", **beside: str) -> dict[str, str]:
    """What H004 marks; of the names of files beside the configuration, `_` stands for a dot."""
    named = {file.replace("_", ".", 1): content for file, content in beside.items()}
    texts = marked(run_of(folder, text, name=name, beside=named))
    return {kind: said for kind, said in texts.items() if kind in OF_H004}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (full(""), "neither `bf16` nor `fp16` is set, and LLaMA-Factory 0.9.5 turns none on: the run computes"),
        (full("bf16: false\n"), "`bf16: false`: the run computes in float32"),
        (full("bf16: false\nfp16: false\n"), "`bf16: false` and `fp16: false`: the run computes in float32"),
        (llama_factory(""), ""),  # the model is loaded in bfloat16 then, and the adapter alone is float32
        (llama_factory("bf16: false\nquantization_bit: 4\n"), ""),
        (llama_factory("bf16: true\n"), ""),
        (llama_factory("pure_bf16: true\n"), ""),
        (llama_factory("fp8: true\n"), ""),
        (llama_factory("use_badam: true\n"), ""),  # trains in the model's own format
        (axolotl(""), ""),  # `bf16: auto`
        (axolotl("bf16: auto\n"), ""),
        (axolotl("bf16: false\n"), "`bf16: false`: the run computes in float32"),
        (axolotl("bf16: false\nload_in_8bit: true\n"), ""),  # loads in float16
        (axolotl("bf16: false\nfp16: false\nload_in_8bit: false\n"), "`bf16: false` and `fp16: false`: the run"),
        (full("use_badam: false\n"), "neither `bf16` nor `fp16` is set"),
        (axolotl("bf16: false\nbfloat16: true\n"), ""),
        (f"{TORCHTUNE}dtype: fp32\n", "`dtype: fp32`: the run computes in float32"),
        (TORCHTUNE, ""),
        (HUGGING_FACE.format(QWEN), "neither `bf16` nor `fp16` is set, and transformers 5.23 turns none on"),
        (HUGGING_FACE.format("acme/classifier"), ""),  # no language model that is known
        (HUGGING_FACE.format("acme/base") + "max_length: 1024\n", ""),  # TRL turns bfloat16 on
        (HUGGING_FACE.format("acme/base") + "max_length: 1024\nbf16: false\n", "`bf16: false`: the run"),
        (HUGGING_FACE.format(QWEN) + "bf16: false\ntorch_dtype: bfloat16\n", ""),
    ],
)
def test_float32(tmp_path, text, said):
    texts = found(tmp_path, text)
    assert list(texts) == ["full_precision"] * bool(said)
    assert said in texts.get("full_precision", "")


def test_the_launcher_may_turn_a_format_on(tmp_path):
    assert found(tmp_path, full(""), accelerate_yaml=ACCELERATE.format("bf16")) == {}
    assert set(found(tmp_path, full(""), accelerate_yaml=ACCELERATE.format("no"))) == {"full_precision"}
    texts = found(tmp_path, axolotl("bf16: false\n"), accelerate_yaml=ACCELERATE.format("bf16"))
    assert set(texts) == {"full_precision"}  # Axolotl tells the launcher


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (llama_factory("fp16: true\n"), "half_of_bf16_model", f"`fp16: true` on `{QWEN}`, which was made in bfloat16"),
        (llama_factory("fp16: true\n", GEMMA), "half_overflows", "exceed the range of float16 (65,504)"),
        (llama_factory("fp16: true\n", LLAMA_2), "", ""),
        (
            llama_factory("fp16: true\n", "acme/mine"),
            "half_precision",
            "the format that `acme/mine` was made in is not",
        ),
        (llama_factory("fp16: true\n", "casperhansen/llama-3-70b-instruct-awq"), "", ""),  # its kernels need it
        (axolotl("fp16: true\n"), "half_of_bf16_model", "`fp16: true`"),
        (axolotl("bf16: false\nfp16: true\n", GEMMA), "half_overflows", "`fp16: true`"),
        (axolotl("bf16: false\nfloat16: true\n", LLAMA_2), "unscaled_half", "`float16: true`: the weights are float16"),
        (axolotl("bf16: false\nfp16: true\nfloat16: true\n", LLAMA_2), "", ""),  # mixed precision scales
    ],
)
def test_float16(tmp_path, text, kind, said):
    texts = found(tmp_path, text)
    assert list(texts) == [kind] * bool(kind)
    assert said in texts.get(kind, "")


@pytest.mark.parametrize(
    ("model", "made"),
    [
        ("google/gemma-2-9b-it", "bfloat16"), ("google/gemma-3n-E4B-it", "overflows"),
        ("unsloth/gemma-3-4b-it-unsloth-bnb-4bit", "overflows"), ("google/gemma-4-26B-A4B-it", "overflows"),
        ("openai/gpt-oss-20b", "overflows"), ("Qwen/Qwen3.5-9B", "overflows"), ("Qwen/Qwen3-30B-A3B", "overflows"),
        ("Qwen/Qwen3-4B", "bfloat16"), ("zai-org/GLM-4.6", "overflows"), ("zai-org/glm-4-9b-hf", "bfloat16"),
        ("NousResearch/Meta-Llama-3-8B", "bfloat16"), ("meta-llama/Llama-3.2-1B", "bfloat16"),
        ("NousResearch/Llama-2-7b-hf", "float16"), ("huggyllama/llama-7b", "float16"), ("gpt2", "float16"),
        ("mistralai/Mistral-7B-v0.1", "bfloat16"), ("mistralai/Ministral-3-3B-Instruct", "bfloat16"),
        ("TinyLlama/TinyLlama-1.1B-Chat-v1.0", "float16"), ("microsoft/phi-2", "float16"),
        ("microsoft/Phi-4-mini-instruct", "bfloat16"), ("TheBloke/Mistral-7B-GPTQ", "float16"),
        ("qwen/our-model", None), ("C:\\models\\gemma-3-1b\\", "overflows"), ("", None),
    ],
)  # fmt: skip
def test_what_a_model_was_made_in_by_its_name(model, made):
    assert made_in(model) == made


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({"torch_dtype": "bfloat16"}, "half_of_bf16_model"),
        ({"dtype": "bfloat16", "model_type": "llama"}, "half_of_bf16_model"),
        ({"torch_dtype": "float16"}, ""),
        ({"torch_dtype": "float32"}, ""),
        ({"model_type": "gemma3", "text_config": {"model_type": "gemma3_text"}}, "half_overflows"),
        ({"text_config": {"dtype": "bfloat16"}}, "half_of_bf16_model"),
        ({}, "half_precision"),
        ([], "half_precision"),
    ],
)
def test_what_a_model_was_made_in_by_its_folder(tmp_path, config: Any, kind):
    (tmp_path / "models/base").mkdir(parents=True)
    (tmp_path / "models/base/config.json").write_text(json.dumps(config), encoding="utf-8")
    assert list(found(tmp_path, llama_factory("fp16: true\n", "models/base"))) == [kind] * bool(kind)


@pytest.mark.parametrize(
    ("settings", "deepspeed", "kinds"),
    [
        ("bf16: true\n", {"bf16": {"enabled": "auto"}}, ""),
        ("bf16: true\n", {"bf16": {"enabled": True}}, ""),
        ("bf16: true\n", {"fp16": {"enabled": True}}, "contradicting_precision"),
        ("bf16: true\n", {"bf16": {"enabled": False}}, "contradicting_precision"),
        ("bf16: true\n", {"bf16": {"enabled": True}, "fp16": {"enabled": True}}, "contradicting_precision"),
        ("", {"bf16": {"enabled": True}}, "contradicting_precision"),  # transformers compares its default, too
        ("fp16: true\n", {"fp16": {"enabled": True, "loss_scale": 0}}, "half_of_bf16_model"),
        ("fp16: true\n", {"fp16": {"enabled": "auto", "loss_scale": 128}}, "half_of_bf16_model fixed_loss_scale"),
        ("bf16: true\n", {"fp16": {"enabled": "auto", "loss_scale": 128}}, ""),
        ("bf16: true\n", {"gradient_clipping": "auto"}, ""),
        ("bf16: true\n", {"gradient_clipping": 1.0}, ""),
        ("bf16: true\n", {"gradient_clipping": 0.5}, "contradicting_clipping"),
        ("bf16: true\nmax_grad_norm: 0.5\n", {"gradient_clipping": 0.5}, ""),
        ("bf16: true\nmax_grad_norm: 0\n", {"gradient_clipping": 0}, "clipping_off"),
        ("bf16: true\nmax_grad_norm: null\n", {"gradient_clipping": 1.0}, ""),
    ],
)
def test_deepspeed_beside_the_trainer(tmp_path, settings, deepspeed, kinds):
    written = json.dumps({"zero_optimization": {"stage": 2}, **deepspeed})
    text = llama_factory(f"deepspeed: ds.json\n{settings}")
    assert set(found(tmp_path, text, ds_json=written)) == set(kinds.split())


def test_the_message_names_both_files(tmp_path):
    written = json.dumps({"zero_optimization": {"stage": 2}, "fp16": {"enabled": True}})
    texts = found(tmp_path, llama_factory("deepspeed: ds.json\nbf16: true\n"), ds_json=written)
    said = "`fp16.enabled: true` (ds.json), and `fp16` is not set (off in LLaMA-Factory 0.9.5)"
    said += ": transformers refuses what differs; `auto` there takes the trainer's"
    assert texts == {"contradicting_precision": said}


def test_the_message_of_a_file_of_deepspeeds_that_turns_both_on(tmp_path):
    both = {"zero_optimization": {"stage": 2}, "bf16": {"enabled": True}, "fp16": {"enabled": True}}
    texts = found(tmp_path, llama_factory("deepspeed: ds.json\nbf16: true\n"), ds_json=json.dumps(both))
    said = "`bf16.enabled: true` (ds.json) and `fp16.enabled: true` (ds.json): DeepSpeed refuses both at once"
    assert texts == {"contradicting_precision": said}


@pytest.mark.parametrize(
    ("deepspeed", "kinds"),
    [
        ({"fp16": {"enabled": True}, "bf16": {"enabled": True}}, "contradicting_precision"),
        ({"fp16": {"enabled": True, "loss_scale": 1024}}, "fixed_loss_scale half_precision"),
        ({"fp16": {"enabled": "auto", "loss_scale": 0}, "bf16": {"enabled": "auto"}}, ""),
        ({"bf16": {"enabled": True}}, ""),
        ({"gradient_clipping": 0.0}, "clipping_off"),
        ({}, ""),
    ],
)
def test_deepspeed_by_itself(tmp_path, deepspeed, kinds):
    text = json.dumps({"zero_optimization": {"stage": 2}, **deepspeed})
    assert set(found(tmp_path, text, "ds.json")) == set(kinds.split())


def test_both_formats_at_once(tmp_path):
    texts = found(tmp_path, llama_factory("bf16: true\nfp16: true\n"))
    assert texts == {"contradicting_precision": "`bf16: true` and `fp16: true`: transformers refuses both at once"}
    texts = found(tmp_path, axolotl("bf16: true\nfp16: true\n"))
    assert texts == {"overruled_precision": "`fp16: true` is not used: `bf16: true` goes before it"}


PROGRAM = """\
import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, Trainer, TrainingArguments
model = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-410m"{load})
trainer = Trainer(model, TrainingArguments("out"{arguments}))
"""


@pytest.mark.parametrize(
    ("load", "arguments", "is_marked"),
    [
        ("", "", True),
        ("", ", bf16=False, fp16=False", True),
        ("", ", bf16=True", False),
        ("", ", bf16=torch.cuda.is_bf16_supported()", False),
        ("", ", **more", False),
        (", dtype='float32'", "", False),  # somebody's word
        (", torch_dtype=torch.bfloat16", "", False),
        (", **loading", "", False),
        (", quantization_config=BitsAndBytesConfig(load_in_4bit=True)", "", False),
        (").to('cuda', torch.bfloat16", "", False),
    ],
)
def test_a_program_that_loads_a_model_and_says_no_format(tmp_path, load, arguments, is_marked):
    run = run_of(tmp_path, PROGRAM.format(load=load, arguments=arguments), name="train.py")
    off = "`bf16: false` and `fp16: false`" if "bf16=False" in arguments else "neither `bf16` nor `fp16` is set, and"
    text = marked(run, *OF_H004).get("full_precision", "")
    assert bool(text) is is_marked
    assert not text or text.startswith(off)


def test_a_program_that_loads_no_model_of_its_own_is_not_judged(tmp_path):
    program = "from transformers import TrainingArguments\nTrainingArguments('out')\n"
    run = run_of(tmp_path, program, name="train.py")
    assert reason(run, "full_precision") == "the program that loads the model says in which format"


def test_the_trainer_overrules_its_launcher(tmp_path):
    texts = found(tmp_path, llama_factory("bf16: true\n"), accelerate_yaml=ACCELERATE.format("fp16"))
    said = "`mixed_precision: fp16` (accelerate.yaml) is not used: the trainer's own `bf16: true` goes before it"
    assert texts == {"overruled_precision": said}
    assert found(tmp_path, llama_factory("bf16: true\n"), accelerate_yaml=ACCELERATE.format("no")) == {}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("", ""),
        ("max_grad_norm: 0.3\n", ""),
        ("max_grad_norm: 10\n", ""),
        ("max_grad_norm: 0.0\n", "`max_grad_norm: 0`: gradients are not clipped; 1 is usual"),
        ("max_grad_norm: -1\n", "`max_grad_norm: -1`: gradients are not clipped"),
        ("max_grad_norm: 100\n", "`max_grad_norm: 100`: gradients are clipped above that alone, and healthy norms"),
    ],
)
@pytest.mark.parametrize("framework", [llama_factory, axolotl])
def test_clipping(tmp_path, framework, settings, said):
    texts = found(tmp_path, framework(f"bf16: true\n{settings}"))
    assert list(texts) == ["clipping_off"] * bool(said)
    assert said in texts.get("clipping_off", "")


@pytest.mark.parametrize("written", ["max_grad_norm: null\n", "max_grad_norm:\n"])
def test_no_norm_is_no_clipping_in_transformers(tmp_path, written):
    said = {"clipping_off": "`max_grad_norm: null`: gradients are not clipped; 1 is usual"}
    assert found(tmp_path, llama_factory(f"bf16: true\n{written}")) == said
    assert found(tmp_path, HUGGING_FACE.format("acme/base") + f"max_length: 9\n{written}") == said
    assert found(tmp_path, axolotl(f"bf16: true\n{written}")) == {}  # which takes that for not written


def test_what_is_not_known_is_skipped_with_a_reason(tmp_path):
    run = run_of(tmp_path, axolotl("bf16: auto\n"))
    assert reason(run, "half_precision") == "the number format is not in the configuration"


@needs_corpora
def test_the_frameworks_own_examples(tmp_path):
    found = {name: set(kinds) for name, source in real_runs(tmp_path).items() if (kinds := marked(source, *OF_H004))}
    assert found == {
        "axolotl/archived__openllama-3b__config.yml": {"unscaled_half"},  # `float16: true`, archived
        "llama-factory/v1__train_full__train_full_ulysses_cp.yaml": {"full_precision"},  # `bf16: false` is written
        "pairs/llama-factory/fsdp_config.before.yaml": {"half_precision"},  # the known truth: the repair is bf16
    }
