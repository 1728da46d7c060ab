"""What Ollama takes from a request, and what it ignores or refuses."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunespec.templates.request_problems import ProblemKind
from tunespec.templates.requests import Request, RequestError, read_request

HI = [{"role": "user", "content": "Hi"}]


def read(**body) -> Request:
    return read_request(json.dumps(body).encode(), "request.json")


def problems(**body) -> list[tuple[str, str, str | None]]:
    return [(found.kind, found.key, found.closest) for found in read(**body).problems]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"model": "m", "messages": HI}, "chat"),
        ({"model": "m", "Messages": HI}, "chat"),
        ({"messages": HI, "options": {"stop": ["a"]}}, "chat"),
        ({"messages": HI, "options": {}, "stop": ["a"]}, "chat"),
        ({"messages": HI, "stop": ["a"]}, "openai-chat"),
        ({"messages": HI, "max_tokens": 3}, "openai-chat"),
        ({"messages": HI, "max_completion_tokens": 3}, "openai-chat"),
        ({"model": "m", "prompt": "a"}, "generate"),
        ({"model": "m", "prompt": "a", "system": "b"}, "generate"),
        ({"model": "m", "prompt": "a", "max_tokens": 3}, "openai-completion"),
        ({"prompt": "a", "messages": HI}, "chat"),
        ({"model": "m", "system": "b"}, "generate"),
        ({"options": {"stop": ["a"]}, "host": "x", "timeout": 3}, "options"),
        ({"temperature": 0, "stop": ["a"]}, "options"),
        ({"temperature": 0, "max_tokens": 3}, "options"),
    ],
)
def test_the_sort_shows_in_the_keys(body, kind):
    assert read(**body).kind == kind


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no JSON"),
        (b"[]", "a JSON object is wanted"),
        (b'{"learning_rate": 1e-4, "seed": 3}', "neither messages, a prompt nor options"),
        (b'{"temperature": 1, "do_sample": true, "transformers_version": "5"}', "neither messages"),
        (b"{}", "neither messages"),
    ],
)
def test_what_is_no_request(content, message):
    with pytest.raises(RequestError, match=message) as error:
        read_request(content, "x.json")
    assert str(error.value).startswith("x.json: no ")


@pytest.mark.parametrize(
    ("body", "stops"),
    [
        ({"messages": HI}, None),
        ({"messages": HI, "options": {}}, None),
        ({"messages": HI, "options": {"stop": None}}, None),
        ({"messages": HI, "options": {"stop": ["a", "b"]}}, ("a", "b")),
        ({"messages": HI, "options": {"stop": []}}, ()),
        ({"messages": HI, "options": {"stop": "a"}}, None),
        ({"messages": HI, "options": {"Stop": ["a"]}}, None),
        ({"messages": HI, "options": {}, "stop": ["a"]}, None),
        ({"stop": ["a"], "num_ctx": 5}, ("a",)),
        ({"messages": HI, "stop": "a"}, ("a",)),
        ({"messages": HI, "stop": ["a", 3]}, ("a",)),
        ({"messages": HI, "stop": [], "max_tokens": 3}, None),
        ({"messages": HI, "stop": None, "max_tokens": 3}, None),
    ],
)
def test_the_stops_that_replace_the_modelfiles(body, stops):
    assert read(**body).stops == stops


def test_what_ollama_takes():
    tools = [{"type": "function"}]
    chat = read(model="m", messages=[{"role": "User", "content": "Hi"}], tools=tools, options={"num_ctx": 9, "x": 1})
    assert chat.messages == ({"role": "user", "content": "Hi"},)
    assert (chat.tools, chat.options, chat.template) == (tuple(tools), {"num_ctx": 9}, None)
    generate = read(prompt="a", suffix="b", template="{{ .Prompt }}", system="", raw=True)
    assert (generate.prompt, generate.suffix, generate.template, generate.system) == ("a", "b", "{{ .Prompt }}", None)
    assert generate.raw


def test_openais_requests_as_ollama_translates_them():
    parts = [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": ""}, {"type": "text", "text": "b"}]
    found = read(messages=[{"role": "user", "content": parts}], max_tokens=5, seed=3, temperature=0.2)
    assert found.messages == ({"role": "user", "content": "a"}, {"role": "user", "content": "b"})
    assert found.options == {"temperature": 0.2, "top_p": 1.0, "seed": 3, "num_predict": 5}


PROBLEMS: list[tuple[dict[str, Any], list[tuple[str, str, str | None]]]] = [
    ({"messages": HI, "options": {}, "stop": ["a"]}, [("misplaced_option", "stop", "options.stop")]),
    ({"messages": HI, "options": {}, "num_predict": 3}, [("misplaced_option", "num_predict", "options.num_predict")]),
    ({"messages": HI, "options": {}, "max_tokens": 3}, [("misplaced_option", "max_tokens", "options.num_predict")]),
    ({"options": {"num_ctx": 3}, "stop": ["a"], "host": "x"}, [("misplaced_option", "stop", "options.stop")]),
    ({"messages": HI, "options": {"max_tokens": 3}}, [("ignored_option", "options.max_tokens", "num_predict")]),
    ({"messages": HI, "options": {"stop_sequences": []}}, [("ignored_option", "options.stop_sequences", "stop")]),
    ({"messages": HI, "options": {"Stop": ["a"]}}, [("ignored_option", "options.Stop", "stop")]),
    ({"messages": HI, "options": {"mirostat": 1}}, [("ignored_option", "options.mirostat", None)]),
    ({"temperature": 0, "max_tokens": 3}, [("ignored_option", "options.max_tokens", "num_predict")]),
    ({"messages": HI, "options": {"stop": "a"}}, [("wrong_type", "options.stop", None)]),
    ({"messages": HI, "options": {"stop": ["a", 1]}}, [("wrong_type", "options.stop", None)]),
    ({"messages": HI, "options": {"num_ctx": "9"}}, [("wrong_type", "options.num_ctx", None)]),
    ({"messages": HI, "options": {"temperature": True}}, [("wrong_type", "options.temperature", None)]),
    ({"messages": HI, "options": {"use_mmap": 1}}, [("wrong_type", "options.use_mmap", None)]),
    ({"messages": HI, "options": []}, [("wrong_type", "options", None)]),
    ({"messages": "Hi", "options": {}}, [("wrong_type", "messages", None)]),
    ({"messages": ["Hi"]}, [("wrong_type", "messages[0]", None)]),
    ({"messages": [{"role": "user", "content": []}]}, [("wrong_type", "messages[0].content", None)]),
    ({"messages": [{"role": "tool", "content": "", "name": "f"}]}, [("ignored_key", "messages[0].name", "tool_name")]),
    ({"messages": [{"role": "user", "text": "Hi"}]}, [("ignored_key", "messages[0].text", None)]),
    ({"messages": HI, "options": {"typical_p": 1}}, [("refused_option", "options.typical_p", None)]),
    ({"messages": HI, "options": {"stop": [""]}}, [("empty_stop", "options.stop", None)]),
    ({"messages": HI, "options": {"stop": []}}, [("no_stops", "options.stop", None)]),
    ({"messages": HI, "stop": ""}, [("empty_stop", "stop", None)]),
    ({"messages": HI, "prompt": "a"}, [("wrong_endpoint", "prompt", "messages")]),
    ({"messages": HI, "system": "a"}, [("wrong_endpoint", "system", "messages")]),
    ({"messages": HI, "template": "a"}, [("wrong_endpoint", "template", None)]),
    ({"prompt": "a", "options": {}, "tools": [{}]}, [("wrong_endpoint", "tools", None)]),
    ({"prompt": 3, "options": {}}, [("wrong_type", "prompt", None)]),
    ({"prompt": "a", "raw": True, "system": "b"}, [("conflict", "system", None)]),
    ({"messages": HI, "keep_alive": 0, "formt": "json"}, [("ignored_key", "formt", "format")]),
    ({"messages": HI, "max_completion_tokens": 3}, [("ignored_key", "max_completion_tokens", "max_tokens")]),
    ({"messages": HI, "max_tokens": 3, "top_k": 3, "user": "u"}, [("ignored_key", "top_k", None)]),
]


@pytest.mark.parametrize(("body", "found"), PROBLEMS)
def test_each_problem(body, found):
    assert problems(**body) == found


@pytest.mark.parametrize(
    "body",
    [
        {
            "model": "m",
            "messages": HI,
            "stream": False,
            "keep_alive": "5m",
            "options": {"stop": ["a"], "num_predict": 9},
        },
        {"model": "m", "prompt": "a", "raw": True, "template": "", "options": {"temperature": None}},
        {
            "model": "m",
            "messages": [{"role": "assistant", "tool_calls": []}],
            "max_tokens": 3,
            "stop": ["a"],
            "user": "u",
        },
        {"model": "m", "MESSAGES": HI, "Options": {"seed": 1}},
        {"options": {"num_ctx": 4096}, "model": "m", "host": "x", "timeout": 3},
    ],
)
def test_what_is_no_problem(body):
    assert problems(**body) == []


def test_every_kind_of_problem_is_tested():
    of_programs = {"unsent"}  # tests/test_python_libraries.py
    assert {kind for _, found in PROBLEMS for kind, _, _ in found} | of_programs == set(get_args(ProblemKind))


def test_a_problem_in_ollamas_words():
    found = read(messages=HI, options={"stop": "a", "num_ctx": "b"}).problems
    assert [problem.text for problem in found] == [
        'option "stop" must be of type array',
        'option "num_ctx" must be of type integer',
    ]
    assert all(problem.refused for problem in found)
    assert read(messages=HI, options={"stop": [1]}).problems[0].text == 'option "stop" must be of an array of strings'


KEYS = ["messages", "prompt", "options", "stop", "max_tokens", "role", "content", "system", "tools", "Stop", "num_ctx"]
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.binary(max_size=60) | st.dictionaries(st.sampled_from(KEYS), values).map(lambda body: json.dumps(body).encode())
)
def test_any_bytes_give_a_request_or_its_error(content):
    try:
        found = read_request(content, "x")
    except RequestError:
        return
    assert all(isinstance(message["content"], str) for message in found.messages)
