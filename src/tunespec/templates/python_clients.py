"""Which calls of a Python program ask a model: by what was imported, and by what a client was made of."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from tunespec.templates.python_endpoints import (
    ASKING,
    CHAT,
    COMPATIBLE,
    COMPATIBLE_POSTED,
    GENERATE,
    LOADED,
    OPENAI,
    POSTED,
    WRITING,
    Endpoint,
)
from tunespec.templates.python_libraries import FUNCTIONS, Library, brings_settings, is_for, library_of
from tunespec.templates.python_models import (
    encoded_names,
    has_generate,
    is_encoded,
    is_limited,
    is_loader,
    is_writer,
    itself,
    mentions,
    sets_limits,
    without_parameters,
)
from tunespec.templates.python_scopes import Scope, assigned, dotted, imports_of
from tunespec.templates.python_servers import address_in
from tunespec.templates.python_values import Values

_OPENAI = frozenset({"openai.OpenAI()", "openai.AsyncOpenAI()"})
_SAME_CLIENT = re.compile(r"with_options\(\)\.|with_(raw|streaming)_response\.")
_OLLAMA = frozenset({"ollama", "ollama.Client()", "ollama.AsyncClient()"})
_MADE = frozenset(
    "ollama.Client ollama.AsyncClient openai.OpenAI openai.AsyncOpenAI requests.Session httpx.Client httpx.AsyncClient "
    "aiohttp.ClientSession".split()
)
_POSTS = frozenset(
    "requests requests.Session() httpx httpx.Client() httpx.AsyncClient() aiohttp.ClientSession()".split()
)
_ASKED = {"chat": CHAT, "generate": GENERATE}
_ADDRESSES = frozenset("base_url host openai_api_base".split())
_LOCAL = ("11434", "ollama")  # in the address of an Ollama server


class Clients:
    """The names of a program that are clients or modules."""

    def __init__(self, tree: ast.Module) -> None:
        """Reads the imports, and what is made of them."""
        self.imports = imports_of(tree)
        self._made: dict[str, ast.Call | None] = {}
        for node in ast.walk(tree):
            for target, value in assigned(node):
                self._bind(dotted(target), value)
        self._encoded, self._sets_limits = encoded_names(tree), sets_limits(tree)
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and brings_settings(node))
        self._overlaid = {id(made) for node in calls if (made := self.made_of(node)) is not None}

    def _bind(self, name: str, value: ast.expr | None) -> None:
        """A name that is bound to several clients is none, unless all of them are models that the program loads."""
        made, before = self._client(value), self._made.get(name)
        loaded = self.path(before.func) if before is not None else ""
        if made is not None and name and name not in self.imports:
            same = is_loader(loaded) and self.path(made.func) == loaded
            self._made[name] = made if same or name not in self._made else None
        elif is_loader(loaded) and value is not None and not mentions(value, name):
            self._made[name] = None

    def endpoint(self, node: ast.Call, values: Values, scope: Scope) -> Endpoint | None:
        """What a call asks; None if that is no model, or one that is not known here."""
        path = self.path(node.func)
        owner, _, name = path.rpartition(".")
        if (library := library_of(path.partition("()")[0])) is not None:
            return self._of_library(library, node, values, scope)
        if path in FUNCTIONS or owner in _OLLAMA:
            return FUNCTIONS.get(path) or _ASKED.get(name)
        if owner.startswith("vllm.") and is_loader(owner.removesuffix("()")) and name in {"chat", "generate"}:
            return ASKING if without_parameters(node) else None
        if name == "generate" and (asked := self._generates(node, owner)) is not None:
            return asked if is_limited(node) or not self._sets_limits else None
        return self._served(node, path, values, scope)

    def _served(self, node: ast.Call, path: str, values: Values, scope: Scope) -> Endpoint | None:
        """What a client of OpenAI's endpoints, or of HTTP, asks."""
        client, found = next(((one, path[len(one) + 1 :]) for one in _OPENAI if path.startswith(f"{one}.")), ("", ""))
        if client:
            made, found = self.made_of(node), _SAME_CLIENT.sub("", found)
            if found not in OPENAI or self._is_local(made, values, scope):
                return OPENAI.get(found)
            return self._at(COMPATIBLE, made, values, scope) if found != "responses.create" else None
        owner, _, name = path.rpartition(".")
        return self._posted(node, values, scope) if owner in _POSTS and name == "post" else None

    def _of_library(self, library: Library, node: ast.Call, values: Values, scope: Scope) -> Endpoint | None:
        """What a library's object is asked: by who made it, or by a method."""
        _, called, method = self.path(node.func).partition("()")
        made = self.made_of(node) if called else node
        if made is None or not is_for(library, made):
            return None
        if not called:
            asked = library.says if id(made) not in self._overlaid else None
        else:
            asked = library.asked.get(method.removeprefix("."))
            asked = asked if library.says is None or brings_settings(node) else None
        if asked is None or library.elsewhere is None or self._is_local(made, values, scope):
            return asked
        return self._at(library.elsewhere, made, values, scope)

    def _generates(self, node: ast.Call, owner: str) -> Endpoint | None:
        """What a model of transformers is asked that writes: other things have a method of this name."""
        if is_writer(owner):
            return LOADED if owner.startswith("transformers.") else WRITING
        known = owner != "self" and not owner.startswith("vllm.") and has_generate(node, self.imports.values())
        return WRITING if known else None

    def is_encoded(self, node: ast.expr) -> bool:
        """Whether an expression is what a tokenizer returns."""
        return node.id in self._encoded if isinstance(node, ast.Name) else is_encoded(node)

    def _posted(self, node: ast.Call, values: Values, scope: Scope) -> Endpoint | None:
        """An HTTP request to an address that ends like an endpoint's."""
        given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "url")]
        address = values.text(given[0], scope) if given else ""
        asked = next((own for path, own in POSTED.items() if address.rstrip("/").endswith(path)), None)
        if asked is None or not any(self.body_of(keyword) for keyword in node.keywords):
            return None
        made = self.made_of(node)
        if any(sign in address for sign in _LOCAL) or self._is_local(made, values, scope):
            return asked
        page = isinstance(given[0], ast.Constant) and address.startswith("/") and not self._address(made, values, scope)
        if "/v1/" not in address:
            return asked if not address.startswith("/") else None
        if page:  # of the program's own
            return None
        at = address_in(address) or address_in(self._address(made, values, scope))
        return replace(COMPATIBLE_POSTED, address=at)

    def body_of(self, keyword: ast.keyword) -> ast.expr | None:
        """What an HTTP request sends as JSON: `json=...`, or `data=json.dumps(...)`."""
        value = keyword.value
        if keyword.arg in {"data", "content"} and isinstance(value, ast.Call) and self.path(value.func) == "json.dumps":
            return value.args[0] if value.args else None
        return value if keyword.arg == "json" else None

    def made_of(self, call: ast.Call) -> ast.Call | None:
        """The call that made the object which a call asks, by a method or itself."""
        node = itself(call.func)
        while isinstance(node, ast.Attribute) and dotted(node) not in self._made:
            node = itself(node.value)
        return node if isinstance(node, ast.Call) or node is None else self._made.get(dotted(node))

    def _is_local(self, made: ast.Call | None, values: Values, scope: Scope) -> bool:
        """Whether a client was made for an Ollama server."""
        return any(sign in self._address(made, values, scope) for sign in _LOCAL)

    def _at(self, endpoint: Endpoint, made: ast.Call | None, values: Values, scope: Scope) -> Endpoint:
        """An endpoint at the address of its client."""
        given = made is None or any(one.arg in {None, *_ADDRESSES} for one in made.keywords)
        return replace(endpoint, address=address_in(self._address(made, values, scope)) if given else None)

    def _address(self, made: ast.Call | None, values: Values, scope: Scope) -> str:
        """What is known of the address that a client was made for; empty if it was given none."""
        addresses = [one.value for one in made.keywords if one.arg in _ADDRESSES] if made is not None else []
        return " ".join(values.text(one, scope) for one in addresses)

    def path(self, node: ast.expr) -> str:
        """A dotted name by what was imported and made: `client.chat` is `ollama.Client().chat`."""
        if (
            made := self._made.get(ast.unparse(node)) if isinstance(node, ast.Name | ast.Attribute) else None
        ) is not None:
            return f"{self.path(made.func)}()"
        if isinstance(node, ast.Name):
            return self.imports.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self.path(node.value)}.{node.attr}"
        if isinstance(node, ast.Call):
            return f"{self.path(node.func)}()"
        return "?"

    def _client(self, value: ast.expr | None) -> ast.Call | None:
        if isinstance(value, ast.IfExp) and isinstance(value.orelse, ast.Constant):  # `OpenAI() if KEY else None`
            value = value.body
        value = itself(value)
        if not isinstance(value, ast.Call):
            return self._made.get(dotted(value)) if value is not None else None
        path = self.path(value.func)
        return value if path in _MADE or is_loader(path) or library_of(path) is not None else None
