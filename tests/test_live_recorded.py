"""What a real server streams, saved byte by byte as `curl -N` saves it, is read as the answers that it is."""

from __future__ import annotations

import json
import urllib.request

import pytest

from tunespec.inference.recorded import read_recorded
from tunespec.recognise import recognise
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile

pytestmark = pytest.mark.live

ASKED = ("What is the capital of France? [CAPITAL]", "Go on. [REPEAT]")


def saved(server, path, bodies, file):
    for body in bodies:
        request = urllib.request.Request(server.url + path, json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer, file.open("ab") as out:
            out.write(answer.read())
    assert recognise(file, Shapes()).kind == "outputs"
    found = read_recorded((DataFile(file, file.name, None, "jsonl"),), Shapes())
    assert found.unread == []
    return [(one.reply.text[:22], one.reply.ended, one.reply.tokens) for one in found.answered]


def messages(text):
    return [{"role": "user", "content": text}]


@pytest.mark.parametrize(
    ("path", "body", "limit"),
    [
        ("/v1/chat/completions", lambda text: {"messages": messages(text)}, {"max_tokens": 20}),
        ("/v1/completions", lambda text: {"prompt": text}, {"max_tokens": 20}),
        ("/v1/responses", lambda text: {"input": text}, {"max_output_tokens": 20}),
        ("/api/chat", lambda text: {"messages": messages(text)}, {"options": {"num_predict": 20}}),
        ("/api/generate", lambda text: {"prompt": text}, {"options": {"num_predict": 20}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_streams_of_an_ollama(ollama_server, scripted_model, tmp_path, path, body, limit):
    usual = {"model": scripted_model, "stream": True, **limit}
    usual |= {"stream_options": {"include_usage": True}} if "completions" in path else {}
    found = saved(ollama_server, path, [usual | body(text) for text in ASKED], tmp_path / "stream.jsonl")
    (first, ended, _), (second, cut, tokens) = found
    assert (first.strip(), ended) == ("Paris is the capital.", "stop")
    assert (second, cut, tokens) == (" and then the river fl", "length", 20)
