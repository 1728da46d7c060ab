"""A Python program's syntax tree, also where a notebook was saved as one: IPython's own lines are no Python."""

from __future__ import annotations

import ast
import re
import warnings

# A cell of another language (`%%bash`) reaches to the next cell's mark, as Jupytext (`# %%`) and nbconvert write it.
_OTHER_CELL = re.compile(
    r"^[ \t]*%%(?:bash|sh|script|cmd|html|javascript|js|latex|markdown|perl|ruby|svg|writefile|file|sql|cython|R)\b.*"
    r"(?:\n(?![ \t]*#[ \t]*(?:%%|In\[|<codecell>)).*)*",
    re.MULTILINE,
)
# `!pip install x`, `%matplotlib inline`, `%%capture`, `?name`, `name?`, and `found = !ls`; a backslash goes on.
_LINE = re.compile(
    r"^([ \t]*)(?:%%?[A-Za-z]|!|\?{1,2}\w|[\w.]+\?{1,2}[ \t]*$|\w+[ \t]*=[ \t]*(?:!|%[A-Za-z]))"
    r"(?:.*\\\n)*.*$",
    re.MULTILINE,
)


def parsed(program: str | bytes) -> ast.Module:
    """The tree of a program; where it is no Python as it stands, without IPython's lines. Line numbers stay.

    Raises:
        SyntaxError: for what is no Python then, either.
        ValueError: for what Python's parser refuses otherwise; so do RecursionError and MemoryError.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the program's own: an invalid escape, a comparison with `is`
        try:
            return ast.parse(program)
        except SyntaxError:
            text = program if isinstance(program, str) else program.decode("utf-8-sig", "replace")
            plain = _without_magics(text)
            if plain == text:
                raise
            return ast.parse(plain)


def plain(program: str) -> str:
    """A program that is Python: as it stands, or without IPython's lines. Line numbers stay.

    Raises:
        SyntaxError: for what is no Python then, either; else as ``parsed``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(program)
        except SyntaxError:
            program = _without_magics(program)
            ast.parse(program)
    return program


def why_no_python(error: Exception) -> str:
    """What is wrong with a program that ``parsed`` refused, and in which line, if Python names one."""
    line = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno is not None else ""
    return f"{getattr(error, 'msg', error) or type(error).__name__}{line}"


def _without_magics(text: str) -> str:
    """The program with `pass` for each line of IPython, which may be all that stands in a block."""
    plain = text.replace("\r\n", "\n")
    plain = _OTHER_CELL.sub(lambda cell: "\n" * cell[0].count("\n"), plain)
    return _LINE.sub(lambda line: f"{line[1]}pass" + "\n" * line[0].count("\n"), plain)
