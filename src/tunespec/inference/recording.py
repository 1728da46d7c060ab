"""A model's answers, written down as recorded outputs: to be read by people, and judged again without a server."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from tunespec.errors import CannotJudgeError
from tunespec.inference.answered import Answered, Served


def open_recording(path: Path) -> None:
    """Make sure that answers can be written to this file, before the model is asked.

    Raises:
        CannotJudgeError: if they cannot.
    """
    _write(path, b"")


def write_recording(path: Path, answered: Iterable[Answered], served: Served) -> None:
    """Write one JSON object a line: the probe with what was expected, the reply, and what the server counted.

    Raises:
        CannotJudgeError: if the file cannot be written.
    """
    _write(path, b"".join(orjson.dumps(_line(one, served)) + b"\n" for one in answered))


def _line(one: Answered, served: Served) -> dict[str, Any]:
    expected = {key: list(texts) for key, texts in one.expected.items() if texts}
    counts = {"eval_count": one.reply.tokens, "prompt_eval_count": one.reply.prompt_tokens}
    return {
        "id": one.id,
        "model": served.name,
        "digest": served.digest,
        "messages": [dict(message) for message in one.messages],
        "reply": one.reply.text,
        "done_reason": one.reply.reason,
        **{key: value for key, value in counts.items() if value is not None},
        **({"case": one.case} if one.case else {}),
        **({"runaway": True} if one.runaway else {}),
        **({} if one.own else {"suite": True}),
        **expected,
    }


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise CannotJudgeError(f"--record {path}: {error.strerror or error}") from error
