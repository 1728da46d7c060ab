"""What a call of a Python program asks: an endpoint of Ollama, or a library whose limits are read only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tunespec.templates.ollama_parameters import TYPES
from tunespec.templates.python_servers import is_providers
from tunespec.templates.python_unknown import ANY, is_unknown
from tunespec.templates.request_fields import FIELDS, Kind

_TRANSPORT = frozenset("extra_headers extra_query timeout".split())
# Source: ollama 0.6 (Client.chat, Client.generate); another keyword is an error that nobody overlooks.
_CHAT = frozenset("model messages tools stream think logprobs top_logprobs format options keep_alive".split())
_GENERATE = (_CHAT - {"messages", "tools"}) | frozenset("prompt suffix system template context raw images".split())


@dataclass(frozen=True)
class Endpoint:
    """What a call asks. ``kind`` is a request's sort for Ollama, None for what reads its limits only.

    ``limit`` is the name of its limit, ``default`` what counts without one (None: no limit, or not known).
    ``positional`` are the names of arguments without one. ``wraps`` is the argument that is the body, else all of them
    are; ``adds`` is one whose own keys belong to the body, too. ``keys``: all that the client can send, None for any.
    ``configured``: without a limit that of the model's own configuration counts, if it has one. ``unlimited``: without
    one there is none. ``address``: of a server that only speaks OpenAI's interface, empty if
    only a run would tell, None if the program gives none. ``stops`` is the name of its stop sequences where they are no
    request's for Ollama, ``ends`` those of other arguments that end an answer.

    Of a library between: ``renames`` maps its arguments to what it sends for them, ``options.KEY`` within the options;
    ``unsent`` those that the server never hears to why, and to what is meant; ``providers`` begin the model's name
    where it asks this server. ``inherits``: what the object was made with counts, too.
    """

    server: Literal["Ollama", "vLLM", "transformers", "llama.cpp", "OpenAI"]
    kind: Kind | None
    limit: str
    positional: tuple[str, ...] = ()
    wraps: str | None = None
    adds: str | None = None
    keys: frozenset[str] | None = None
    default: int | None = None
    configured: bool = False
    unlimited: bool = False
    renames: Mapping[str, str] = field(default_factory=dict)
    unsent: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    providers: tuple[str, ...] = ()
    inherits: bool = False
    address: str | None = ""
    stops: str = ""
    ends: frozenset[str] = frozenset()

    def sends(self, key: str) -> bool:
        """Whether the client sends a key on."""
        return key == ANY or (key not in _TRANSPORT and (self.keys is None or key in self.keys))

    def takes(self, body: Mapping[str, Any]) -> bool:
        """Whether a body can be one of this endpoint's: a page of a user's own may have the same address."""
        if self.providers:
            return isinstance(model := body.get("model"), str) and model.startswith(self.providers)
        if self.server == "OpenAI":
            return self.inherits or bool({"messages", "prompt", ANY} & body.keys())
        if self.kind is None or self.keys is not None or ANY in body:
            return True
        return "model" in body and bool({"messages", "prompt"} & body.keys())

    def is_hosted(self, body: Mapping[str, Any]) -> bool:
        """Whether a provider serves the model that a body asks."""
        return self.server == "OpenAI" and is_providers(self.address, body.get("model"))

    def sent(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The body that is sent for the arguments of a call: a library may have other names for what it sends."""
        body: dict[str, Any] = {}
        options: dict[str, Any] = {}
        for key, value in given.items():
            name = self.renames.get(key, key)
            if name.startswith("options."):
                options |= {name.removeprefix("options."): value} if value is not None else {}
            elif name == "options" and name != key and isinstance(value, dict):
                options |= value
            elif self.sends(name):
                body[name] = value
        if options and "options" not in body:  # else a library sends those that it was given as such, and no others
            body["options"] = options
        for provider in self.providers:
            body["model"] = body["model"].removeprefix(provider)
        return body

    def known(self, body: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
        """What is known of a body, and the keys that are not; one that is not read is known to be there."""
        options = body.get("options")
        known = {
            key: value
            for key, value in body.items()
            if key != ANY and (not is_unknown(value) or self.unread(key, option=False))
        }
        unknown = set(body) - set(known)
        if isinstance(options, dict) and "options" in unknown:
            known["options"] = own = {
                key: value
                for key, value in options.items()
                if key != ANY and (not is_unknown(value) or self.unread(key, option=True))
            }
            unknown |= {f"options.{key}" for key in options.keys() - own.keys()}
            unknown -= {"options"} if ANY not in options else set()
        return known, frozenset(unknown)

    def unread(self, key: str, *, option: bool) -> bool:
        """Whether a key, or one of the options, counts for nothing, whatever its value."""
        return self.kind is not None and key not in (TYPES if option else FIELDS[self.kind])


CHAT = Endpoint("Ollama", "chat", "num_predict", ("model", "messages"), keys=_CHAT)
GENERATE = Endpoint("Ollama", "generate", "num_predict", ("model", "prompt", "suffix"), keys=_GENERATE)
_OF_SAMPLING = frozenset("stop_token_ids structured_outputs guided_decoding logits_processors".split())
_OF_WRITING = frozenset("stopping_criteria eos_token_id constraints custom_generate assistant_model".split())
SAMPLING = Endpoint("vLLM", None, "max_tokens", default=16, stops="stop", ends=_OF_SAMPLING)  # vllm/sampling_params.py
ASKING = replace(SAMPLING, configured=True)  # vllm/entrypoints/llm.py: LLM.generate, LLM.chat
WRITING = Endpoint(
    "transformers",
    None,
    "max_new_tokens",
    ("inputs", "generation_config"),
    adds="generation_config",
    configured=True,
    stops="stop_strings",
    ends=_OF_WRITING,
)
LOADED = replace(WRITING, default=20)  # transformers, generation/configuration_utils.py: max_length
_COMPLETIONS = Endpoint("Ollama", "openai-chat", "max_tokens", adds="extra_body")
OPENAI: Mapping[str, Endpoint] = {  # method of its client -> endpoint
    "chat.completions.create": _COMPLETIONS,
    "chat.completions.parse": _COMPLETIONS,
    "chat.completions.stream": _COMPLETIONS,
    "beta.chat.completions.parse": _COMPLETIONS,
    "beta.chat.completions.stream": _COMPLETIONS,
    "completions.create": Endpoint("Ollama", "openai-completion", "max_tokens", adds="extra_body"),
    "responses.create": Endpoint("Ollama", None, "max_output_tokens", adds="extra_body"),
}
# Servers of other kinds behind OpenAI's interface: vLLM, llama.cpp's, LM Studio. Their stops and limits are read only.
_OF_SERVERS = frozenset("stop_token_ids response_format guided_json guided_choice guided_regex grammar tools".split())
COMPATIBLE = Endpoint("OpenAI", None, "max_tokens", adds="extra_body", stops="stop", ends=_OF_SERVERS)
COMPATIBLE_POSTED = replace(COMPATIBLE, adds=None, wraps="json")
POSTED: Mapping[str, Endpoint] = {  # how an address ends -> endpoint
    "/api/chat": Endpoint("Ollama", "chat", "num_predict", wraps="json"),
    "/api/generate": Endpoint("Ollama", "generate", "num_predict", wraps="json"),
    "/v1/chat/completions": Endpoint("Ollama", "openai-chat", "max_tokens", wraps="json"),
    "/v1/completions": Endpoint("Ollama", "openai-completion", "max_tokens", wraps="json"),
}
