"""The ends of answers in programs that run the model themselves: T001 reads their stop sequences, too."""

from __future__ import annotations

import json

import pytest

from tests.template_facts import facts_of, marked, sources_of, write_files
from tests.test_asked_model import TRAINED
from tunespec.templates.python_calls import calls_in

EOS = json.dumps({"tokenizer_class": "LlamaTokenizer", "eos_token": "</s>", "added_tokens_decoder": {}})
CAUSAL = (
    "from transformers import AutoModelForCausalLM\nmodel = AutoModelForCausalLM.from_pretrained('m')\n"
    "inputs = tokenizer('q', return_tensors='pt').to('cuda')\n"
)
VLLM = "from vllm import LLM, SamplingParams\nllm = LLM('m')\n"
LLAMA = "from llama_cpp import Llama\nllm = Llama('m/model.gguf', n_ctx=4096)\n"
PIPELINE = "from transformers import pipeline\npipe = pipeline('text-generation', 'm')\n"
CLIENT = "from openai import OpenAI\nc = OpenAI(base_url='http://localhost:8000/v1')\n"
NEAR = {"misspelt_stop": ["`###End` where the training ends each answer with `### End`"]}


def none(name: str, words: str = "none") -> dict[str, list[str]]:
    said = f"`### End`, with which the training ends each answer, is none of its `{name}` ({words})"
    return {"unstopped_turn_end": [said]}


def found(folder, program: str, template: str = TRAINED, **files: str) -> dict[str, list[str]]:
    own: dict[str, str | bytes] = {
        "m/chat_template.jinja": template,
        "m/tokenizer_config.json": EOS,
        "m/model.gguf": b"",
        "ask.py": program,
    }
    sources = sources_of(write_files(folder, {**own, **{f"m/{name}.json": text for name, text in files.items()}}))
    (source,) = [one for one in sources.values() if one.pair.of("script")]
    return marked(source)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (f"{CAUSAL}model.generate(**inputs, max_new_tokens=9, stop_strings=['###End'])", NEAR),
        (f"{CAUSAL}model.generate(**inputs, max_new_tokens=9)", none("stop_strings")),
        (f"{CAUSAL}model.generate(**inputs, eos_token_id=tokenizer.eos_token_id)", none("stop_strings")),
        (f"{CAUSAL}model.generate(**inputs, stop_strings='User:')", none("stop_strings", "`User:`")),
        (f"{VLLM}llm.chat([], SamplingParams(max_tokens=9, stop=['###End']))", NEAR),
        (f"{VLLM}llm.chat([], SamplingParams(max_tokens=9))", none("stop")),
        (f"{VLLM}llm.chat([], SamplingParams(stop_token_ids=[tokenizer.eos_token_id]))", none("stop")),
        (f"{VLLM}llm.chat([])", none("stop")),
        (f"{LLAMA}llm('q', stop='###End')", NEAR),
        (f"{LLAMA}llm.create_chat_completion([])", none("stop")),
        (f"{PIPELINE}pipe('q', max_new_tokens=9, stop_strings=['###End'])", NEAR),
        (f"{PIPELINE}pipe('q', max_new_tokens=9)", none("stop_strings")),
    ],
)
def test_an_end_that_a_program_does_not_hear(tmp_path, program, expected):
    assert found(tmp_path, program) == expected


@pytest.mark.parametrize(
    "program",
    [
        f"{CAUSAL}model.generate(**inputs, stop_strings=['### End'], tokenizer=tokenizer)",
        f"{CAUSAL}model.generate(**inputs, stop_strings=STOPS)",
        f"{CAUSAL}model.generate(**inputs, **settings)",
        f"{CAUSAL}model.generate(**inputs, generation_config=config)",
        f"{CAUSAL}model.generate(**inputs, stopping_criteria=[Stop()])",
        f"{CAUSAL}model.generate(**inputs, eos_token_id=[tokenizer.eos_token_id, 7])",
        f"{CAUSAL}model.generate(**inputs, eos_token_id=tokenizer.encode('### End')[-1])",
        f"{CAUSAL}model.generation_config.eos_token_id = END\nmodel.generate(**inputs)",
        f"{CAUSAL}tokenizer.eos_token = '### End'\nmodel.generate(**inputs)",
        f"{CAUSAL}model.generate(**inputs)\ntext.split('### End')[0]",
        f"END = '### End'\n{CAUSAL}model.generate(**inputs)\ntext[:text.find(END)]",
        "import transformers\ndef caption(model, pixels):\n return model.generate(input_ids=pixels, max_new_tokens=9)",
        f"{VLLM}SamplingParams(stop=['\\n### End\\n'])",
        f"{VLLM}SamplingParams(stop=[MARK])",
        f"{VLLM}SamplingParams(stop_token_ids=IDS)",
        f"{VLLM}SamplingParams(stop_token_ids=[128009])",
        f"{VLLM}SamplingParams(max_tokens=1, logprobs=20)",
        f"{VLLM}SamplingParams(structured_outputs=schema)",
        f"{LLAMA}llm('q', stop=['### End'])",
        "from llama_cpp import Llama\nLlama('m/model.gguf', chat_format='chatml').create_chat_completion([])",
        f"{PIPELINE}pipe('q', stop_sequence='### End')",
        "from vllm import LLM, SamplingParams\nllm = LLM('Qwen/Qwen2.5-7B-Instruct')\nSamplingParams(max_tokens=9)",
        "from vllm import LLM, SamplingParams\nllm = LLM('/data/Qwen2.5-7B-Instruct')\nSamplingParams(max_tokens=9)",
        "from llama_cpp import Llama\nLlama('./models/llama-2-7b.gguf')('q')",
    ],
)
def test_an_end_that_is_heard_or_of_which_nobody_knows(tmp_path, program):
    assert found(tmp_path, program) == {}


