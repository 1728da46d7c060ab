"""The page ``docs/accuracy.md`` from scores."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from string import Template

from benchmarks.accuracy import scoring
from benchmarks.accuracy.samples import SHAPES
from benchmarks.accuracy.scoring import KINDS, UNPLANTED, Scores, Share

_LIBRARIES = ("tunespec", "great-expectations", "polars", "numpy", "orjson", "ftfy", "py3langid", "tree-sitter")
_PRECISION = Path(__file__).parents[2] / "docs" / "precision"


def page(scores: Scores, seeds: int, command: str) -> str:
    """The page's text."""
    template = Template((Path(__file__).parent / "page.md").read_text(encoding="utf-8"))
    return template.substitute(
        _tables(scores),
        clean=_total(scores.errors).total,
        planted=_total(scores.recall).total,
        alike=_total(scores.alike).total,
        shapes=len(SHAPES),
        seeds=seeds,
        command=command,
        date=datetime.now(UTC).date().isoformat(),
        versions=", ".join(
            [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in _LIBRARIES)]
        ),
        least_recall=f"{scoring.LEAST_RECALL:.0%}",
        errors=f"{_total(scores.errors).value:.2%}",
        warnings=f"{_total(scores.warnings).value:.2%}",
        worst_errors=f"{_worst(scores.errors):.2%}",
        worst_warnings=f"{_worst(scores.warnings):.2%}",
        most_errors=f"{scoring.MOST_ERRORS:.1%}",
        most_warnings=f"{scoring.MOST_WARNINGS:.1%}",
        most_alike=f"{scoring.MOST_ALIKE:.0%}",
    )


def _tables(scores: Scores) -> Mapping[str, str]:
    missed = sorted((name, share) for name, share in scores.variants.items() if share.count < share.total)
    return {
        "kinds": _table(
            ("kind", "planted", "found", "recall", "false"),
            [(f"`{kind}`", *_cells(scores.recall[kind]), _of(scores.false[kind])) for kind in KINDS],
        ),
        "near": _table(
            ("copies", "planted", "found", "recall"),
            [(name, *_cells(share)) for name, share in sorted(scores.near.items())],
        ),
        "lookalikes": _table(
            ("class", "records", "flagged", "share"),
            [(name, *_cells(share)) for name, share in sorted(scores.alike.items())],
        ),
        "unplanted": "; ".join(f"`{kind}` ({why})" for kind, why in UNPLANTED.items()),
        "precision": "\n".join(
            f"##{path.read_text(encoding='utf-8')}" for path in sorted(_PRECISION.glob("*.md"))
        ).replace("\n## ", "\n#### "),
        "missed": "\n".join(f"- {name}: {_of(share)} found" for name, share in missed) or "None.",
    }


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in lines)


def _cells(share: Share) -> tuple[int, int, str]:
    return share.total, share.count, f"{share.value:.1%}"


def _of(share: Share) -> str:
    return f"{share.count} of {share.total}"


def _total(shares: Mapping[str, Share]) -> Share:
    return Share(sum(share.count for share in shares.values()), sum(share.total for share in shares.values()))


def _worst(shares: Mapping[str, Share]) -> float:
    return max((share.value for share in shares.values()), default=0.0)
