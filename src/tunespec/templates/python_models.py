"""The models that a Python program loads itself, and what its tokenizers make for them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

_LOADERS = re.compile(
    r"transformers(\.\w+)*\.(AutoModelForCausalLM|\w+ForCausalLM)\.from_pretrained|vllm(\.\w+)*\.LLM"
    r"|unsloth(\.\w+)*\.Fast\w*Model\.from_pretrained"
)
_TOKENIZER = re.compile(r"tokeni[sz]er|processor|^tok$", re.IGNORECASE)
# Methods that return their object, or one that asks the same.
_ITSELF = frozenset("to eval cuda cpu half bfloat16 float requires_grad_ with_options".split())
_ENCODING = frozenset("__call__ apply_chat_template encode_plus batch_encode_plus pad".split())
_LIMITING = frozenset("max_new_tokens max_length generation_config".split())
_CHANGING = frozenset("update setdefault".split())

# What a tokenizer's output is called in calls of `generate`: it holds token ids, never a limit.
_INPUTS = frozenset("inputs model_inputs input_ids encoded encoding encodings batch tokens tokenized enc".split())
_WITH_GENERATE = frozenset({"transformers", "unsloth"})
_OF_GENERATE = frozenset(
    "stop_strings max_new_tokens max_length min_new_tokens input_ids attention_mask generation_config do_sample "
    "num_beams streamer pad_token_id eos_token_id use_cache return_dict_in_generate stopping_criteria".split()
)


def is_loader(path: str) -> bool:
    """Whether a call of this dotted name loads a model that writes."""
    return _LOADERS.fullmatch(path) is not None


def is_writer(path: str) -> bool:
    """Whether a dotted name is a loaded model of transformers or Unsloth."""
    return not path.startswith("vllm.") and path.endswith("()") and is_loader(path.removesuffix("()"))


def itself(node: ast.expr | None) -> ast.expr | None:
    """What `.to("cuda")`, `.eval()` and their like return: the object before them."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ITSELF:
        node = node.func.value
    return node


def mentions(node: ast.expr | None, name: str) -> bool:
    """Whether an expression is made of what a name is bound to: `get_peft_model(model, config)`."""
    return node is not None and any(name == ast.unparse(one) for one in ast.walk(node) if isinstance(one, ast.expr))


def sets_limits(tree: ast.AST) -> bool:
    """Whether a program sets a limit on a model itself: `model.generation_config.max_new_tokens = 64`."""
    return any(
        isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in _LIMITING
        for node in ast.walk(tree)
    )


def is_encoded(node: ast.expr | None) -> bool:
    """Whether an expression is what a tokenizer returns: it holds token ids, never a limit."""
    node = itself(node)
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute) and called.attr in _ENCODING:
        called = called.value
    last = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return _TOKENIZER.search(last) is not None


def encoded_names(tree: ast.AST) -> frozenset[str]:
    """The names that are bound to nothing but what a tokenizer returns, and to which nothing is added."""
    values: dict[int, ast.expr | None] = {}
    encoded, others = set[str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            values |= {id(target): node.value for target in node.targets}
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
            values[id(node.target)] = node.value
        elif isinstance(node, ast.arg):
            others.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            value = values.get(id(node))
            if is_encoded(value):
                encoded.add(node.id)
            elif not _keeps(value, node.id):
                others.add(node.id)
        elif (name := _added_to(node)) is not None:
            others.add(name)
    return frozenset(encoded - others)


def _keeps(value: ast.expr | None, name: str) -> bool:
    """Whether a name is bound anew to the same: `inputs.to(device)`, `{k: v.to(device) for k, v in inputs.items()}`."""
    same = itself(value)
    if isinstance(same, ast.DictComp):
        return mentions(same.generators[0].iter, name)
    return isinstance(same, ast.Name) and same.id == name


def _added_to(node: ast.AST) -> str | None:
    """The name to which keys are added that may be a limit."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name):
        return node.value.id
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        return node.func.value.id if isinstance(node.func.value, ast.Name) else None
    return None


def has_generate(node: ast.Call, origins: Iterable[str]) -> bool:
    """Whether a call of a method `generate` is one of transformers: other things have a method of this name."""
    return any(origin.partition(".")[0] in _WITH_GENERATE for origin in origins) and any(
        keyword.arg in _OF_GENERATE
        or (keyword.arg is None and isinstance(keyword.value, ast.Name) and keyword.value.id in _INPUTS)
        for keyword in node.keywords
    )


def is_limited(node: ast.Call) -> bool:
    """Whether a call of `generate` has a limit."""
    return any(keyword.arg in {"max_new_tokens", "max_length"} for keyword in node.keywords)


def without_parameters(node: ast.Call) -> bool:
    """Whether a call of vLLM's LLM leaves its sampling parameters, and with them the limit, to the library."""
    given = [*node.args[1:], *(keyword.value for keyword in node.keywords if keyword.arg in {None, "sampling_params"})]
    given += [value for value in node.args[:1] if isinstance(value, ast.Starred)]
    return all(isinstance(value, ast.Constant) and value.value is None for value in given)
