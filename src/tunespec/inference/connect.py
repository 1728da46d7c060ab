"""From a configured address to a server that can be asked."""

from __future__ import annotations

from tunespec.config import Config
from tunespec.inference.endpoint import require_loopback
from tunespec.inference.ollama_server import OllamaServer
from tunespec.inference.server import Server
from tunespec.inference.wire import Wire
from tunespec.subjects import ServedModel


def connect(model: ServedModel, config: Config) -> Server:
    """The server of a model.

    Raises:
        CannotJudgeError: for a server that is not this machine, unless the configuration allows it.
    """
    settings = config.inference
    if not settings.get("remote"):
        require_loopback(model.url)
    silence = float(settings.get("silence", Wire.silence))
    return OllamaServer(Wire(model.url, silence=silence, patience=max(Wire.patience, silence)), model.name)
