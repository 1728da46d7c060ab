"""What a program sends through a library: by what it makes, and by the methods that it calls."""

from __future__ import annotations

import pytest

from tests.template_facts import marked, sources_of, write_files
from tunespec.templates.python_calls import calls_in
from tunespec.templates.python_libraries import LIBRARIES, library_of

LANGCHAIN = "from langchain_ollama import ChatOllama, OllamaLLM\n"
OPENAI = "from langchain_openai import ChatOpenAI\nURL = 'http://localhost:11434/v1'\n"
INDEX = "from llama_index.llms.ollama import Ollama\n"
LITELLM = "import litellm\n"
PIPELINE = "from transformers import pipeline\npipe = pipeline('text-generation', model='m')\n"
LLAMA = "from llama_cpp import Llama\nllm = Llama('m.gguf', n_ctx=4096)\n"
STOPS = {"num_predict": 9, "stop": ["#"]}


def found(source: str) -> list[tuple[int, dict[str, object]]]:
    return [(call.line, dict(call.body)) for call in calls_in(source.encode())]


# What langchain-ollama 1.1, langchain-openai 1.7, llama-index-llms-ollama 0.11 and litellm 1.110 sent to a server that
# wrote it down, without the messages and what says nothing of limits and stops.
SENT = [
    (f"{LANGCHAIN}ChatOllama(model='m', num_predict=9, stop=['#'], num_ctx=100)",
     {"model": "m", "options": {**STOPS, "num_ctx": 100}}),
    (f"{LANGCHAIN}ChatOllama(model='m')", {"model": "m"}),
    (f"{LANGCHAIN}ChatOllama(model='m', max_tokens=9)", {"model": "m"}),
    (f"{LANGCHAIN}ChatOllama(model='m', num_predict=None)", {"model": "m"}),
    (f"{LANGCHAIN}ChatOllama(model='m', num_predict=9).bind(stop=['#']).invoke('q')", {"model": "m", "options": STOPS}),
    (f"{LANGCHAIN}llm = ChatOllama(model='m', num_predict=9)\nllm.invoke('q', stop=['#'])",
     {"model": "m", "options": STOPS}),
    (f"{LANGCHAIN}llm = ChatOllama(model='m', num_predict=9)\nllm.invoke('q')",
     {"model": "m", "options": {"num_predict": 9}}),
    (f"{LANGCHAIN}ChatOllama(model='m', num_predict=9).bind(options={{'stop': ['#']}})",
     {"model": "m", "options": {"stop": ["#"]}}),
    (f"{LANGCHAIN}OllamaLLM(model='m', num_predict=9, stop=['#'])", {"model": "m", "options": STOPS}),
    ("from langchain_community.llms import Ollama\nOllama(model='m', num_predict=9, stop=['#'])",
     {"model": "m", "options": STOPS}),
    (f"{OPENAI}ChatOpenAI(model='m', base_url=URL, max_tokens=9, stop=['#'])", {"model": "m", "stop": ["#"]}),
    (f"{OPENAI}ChatOpenAI(model_name='m', openai_api_base=URL, max_completion_tokens=9, stop_sequences=['#'])",
     {"model": "m", "stop": ["#"]}),
    (f"{OPENAI}ChatOpenAI(model='m', base_url=URL).bind(max_tokens=9, stop=['#'])", {"model": "m", "stop": ["#"]}),
    (f"{OPENAI}ChatOpenAI(model='m', base_url=URL, extra_body={{'max_tokens': 9}})", {"model": "m", "max_tokens": 9}),
    (f"{INDEX}Ollama(model='m', additional_kwargs={{'num_predict': 9, 'stop': ['#']}}, context_window=100)",
     {"model": "m", "options": {**STOPS, "num_ctx": 100}}),
    (f"{INDEX}Ollama(model='m', num_predict=9).complete('q')", {"model": "m"}),
    (f"{LITELLM}litellm.completion(model='ollama/m', messages=[], max_tokens=9, stop=['#'])",
     {"model": "m", "options": STOPS}),
    (f"{LITELLM}litellm.completion('ollama_chat/m', max_completion_tokens=9, stop='#')",
     {"model": "m", "options": {"num_predict": 9, "stop": "#"}}),
    ("from litellm import acompletion\nacompletion(model='ollama/m', num_predict=9, num_ctx=20, seed=1)",
     {"model": "m", "options": {"num_predict": 9, "num_ctx": 20, "seed": 1}}),
]  # fmt: skip


@pytest.mark.parametrize(("source", "body"), SENT)
def test_what_a_library_sends_to_ollama(source, body):
    assert [own for _, own in found(source)] == [body]


