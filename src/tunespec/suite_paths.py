"""Where the specification lies: packaged as ``tunespec/suite`` in a wheel, at the root of a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tunespec.errors import CannotJudgeError

_PACKAGE = Path(__file__).resolve().parent


@cache
def suite_root() -> Path:
    """The folder that holds ``tests_*`` and ``fixtures``."""
    for root in (_PACKAGE / "suite", _PACKAGE.parent.parent):
        if (root / "tests_data").is_dir():
            return root
    raise CannotJudgeError(f"the installation is incomplete: no tests_data beside {_PACKAGE}")


@cache
def suite_modules() -> tuple[Path, ...]:
    """Every module of the specification, sorted."""
    return tuple(sorted(suite_root().glob("tests_*/test_*.py")))


def fixture_path(name: str) -> Path:
    """A folder of the shipped fixtures."""
    return suite_root() / "fixtures" / name
