"""The calls of a Python program that ask a model, read from its syntax tree: the program is never run.

Known are the clients of Ollama (``ollama.chat``, ``Client().generate``), OpenAI's client and HTTP requests to an Ollama
server, ``generate`` of transformers and Unsloth, vLLM's ``SamplingParams``, its ``LLM`` that is asked without them, and
the libraries of ``python_libraries``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from tunespec.templates.asked_model import Whose
from tunespec.templates.python_around import NOTHING, Around, around, loads_model, named_model
from tunespec.templates.python_clients import Clients
from tunespec.templates.python_code import LARGEST, Code, CodeError, is_notebook, notebook_code
from tunespec.templates.python_dicts import held, read_scope
from tunespec.templates.python_endpoints import Endpoint
from tunespec.templates.python_key_lines import key_lines
from tunespec.templates.python_scopes import Function, Scope
from tunespec.templates.python_servers import host_of
from tunespec.templates.python_text import parsed, why_no_python
from tunespec.templates.python_unknown import ANY, UNKNOWN
from tunespec.templates.python_values import Values

# Without one of these a file asks no model that is known here: most files of a project need no more than this look.
_SIGNS = tuple(
    b"ollama openai transformers vllm unsloth llama_cpp litellm HuggingFacePipeline "
    b"/api/chat /api/generate /v1/".split()
)


class PythonError(ValueError):
    """The file is no Python program: its text is a message for the user."""


@dataclass(frozen=True)
class Call:
    """One call: the endpoint that it asks, what it sends as far as the program says, and the lines of its keys.

    ``unknown`` names the keys of ``body`` (and ``options.KEY``) whose values only a run would tell; ``*`` is any other.
    ``unsent`` are arguments that the endpoint's server never hears. ``around`` is what the program says beside it, with
    the model that this call asks, if it is known which that is; ``whose`` that model is, by the files around it.
    ``hosted``: a provider serves it, such as OpenAI.
    """

    endpoint: Endpoint
    body: Mapping[str, Any]
    line: int
    lines: Mapping[str, int]
    unknown: frozenset[str]
    unsent: tuple[str, ...] = ()
    around: Around = NOTHING
    whose: Whose = "own"
    hosted: bool = False


def may_call(content: bytes, most: int = LARGEST) -> bool:
    """Whether a file of at most so many bytes may hold such a call."""
    return len(content) <= most and any(sign in content for sign in _SIGNS)


def calls_in(content: bytes) -> tuple[Call, ...]:
    """The calls of a script or a notebook, in the order of their lines, without those of a provider's models.

    Raises:
        PythonError: for a file that Python does not parse.
    """
    return tuple(call for call in all_calls(content) if not call.hosted)


def all_calls(content: bytes) -> tuple[Call, ...]:
    """The same with those of a provider's models."""
    if not is_notebook(content):
        return _calls(content)
    try:
        code = notebook_code(content)
    except CodeError as error:
        raise PythonError(str(error)) from error
    return tuple(_in_file(call, code) for call in _calls(code.text))


def why_hosted(calls: Sequence[Call]) -> str:
    """Why a program is not judged that asks a provider's models only; empty if nothing says which."""
    named = (call.body.get("model") for call in calls)
    models = [f"`{name}`, which a provider serves" for name in named if isinstance(name, str) and name]
    hosts = [f"a model that {host} serves" for call in calls if (host := host_of(call.endpoint.address or ""))]
    told = next(iter([*models, *hosts]), "") if all(call.hosted for call in calls) else ""
    return f"it asks {told}: only what asks a model of your own is judged" if told else ""


def _calls(program: str | bytes) -> tuple[Call, ...]:
    found = _read(program)
    if isinstance(found, str):
        raise PythonError(found)
    return found


@lru_cache(maxsize=64)
def _read(program: str | bytes) -> tuple[Call, ...] | str:
    """The calls, or why there are none: several ask the same of one file, and the cache keeps no exception."""
    try:
        return tuple(sorted(_Reader(parsed(program)).calls(), key=lambda call: call.line))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"no Python that can be read: {why_no_python(error)}"


