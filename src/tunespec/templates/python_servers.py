"""Whose server a client of OpenAI's interface asks: one that somebody runs, or a provider's with its own models."""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from tunespec.templates.asked_model import is_hosted

_ADDRESS = re.compile(r"https?://[^\s/?#]+", re.IGNORECASE)
# Providers whose interface is OpenAI's: what is asked there is no model that somebody serves.
_PROVIDERS = tuple(
    "openai.com azure.com openrouter.ai together.xyz together.ai groq.com fireworks.ai deepseek.com mistral.ai "
    "googleapis.com anthropic.com perplexity.ai x.ai aliyuncs.com nvidia.com huggingface.co cerebras.ai sambanova.ai "
    "moonshot.cn moonshot.ai bigmodel.cn z.ai siliconflow.cn siliconflow.com volces.com deepinfra.com novita.ai "
    "hyperbolic.xyz cohere.ai cohere.com replicate.com amazonaws.com github.ai minimax.chat minimax.io 01.ai "
    "baichuan-ai.com stepfun.com baidubce.com lambda.ai anyscale.com friendli.ai nebius.com ai21.com upstage.ai".split()
)
_OWN_NAMES = (".local", ".internal", ".lan", ".localhost")


def address_in(text: str) -> str:
    """The scheme, host and port in what is known of an address; empty if its host is not known.

    Args:
        text: `http://localhost:8000/v1`, or the same behind the name of the variable that it stands in for.
    """
    found = _ADDRESS.search(text)
    return found[0].lower() if found is not None and host_of(found[0]) else ""


def host_of(address: str) -> str:
    """The host of an address in small letters; empty if there is none."""
    try:
        return (urlsplit(address).hostname or "").strip(".")
    except ValueError:
        return ""


def is_providers(address: str | None, model: Any) -> bool:
    """Whether a provider's server is asked: by its address, else by the name of the model.

    Args:
        address: empty if only a run would tell; None if the program gives none, so that it is OpenAI's, or that of the
            environment (OPENAI_BASE_URL).
        model: the name, if it is text.
    """
    host = host_of(address or "")
    if not host:
        return is_hosted(model) if isinstance(model, str) else address is None
    return any(host == one or host.endswith(f".{one}") for one in _PROVIDERS)


def is_private(address: str) -> bool:
    """Whether an address is of this machine, or of the network that it stands in."""
    host = host_of(address)
    if (number := _number(host)) is not None:
        return number.is_private or number.is_loopback
    return bool(host) and ("." not in host or host.endswith(_OWN_NAMES))


def is_same_server(one: str, other: str) -> bool:
    """Whether two addresses are of one server: the names of this machine are one."""
    return bool(one) and _normal(one) == _normal(other)


def _normal(address: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return address, None
    return ("this machine" if host == "localhost" or _is_here(host) else host), port


def _is_here(host: str) -> bool:
    number = _number(host)
    return number is not None and (number.is_loopback or number.is_unspecified)


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """A host that is given by its number."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
