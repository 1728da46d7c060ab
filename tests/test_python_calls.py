"""What a Python program asks a model, and with which limits and stops: read from its syntax tree, never run."""

from __future__ import annotations

import ast
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.template_facts import marked, sources_of, write_files
from tunespec.templates import artefacts
from tunespec.templates.python_calls import Call, PythonError, calls_in, may_call
from tunespec.templates.python_code import LARGEST
from tunespec.templates.python_scopes import changed_names, scope_of
from tunespec.templates.python_unknown import is_unknown
from tunespec.templates.python_values import Values

PROGRAM = """\
import os, json, requests
import ollama
from openai import OpenAI

STOPS = ["### End"]
OPTIONS = {
    "num_predict": 512,
    "stop": STOPS,
}
HOST = os.environ.get("HOST", "http://localhost:11434")
client = OpenAI(base_url=f"{HOST}/v1", api_key="none")


def ask(question, limit, **more):
    ollama.chat("tuned", [{"role": "user", "content": question}], options=OPTIONS)
    requests.post(f"{HOST}/api/generate", json={"model": "m", "prompt": question, "options": {"num_predict": limit}})
    return client.chat.completions.create(model="tuned", messages=question, max_tokens=2 * 64, stop="END", **more)
"""

METHOD = """\
import ollama as o
class A:
 def __init__(self):
  self.c = o.Client()
 def f(self):
  self.c.chat('m', options={'stop': ['a'] + ['b']})
"""
EXTRA = """\
import openai
openai.OpenAI(base_url='ollama').completions.create(model='m', prompt='q', extra_body={'stop': 'a'})
"""
POSTED = """\
import httpx, json
with httpx.Client(base_url='http://localhost:11434') as c:
 c.post('/api/chat', content=json.dumps({'model': 'm', 'messages': []}))
"""
CONFIGURED = """\
from transformers import GenerationConfig
C = GenerationConfig(max_new_tokens=5)
model.generate(**inputs, generation_config=C)
"""


def calls(source: str) -> tuple[Call, ...]:
    return calls_in(source.encode())


def only(source: str) -> Call:
    (call,) = calls(source)
    return call


def test_a_program_is_read_with_the_lines_of_its_keys():
    chat, generate, openai = calls(PROGRAM)
    assert (chat.endpoint.kind, chat.line) == ("chat", 15)
    assert chat.body == {"model": "tuned", "options": {"num_predict": 512, "stop": ["### End"]}}
    assert (chat.lines["num_predict"], chat.lines["stop"], chat.unknown) == (7, 8, frozenset({"messages"}))
    assert (generate.endpoint.kind, generate.body) == ("generate", {"model": "m", "options": {}})
    assert generate.unknown == {"prompt", "options.num_predict"}
    assert (openai.endpoint.kind, openai.body["max_tokens"], openai.body["stop"]) == ("openai-chat", 128, "END")
    assert openai.unknown == {"messages", "*"}


@pytest.mark.parametrize(
    ("source", "options"),
    [
        ("import ollama as o\no.chat('m', options=dict(num_predict=5))", {"num_predict": 5}),
        ("from ollama import chat, Options\nchat('m', options=Options(num_predict=-1))", {"num_predict": -1}),
        ("from ollama import Client as C\nc: C = C()\nc.chat('m', options={'num_ctx': 2**12})", {}),
        (METHOD, {"stop": ["a", "b"]}),
        ("import ollama\nBASE = {'seed': 1}\nollama.chat('m', options={**BASE, 'top_k': 2} | {'top_p': 0.5})",
         {"seed": 1, "top_k": 2, "top_p": 0.5}),
        ("import ollama\ndef f(c: ollama.Client):\n c.generate('m', options={'seed': 2})", {"seed": 2}),
        ("import ollama\nBASE = {'seed': 1}\nollama.chat('m', options=dict(BASE, top_k=2))", {"seed": 1, "top_k": 2}),
        ("import ollama\ndef f():\n N = 7\n def g():\n  ollama.chat('m', options={'num_predict': N})",
         {"num_predict": 7}),
        ("import ollama\nC = {'options': {'seed': 3}}\nollama.chat('m', options=C['options'])", {"seed": 3}),
        ("import ollama\nollama.chat(**{'model': 'm', 'options': {'seed': 3}})", {"seed": 3}),
    ],
)  # fmt: skip
def test_constants_are_resolved(source, options):
    assert only(source).body["options"] == options


