"""The layers of the package: what may import what."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tunespec

PACKAGE = Path(tunespec.__file__).parent
# A training run knows the templates that it trains with, a review and a served model know what they are of; not the
# other way round. Reports know only what verdicts hold, readers only bytes.
NEVER = {
    "reading": {"templates", "training", "inference", "review", "cases", "facts", "report"},
    "facts": {"templates", "training", "inference", "review", "report"},
    "templates": {"training", "inference", "review", "report"},
    "inference": {"training", "review", "report"},
    "report": {"training", "inference", "review", "cases"},
}


def imported(path: Path) -> set[str]:
    """The packages of tunespec that a module imports, anywhere in it, but for types alone."""
    found = set()
    for node in ast.walk(_without_types(ast.parse(path.read_text(encoding="utf-8")))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {name.split(".")[1] for name in names if name.startswith("tunespec.")}
    return found


def _without_types(tree: ast.Module) -> ast.Module:
    return ast.Module([one for one in tree.body if "TYPE_CHECKING" not in ast.dump(one) or _imports(one)], [])


def _imports(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


@pytest.mark.parametrize("package", sorted(NEVER))
def test_no_package_imports_one_above_it(package):
    modules = sorted((PACKAGE / package).rglob("*.py"))
    assert len(modules) > 1
    wrong = {str(path.relative_to(PACKAGE)): sorted(imported(path) & NEVER[package]) for path in modules}
    assert {path: names for path, names in wrong.items() if names} == {}
