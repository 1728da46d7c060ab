"""From a configured address to a server that can be asked."""

from __future__ import annotations

import os

from tunespec.config import Config
from tunespec.errors import CannotJudgeError
from tunespec.inference.endpoint import require_loopback
from tunespec.inference.fields import text
from tunespec.inference.ollama_server import OllamaServer
from tunespec.inference.openai_server import OpenAIServer
from tunespec.inference.server import Server
from tunespec.inference.wire import KEY, NoJsonError, StatusError, Wire
from tunespec.subjects import ServedModel


def connect(model: ServedModel, config: Config) -> Server:
    """The server of a model, by the interface that the configuration says, else by the one that the server speaks.

    `silence` is the most seconds that the server may send nothing (120; loading a large model takes long), and one
    answer may take that long too, or 300.

    Raises:
        CannotJudgeError: for a server that is not this machine, unless the configuration allows it.
        ServerError: if there is none, or it speaks neither interface.
    """
    settings = config.inference
    if not settings.get("remote"):
        require_loopback(model.url)
    silence = float(settings.get("silence", Wire.silence))
    base = model.url.removesuffix("/v1")  # as clients of OpenAI's interface want it
    wire = Wire(base, silence, max(Wire.patience, silence), _authorisation())
    api = model.api or _spoken(wire)
    return OpenAIServer(wire, model.name) if api == "openai" else OllamaServer(wire, model.name)


def _spoken(wire: Wire) -> str:
    """The interface of a server: Ollama has OpenAI's, too; llama.cpp has some of Ollama's, but not its version."""
    failure: StatusError | None = None
    for path, key, api in (("/api/version", "version", "ollama"), ("/v1/models", "data", "openai")):
        try:
            if wire.get(path).get(key) is not None:
                return api
        except StatusError as error:
            if error.status in {401, 403}:
                raise
            failure = error if error.status >= 500 else failure  # it may speak one, when it is well, or has loaded
        except NoJsonError:
            pass
    if failure is not None:
        raise failure
    raise CannotJudgeError(f"{wire.base} speaks neither Ollama's interface (/api/version) nor OpenAI's (/v1/models)")


def _authorisation() -> tuple[tuple[str, str], ...]:
    """The key that the user set for the server that is asked.

    Not OPENAI_API_KEY: it is set on many machines, and is for OpenAI alone.

    Raises:
        CannotJudgeError: for a key that no header can hold.
    """
    key = text(os.environ.get(KEY)).strip()
    if not key:
        return ()
    if not (key.isascii() and key.isprintable()):
        raise CannotJudgeError(f"{KEY} holds signs that no key has")
    return (("Authorization", f"Bearer {key}"),)
