"""LLaMA-Factory's templates by their names, read from its source text, as the Jinja that writes what it trains on.

Its registry is a Python file of calls ``register_template(name=..., format_user=StringFormatter(slots=[...]), ...)``.
It is read as a syntax tree, and nothing in it is run. Source: LLaMA-Factory 0.9.5, ``data/template.py`` (``_encode``,
``Llama2Template``, ``ReasoningTemplate``), ``data/formatter.py``, ``data/processor/supervised.py`` (``efficient_eos``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tunespec.templates.errors import TemplateError

Slots = tuple[Any, ...]  # texts with `{{content}}`, `{"bos_token"}` or `{"eos_token"}`, `{"token": "<|user|>"}`

_REGISTERS = "register_template"
_FORMATS = ("user", "assistant", "system", "observation", "prefix")
_THOUGHT = ("<think>\n", "\n</think>\n\n")
_NO_EOS = "<|endoftext|>"  # what a tokenizer without an EOS gets
FUSED, REASONING, CLOSED = "Llama2Template", "ReasoningTemplate", "Glm47ReasoningTemplate"


@dataclass(frozen=True)
class Registered:
    """One registered template.

    Args:
        line: of the call, from 1.
        formats: the slots of ``user``, ``assistant``, ``system``, ``observation`` and ``prefix``.
        default_system: what stands for a system prompt where a conversation has none.
        stop_words: tokens at which generation ends; they become special tokens.
        thought: what opens and closes reasoning.
        efficient_eos: answers have no end in the text, and the EOS is learnt in the place of what follows them.
        replace_eos: the first stop word becomes the tokenizer's EOS.
        kind: the class that encodes it.
    """

    line: int
    formats: Mapping[str, Slots]
    default_system: str = ""
    stop_words: tuple[str, ...] = ()
    thought: tuple[str, str] = _THOUGHT
    efficient_eos: bool = False
    replace_eos: bool = False
    kind: str = "Template"

    def eos(self, own: str | None) -> str | None:
        """The EOS in training: the first stop word where it takes that place, else the tokenizer's ``own``.

        ``own`` is empty if the tokenizer has none, None if it is not known; then so is the result.
        """
        if self.replace_eos and self.stop_words:
            return self.stop_words[0]
        return own if own is None else own or _NO_EOS


def registered(text: str, name: str) -> Registered | None:
    """The template of that name in the registry's source text; None if it has none.

    Raises:
        TemplateError: if the text is no Python, or the template is written in a form that is not known here.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise TemplateError(f"LLaMA-Factory's templates cannot be read: {error}") from error
    for call in _calls(tree):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if isinstance(named := given.get("name"), ast.Constant) and named.value == name:
            try:
                return _registered(call.lineno, given)
            except (ValueError, TypeError, KeyError) as error:
                says = f"LLaMA-Factory's template `{name}` is written in a form that is not known here"
                raise TemplateError(says, call.lineno) from error
    return None


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in tree.body:
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == _REGISTERS:
            yield call


def _registered(line: int, given: Mapping[str | None, ast.expr]) -> Registered:
    """A call's arguments, with the defaults of ``register_template``."""
    told = {key: ast.literal_eval(given[key]) for key in _LITERALS if key in given}
    slots = {name: _slots(given[f"format_{name}"]) for name in _FORMATS if f"format_{name}" in given}
    efficient = bool(told.get("efficient_eos"))
    user = slots.get("user", ("{{content}}",))
    written: dict[str, Slots] = {
        "user": user,
        "assistant": ("{{content}}",) if efficient else ("{{content}}", {"eos_token"}),
        "system": ("{{content}}",),
        "observation": user,
        "prefix": (),
    }
    kind = given["template_class"] if "template_class" in given else ast.Name("Template")
    if not isinstance(kind, ast.Name) or kind.id not in {"Template", FUSED, REASONING, CLOSED}:
        raise ValueError(ast.dump(kind))
    opens, closes = told.get("thought_words") or _THOUGHT
    return Registered(
        line=line,
        formats=written | slots,
        default_system=str(told.get("default_system") or ""),
        stop_words=tuple(map(str, told.get("stop_words") or ())),
        thought=(str(opens), str(closes)),
        efficient_eos=efficient,
        replace_eos=bool(told.get("replace_eos")),
        kind=kind.id,
    )


_LITERALS = ("default_system", "stop_words", "thought_words", "efficient_eos", "replace_eos")


def _slots(node: ast.expr) -> Slots:
    """The slots of a formatter: ``StringFormatter(slots=[...])``."""
    if not isinstance(node, ast.Call) or len(node.keywords) + len(node.args) == 0:
        raise ValueError(ast.dump(node))
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    found = tuple(ast.literal_eval(named["slots"]))
    for slot in found:
        if not isinstance(slot, str | set | Mapping):
            raise TypeError(f"a slot of the type {type(slot).__name__}")
    return found