@pytest.mark.parametrize(
    "source",
    [
        f"{OPENAI}ChatOpenAI(model='gpt-5', max_tokens=9)",
        f"{OPENAI}ChatOpenAI(model=NAME, max_tokens=9)",
        f"{LITELLM}litellm.completion(model='gpt-5', messages=[])",
        f"{LITELLM}litellm.completion(model=NAME, messages=[])",
        f"{LITELLM}litellm.completion(model='hosted_vllm/m', messages=[])",
        "from transformers import pipeline\npipe = pipeline('summarization')\npipe('text')",
        "from transformers import pipeline\npipe = pipeline(model='m')\npipe('text')",
        "from transformers import pipeline\npipe = pipeline(TASK, model='m')\npipe('text')",
        "from transformers import pipeline\ndef load():\n return pipeline('text-generation', model='m')\nload()('q')",
        f"{LLAMA}llm.tokenize(b'q')\nllm.create_embedding('q')",
        "from llama_index.llms.openai import OpenAI\nOpenAI(model='gpt-5')",
    ],
)
def test_what_asks_another_server_or_asks_nothing(source):
    assert found(source) == []


def test_a_library_may_ask_a_server_of_another_kind():
    (call,) = calls_in(f"{OPENAI}ChatOpenAI(model_name='m', base_url='http://gpu/v1', max_tokens=9)".encode())
    assert (call.endpoint.server, call.endpoint.address) == ("OpenAI", "http://gpu")
    assert call.body["model"] == "m"
    assert (call.body["max_tokens"], call.unsent) == (9, ())


@pytest.mark.parametrize(
    ("source", "unknown"),
    [
        (f"{LANGCHAIN}ChatOllama(model='m', num_predict=LIMIT)", {"options.num_predict"}),
        (f"{LANGCHAIN}ChatOllama(model='m', **settings)", {"*"}),
        (f"{LANGCHAIN}ChatOllama(model=NAME, num_predict=9)", {"model"}),
        (f"{LANGCHAIN}def ask(llm: ChatOllama):\n llm.invoke('q', stop=['#'])", {"*"}),
        (f"{INDEX}Ollama(model='m', additional_kwargs=settings)", {"options"}),
        (f"{LITELLM}litellm.completion(model='ollama/m', **settings)", {"*"}),
    ],
)
def test_what_only_a_run_would_tell(source, unknown):
    (call,) = calls_in(source.encode())
    assert call.unknown == unknown


def test_settings_of_each_are_read_where_they_stand():
    made = "def a():\n LIMIT = 5\n return ChatOllama(\n  model='m',\n  num_predict=LIMIT)\n"
    source = f"{LANGCHAIN}{made}LIMIT = 6\nllm = a()\n"
    (call,) = calls_in(source.encode())
    assert (call.body["options"], call.line, call.lines["num_predict"]) == ({"num_predict": 5}, 4, 6)
    both = f"{LANGCHAIN}llm = ChatOllama(\n model='m', num_predict=9)\ndef ask(q):\n return llm.bind(\n  stop=['#'])\n"
    (call,) = calls_in(both.encode())
    assert (call.line, call.lines["num_predict"], call.lines["stop"]) == (5, 3, 6)


MODELFILE = "FROM ./m.gguf\nPARAMETER num_predict 99\n"


def kinds(folder, program: str, modelfile: str = MODELFILE) -> dict[str, list[str]]:
    source = sources_of(write_files(folder, {"m/Modelfile": modelfile, "m/ask.py": program}))["m/Modelfile"]
    return marked(source, "limits")


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (f"{LANGCHAIN}ChatOllama(model='m', max_tokens=9)",
         "`max_tokens` is no setting of ChatOllama, which drops it without a word; meant is `num_predict`"),
        (f"{OPENAI}ChatOpenAI(model='m', base_url=URL, max_tokens=9)",
         ("`langchain_openai` sends `max_tokens` as `max_completion_tokens`, which Ollama ignores; meant is "
         '`extra_body={"max_tokens": ...}`')),
        (f"{INDEX}Ollama('m', num_predict=9)",
         ("`num_predict` is no setting of LlamaIndex's Ollama, which drops it without a word; meant is "
         '`additional_kwargs={"num_predict": ...}`')),
    ],
)  # fmt: skip
def test_a_limit_that_a_library_drops(tmp_path, program, says):
    assert kinds(tmp_path, program) == {"ignored_limit": [says]}


