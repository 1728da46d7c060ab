"""What a file of a template pair is, by its name and content: a Modelfile, a chat template, a model, a request ..."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunespec.errors import CannotJudgeError
from tunespec.templates.ollama_parameters import TYPES
from tunespec.templates.python_code import is_program, largest
from tunespec.templates.template_text import is_chat_template, why_no_template

if TYPE_CHECKING:
    from tunespec.templates.python_calls import Call

# What a file is taken for -> how the report says it.
ARTEFACTS: Mapping[str, str] = {
    "modelfile": "Modelfile",
    "jinja": "chat template",
    "tokenizer": "tokenizer configuration",
    "gguf": "model file",
    "request": "request",
    "recipe": "training configuration",
    "script": "program that asks a model",
}
_LARGEST = 32 << 20  # bytes of a JSON file that may be a tokenizer's or a request; tokenizer_config.json can be large
_JINJA = (".jinja", ".jinja2", ".j2")
_OF_TOKENIZERS = ("tokenizer_config.json", "chat_template.json")
_ASKS = ("messages", "prompt")
# What a request says of how it is answered, and no record of a dataset does.
_SETTINGS = frozenset("stream options keep_alive format stop max_tokens num_predict".split())
_OF_RECORDS = frozenset("response completion choices answer label".split())
_OF_OPTIONS = frozenset("stop num_predict num_ctx temperature".split())
_NAMED_SO = ("option", "request", "client")
_FOREIGN = 2  # keys of a request that no endpoint knows: a client's own, or a mistake to be found


def may_be_artefact(name: str) -> bool:
    """Whether a file of this name is looked at, beside the data files."""
    return _is_modelfile(name.lower()) or name.lower().endswith((*_JINJA, ".gguf"))


def is_jinja(path: Path) -> bool:
    """Whether a file is Jinja's by its name, in any case: `.jinja`, `.jinja2`, `.j2`."""
    return path.suffix.lower() in _JINJA


def _is_modelfile(name: str) -> bool:
    """`Modelfile`, `Modelfile.prod`, `llama3.Modelfile`, `MyModelfile`."""
    return name.endswith("modelfile") or name.startswith(("modelfile.", "modelfile-", "modelfile_"))


def artefact(path: Path) -> str | None:
    """What the file is (a key of ``ARTEFACTS``), or None for anything else.

    Raises:
        CannotJudgeError: for a file that cannot be opened.
    """
    if _is_modelfile(path.name.lower()):
        content(path, 1)
        return "modelfile"
    if is_jinja(path):
        return "jinja" if is_chat_template(content(path)) else None
    if path.suffix.lower() == ".gguf":
        return "gguf" if content(path, 4) == b"GGUF" else None
    if is_program(path):
        return "script" if _is_asked_in(path) and not _why_unread(path) else None
    return _of_json(path) if path.suffix.lower() == ".json" else None


def is_test(name: str) -> bool:
    """Whether a file of this name is of a test suite."""
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py")


def may_ask(path: Path) -> bool:
    """Whether a script or notebook is looked at: it asks a model, be it a provider's, or might if it could be read.

    Tests ask none in earnest.
    """
    from tunespec.templates.python_calls import PythonError, why_hosted

    if not is_program(path) or is_test(path.name):
        return False
    try:
        calls = _calls(path)
    except (CannotJudgeError, PythonError):
        return True  # whoever reads it says why it cannot be read
    return any(not call.hosted for call in calls) or bool(why_hosted(calls))


def _calls(path: Path) -> Sequence[Call]:
    """All calls of a program; PythonError if it cannot be read."""
    from tunespec.templates.python_calls import all_calls, may_call

    code = content(path, largest(path) + 1)
    return all_calls(code) if may_call(code, largest(path)) else ()


def _is_asked_in(path: Path) -> bool:
    from tunespec.templates.python_calls import PythonError

    try:
        return any(not call.hosted for call in _calls(path))
    except PythonError:
        return True


def _why_unread(path: Path) -> str:
    from tunespec.templates.python_calls import PythonError, calls_in

    try:
        calls_in(content(path))
    except PythonError as error:
        return str(error)
    return ""


def why_no_artefact(path: Path) -> str:
    """Why a file with the name of an artefact is none; empty for other names."""
    from tunespec.templates.python_calls import why_hosted

    if is_program(path):
        return (
            _why_unread(path)
            if _is_asked_in(path)
            else why_hosted(_calls(path)) or "no program that asks a model, or trains one, in a way that is known here"
        )
    if is_jinja(path):
        return f"no chat template: {why_no_template(content(path))}"
    return "no model file: it does not begin with `GGUF`" if path.suffix.lower() == ".gguf" else ""


def _of_json(path: Path) -> str | None:
    from tunespec.templates.training_side import is_tokenizer_config

    if not content(path, 64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or path.stat().st_size > _LARGEST:
        return None
    try:
        data = json.loads(content(path))
    except (ValueError, RecursionError):  # several objects, or none: the datasets' business
        return "tokenizer" if path.name in _OF_TOKENIZERS else None
    if not isinstance(data, dict):
        return None
    if is_tokenizer_config(data):
        return "tokenizer"
    return "request" if _is_request(data, path.name.lower()) else None


def _is_request(data: Mapping[str, Any], name: str) -> bool:
    """A request names its model and asks something, or it is a client's options; a record of a dataset is neither."""
    if isinstance(data.get("model"), str) and any(key in data for key in _ASKS):
        from tunespec.templates.request_fields import foreign_keys

        return not _is_record(data) and len(foreign_keys(data)) <= _FOREIGN
    options = data.get("options", data)
    if not isinstance(options, Mapping) or not _OF_OPTIONS & set(options):
        return False
    # Bare parameters may be a stock template's, too: a client's options have a name that says so.
    return options is not data or (set(data) <= set(TYPES) and any(word in name for word in _NAMED_SO))


def _is_record(data: Mapping[str, Any]) -> bool:
    """Whether there is an answer beside the question; an assistant's last message may be one that a request begins."""
    from tunespec.shapes import Shapes

    if _OF_RECORDS & set(data):
        return True
    conversation = Shapes({}, {}).convert(dict(data))
    if conversation is None or not conversation.turns:
        return False
    return conversation.turns[-1].role == "assistant" and (
        conversation.shape != "messages" or not _SETTINGS & set(data)
    )


def content(path: Path, limit: int = -1) -> bytes:
    """The first bytes of a file, or all of them.

    Raises:
        CannotJudgeError: for a file that cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(limit)
    except OSError as error:
        raise CannotJudgeError(f"{path}: cannot be read ({error})") from error
