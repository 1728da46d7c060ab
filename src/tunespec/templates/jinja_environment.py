"""Hugging Face's sandbox for chat templates, setting for setting.

Source: transformers 5.24, ``utils/chat_template_utils.py`` (``_cached_compile_jinja_template``). Only the process of
:mod:`tunespec.templates.jinja_worker` renders with it; elsewhere templates are parsed, never executed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NoReturn

from jinja2 import nodes
from jinja2.exceptions import SecurityError, TemplateRuntimeError, TemplateSyntaxError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from tunespec.templates.errors import TemplateError

LONGEST = 1_000_000  # characters of a template; the longest of the corpora has 20,000


class RefusedError(TemplateRuntimeError):
    """What a template says through ``raise_exception``."""


class GenerationTracker(Extension):
    """The ``{% generation %}`` tag: where in the text the model's own words stand.

    As there, a span begins behind the blocks that were written before it. Inside a macro, a ``{% set %}`` block or
    another captured text nothing is written yet, so the span is shifted; who trains with it gets the same one.
    """

    tags = {"generation"}  # noqa: RUF012  as the library declares it

    def __init__(self, environment: Any) -> None:
        """Begin with an empty text."""
        super().__init__(environment)
        environment.extend(tracker=self)
        self.written = 0
        self.spans: list[tuple[int, int]] = []

    def begin(self) -> None:
        """Begin with an empty text again."""
        self.written, self.spans = 0, []

    def parse(self, parser: Parser) -> nodes.Node:
        """The tag's node, called with its body."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_track"), [], [], body).set_lineno(line)

    def _track(self, caller: Callable[[], str]) -> str:
        text = caller()
        self.spans.append((self.written, self.written + len(text)))
        return text


class TemplateNamespace(Namespace):
    """Jinja's ``namespace`` without private attributes."""

    def __init__(*args: Any, **kwargs: Any) -> None:
        """Take the attributes; ``self`` may be one of them."""
        self, args = args[0], args[1:]
        attributes = dict(*args, **kwargs)
        for name in attributes:
            _check_name(name)
        Namespace.__init__(self, attributes)

    def __setitem__(self, name: str, value: Any) -> None:
        """Set an attribute."""
        _check_name(name)
        super().__setitem__(name, value)


class ChatEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox, which leaves tracebacks alone: to beautify one, Jinja compiles and runs code."""

    def handle_exception(self, source: str | None = None) -> NoReturn:  # noqa: ARG002  the library's signature
        """Raise on."""
        raise  # noqa: PLE0704  the library calls it while it handles one


class TemplateDict:
    """``dict`` without its attributes."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """A new dictionary."""
        return dict(*args, **kwargs)

    def fromkeys(self, *args: Any) -> dict[Any, Any]:
        """A new dictionary of these keys."""
        return dict.fromkeys(*args)


def environment(now: Callable[[], datetime]) -> ChatEnvironment:
    """The environment; ``now`` says what time it is for ``strftime_now``."""
    made = ChatEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[GenerationTracker, loopcontrols])
    made.filters["tojson"] = _tojson
    made.globals["raise_exception"] = _raise_exception
    made.globals["strftime_now"] = lambda format: now().strftime(format)  # noqa: A006  templates name it so
    made.globals["dict"] = TemplateDict()
    made.globals["namespace"] = TemplateNamespace
    return made


def parse(source: str) -> nodes.Template:
    """The syntax tree of a template. Nothing of it is executed, no constant folded.

    Raises:
        TemplateError: if it is no valid Jinja, nests too deeply or is too long.
    """
    if len(source) > LONGEST:
        raise TemplateError(f"the template is longer than {LONGEST:,} characters")
    try:
        return _parser().parse(source)
    except TemplateSyntaxError as error:
        raise TemplateError(f"the template is no valid Jinja: {error.message}", error.lineno) from error
    except RecursionError as error:
        raise TemplateError("the template nests too deeply") from error
    except ValueError as error:  # a number with more digits than Python reads
        raise TemplateError(f"the template is no valid Jinja: {error}") from error


@cache
def _parser() -> ChatEnvironment:
    return environment(datetime.now)


def _tojson(
    x: Any, ensure_ascii: bool = False, indent: Any = None, separators: Any = None, sort_keys: bool = False
) -> str:
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _raise_exception(message: Any) -> None:
    raise RefusedError(str(message))


def _check_name(name: Any) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise SecurityError(f"a namespace cannot hold {name!r}: it begins with an underscore")
