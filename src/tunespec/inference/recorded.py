"""Recorded outputs: what a server or a trainer wrote down, read into the same rows as live answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tunespec.errors import CannotJudgeError
from tunespec.findings import Place
from tunespec.inference.answered import Answered, Reply, Served
from tunespec.inference.fields import listed
from tunespec.inference.recording import answer_of, is_recorded_line, served_of
from tunespec.reading import read
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile

# Names under which tools write down the model's text, beside those of datasets: LlamaFactory, lm-eval, vLLM, OpenAI.
_ANSWERS = ("predict", "prediction", "generated_text", "output_text", "model_output", "reply", "completion_text")
_REASONS = ("done_reason", "finish_reason", "stop_reason")
_TOKENS = ("eval_count", "completion_tokens", "output_tokens")
_PROMPT_TOKENS = ("prompt_eval_count", "prompt_tokens", "input_tokens")
# The server's or the client's word -> ours.
_REASON = {"stop": "stop", "eos": "stop", "end_turn": "stop", "stop_sequence": "stop", "eos_token": "stop",
           "length": "length", "max_tokens": "length", "limit": "length"}  # fmt: skip


class Recorded(NamedTuple):
    """The answers of recorded outputs.

    ``unread`` says for each file how many lines hold none, and ``served`` what the server said of its model: that is
    known where ``--record`` wrote all of the answers, and one model gave them.
    """

    answered: list[Answered]
    unread: dict[str, int]
    served: Served | None


def read_recorded(files: tuple[DataFile, ...], shapes: Shapes) -> Recorded:
    """What recorded outputs hold.

    Raises:
        CannotJudgeError: for a file in which no line has a prompt and an answer.
    """
    found: list[Answered] = []
    unread: dict[str, int] = {}
    served: list[Served | None] = []
    for file in files:
        before, why = len(found), ""
        for number, row in enumerate(read(file.path, file.format)):
            place = Place(file.shown, row.line, number, "")
            answered = None if row.data is None else _answered(row.data, place, shapes)
            if answered is None:
                why = why or row.defect or f"its columns are {', '.join(list(row.data or ())[:8])}"
                unread[file.shown] = unread.get(file.shown, 0) + 1
            else:
                found.append(answered)
                served.append(_served(row.data or {}, served))
        if len(found) == before:
            raise CannotJudgeError(
                f"{file.shown}: no recorded output has a prompt and an answer: {why or 'it is empty'}"
            )
    return Recorded(found, unread, served[-1])


def is_recording(record: Mapping[str, Any]) -> bool:
    """Whether a record is an output that a tool wrote down, rather than one to train on.

    A ``finish_reason`` alone does not tell: datasets that a model wrote keep it.
    """
    ollama = "done_reason" in record and "created_at" in record
    openai = isinstance(record.get("choices"), list) and str(record.get("object")) in {
        "chat.completion",
        "text_completion",
    }
    return is_recorded_line(record) or ollama or openai or {"predict", "label", "prompt"} <= set(record)


def _answered(data: dict[str, Any], place: Place, shapes: Shapes) -> Answered | None:
    if is_recorded_line(data):
        own = answer_of(data, place)
        return own if any(message["role"] == "user" for message in own.messages) else None
    record = _flat(data)
    conversation = shapes.convert(record)
    if conversation is None or conversation.defect or conversation.shape == "text":
        return None
    turns = list(conversation.turns)
    if not turns or turns[-1].role != "assistant":
        return None
    answer = turns.pop()
    system = [{"role": "system", "content": conversation.system}] if conversation.system else []
    messages = [*system, *({"role": turn.role, "content": turn.text} for turn in turns)]
    if not any(message["role"] == "user" for message in messages):
        return None
    name = str(data.get("id", data.get("probe", f"row {place.row}")))
    reason = _REASON.get(str(_first(record, _REASONS)).lower())
    return Answered(
        id=name,
        messages=tuple(messages),
        place=place._replace(key=f"{place.path}:{name}"),
        reply=Reply(
            answer.text,
            reason=reason,
            tokens=_count(_first(record, _TOKENS)),
            prompt_tokens=_count(_first(record, _PROMPT_TOKENS)),
            calls=bool(answer.calls),
            noted=reason is not None,
        ),
    )


def _served(data: Mapping[str, Any], before: list[Served | None]) -> Served | None:
    """What a record says of the server, if all records before it say the same."""
    served = served_of(data)
    return served if not before or before[-1] == served else None


def _flat(data: dict[str, Any]) -> dict[str, Any]:
    """The record with its answer where records of datasets have it: in ``messages``, or as ``completion``.

    Servers' own responses lie under ``response`` or as the record itself, and their requests beside them.
    """
    record = {**_inner(data, "request"), **data}
    response = data["response"] if isinstance(data.get("response"), dict) else data
    record |= {key: response[key] for key in (*_REASONS, *_TOKENS, *_PROMPT_TOKENS) if key in response}
    record |= _inner(response, "usage")
    choice = next(iter(listed(response.get("choices"))), {})  # those of a question are texts
    message = _inner(response, "message") or _inner(choice, "message")
    text = message.get("content", choice.get("text"))
    if "finish_reason" in choice:
        record["finish_reason"] = choice["finish_reason"]
    if text is None and message.get("tool_calls"):
        text = ""
    if text is None:
        text = next((data[key] for key in _ANSWERS if isinstance(data.get(key), str)), None)
    if text is None:
        return record
    if isinstance(record.get("messages"), list):
        calls = {"tool_calls": message["tool_calls"]} if message.get("tool_calls") else {}
        return record | {"messages": [*record["messages"], {"role": "assistant", "content": text, **calls}]}
    kept = {key: record[key] for key in (*_REASONS, *_TOKENS, *_PROMPT_TOKENS, "system") if key in record}
    prompt = next((record[key] for key in ("prompt", "question", "instruction", "input", "query") if key in record), "")
    return {"prompt": prompt, "completion": text, **kept}


def _inner(record: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def _first(record: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((record[key] for key in keys if record.get(key) is not None), None)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
