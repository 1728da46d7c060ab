"""Recorded outputs: what a server or a trainer wrote down, read into the same rows as live answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tunespec.errors import CannotJudgeError
from tunespec.findings import Place
from tunespec.inference.answered import Answered, Reply, Served
from tunespec.inference.chunks import is_part, whole_answers
from tunespec.inference.event_lines import without_events
from tunespec.inference.fields import listed
from tunespec.inference.harness_samples import is_generated, is_sample, sample_key
from tunespec.inference.recording import answer_of, is_recorded_line, served_of
from tunespec.inference.response_object import is_response
from tunespec.inference.responses import Response, name_of, responses_of, why_no_answer
from tunespec.inference.streams import Numbered, is_piece, joined, only_loads
from tunespec.inference.tool_calls import calls_of
from tunespec.reading import read
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile


class Unread(NamedTuple):
    """A line without an answer, and what is wrong with it."""

    place: Place
    why: str


class Recorded(NamedTuple):
    """The answers of recorded outputs.

    ``unread`` are the lines that hold none, and ``served`` is what the server said of its model: that is known where
    ``--record`` wrote all of the answers, and one model gave them.
    """

    answered: list[Answered]
    unread: list[Unread]
    served: Served | None


def read_recorded(files: tuple[DataFile, ...], shapes: Shapes) -> Recorded:
    """What recorded outputs hold.

    Raises:
        CannotJudgeError: for a file in which no line has a prompt and an answer.
    """
    found: list[Answered] = []
    unread: list[Unread] = []
    served: list[Served | None] = []
    for file in files:
        before = len(found), len(unread)
        empty = "it is empty"
        for number, row in _rows(file):
            if row.data is not None and only_loads(row.data):
                empty = "its lines only load or unload the model"
                continue
            place = Place(file.shown, row.line, number, "")
            answers = [] if row.data is None else _answers(row.data, place, shapes)
            found += answers
            if row.data is None or not answers:
                unread.append(_unread(place, row.defect or why_no_answer(row.data or {})))
            else:
                served.append(_served(row.data, served))
        if len(found) == before[0]:
            why = next((f"{_at(one.place)} {one.why}" for one in unread[before[1] :]), empty)
            raise CannotJudgeError(f"{file.shown}: no recorded output has a prompt and an answer: {why}")
    return Recorded(found, unread, served[-1] if served else None)


def is_recording(record: Mapping[str, Any]) -> bool:
    """Whether a record is an output that a tool wrote down, rather than one to train on.

    A ``finish_reason`` alone does not tell: datasets that a model wrote keep it.
    """
    ollama = "created_at" in record and ("done_reason" in record or is_piece(record))
    openai = isinstance(record.get("choices"), list) and str(record.get("object")) in {
        "chat.completion",
        "text_completion",
    }
    keys = set(record)
    others = {"custom_id", "response", "error"} <= keys or {"predict", "label", "prompt"} <= keys
    streamed = is_part(record) or is_response(record)
    return is_recorded_line(record) or ollama or openai or others or streamed or is_generated(record)


def is_failure(record: Mapping[str, Any]) -> bool:
    """Whether a record is what a server sends in place of an answer, or of the rest of one."""
    return set(record) == {"error"} or record.get("type") == "error"


def _rows(file: DataFile) -> list[Numbered]:
    """The rows with answers that are whole, in order; a sample that is logged again is the same answer."""
    rows = map(Numbered._make, enumerate(without_events(read(file.path, file.format))))
    found, seen = [], set()
    for numbered in joined(whole_answers(rows)):
        data = numbered.row.data
        key = sample_key(data) if data is not None and is_sample(data) else None
        if key is None or key not in seen:
            found.append(numbered)
        seen.add(key)
    return sorted(found, key=lambda numbered: numbered.number)


def _answers(data: dict[str, Any], place: Place, shapes: Shapes) -> list[Answered]:
    if is_recorded_line(data):
        own = answer_of(data, place)
        return [own] if any(message["role"] == "user" for message in own.messages) else []
    name = name_of(data, f"row {place.row}")
    found = []
    for number, response in enumerate(responses_of(data), 1):
        answered = _answered(response, name if number == 1 else f"{name} choice {number}", place, shapes)
        if answered is not None:
            found.append(answered)
    return found


def _answered(response: Response, name: str, place: Place, shapes: Shapes) -> Answered | None:
    conversation = shapes.convert(response.record)
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
    reply = Reply(
        answer.text,
        reason=response.reason,
        tokens=response.tokens,
        prompt_tokens=response.prompt_tokens,
        calls=response.calls or calls_of(list(answer.calls)),
        noted=response.noted,
    )
    tools = tuple(listed(conversation.tools))
    return Answered(name, tuple(messages), place._replace(key=f"{place.path}:{name}"), reply, tools=tools)


def _unread(place: Place, why: str) -> Unread:
    return Unread(place._replace(key=f"{place.path}:{_at(place)}"), why)


def _at(place: Place) -> str:
    return f"row {place.row}" if place.line is None else f"line {place.line}"


def _served(data: Mapping[str, Any], before: list[Served | None]) -> Served | None:
    """What a record says of the server, if all records before it say the same."""
    served = served_of(data)
    return served if not before or before[-1] == served else None
