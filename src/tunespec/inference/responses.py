"""Bodies of servers' responses, each answer in them brought into a shape that records of datasets have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tunespec.inference.answered import BROKEN, Call
from tunespec.inference.fields import count, listed, mapping, text
from tunespec.inference.harness_samples import answers_of, is_sample
from tunespec.inference.response_object import as_completion, is_response
from tunespec.inference.tool_calls import calls_of
from tunespec.text import shorten

# Names under which tools write down the model's text, beside those of datasets: LlamaFactory, lm-eval, vLLM, OpenAI.
_ANSWERS = ("predict", "prediction", "generated_text", "output_text", "model_output", "reply", "completion_text")
_PROMPTS = ("prompt", "question", "instruction", "input", "query", "inputs")  # the last one is TGI's
_REASONS = ("done_reason", "finish_reason", "stop_reason")
_TOKENS = ("eval_count", "completion_tokens", "output_tokens", "generated_tokens")
_PROMPT_TOKENS = ("prompt_eval_count", "prompt_tokens", "input_tokens")
_KEPT = (*_REASONS, *_TOKENS, *_PROMPT_TOKENS)
_NAMES = ("custom_id", "id", "probe", "doc_id")
# The server's or the client's word -> ours.
_REASON = {"stop": "stop", "eos": "stop", "end_turn": "stop", "stop_sequence": "stop", "eos_token": "stop",
           "tool_calls": "stop", "function_call": "stop", "tool_use": "stop",
           "length": "length", "max_tokens": "length", "limit": "length"}  # fmt: skip


class Response(NamedTuple):
    """One answer of a body.

    ``record`` has the prompt and the answer as records of datasets have them, in ``messages`` or as ``prompt`` and
    ``completion``. ``noted`` says whether how it ended is known; None as the ``reason`` then means: it broke off.
    """

    record: dict[str, Any]
    reason: str | None
    tokens: int | None
    prompt_tokens: int | None
    calls: tuple[Call, ...]
    noted: bool


def responses_of(data: Mapping[str, Any]) -> list[Response]:
    """The answers of a record: of one of OpenAI's bodies as many as it has choices, else one."""
    return [response for record in _records(data) for response in _choices(record)]


def name_of(data: Mapping[str, Any], otherwise: str) -> str:
    """What a record calls itself."""
    return str(next((data[key] for key in _NAMES if key in data), otherwise))


def body_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The server's own response: under ``response``, there under ``body`` in OpenAI's batches, or the record itself."""
    if not isinstance(data.get("response"), dict):
        return data
    response: dict[str, Any] = data["response"]
    return response["body"] if isinstance(response.get("body"), dict) else response


def why_no_answer(data: Mapping[str, Any]) -> str:
    """What a record without a prompt and an answer holds."""
    error = body_of(data).get("error") or data.get("error") or (data if data.get("type") == "error" else None)
    said = text(error) or text(mapping(error).get("message"))
    if is_sample(data):
        return "holds no answer of the model's: it rated texts that the task gave it (log-likelihoods)"
    if said:
        return f"holds no answer, but the error `{shorten(said)}`"
    columns = ", ".join(map(shorten, list(data)[:8]))
    return f"holds no prompt and answer: its columns are {columns}" if columns else "holds no prompt and answer"


def _records(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The record, as one or more of those that have a completion's choices."""
    if is_sample(data):
        return list(answers_of(data))
    if is_response(body := body_of(data)):
        return [as_completion(body, mapping(data.get("request")) or data)]
    return [data]


def _choices(data: Mapping[str, Any]) -> list[Response]:
    body = body_of(data)
    choices = [choice for choice in listed(body.get("choices")) if _is_choice(choice)]
    return [_response(data, body, choice) for choice in choices or [{}]]


def _is_choice(choice: Mapping[str, Any]) -> bool:
    """Whether it is one of a server's, rather than one of a question's."""
    return isinstance(choice.get("message"), dict) or (
        "text" in choice and ("index" in choice or "finish_reason" in choice)
    )


def _response(data: Mapping[str, Any], body: Mapping[str, Any], choice: Mapping[str, Any]) -> Response:
    message = mapping(body.get("message")) or mapping(choice.get("message"))
    record = {**mapping(data.get("request")), **data}
    told = {**record, **{key: body[key] for key in _KEPT if key in body}, **mapping(body.get("usage"))}
    told |= mapping(body.get("details"))  # TGI's
    if "finish_reason" in choice:
        told["finish_reason"] = choice["finish_reason"]
    word = str(_first(told, _REASONS)).lower()
    reason = _REASON.get(word)
    old = message.get("function_call")
    calls = calls_of(message.get("tool_calls") or [old] * bool(old))
    said = _said(data, body, choice, message)
    return Response(
        record if said is None else _record(record, said, message),
        reason=reason,
        tokens=count(_first(told, _TOKENS)),
        prompt_tokens=count(_first(told, _PROMPT_TOKENS)),
        calls=calls,
        noted=reason is not None or word in BROKEN or ("created_at" in body and body.get("done") is False),
    )


def _said(
    data: Mapping[str, Any], body: Mapping[str, Any], choice: Mapping[str, Any], message: Mapping[str, Any]
) -> Any:
    """The answer's text; None if it stands where only datasets have it, or is missing."""
    said = message.get("content", choice.get("text"))
    said = message.get("refusal") if said is None else said  # of OpenAI's models: the text stands there instead
    if said is None and (message.get("tool_calls") or message.get("function_call")):
        return ""
    if said is None and "done" in body and isinstance(body.get("response"), str):
        return body["response"]  # of Ollama's /api/generate
    own = (told[key] for told in (data, body) for key in _ANSWERS if isinstance(told.get(key), str))
    return said if said is not None else next(own, None)


def _record(record: dict[str, Any], said: Any, message: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(record.get("messages"), list):
        calls = {"tool_calls": message["tool_calls"]} if message.get("tool_calls") else {}
        return record | {"messages": [*record["messages"], {"role": "assistant", "content": said, **calls}]}
    prompt = next((record[key] for key in _PROMPTS if record.get(key) is not None), "")
    system = {"system": record["system"]} if "system" in record else {}
    return {"prompt": prompt, "completion": said, **system}


def _first(record: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((record[key] for key in keys if record.get(key) is not None), None)
