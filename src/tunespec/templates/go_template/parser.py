"""A template's text as trees: the main one and those that ``define`` and ``block`` name."""

from __future__ import annotations

from collections.abc import Callable, Collection

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template import literals
from tunespec.templates.go_template.lexer import Token
from tunespec.templates.go_template.nodes import Action, Branch, Invocation, Leave, Node, Nodes, Range, Text
from tunespec.templates.go_template.pipelines import PipelineParser

MAIN = ""
"""The name of the main tree, as Ollama names it."""
_MOST_TEXT = 1 << 20  # characters; the largest template known has 20,000
_END = "{{end}}"
_ELSE = "{{else}}"


def parse_trees(text: str, functions: Collection[str]) -> dict[str, Nodes]:
    """The trees by name. Raises TemplateError where Go's parser refuses the text, or where it exceeds our bounds."""
    if len(text) > _MOST_TEXT:
        raise TemplateError(f"the template has {len(text):,} characters; tunespec reads at most {_MOST_TEXT:,}")
    try:
        return _Parser(text, functions).trees()
    except RecursionError:
        raise TemplateError("the template is nested too deeply") from None


class _Parser(PipelineParser):
    def __init__(self, text: str, functions: Collection[str]) -> None:
        super().__init__(text, functions)
        self._trees: dict[str, Nodes] = {}
        self._ranges = 0  # around the current node

    def trees(self) -> dict[str, Nodes]:
        main: list[Node] = []
        while (token := self.next()).kind != "end of file":
            if token.kind == "left" and self.peek_solid().text == "define":
                self.next_solid()
                self._definition()
                continue
            self.push(token)
            node = self._node()
            if isinstance(node, str):
                raise self.fail(f"unexpected {node}")
            main.append(node)
        self._add(MAIN, tuple(main))
        return self._trees

    def _add(self, name: str, nodes: Nodes) -> None:
        if _is_empty(self._trees.get(name, ())):
            self._trees[name] = nodes
        elif not _is_empty(nodes):
            raise self.fail(f'multiple definition of template "{name}"')

    def _definition(self) -> None:
        context = "define clause"
        name = self._name(self.next_solid(), context)
        self.expect("right", context)
        self._add(name, self._separate(context))

    def _separate(self, context: str) -> Nodes:
        """The tree of a definition: it sees no variables and no range of where it stands."""
        variables, ranges = self.variables, self._ranges
        self.variables, self._ranges = ["$"], 0
        nodes, ending = self._nodes()
        if ending != _END:
            raise self.fail(f"unexpected {ending} in {context}")
        self.variables, self._ranges = variables, ranges
        return nodes

    def _name(self, token: Token, context: str) -> str:
        if token.kind != "string":
            raise self.unexpected(token, context)
        return literals.unquote(token.text)

    def _nodes(self) -> tuple[Nodes, str]:
        """Nodes up to ``end`` or ``else``, and which of them it was."""
        nodes: list[Node] = []
        while self.peek_solid().kind != "end of file":
            node = self._node()
            if isinstance(node, str):
                return tuple(nodes), node
            nodes.append(node)
        raise self.fail("unexpected EOF")

    def _node(self) -> Node | str:
        token = self.next_solid()
        if token.kind == "text":
            return Text(token.text)
        if token.kind != "left":
            raise self.unexpected(token, "input")
        self.action_line = token.line
        node = self._action()
        self.action_line = 0
        return node

    def _action(self) -> Node | str:
        token = self.next_solid()
        if token.kind == "keyword":
            if token.text in {"end", "else"}:
                return self._ending(token.text)
            if (reader := _CONTROLS.get(token.text)) is not None:
                return reader(self, token.text)
        self.push(token)
        return Action(self.pipeline("command"))

    def _ending(self, keyword: str) -> str:
        following = self.peek_solid()
        if keyword == "end" or following.kind != "keyword" or following.text not in {"if", "with"}:
            self.expect("right", keyword)
        return _END if keyword == "end" else _ELSE

    def branch(self, keyword: str) -> Branch:
        declared = len(self.variables)
        arms = []
        otherwise = None
        while True:
            pipe = self.pipeline(keyword)
            nodes, ending = self._nodes()
            arms.append((pipe, nodes))
            if ending == _END:
                break
            if (following := self.peek_solid()).kind == "keyword" and following.text == keyword:
                self.next_solid()
                continue
            otherwise = self._otherwise()
            break
        del self.variables[declared:]
        return Branch(keyword, tuple(arms), otherwise)

    def _otherwise(self) -> Nodes:
        nodes, ending = self._nodes()
        if ending != _END:
            raise self.fail(f"expected end; found {ending}")
        return nodes

    def range(self, _keyword: str) -> Range:
        declared = len(self.variables)
        pipe = self.pipeline("range")
        self._ranges += 1
        body, ending = self._nodes()
        self._ranges -= 1
        otherwise = self._otherwise() if ending == _ELSE else None
        del self.variables[declared:]
        return Range(pipe, body, otherwise)

    def invocation(self, keyword: str) -> Invocation:
        context = f"{keyword} clause"
        token = self.next_solid()
        name = self._name(token, context)
        pipe = None
        if keyword == "template" and self.peek_solid().kind == "right":
            self.next_solid()
        else:
            pipe = self.pipeline(context)
        if keyword == "block":
            self._add(name, self._separate(context))
        return Invocation(name, pipe, token.line)

    def leave(self, keyword: str) -> Leave:
        shown = f"{{{{{keyword}}}}}"
        self.expect("right", shown)
        if self._ranges == 0:
            raise self.fail(f"{shown} outside {{{{range}}}}")
        return Leave(keyword)


_CONTROLS: dict[str, Callable[[_Parser, str], Node]] = {
    "if": _Parser.branch,
    "with": _Parser.branch,
    "range": _Parser.range,
    "template": _Parser.invocation,
    "block": _Parser.invocation,
    "break": _Parser.leave,
    "continue": _Parser.leave,
}


def _is_empty(nodes: Nodes) -> bool:
    return all(isinstance(node, Text) and not node.text.strip() for node in nodes)
