"""The libraries through which a program asks a model: a row says what is made, how it is asked, and what it then sends.

What each sends to Ollama was measured on a server that writes it down: langchain-ollama 1.1, langchain-openai 1.7,
llama-index-llms-ollama 0.11, litellm 1.110. Without a limit none of them sends one, so that Ollama's own counts.
Read in their sources: transformers 5.24, ``pipelines/text_generation.py`` (256 new tokens);
llama-cpp-python, ``llama_cpp/llama.py`` (16 for completions; for chats none, as for None and 0 and less).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from tunespec.templates.ollama_parameters import TYPES
from tunespec.templates.python_endpoints import COMPATIBLE, SAMPLING, WRITING, Endpoint

_SENT = frozenset({"model", "options"})
_OF_LANGCHAIN = (
    "mirostat mirostat_eta mirostat_tau num_ctx num_gpu num_thread num_predict repeat_last_n repeat_penalty "
    "temperature seed stop tfs_z top_k top_p"
).split()
_LANGCHAIN_METHODS = "bind invoke ainvoke stream astream batch abatch generate agenerate predict".split()
_SETTINGS = frozenset({None, "stop", "options", "max_tokens", "max_completion_tokens", "extra_body"})
_OF_LITELLM = {"max_tokens": "num_predict", "max_completion_tokens": "num_predict"}
_NO_SUCH = "`{}` is no setting of {}, which drops it without a word"


class Library(NamedTuple):
    """What a program makes of a library and asks.

    ``made`` matches the dotted name of the constructor. ``asked``: its method (empty: the object itself is called) ->
    what that asks, with the constructor's settings beneath its own. ``says``: what the constructor asks for whoever
    takes the object, unless one of the methods brings settings of its own. ``elsewhere``: what it asks where its
    address is not an Ollama server's.
    ``task``: what its first argument says.
    """

    made: re.Pattern[str]
    asked: Mapping[str, Endpoint]
    says: Endpoint | None = None
    elsewhere: Endpoint | None = None
    task: str = ""


def _no_settings(name: str, meant: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {key: (_NO_SUCH.format(key, name), instead) for key, instead in meant.items()}


def _langchain(made: str, endpoint: Endpoint, elsewhere: Endpoint | None = None) -> Library:
    return Library(re.compile(made), dict.fromkeys(_LANGCHAIN_METHODS, endpoint), endpoint, elsewhere)


def _of_ollama(name: str, renames: Mapping[str, str], meant: Mapping[str, str]) -> Endpoint:
    return Endpoint(
        "Ollama", "chat", "num_predict", keys=_SENT, renames=renames, unsent=_no_settings(name, meant), inherits=True
    )


def _chat_of_langchain(name: str) -> Endpoint:
    renames = {key: f"options.{key}" for key in _OF_LANGCHAIN}
    return _of_ollama(name, renames, dict.fromkeys(("max_tokens", "max_new_tokens"), "num_predict"))


_INSTEAD = 'extra_body={"max_tokens": ...}'
_RENAMED = "`langchain_openai` sends `{}` as `max_completion_tokens`, which Ollama ignores"
_CHAT_OPENAI = Endpoint(
    "Ollama",
    "openai-chat",
    "max_tokens",
    adds="extra_body",
    keys=frozenset("model stop temperature top_p seed frequency_penalty presence_penalty max_tokens".split()),
    renames={"model_name": "model", "stop_sequences": "stop"},
    unsent={key: (_RENAMED.format(key), _INSTEAD) for key in ("max_tokens", "max_completion_tokens")},
    inherits=True,
)
_CHAT_COMPATIBLE = replace(COMPATIBLE, renames=_CHAT_OPENAI.renames, inherits=True)
_IN_OPTIONS = {key: f'additional_kwargs={{"{key}": ...}}' for key in ("num_predict", "stop")}
_LLAMA_INDEX = _of_ollama(
    "LlamaIndex's Ollama",
    {"additional_kwargs": "options", "context_window": "options.num_ctx", "temperature": "options.temperature"},
    {**_IN_OPTIONS, "max_tokens": _IN_OPTIONS["num_predict"], "num_ctx": "context_window"},
)
_PIPELINE = Endpoint(
    "transformers",
    None,
    "max_new_tokens",
    adds="generation_config",
    configured=True,
    default=256,
    inherits=True,
    stops="stop_strings",
    ends=WRITING.ends | {"stop_sequence"},
)
_LLAMA = Endpoint(
    "llama.cpp",
    None,
    "max_tokens",
    ("prompt", "suffix", "max_tokens"),
    default=16,
    inherits=True,
    stops="stop",
    ends=frozenset("stopping_criteria grammar response_format logits_processor chat_format chat_handler tools".split()),
)
_LLAMA_CHAT = replace(_LLAMA, positional=("messages",), default=None, unlimited=True)

LIBRARIES = (
    _langchain(r"langchain\w*(\.\w+)*\.ChatOllama", _chat_of_langchain("ChatOllama")),
    _langchain(r"langchain_ollama(\.\w+)*\.OllamaLLM", _chat_of_langchain("OllamaLLM")),
    _langchain(r"langchain(_community)?(\.\w+)*\.Ollama", replace(_chat_of_langchain("Ollama"), unsent={})),
    _langchain(r"langchain_openai(\.\w+)*\.ChatOpenAI", _CHAT_OPENAI, _CHAT_COMPATIBLE),
    Library(re.compile(r"llama_index(\.\w+)*\.Ollama"), {}, _LLAMA_INDEX),
    Library(
        re.compile(r"langchain\w*(\.\w+)*\.HuggingFacePipeline\.from_model_id"),
        {},
        replace(_PIPELINE, adds="pipeline_kwargs", stops=""),  # its methods may bring stop sequences of their own
    ),
    Library(re.compile(r"transformers(\.pipelines)?\.pipeline"), {"": _PIPELINE}, task="text-generation"),
    Library(
        re.compile(r"llama_cpp(\.\w+)*\.Llama(\.from_pretrained)?"),
        {"": _LLAMA, "create_completion": _LLAMA, "create_chat_completion": _LLAMA_CHAT},
    ),
)
_LITELLM = Endpoint(
    "Ollama",
    "chat",
    "num_predict",
    ("model",),
    keys=_SENT,
    renames={**{key: f"options.{key}" for key in TYPES}, **{k: f"options.{v}" for k, v in _OF_LITELLM.items()}},
    providers=("ollama/", "ollama_chat/"),
)
FUNCTIONS: Mapping[str, Endpoint] = {  # dotted name -> endpoint
    "litellm.completion": _LITELLM,
    "litellm.acompletion": _LITELLM,
    "vllm.SamplingParams": SAMPLING,
    "vllm.sampling_params.SamplingParams": SAMPLING,
}


@lru_cache(maxsize=1024)
def library_of(made: str) -> Library | None:
    """The library whose constructor has this dotted name."""
    return next((one for one in LIBRARIES if one.made.fullmatch(made)), None)


def brings_settings(node: ast.Call) -> bool:
    """Whether a call of a method asks otherwise than its object was made for: `.bind(stop=STOPS)`."""
    return any(keyword.arg in _SETTINGS for keyword in node.keywords)


def is_for(library: Library, made: ast.Call) -> bool:
    """Whether an object is made for what the library's row is of: a pipeline writes text, or does something else."""
    given = [*made.args[:1], *(keyword.value for keyword in made.keywords if keyword.arg == "task")]
    return not library.task or any(isinstance(one, ast.Constant) and one.value == library.task for one in given)
