"""What the program around a call says of the model that it loads, and of where answers end."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tunespec.templates.python_libraries import library_of
from tunespec.templates.python_models import is_loader
from tunespec.templates.python_scopes import Scope
from tunespec.templates.python_values import Values

_NAMING = frozenset("model model_name model_path model_id pretrained_model_name_or_path repo_id".split())
_CUTTING = frozenset("split rsplit partition rpartition find rfind index rindex removesuffix replace endswith".split())
_ENDING = frozenset("eos_token eos_token_id stop_token_ids stop_strings generation_config".split())
_ADAPTING = frozenset("peft trl unsloth".split())  # what answers is not what was loaded


@dataclass(frozen=True)
class Around:
    """What a program says.

    Args:
        loads: the models that it loads, as it names them; None for a name that only a run would tell.
        cuts: the texts at which it looks for something in other texts: it may cut answers there itself.
        sets_ends: whether it changes the ends of a model or tokenizer: `tokenizer.eos_token = "### End"`.
        adapts: whether what answers may be another model than the one that is loaded: it trains, or loads an adapter.
    """

    loads: tuple[str | None, ...] = ()
    cuts: frozenset[str] = frozenset()
    sets_ends: bool = False
    adapts: bool = False


NOTHING = Around()


def around(
    tree: ast.AST, calls: Iterable[tuple[ast.Call, str, Scope]], values: Values, imports: Mapping[str, str]
) -> Around:
    """What a program says around its calls.

    Args:
        tree: the program.
        calls: its calls, with the dotted name of what is called.
        values: reads its expressions.
        imports: its names, each with its dotted origin.
    """
    loads, cuts = dict[str | None, None](), set[str]()
    for node, path, scope in calls:
        if loads_model(path):
            loads[named_model(node, path, values, scope)] = None
        elif isinstance(node.func, ast.Attribute) and node.func.attr in _CUTTING:
            cuts |= {text for one in node.args if isinstance(text := values.of(one, scope), str)}
    return Around(tuple(loads), frozenset(cuts), _sets_ends(tree), any(map(_adapts, imports.values())))


def loads_model(path: str) -> bool:
    """Whether a call of this dotted name loads a model, or makes what does."""
    return is_loader(path) or ((library := library_of(path)) is not None and not library.says)


def named_model(node: ast.Call, path: str, values: Values, scope: Scope) -> str | None:
    """The model that such a call names; None if only a run would tell."""
    named = next((value for value in _given(node, path)), None)
    found = values.of(named, scope)
    return found if isinstance(found, str) else None


def _given(node: ast.Call, path: str) -> Iterator[ast.expr]:
    yield from (keyword.value for keyword in node.keywords if keyword.arg in _NAMING)
    at = 1 if path.endswith(".pipeline") else 0  # its first argument is the task
    yield from node.args[at : at + 1]


def _sets_ends(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in _ENDING
        for node in ast.walk(tree)
    )


def _adapts(origin: str) -> bool:
    return origin.partition(".")[0] in _ADAPTING or origin.endswith(("Trainer", "LoRARequest"))
