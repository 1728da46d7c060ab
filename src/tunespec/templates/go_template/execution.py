"""Trees compiled to closures: each writes to the run, and says whether a ``break`` or a ``continue`` left it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template.calls import Value
from tunespec.templates.go_template.evaluation import compile_pipe
from tunespec.templates.go_template.nodes import Action, Branch, Invocation, Leave, Node, Nodes, Pipe, Range, Text
from tunespec.templates.go_template.printing import printed, sprint
from tunespec.templates.go_template.run import Run
from tunespec.templates.go_template.values import NO_VALUE, Slice, is_integer, type_name

Step: TypeAlias = "Callable[[Run, Any], str | None]"
"""Executes a node; gives ``break`` or ``continue`` if one of them leaves the nodes around it."""


def compile_trees(trees: Mapping[str, Nodes]) -> dict[str, Step]:
    """The trees by name; each may invoke every other."""
    compiled: dict[str, Step] = {}
    for name, nodes in trees.items():
        compiled[name] = _Compiler(compiled).nodes(nodes)
    return compiled


class _Compiler:
    """Compiles nodes; knows the trees that an invocation may name, once they are compiled too."""

    def __init__(self, trees: Mapping[str, Step]) -> None:
        self._trees = trees

    def nodes(self, nodes: Nodes) -> Step:
        steps = [self._node(node) for node in nodes]
        cost = 1 + len(steps)

        def walk(run: Run, dot: Any) -> str | None:
            run.spend(cost)
            for step in steps:
                if (left := step(run, dot)) is not None:
                    return left
            return None

        return walk

    def _node(self, node: Node) -> Step:
        if isinstance(node, Text):
            return _text(node.text)
        if isinstance(node, Action):
            return _action(node.pipe)
        if isinstance(node, Branch):
            return self._branch(node)
        if isinstance(node, Range):
            return self._range(node)
        if isinstance(node, Leave):
            keyword = node.keyword
            return lambda _run, _dot: keyword
        return self._invocation(node)

    def _branch(self, branch: Branch) -> Step:
        arms = [(compile_pipe(pipe), self.nodes(nodes)) for pipe, nodes in branch.arms]
        otherwise = self.nodes(branch.otherwise) if branch.otherwise is not None else None
        moves_dot = branch.keyword == "with"

        def walk(run: Run, dot: Any) -> str | None:
            mark = len(run.variables)
            left = None
            for condition, body in arms:
                value = condition(run, dot)
                if value:
                    left = body(run, value if moves_dot else dot)
                    break
            else:
                if otherwise is not None:
                    left = otherwise(run, dot)
            del run.variables[mark:]
            return left

        return walk

    def _range(self, node: Range) -> Step:
        evaluate = compile_pipe(node.pipe)
        iterate = _iteration(node.pipe, self.nodes(node.body))
        otherwise = self.nodes(node.otherwise) if node.otherwise is not None else None

        def walk(run: Run, dot: Any) -> str | None:
            mark = len(run.variables)
            left = None
            if not iterate(run, evaluate(run, dot)) and otherwise is not None:
                left = otherwise(run, dot)
            del run.variables[mark:]
            return left

        return walk

    def _invocation(self, node: Invocation) -> Step:
        evaluate: Value = compile_pipe(node.pipe) if node.pipe is not None else lambda _run, _dot: NO_VALUE
        name, trees = node.name, self._trees

        def walk(run: Run, dot: Any) -> None:
            if (tree := trees.get(name)) is None:
                raise TemplateError(f'template "{name}" not defined', node.line)
            inner = evaluate(run, dot)
            variables, run.variables = run.variables, [("$", inner)]
            tree(run, inner)
            run.variables = variables

        return walk


def _text(text: str) -> Step:
    def write(run: Run, _dot: Any) -> None:
        run.write(text)

    return write


def _action(pipe: Pipe) -> Step:
    evaluate = compile_pipe(pipe)
    silent = bool(pipe.variables)

    def act(run: Run, dot: Any) -> None:
        value = evaluate(run, dot)
        if not silent:
            run.write(value if type(value) is str else sprint([printed(value)]))

    return act


def _iteration(pipe: Pipe, body: Step) -> Callable[[Run, Any], bool]:
    """Executes the body for each element of a value; whether there was one."""
    names, assigns = pipe.variables, pipe.assigns

    def iterate(run: Run, value: Any) -> bool:
        if is_integer(value) and len(names) > 1:
            raise TemplateError(f"can't use {value} to iterate over more than one variable", pipe.line)
        mark = len(run.variables)
        empty = True
        for key, element in _elements(value, pipe):
            empty = False
            if assigns:
                for name, part in zip(names, (key, element) if len(names) > 1 else (element,), strict=True):
                    run.assign(name, part, pipe.line)
            elif names:
                run.variables[mark - 1] = (names[-1], element)
                if len(names) > 1:
                    run.variables[mark - 2] = (names[0], key)
            left = body(run, element)
            del run.variables[mark:]
            if left == "break":
                break
        return not empty

    return iterate


def _elements(value: Any, pipe: Pipe) -> Iterable[tuple[Any, Any]]:
    """Index and element of a list, key and element of a map in the order of its keys, or the numbers below one."""
    if isinstance(value, list):
        return enumerate(value) if not isinstance(value, Slice) else enumerate(list(value))
    if isinstance(value, dict):
        return sorted(value.items())
    if value is None or value is NO_VALUE:
        return ()
    if is_integer(value):
        return ((NO_VALUE, number) for number in range(value))
    raise TemplateError(f"range can't iterate over {sprint([value])[:80]} ({type_name(value)})", pipe.line)