@pytest.mark.parametrize(
    "program",
    [
        "from vllm import LLM, SamplingParams\nllm = LLM(args.model)\nSamplingParams(stop=['###End'])",
        "from vllm import LLM, SamplingParams\nllm = LLM('me/tuned')\nSamplingParams(stop=['###End'])",
        "import peft\nfrom vllm import LLM, SamplingParams as P\nllm = LLM('Qwen/Qwen3-8B')\nP(stop=['###End'])",
        f"{CLIENT}c.chat.completions.create(model='tuned', messages=[], stop=['###End'])",
    ],
)
def test_another_model_may_be_meant(tmp_path, program):
    doubt = f"{NEAR['misspelt_stop'][0]}, if it asks this model"
    assert found(tmp_path, program) == {"misspelt_token": [doubt]}


def test_the_served_models_name_is_sure(tmp_path):
    program = f"{CLIENT}c.chat.completions.create(model='tuned', messages=[], stop=['###End'])"
    write_files(tmp_path, {"tunespec.toml": "[inference]\nmodel = 'tuned'\n"})
    files = {"tunespec.toml": "[inference]\nmodel = 'tuned'\n", "t.jinja": TRAINED, "ask.py": program}
    (source,) = sources_of(write_files(tmp_path, files)).values()
    assert marked(source) == NEAR


def test_a_providers_server_is_nobodys(tmp_path):
    client = "from openai import OpenAI\nc = OpenAI(base_url='https://openrouter.ai/api/v1')\n"
    program = f"{client}c.chat.completions.create(model='m', messages=[], stop=['###End'])"
    assert calls_in(program.encode()) == ()


def test_the_models_own_settings_may_hear_it(tmp_path):
    program = f"{CAUSAL}model.generate(**inputs, max_new_tokens=9)"
    assert found(tmp_path, program, generation_config='{"stop_strings": ["### End"]}') == {}
    assert found(tmp_path, program, generation_config='{"eos_token_id": 2}') == none("stop_strings")


def test_a_token_behind_the_text_ends_the_answer_unless_it_is_switched_off(tmp_path):
    template = TRAINED.replace("### End\n", "### End{{ eos_token }}\n")
    assert template != TRAINED
    assert found(tmp_path, f"{VLLM}SamplingParams(max_tokens=9)", template) == {}
    off = found(tmp_path, f"{VLLM}SamplingParams(max_tokens=9, ignore_eos=True)", template)
    assert set(off) <= {"unstopped_turn_end"}


def test_a_token_that_is_nearly_written(tmp_path):
    template = TRAINED.replace("### End\n", "</s>\n")
    assert found(tmp_path, f"{VLLM}SamplingParams(max_tokens=9)", template) == {}
    said = "`</S>`, nearly `</s>`, with which the training ends each answer"
    assert found(tmp_path, f"{VLLM}SamplingParams(stop=['</S>'])", template) in ({"misspelt_token": [said]}, {})


def test_what_else_a_list_says(tmp_path):
    program = f"{VLLM}SamplingParams(stop=['### End', '### Ending'])"
    said = "`### End`, with which `### Ending` begins: the longer one never counts"
    assert found(tmp_path, program)["prefix_stop"] == [said]
    assert "empty_stop" not in found(tmp_path, f"{VLLM}SamplingParams(stop=['', '### End'])")
    assert "empty_stop" in found(tmp_path, f"{LLAMA}llm('q', stop=['', '### End'])")


def test_beside_a_modelfile_its_list_is_not_theirs(tmp_path):
    modelfile = 'FROM ./model.gguf\nPARAMETER stop "### End"\nPARAMETER stop "User:"\n'
    files = {"m/Modelfile": modelfile, "m/chat_template.jinja": TRAINED, "m/tokenizer_config.json": EOS}
    program = "from vllm import LLM, SamplingParams\nllm = LLM('.')\nSamplingParams(stop=['### End'])\n"
    source = sources_of(write_files(tmp_path, {**files, "m/ask.py": program}))["m/Modelfile"]
    assert "lost_stop" not in marked(source)
    assert facts_of(source)["unstopped_turn_end"].examined == 2
