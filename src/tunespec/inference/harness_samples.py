"""The samples that lm-evaluation-harness logs with `--log_samples`.

Its lm_eval/evaluator.py and lm_eval/loggers/evaluation_tracker.py (0.4.13) say their shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from tunespec.inference.fields import mapping

_KEYS = frozenset({"doc", "arguments", "resps", "filtered_resps"})


def is_sample(data: Mapping[str, Any]) -> bool:
    """Whether a record is a line of such a log."""
    return set(data) >= _KEYS and isinstance(data["resps"], list)


def is_generated(data: Mapping[str, Any]) -> bool:
    """Whether the model wrote answers for a line, rather than rated given ones, as tasks with choices let it."""
    return is_sample(data) and next(iter(_asked(data)), None) is not None


def sample_key(data: Mapping[str, Any]) -> bytes:
    """What is the same for a sample that is logged again, as it is for each of a task's filters."""
    return orjson.dumps([data.get("doc_id"), data.get("arguments"), data["resps"]])


def answers_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A record with prompt and choices for each request: its answers are those that no filter has shortened."""
    asked = list(_asked(data))
    return [
        {**prompt, "choices": [{"index": at, "text": text} for at, text in enumerate(texts)]}
        for prompt, answers in zip(asked, data["resps"], strict=False)
        if (texts := [text for text in (answers if isinstance(answers, list) else [answers]) if isinstance(text, str)])
    ]


def _asked(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The prompts of the requests that let the model write; the others have the text that it rates instead."""
    for arguments in _values(data["arguments"]):
        prompt, settings, *_ = [*_values(arguments), None, None]
        if mapping(settings):
            yield _prompt(prompt)


def _values(value: Any) -> list[Any]:
    """Arguments stand in an object since 2024, as `gen_args_0` with `arg_0`, and in lists before."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _prompt(value: Any) -> dict[str, Any]:
    """A text, or the messages of a chat as the text of their JSON, in a list of its own."""
    said = value[0] if isinstance(value, list) and value else value
    if not isinstance(said, str):
        return {"prompt": ""}
    if isinstance(value, list):
        try:
            messages = orjson.loads(said)
        except orjson.JSONDecodeError:
            messages = None
        if isinstance(messages, list):
            return {"messages": [one for one in messages if isinstance(one, dict)]}
    return {"prompt": said}
