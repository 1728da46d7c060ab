"""The part of ``docs/accuracy.md`` on configurations and logs."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from string import Template

from benchmarks.accuracy.scoring import Share
from benchmarks.configs import log_speed, scoring
from benchmarks.configs.examples import MOST, Examples
from benchmarks.configs.log_speed import Timed
from benchmarks.configs.scoring import Scores

_LIBRARIES = ("tunespec", "great-expectations", "polars", "pyyaml")


def page(scores: Sequence[Scores], examples: Examples | None, timed: Sequence[Timed], command: str) -> str:
    """The part's text, its heading first."""
    configs, logs = scores
    template = Template((Path(__file__).parent / "page.md").read_text(encoding="utf-8"))
    return template.substitute(
        command=command,
        date=datetime.now(UTC).date().isoformat(),
        versions=", ".join(
            [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in _LIBRARIES)]
        ),
        configs=len(configs.labels),
        clean_configs=_clean(configs),
        logs=len(logs.labels),
        clean_logs=_clean(logs),
        recall=_recall(scores),
        least_recall=f"{scoring.LEAST_RECALL:.0%}",
        false=" ".join(_false(one) for one in scores),
        missed=_list(f"`{label.name}`: {code}. {label.why}" for one in scores for label, code in one.missed),
        wrong=_list(
            f"`{label.name}`: {code} ({severity}). {label.why}" for one in scores for label, code, severity in one.false
        ),
        examples=_examples(examples),
        steps=f"{log_speed.STEPS:,}",
        seconds=f"{log_speed.MOST_SECONDS:g}",
        times=f"{log_speed.MOST_TIMES:g}",
        speed=_table(
            ("log", "MB", "seconds", "times `json.loads`"),
            ((one.format, f"{one.megabytes:.1f}", f"{one.seconds:.2f}", f"{one.times:.1f}") for one in timed),
        ),
    )


def _clean(scores: Scores) -> int:
    return sum(label.is_clean for label in scores.labels)


def _recall(scores: Sequence[Scores]) -> str:
    codes = sorted({code for one in scores for code in one.recall})
    rows = [(code, *(cell for one in scores for cell in _cells(one.recall.get(code, Share())))) for code in codes]
    heads = ("code", *(head for one in scores for head in (f"in {one.kind}", "found", "recall")))
    totals = (("all", [one.found for one in scores]), ("of those, fresh", [one.fresh for one in scores]))
    rows += [(name, *(cell for one in shares for cell in _cells(one))) for name, shares in totals]
    return _table(heads, rows)


def _cells(share: Share) -> tuple[object, object, str]:
    return (share.total, share.count, f"{share.value:.1%}") if share.total else ("-", "-", "-")


def _false(scores: Scores) -> str:
    unread = f" {len(scores.unread)} were not read: their extra is not installed." if scores.unread else ""
    return (
        f"Of the {scores.kind}, {scores.errors.count} of {scores.errors.total} got a false error (at most "
        f"{scoring.MOST_ERRORS:.0%}), and {scores.warnings.count} of {scores.warnings.total} clean ones a false "
        f"warning (at most {scoring.MOST_WARNINGS:.0%}).{unread}"
    )


def _examples(examples: Examples | None) -> str:
    if examples is None:
        return "The corpus of the frameworks' own examples was not at hand."
    share = len(examples.errors) / max(1, len(examples.judged))
    counted = (
        f"{len(examples.files)} example files of Axolotl, LLaMA-Factory, mlx-lm, mistral-finetune and of projects "
        f"that use DeepSpeed: {len(examples.judged)} were judged, {len(examples.refused)} refused. "
        f"{len(examples.errors)} ({share:.1%}; at most {MOST:.0%}) got an error:"
    )
    errors = _list(
        f"`{file}`: {kind}: {message}. Why it is right: {examples.explained.get(file, {}).get(kind, 'not known')}."
        for file, kinds in sorted(examples.errors.items())
        for kind, message in sorted(kinds.items())
    )
    refused = _list(f"`{file}`: {reason}" for file, reason in sorted(examples.refused.items()))
    return f"{counted}\n\n{errors}\n\nRefused:\n\n{refused}"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines) or "None."


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in lines)
