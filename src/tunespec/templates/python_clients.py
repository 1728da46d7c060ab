"""Which calls of a Python program ask a model: by what was imported, and by what a client was made of."""

from __future__ import annotations

import ast

from tunespec.templates.python_endpoints import CHAT, GENERATE, INPUTS, OPENAI, POSTED, SAMPLING, WRITING, Endpoint
from tunespec.templates.python_scopes import Scope
from tunespec.templates.python_values import UNKNOWN, Values

_OPENAI = frozenset({"openai.OpenAI()", "openai.AsyncOpenAI()"})
_OLLAMA = frozenset({"ollama", "ollama.Client()", "ollama.AsyncClient()"})
_MADE = frozenset(
    "ollama.Client ollama.AsyncClient openai.OpenAI openai.AsyncOpenAI requests.Session httpx.Client httpx.AsyncClient "
    "aiohttp.ClientSession vllm.LLM".split()
)
_POSTS = frozenset(
    "requests requests.Session() httpx httpx.Client() httpx.AsyncClient() aiohttp.ClientSession()".split()
)
_LOCAL = ("11434", "ollama")  # in the address of an Ollama server
_OF_GENERATE = frozenset(
    "max_new_tokens max_length min_new_tokens input_ids attention_mask generation_config do_sample num_beams streamer "
    "pad_token_id eos_token_id use_cache return_dict_in_generate stopping_criteria".split()
)


class Clients:
    """The names of a program that are clients or modules."""

    def __init__(self, tree: ast.Module) -> None:
        """Reads the imports, and what is made of them."""
        self.imports = _imports(tree)
        self._made: dict[str, ast.Call | None] = {}
        for node in ast.walk(tree):
            for target, value in _assigned(node):
                name = _dotted(target)
                if name and name not in self.imports and (made := self._client(value)) is not None:
                    self._made[name] = None if name in self._made else made

    def endpoint(self, node: ast.Call, values: Values, scope: Scope) -> Endpoint | None:
        """What a call asks; None if that is no model, or one that is not known here."""
        path = self._path(node.func)
        owner, _, name = path.rpartition(".")
        if owner in _OLLAMA and name == "chat":
            return CHAT
        if owner in _OLLAMA and name == "generate":
            return GENERATE
        if path in {"vllm.SamplingParams", "vllm.sampling_params.SamplingParams"}:
            return SAMPLING
        if name == "generate" and self._generates(node, owner):
            return WRITING
        client, found = next(((one, path[len(one) + 1 :]) for one in _OPENAI if path.startswith(f"{one}.")), ("", ""))
        if client:
            return OPENAI.get(found) if self._is_local(node.func, values, scope) else None
        return self._posted(node, values, scope) if owner in _POSTS and name == "post" else None

    def _generates(self, node: ast.Call, owner: str) -> bool:
        """Whether it is a model of transformers that writes: other things have a method of this name."""
        if not any(origin.partition(".")[0] == "transformers" for origin in self.imports.values()):
            return False
        if owner == "self" or owner.startswith("vllm."):
            return False
        return any(
            keyword.arg in _OF_GENERATE
            or (keyword.arg is None and isinstance(keyword.value, ast.Name) and keyword.value.id in INPUTS)
            for keyword in node.keywords
        )

    def _posted(self, node: ast.Call, values: Values, scope: Scope) -> Endpoint | None:
        """An HTTP request to an address that ends like an endpoint's."""
        given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "url")]
        address = _text(given[0], values, scope) if given else ""
        asked = next((own for path, own in POSTED.items() if address.rstrip("/").endswith(path)), None)
        if asked is None or not any(self.body_of(keyword) for keyword in node.keywords):
            return None
        local = any(sign in address for sign in _LOCAL) or self._is_local(node.func, values, scope)
        others = "/v1/" in address or address.startswith("/")  # another server's, or a page of the program's own
        return asked if local or not others else None

    def body_of(self, keyword: ast.keyword) -> ast.expr | None:
        """What an HTTP request sends as JSON: `json=...`, or `data=json.dumps(...)`."""
        value = keyword.value
        if (
            keyword.arg in {"data", "content"}
            and isinstance(value, ast.Call)
            and self._path(value.func) == "json.dumps"
        ):
            return value.args[0] if value.args else None
        return value if keyword.arg == "json" else None

    def _is_local(self, node: ast.expr, values: Values, scope: Scope) -> bool:
        """Whether the client at the beginning of a call was made for an Ollama server."""
        while isinstance(node, ast.Attribute) and _dotted(node) not in self._made:
            node = node.value
        made = node if isinstance(node, ast.Call) else self._made.get(_dotted(node))
        addresses = [one.value for one in made.keywords if one.arg in {"base_url", "host"}] if made is not None else []
        return any(sign in _text(one, values, scope) for one in addresses for sign in _LOCAL)

    def _path(self, node: ast.expr) -> str:
        """A dotted name by what was imported and made: `client.chat` is `ollama.Client().chat`."""
        if (
            made := self._made.get(ast.unparse(node)) if isinstance(node, ast.Name | ast.Attribute) else None
        ) is not None:
            return f"{self._path(made.func)}()"
        if isinstance(node, ast.Name):
            return self.imports.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self._path(node.value)}.{node.attr}"
        if isinstance(node, ast.Call):
            return f"{self._path(node.func)}()"
        return "?"

    def _client(self, value: ast.expr | None) -> ast.Call | None:
        return value if isinstance(value, ast.Call) and self._path(value.func) in _MADE else None


def _imports(tree: ast.Module) -> dict[str, str]:
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                found[one.asname or one.name.partition(".")[0]] = one.name if one.asname else one.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found


def _assigned(node: ast.AST) -> list[tuple[ast.expr, ast.expr | None]]:
    if isinstance(node, ast.Assign):
        return [(target, node.value) for target in node.targets]
    if isinstance(node, ast.AnnAssign):
        return [(node.target, node.value)]
    if isinstance(node, ast.withitem) and node.optional_vars is not None:
        return [(node.optional_vars, node.context_expr)]
    if isinstance(node, ast.arg) and node.annotation is not None:  # `client: ollama.Client` is one, however it was made
        return [(ast.Name(node.arg), ast.Call(node.annotation, [], []))]
    return []


def _dotted(node: ast.expr) -> str:
    """A name with attributes as it is written; empty for other expressions."""
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr, values: Values, scope: Scope) -> str:
    """The texts within an expression, in their order: of `f"{HOST}/api/chat"`, HOST's own if it is known."""
    found, where = values.bound(node, scope)
    if found is None:
        return ""
    if isinstance(found, ast.Constant):
        return found.value if isinstance(found.value, str) else ""
    if (value := values.of(found, where)) is not UNKNOWN:
        return value if isinstance(value, str) else ""
    parts = [one for one in ast.iter_child_nodes(found) if isinstance(one, ast.expr)]
    return "".join(_text(one, values, where) for one in parts)