@pytest.mark.parametrize(
    "binding",
    [
        "O = {'seed': 1}\nO = {'seed': 2}",
        "O = {'seed': 1}\nif A:\n O['seed'] = 2",
        "O = {'seed': 1}\nO.update(seed=2)",
        "O = {'seed': 1}\nif True:\n O |= {'seed': 2}",
        "for O in [{'seed': 1}]: pass",
        "O = load()",
        "O = O",
        "O: dict",
        "from config import O",
        "def f():\n global O\n O = {'seed': 2}\nO = {'seed': 1}",
    ],
)
def test_what_only_a_run_would_tell_is_unknown(binding):
    call = only(f"import ollama\n{binding}\nollama.chat('m', options=O)")
    assert "options" in call.unknown
    assert "options" not in call.body
    inside = only(f"import ollama\n{binding}\ndef ask(O):\n ollama.chat('m', options={{'seed': O, 'max_tokens': O}})")
    assert inside.unknown == {"options.seed"}
    assert set(inside.body["options"]) == {"max_tokens"}  # whatever its value: the server reads none of that name


OWN_BODIES = """\
import requests
URL = "http://localhost:11434/api/chat"
def a():
    body = {"model": "m", "messages": []}
    body["options"] = {"num_predict": 9}
    requests.post(URL, json=body)
def b():
    body = {"model": "m", "messages": [], "options": {"max_tokens": 9}}
    requests.post(URL, json=body)
"""


def test_each_function_has_its_own_names():
    first, second = calls(OWN_BODIES)
    assert first.body == {"model": "m", "messages": [], "options": {"num_predict": 9}}
    assert (second.body["options"], second.unknown) == ({"max_tokens": 9}, frozenset())


@pytest.mark.parametrize(
    "changing",
    [
        "def f():\n O['seed'] = 2",
        "def f():\n def g():\n  O.update(seed=2)",
        "class A:\n def f(self):\n  O['seed'] = 2",
        "class A:\n O['seed'] = 2",
        "f = lambda: O.clear()",
        "def f():\n global O\n O = {}",
    ],
)
def test_a_function_changes_what_it_sees_outside(changing):
    assert only(f"import ollama\nO = {{'seed': 1}}\n{changing}\nollama.chat('m', options=O)").unknown == {"options"}


@pytest.mark.parametrize("changing", ["def f(O):\n O['seed'] = 2", "def f():\n O = {}\n O['seed'] = 2"])
def test_a_function_changes_no_name_that_hides_it(changing):
    found = only(f"import ollama\nO = {{'seed': 1}}\n{changing}\nollama.chat('m', options=O)")
    assert found.body["options"] == {"seed": 1}


@pytest.mark.parametrize(
    "source",
    [
        "import ollama\nollama.embed('m', 'text')",
        "from openai import OpenAI\nOpenAI().chat.completions.create(model='gpt-5', messages=[], max_tokens=5)",
        "from openai import OpenAI\nc = OpenAI(base_url='http://localhost:8000/v1')\nc.completions.create(model='m')",
        "from openai import OpenAI\nOpenAI().chat.completions.create(model=NAME, messages=[], max_tokens=5)",
        "from openai import OpenAI\nc = OpenAI(base_url=URL)\nc.chat.completions.create(model='gpt-5', messages=[])",
        (
            "import os\nfrom openai import OpenAI\nc = OpenAI(base_url=os.getenv('A', 'https://openrouter.ai/api/v1'))\n"
            "c.chat.completions.create(model='qwen/qwen3', messages=[], stop=['a'])"
        ),
        "import requests\nrequests.post('https://api.groq.com/openai/v1/chat/completions', json={'messages': []})",
        "import httpx\nhttpx.post('/v1/chat/completions', json={'model': 'm', 'messages': []})",
        "import httpx\nhttpx.post('/api/chat', json={'model': 'm', 'messages': []})",
        "import requests\nrequests.post('http://shop/api/chat', json={'message': 'Hi'})",
        "import requests\nrequests.get('http://localhost:11434/api/chat')",
        "from fastapi import FastAPI\napp = FastAPI()\n@app.post('/api/chat')\ndef chat(): pass",
        "import transformers\ntrainer.train()\nself.generate(q, max_new_tokens=5)\nstory.generate('A')",
        "import transformers\nfrom vllm import LLM\nLLM('m').generate(prompts, params, use_cache=True)",
        "def chat(model): pass\nchat('ollama')",
    ],
)
def test_other_calls_are_none(source):
    assert calls(source) == ()


