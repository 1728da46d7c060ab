"""A template pair as the report's ``subjects`` show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tunespec.templates.source import TemplateSource


def described(source: TemplateSource) -> dict[str, Any]:
    """The pair as the report's ``subjects`` shows it."""
    training, serving = source.training, source.serving
    profile: dict[str, Any] = {}
    if training is not None:
        profile["training"] = {"path": training.shown, "kind": training.kind, "turn_end": training.turn_end}
    if serving is not None:
        profile["serving"] = {"path": serving.shown, "template": serving.origin, "stops": list(serving.stops)}
    asked = {file.shown: None for file, _ in (*source.requests, *source.calls) if file.shown != source.pair.name}
    if asked:
        profile["requests"] = list(asked)
    if source.pair.no_training and training is None:
        profile["undecided"] = [source.pair.no_training]
    if source.pair.dataset is not None:
        profile["dataset"] = source.pair.dataset.name
    files = [
        {"path": file.shown, "split": None, "format": file.format, "rows": 0, "unread": int(bool(problem))}
        for file in source.pair.files
        for problem in [source.problems.get(file.shown)]
    ]
    return {"name": source.pair.name, "family": source.pair.family, "files": files, "profile": profile}