def _in_file(call: Call, code: Code) -> Call:
    """A notebook's call with the lines of its file."""
    return replace(call, line=code.line(call.line), lines={key: code.line(line) for key, line in call.lines.items()})


class _Reader:
    def __init__(self, tree: ast.Module) -> None:
        self.clients = Clients(tree)
        self.values = Values(self.clients.imports)
        self._tree, self._scopes = tree, dict[int, tuple[ast.Call, Scope]]()

    def calls(self) -> Iterator[Call]:
        """Every known call, with the scope that it stands in."""
        whole = read_scope(self._tree, None)
        self.values.held = held(self._tree, whole)
        left: list[tuple[ast.AST, Scope]] = [(self._tree, whole)]
        while left:
            node, scope = left.pop()
            if isinstance(node, ast.Call):
                self._scopes[id(node)] = node, scope
            inner = read_scope(node, scope) if isinstance(node, Function) else scope
            left += [(child, inner) for child in ast.iter_child_nodes(node)]
        for node, scope in self._scopes.values():
            if (found := self._call(node, scope)) is not None:
                yield found

    def _call(self, node: ast.Call, scope: Scope) -> Call | None:
        endpoint = self.clients.endpoint(node, self.values, scope)
        if endpoint is None:
            return None
        body, lines, unsent = self._arguments(node, endpoint, scope)
        made = self.clients.made_of(node) if endpoint.inherits else None
        if made is not None:
            maker, where = self._scopes.get(id(made), (made, scope))
            settings, its_lines, unheard = self._arguments(maker, replace(endpoint, positional=()), where)
            body, lines, unsent = {**settings, **body}, {**its_lines, **lines}, unheard | unsent
            body |= {} if id(made) in self._scopes else {ANY: UNKNOWN}  # by an annotation: settings from elsewhere
        if not endpoint.takes(body):
            return None
        known, unknown = endpoint.known(endpoint.sent(body))
        beside, hosted = self._beside(node, scope), endpoint.is_hosted(body)
        return Call(endpoint, known, node.lineno, lines, unknown, tuple(sorted(unsent)), beside, hosted=hosted)

    @cached_property
    def _around(self) -> Around:
        calls = ((node, self.clients.path(node.func), scope) for node, scope in self._scopes.values())
        return around(self._tree, calls, self.values, self.clients.imports)

    def _beside(self, node: ast.Call, scope: Scope) -> Around:
        """What stands around a call; of the models that are loaded, the one that it is known to ask."""
        made = self.clients.made_of(node) or node
        if not loads_model(path := self.clients.path(made.func)):
            return self._around
        where = self._scopes.get(id(made), (made, scope))[1]
        return replace(self._around, loads=(named_model(made, path, self.values, where),))

    def _arguments(
        self, node: ast.Call, endpoint: Endpoint, scope: Scope
    ) -> tuple[dict[str, Any], dict[str, int], set[str]]:
        """The arguments by name, their lines and those of their keys, and what is given and never sent."""
        pairs = list(self._pairs(node, endpoint))
        body, lines = self.values.dict_of(pairs, scope), dict[str, int]()
        for key, value in pairs:
            if isinstance(key, str) and key != endpoint.adds:
                lines.setdefault(key, value.lineno)
            key_lines(value, scope, self.values, lines)
        unsent = {key for key in endpoint.unsent if body.pop(key, None) is not None}
        added = body.pop(endpoint.adds, None) if endpoint.adds else None
        if added is not None:
            body = {**(added if isinstance(added, dict) else {ANY: UNKNOWN}), **body}
        return body, lines, unsent

    def _pairs(self, node: ast.Call, endpoint: Endpoint) -> Iterator[tuple[str | None, ast.expr]]:
        """The arguments by name; None for what is unpacked, as the body of an HTTP request is."""
        if endpoint.wraps:
            yield from ((None, body) for one in node.keywords if (body := self.clients.body_of(one)) is not None)
            return
        for at, value in enumerate(node.args):
            if isinstance(value, ast.Starred):
                yield None, value
            elif at < len(endpoint.positional):
                yield endpoint.positional[at], value
        for keyword in node.keywords:
            if keyword.arg is not None or not self.clients.is_encoded(keyword.value):
                yield keyword.arg, keyword.value
