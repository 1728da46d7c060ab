"""A pitfall is one decorated test function; everything else about it is read off that function."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tunespec.docstring import Documentation, parse
from tunespec.errors import CannotJudgeError
from tunespec.expect import Declaration

SEVERITIES = ("info", "warning", "error")
FAMILIES = {"D": "data", "T": "template", "H": "training", "E": "evaluation", "I": "inference"}

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Pitfall:
    """What the decorator read off a test function.

    ``thresholds`` are the function's keyword-only defaults: they are the pitfall's configuration keys. ``extends``: the
    function adds another table's expectations to the pitfall of this name.
    """

    code: str
    name: str
    table: str
    severity: str
    thresholds: Mapping[str, Any]
    documentation: Documentation
    function: Callable[..., Any] = field(repr=False)
    extends: bool = False

    @property
    def family(self) -> str:
        """The family's name, from the code's letter; a house rule of another letter is its own family."""
        return FAMILIES.get(self.code[0], self.code[0])

    @property
    def source_hash(self) -> str:
        """Hash of the function's source: a changed rule must not read an old result."""
        return hashlib.blake2b(inspect.getsource(self.function).encode(), digest_size=16).hexdigest()

    def expectations(self, settings: Mapping[str, Any] | None = None) -> list[Declaration]:
        """The declared expectations under ``settings`` (default: the function's own defaults).

        Raises:
            CannotJudgeError: if the function raises, or returns something else.
        """
        try:
            declared = self.function(None, **{**self.thresholds, **(settings or {})})
        except Exception as error:
            raise CannotJudgeError(f"{self.code} {self.name}: its function raised {error!r}") from error
        expectations = list(declared) if isinstance(declared, Sequence) else [declared]
        if not expectations or not all(isinstance(one, Declaration) for one in expectations):
            raise CannotJudgeError(f"{self.code} {self.name}: its function must return expectations (tunespec.expect)")
        kinds = [one.kind for one in expectations]
        if len(kinds) > len(set(kinds)):
            raise CannotJudgeError(f"{self.code} {self.name}: two expectations on one fact; write two pitfalls")
        return expectations

    def kinds(self) -> list[str]:
        """The fact columns that this pitfall judges."""
        return [expectation.kind for expectation in self.expectations()]


def pitfall(code: str, *, severity: str = "error", of: str | None = None) -> Callable[[Function], Function]:
    """Declare a test function as a pitfall.

    Args:
        code: permanent code, one letter and three digits.
        severity: default severity of its expectations: ``error``, ``warning`` or ``info``.
        of: name of the pitfall that this function extends on another table.

    Raises:
        CannotJudgeError: for a code, severity, name or docstring that breaks the rules.
    """

    def decorate(function: Function) -> Function:
        parameters = _checked_parameters(function, code, severity)
        function.__pitfall__ = Pitfall(  # type: ignore[attr-defined]
            code=code,
            name=of or function.__name__.removeprefix("test_").replace("_", "-"),
            table=parameters[0].name,
            severity=severity,
            thresholds={p.name: p.default for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY},
            documentation=parse(function.__doc__ or ""),
            function=function,
            extends=of is not None,
        )
        return function

    return decorate


def _checked_parameters(function: Callable[..., Any], code: str, severity: str) -> list[inspect.Parameter]:
    """The function's parameters, if it keeps the rules of a pitfall."""
    where = f"{inspect.getsourcefile(function)}: {function.__name__}"
    if not re.fullmatch(r"[A-Z]\d{3}", code):
        raise CannotJudgeError(f"{where}: code {code!r} is not one letter and three digits")
    if severity not in SEVERITIES:
        raise CannotJudgeError(f"{where}: severity {severity!r} is none of {', '.join(SEVERITIES)}")
    if not function.__name__.startswith("test_") or not function.__doc__:
        raise CannotJudgeError(f"{where}: a pitfall is a function test_<name> with a docstring")
    parameters = list(inspect.signature(function).parameters.values())
    if not parameters or parameters[0].kind is inspect.Parameter.KEYWORD_ONLY:
        raise CannotJudgeError(f"{where}: the first parameter names the table, for example records")
    return parameters