@pytest.mark.parametrize(
    ("source", "kind", "body"),
    [
        (EXTRA,
         "openai-completion", {"model": "m", "prompt": "q", "stop": "a"}),
        (POSTED,
         "chat", {"model": "m", "messages": []}),
        ("from vllm import SamplingParams\nSamplingParams(stop=['a'], max_tokens=5)", None,
         {"stop": ["a"], "max_tokens": 5}),
        (CONFIGURED, None, {"max_new_tokens": 5}),
    ],
)  # fmt: skip
def test_other_ways_to_ask(source, kind, body):
    call = only(source)
    assert (call.endpoint.kind, call.body) == (kind, body)


HEARD = {"stop": ["#"], "max_tokens": 9}
ASKED = "chat.completions.create(model='m', messages=[], stop=['#'], max_tokens=9)"
BODY = "json={'model': 'm', 'messages': [], 'stop': ['#'], 'max_tokens': 9}"
CLIENT = "from openai import OpenAI\nc = OpenAI"


@pytest.mark.parametrize(
    ("source", "address"),
    [
        (f"{CLIENT}(base_url='http://localhost:8000/v1')\nc.{ASKED}", "http://localhost:8000"),
        (f"{CLIENT}(base_url='http://GPU:8000/v1')\nc.{ASKED}", "http://gpu:8000"),
        (f"import os\n{CLIENT}(base_url=os.getenv('URL', 'http://gpu:8000/v1'))\nc.{ASKED}", "http://gpu:8000"),
        (f"PORT = '80'\n{CLIENT}(base_url=f'http://gpu:{{PORT}}/v1')\nc.{ASKED}", "http://gpu:80"),
        (f"{CLIENT}(base_url=f'http://{{host}}:80/v1')\nc.{ASKED}", ""),
        (f"{CLIENT}(base_url=URL)\nc.{ASKED}", ""),
        (f"{CLIENT}(**settings)\nc.{ASKED}", ""),
        (f"{CLIENT}()\nc.{ASKED}", None),
        (f"{CLIENT}(base_url='http://gpu/v1') if KEY else None\nc.{ASKED}", "http://gpu"),
        (f"{CLIENT}(base_url='http://gpu/v1')\nc.with_options(timeout=9).{ASKED}", "http://gpu"),
        (f"{CLIENT}(base_url='http://gpu/v1')\nd = c.with_options(timeout=9)\nd.{ASKED}", "http://gpu"),
        (f"{CLIENT}(base_url='http://gpu/v1')\nc.{ASKED.replace('create', 'stream')}", "http://gpu"),
        (f"{CLIENT}(base_url='http://gpu/v1')\nc.{ASKED.replace('create', 'with_raw_response.create')}", "http://gpu"),
        (f"import requests\nrequests.post('http://gpu:80/v1/chat/completions', {BODY})", "http://gpu:80"),
        (f"import requests\nrequests.post(f'{{URL}}/v1/chat/completions', {BODY})", ""),
        (
            f"import httpx\nwith httpx.Client(base_url='http://gpu') as c:\n c.post('/v1/completions', {BODY})",
            "http://gpu",
        ),
    ],
)
def test_a_server_of_another_kind_is_asked_by_stops_and_limit(source, address):
    call = only(source)
    assert (call.endpoint.server, call.endpoint.kind, call.endpoint.address) == ("OpenAI", None, address)
    assert {key: call.body[key] for key in HEARD} == HEARD