FULL = "a model that does not stop writes until the context is full"


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (f"{PIPELINE}pipe('q', max_new_tokens=256)", {}),
        (f"{PIPELINE}pipe('q', generation_config=config)", {}),
        (f"{PIPELINE}pipe('q', **settings)", {}),
        (f"{PIPELINE}pipe('q', max_length=99)", {}),
        ("from transformers import pipeline\npipeline('text-generation', 'm', max_new_tokens=5)('q')", {}),
        (("from transformers import pipeline, GenerationConfig\nC = GenerationConfig(max_new_tokens=5)\n"
         "pipe = pipeline(task='text-generation', generation_config=C)\npipe('q')"), {}),
        (f"{PIPELINE}pipe('q')",
         {"default_limit": ["no max_new_tokens, and the default of transformers is 256 tokens"]}),
        (("from langchain_huggingface import HuggingFacePipeline\n"
         "HuggingFacePipeline.from_model_id('m', task='text-generation', pipeline_kwargs={'max_new_tokens': 9})"), {}),
        (f"{LLAMA}llm('q')", {"default_limit": ["no max_tokens, and the default of llama.cpp is 16 tokens"]}),
        (f"{LLAMA}llm('q', max_tokens=99)", {}),
        (f"{LLAMA}llm('q', None, 99)", {}),
        (f"{LLAMA}llm('q', max_tokens=LIMIT)", {}),
        (f"{LLAMA}llm.create_chat_completion([], max_tokens=99)", {}),
        (f"{LLAMA}llm.create_chat_completion([])",
         {"no_limit": [f"no max_tokens above 0, and llama.cpp has no default: {FULL}"]}),
        (f"{LLAMA}llm.create_completion('q', max_tokens=-1)",
         {"no_limit": [f"no max_tokens above 0, and llama.cpp has no default: {FULL}"]}),
        (f"{LLAMA}llm('q', max_tokens=4096)", {"limit_beyond_context": [
            "max_tokens is 4,096, and the context holds 4,096 tokens, prompt and answer together"]}),
    ],
)  # fmt: skip
def test_the_limits_of_what_a_program_loads(tmp_path, program, expected):
    assert kinds(tmp_path, program) == expected


UNSLOTH = (
    "from unsloth import FastLanguageModel\n"
    "model, tokenizer = FastLanguageModel.from_pretrained('m', max_seq_length=2048)\n"
    "FastLanguageModel.for_inference(model)\ninputs = tokenizer('q', return_tensors='pt').to('cuda')\n"
)


def test_a_model_of_unsloth_writes_like_those_of_transformers():
    (call,) = calls_in(f"{UNSLOTH}model.generate(**inputs, max_new_tokens=64, stop_strings=['#'])".encode())
    assert (call.endpoint.server, call.body) == ("transformers", {"max_new_tokens": 64, "stop_strings": ["#"]})
    (call,) = calls_in(f"{UNSLOTH}model.generate(**inputs)".encode())
    assert (call.endpoint.default, call.unknown) == (None, frozenset())  # its loader may have set one


def test_each_constructor_is_of_one_library():
    names = (
        "langchain_ollama.ChatOllama langchain_ollama.chat_models.ChatOllama langchain_ollama.llms.OllamaLLM "
        "langchain_community.chat_models.ChatOllama langchain_community.llms.Ollama langchain_openai.ChatOpenAI "
        "llama_index.llms.ollama.Ollama langchain_huggingface.HuggingFacePipeline.from_model_id transformers.pipeline "
        "llama_cpp.Llama llama_cpp.Llama.from_pretrained"
    ).split()
    assert {name: sum(one.made.fullmatch(name) is not None for one in LIBRARIES) for name in names} == dict.fromkeys(
        names, 1
    )
    assert library_of("ollama.Client") is None


def test_the_stops_that_a_library_sends_are_judged_as_a_requests(tmp_path):
    modelfile = f'{MODELFILE}PARAMETER stop "### End"\nPARAMETER stop "User:"\n'
    program = f"{LANGCHAIN}llm = ChatOllama(model='m', num_predict=9)\nllm.bind(\n stop=['### End'])\n"
    source = sources_of(write_files(tmp_path, {"m/Modelfile": modelfile, "m/ask.py": program}))["m/Modelfile"]
    assert marked(source, "stops") == {"lost_stop": ["its list replaces the Modelfile's and lacks `User:`"]}
    text = f"{LITELLM}litellm.completion(model='ollama/m', messages=[], max_tokens=9, stop='#')\n"
    (tmp_path / "m/ask.py").write_text(text, encoding="utf-8")
    source = sources_of(tmp_path)["m/Modelfile"]
    assert set(marked(source, "files")) == {"unread_stop"}