def test_a_name_that_hides_its_module_is_no_endless_search():
    assert calls("import ollama\nollama = ollama.Client()\nollama.chat('m')")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"import ollama\nx = (", r"'\(' was never closed \(line 2\)"),
        (b"print 'ollama'", r"\(line 1\)"),
        (b"ollama\0", "null bytes?$"),
        (b"x = 'ollama \xff'\n", "decode|utf"),
    ],
)
def test_what_python_does_not_parse_says_why(content, message):
    with pytest.raises(PythonError, match=f"no Python that can be read: .*({message})"):
        calls_in(content)


@pytest.mark.parametrize("program", [b"import ollama\nx = 1  # whole", b"import ollama\nx = (  # broken"])
def test_a_program_is_parsed_once_even_if_it_is_none(program, monkeypatch):
    parsed, own = [], ast.parse

    def counted(code):
        parsed.append(code)
        return own(code)

    monkeypatch.setattr(ast, "parse", counted)
    for _ in range(3):
        with suppress(PythonError):
            calls_in(program)
    assert parsed == [program]


def test_of_a_program_that_is_too_long_only_the_beginning_is_read(tmp_path, monkeypatch):
    read, own = [], artefacts.content

    def counted(*asked):
        read.append(own(*asked))
        return read[-1]

    monkeypatch.setattr(artefacts, "content", counted)
    (tmp_path / "generated.py").write_bytes(b"import ollama\n" * (LARGEST // 7))
    assert not artefacts.may_ask(tmp_path / "generated.py")
    assert [len(content) for content in read] == [LARGEST + 1]


def test_only_files_with_a_sign_of_a_model_are_parsed():
    assert may_call(b"import ollama")
    assert may_call(b'post(f"{HOST}/api/chat")')
    assert not may_call(b"import numpy as np")


LITERALS = st.one_of(
    st.integers(-5, 5).map(str),
    st.sampled_from(["'a'", "'b'", "None", "True", "1.5", "[]", "{}", "A", "B", "C", "f()"]),
)
EXPRESSIONS = st.recursive(
    LITERALS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(inner, max_size=2).map(
            lambda items: "{" + ", ".join(f"'k{n}': {i}" for n, i in enumerate(items)) + "}"
        ),
        st.tuples(inner, st.sampled_from("+ - * // |".split()), inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(inner, inner).map(lambda pair: f"{{**{pair[0]}, 'z': {pair[1]}}}"),
        inner.map(lambda one: f"dict(a={one})"),
        inner.map(lambda one: f"({one})['a']"),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS, EXPRESSIONS, EXPRESSIONS)
def test_a_value_that_is_known_is_the_one_that_python_computes(first, second, third):
    tree = ast.parse(f"A = {first}\nB = {second}\nC = {third}\n")
    scope = scope_of(tree, None, changed_names(tree))
    values, names = Values({}), {"f": lambda: 0}
    nodes = [statement.value for statement in tree.body if isinstance(statement, ast.Assign)]
    for name, node in zip("ABC", nodes, strict=True):
        try:
            names[name] = eval(compile(ast.Expression(node), "", "eval"), {"__builtins__": {"dict": dict}}, names)
        except (TypeError, KeyError, IndexError, ZeroDivisionError, NameError, SyntaxError):
            return  # Python itself stops there
        read = values.of(node, scope)
        if not is_unknown(read):
            assert read == names[name]


@given(st.text(max_size=80), st.integers(0, len(PROGRAM)), st.integers(0, 40))
def test_any_text_is_read_or_refused(text, at, removed):
    for source in (f"import ollama\n{text}", PROGRAM[:at] + text + PROGRAM[at + removed :]):
        with suppress(PythonError):
            assert all(isinstance(call, Call) for call in calls_in(source.encode("utf-8", "surrogatepass")))


@pytest.mark.parametrize(
    "source",
    [
        "A0 = 'xxxx'\n" + "".join(f"A{n + 1} = A{n} + A{n}\n" for n in range(60)),
        "A0 = [1]\n" + "".join(f"A{n + 1} = [A{n}, A{n}]\n" for n in range(60)),
        "A0 = 9\n" + "".join(f"A{n + 1} = A{n} * A{n}\n" for n in range(60)),
        "A60 = " + "(" * 60 + "1" + ")" * 60,
        "A60 = " + "+".join(["1"] * 3000),
        "A60 = " + "[" * 80 + "]" * 80,
    ],
    ids=["text", "list", "number", "brackets", "sum", "nested"],
)
def test_a_program_that_would_grow_without_end_is_read_at_once(source):
    try:
        found = calls(f"import ollama\n{source}\nollama.chat('m', options={{'seed': A60}})")
    except PythonError:
        return  # deeper than Python itself goes
    assert found


LOADED = """\
from transformers import AutoModelForCausalLM, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained("m")
model = AutoModelForCausalLM.from_pretrained("m").to("cuda").eval()
inputs = tokenizer("Hi", return_tensors="pt")
inputs = inputs.to("cuda")
"""


@pytest.mark.parametrize(
    ("call", "unknown"),
    [
        ("model.generate(ids)", False),
        ("model.generate(**inputs)", False),
        ("model.generate(inputs['input_ids'], do_sample=False)", False),
        ("model.generate(**tokenizer('Hi'))", False),
        ("model.generate(**tokenizer.apply_chat_template([], return_dict=True).to(0))", False),
        ("model = PeftModel.from_pretrained(model, 'a')\nmodel.generate(ids)", False),
        ("def ask(model):\n model.generate(ids)", False),
        ("model.generate(ids, config)", True),
        ("model.generate(*given)", True),
        ("model.generate(ids, **settings)", True),
        ("def ask(inputs):\n model.generate(**inputs)", True),
        ("inputs['max_new_tokens'] = limit\nmodel.generate(**inputs)", True),
        ("inputs.update(more)\nmodel.generate(**inputs)", True),
    ],
)
def test_a_loaded_model_that_writes_is_a_call(call, unknown):
    found = only(f"{LOADED}{call}\n")
    assert (found.endpoint.server, found.endpoint.limit) == ("transformers", "max_new_tokens")
    assert bool({"*", "max_new_tokens"} & found.unknown) == unknown
    assert "max_new_tokens" not in found.body


@pytest.mark.parametrize(
    "source",
    [
        f"{LOADED}model.generation_config.max_new_tokens = 64\nmodel.generate(ids)",
        f"{LOADED}model = whisper.load()\nmodel.generate(audio)",
        f"{LOADED}other.generate(audio)",
        "import vllm\nllm = vllm.LLM('m')\nllm.generate(texts, params)",
        "import vllm\nllm = vllm.LLM('m')\nllm.chat(talks, sampling_params=params)",
        "import vllm\nllm = vllm.LLM('m')\nllm.chat(*given)\nllm.generate(**given)",
        "import vllm\nllm = vllm.LLM('m')\nllm.encode(texts)",
    ],
)
def test_a_loaded_model_with_a_limit_from_elsewhere_is_none(source):
    assert calls(source) == ()


@pytest.mark.parametrize("call", ["llm.generate('hi')", "llm.chat([])", "llm.chat([], sampling_params=None)"])
def test_vllm_asked_without_its_parameters_is_a_call(call):
    for first in ("llm = LLM('m')", "llm = LLM('a')\nllm = LLM('b')", "llm: LLM = LLM('m')"):
        found = only(f"from vllm import LLM\n{first}\n{call}\n")
        assert (found.endpoint.server, found.endpoint.default) == ("vLLM", 16)


def test_a_notebook_saved_as_a_program_is_read():
    found = only(f"!pip install ollama\n%matplotlib inline\n{LOADED}model.generate(ids, max_new_tokens=64)\n")
    assert found.line == LOADED.count("\n") + 3


PAYLOAD = "import requests\nURL = 'http://localhost:11434/api/chat'\n"
POST = "requests.post(URL, json=p)"
MADE = "p = {'model': 'm', 'messages': []}"


@pytest.mark.parametrize(
    "source",
    [
        f"{PAYLOAD}{MADE}\np['options'] = {{'num_predict': 0}}\n{POST}",
        f"{PAYLOAD}def ask(q):\n {MADE}\n p['stream'] = False\n p['options'] = {{'num_predict': 0}}\n return {POST}",
        f"{PAYLOAD}for q in ALL:\n {MADE}\n print(q)\n p['options'] = {{'num_predict': 0}}\n {POST}",
        "import ollama\nclass A:\n O = {'num_predict': 0}\n def f(self):\n  ollama.chat('m', options=self.O)",
    ],
)
def test_options_that_are_put_together_or_held_by_a_class(source):
    call = only(source)
    assert (call.body["options"], call.unknown) == ({"num_predict": 0}, frozenset())


@pytest.mark.parametrize(
    "source",
    [
        f"{PAYLOAD}{MADE}\n{POST}\np['options'] = {{'num_predict': 0}}",
        f"{PAYLOAD}{MADE}\nif LONG:\n p['options'] = {{'num_predict': 0}}\n{POST}",
        f"{PAYLOAD}{MADE}\np['options'] = {{'num_predict': 0}}\np.update(more)\n{POST}",
        f"{PAYLOAD}{MADE}\np[KEY] = {{'num_predict': 0}}\n{POST}",
        f"{PAYLOAD}{MADE}\np['options'] = {{}}\np['options']['num_predict'] = 0\n{POST}",
        f"{PAYLOAD}{MADE}\np['options'] = {{}}\ndef f():\n global p\n p = 1\n{POST}",
        "import ollama\nclass A:\n O = {'seed': 0}\n def f(self):\n  self.O = 1\n  ollama.chat('m', options=self.O)",
        "import ollama\nclass A:\n O = {'a': 0}\n def f(self):\n  self.O['a'] = 1\n  ollama.chat('m', options=self.O)",
        "import ollama\nclass A:\n O = {}\nclass B:\n O = {'a': 0}\n def f(self):\n  ollama.chat('m', options=self.O)",
    ],
)
def test_options_that_change_are_not_known(source):
    assert only(source).unknown & {"options", "*", "options.num_predict"}


@pytest.mark.parametrize("asked", ["chat.completions.stream", "with_options(timeout=9).chat.completions.create"])
def test_every_way_to_ask_ollama_by_openais_client(asked):
    made = "from openai import OpenAI\nc = OpenAI(base_url='http://localhost:11434/v1')\n"
    call = only(f"{made}c.{asked}(model='m', messages=[], max_tokens=0)")
    assert (call.endpoint.server, call.endpoint.kind, call.body["max_tokens"]) == ("Ollama", "openai-chat", 0)


def test_options_of_an_endpoint_that_has_none(tmp_path):
    body = "extra_body={'options': {'num_predict': 9, 'stop': ['#'], 'num_ctx': 99}}"
    made = "from openai import OpenAI\nc = OpenAI(base_url='http://localhost:11434/v1')\n"
    program = f"{made}c.chat.completions.create(model='m', messages=[], {body})"
    files = {"m/Modelfile": "FROM ./m.gguf\nPARAMETER num_predict 99\n", "m/ask.py": program}
    source = sources_of(write_files(tmp_path, files))["m/Modelfile"]
    said = "stands in `options`, which /v1/chat/completions does not have: the server ignores it; meant is"
    assert marked(source, "limits") == {"ignored_limit": [f"`num_predict` {said} `max_tokens`"]}
    found = marked(source, "files")
    assert found["unread_stop"] == [f"`stop` {said} `stop`"]
    ignored = "/v1/chat/completions has no `options`; /api/generate has: the server ignores it"
    assert found["ignored_key"] == [ignored]
