"""A model that was asked for and does not answer: exit code 2 and one sentence, and everything else is still judged."""

from __future__ import annotations

import json
import socket

import pytest

from tests.conftest import chat, run_tunespec, write_jsonl
from tests.faulty_server import last, lines, ok, piece, routed, serving, status
from tests.test_wire import ABOUT
from tunespec.config import Config
from tunespec.inference.errors import ServerError
from tunespec.inference.source import AnswerSource
from tunespec.progress import Progress
from tunespec.subjects import ServedModel

PROBES = [
    {"id": "first", "messages": [{"role": "user", "content": "Where?"}]},
    {"id": "second", "messages": [{"role": "user", "content": "When?"}]},
]


@pytest.fixture
def project(tmp_path):
    pair = chat("What is the Seine?", "A river through Paris.")
    write_jsonl(tmp_path / "data/repeated.jsonl", [pair, chat("Who wrote Candide?", "Voltaire."), pair])
    write_jsonl(tmp_path / "outputs.jsonl", [{"prompt": "Why?", "completion": "Because", "finish_reason": "length"}])
    write_jsonl(tmp_path / "probes.jsonl", PROBES)
    (tmp_path / "tunespec.toml").write_text('data = ["data"]\n[inference]\nsilence = 0.4\n', encoding="utf-8")
    return tmp_path


def judged(report):
    return {(row["subject"], row["code"]) for row in report["pitfalls"] if row["status"] not in {"off", "skipped"}}


def test_everything_else_is_judged(project):
    """With two workers, of which each finds out for itself: the sentence is told once."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    given = ("--model=m", f"--host={url}", "--probes=probes.jsonl", "--outputs=outputs.jsonl", "-n2")
    done = run_tunespec("check", "--select=D005,I001", "--format=json", *given, cwd=project)
    report = json.loads(done.stdout)
    assert (done.returncode, [error.partition(" (")[0] for error in report["errors"]]) == (
        2,
        [f"{url} cannot be reached"],
    )
    assert judged(report) == {("data/repeated.jsonl", "D005"), ("outputs.jsonl", "I001")}
    assert {finding["kind"] for finding in report["findings"]} == {"duplicate_of", "cut_at_limit"}


def test_a_server_that_fails_is_not_asked_again_by_each_worker(project):
    visited = []

    def silent(path, _):
        visited.append(path)
        return []

    with serving(silent) as url:
        given = ("--model=m", f"--host={url}", "--api=ollama", "--probes=probes.jsonl", "-n2")
        done = run_tunespec("check", "--select=I001,I002,I003", *given, cwd=project)
    assert (done.returncode, visited) == (2, ["/api/version"])


def asked(project, url, silence=0.4):
    config = Config(project, inference={"silence": silence})
    model = ServedModel("m", url, "ollama", probes=(project / "probes.jsonl",))
    return AnswerSource(model, config, Progress()).answered


def chats(*streamed):
    """A server whose streamed answers are these, in order."""
    answers = iter(streamed)
    shown = ok(lines(last("Here.", _debug_info={"rendered_template": "x"})))
    usual = routed(ABOUT | {"/api/chat": shown, "/api/generate": shown})

    def answer(path, request):
        return [next(answers)] if path == "/api/chat" and b'"stream":true' in request else usual(path, request)

    return answer


HERE = ok(lines(piece("Here."), last()))


def test_an_answer_is_asked_with_stops_and_without(project):
    with serving(chats(*[HERE] * 4)) as url:
        first, second = asked(project, url)
    assert (first.id, second.id, first.reply.text, first.again.text, first.rendered) == (
        "first",
        "second",
        "Here.",
        "Here.",
        "x",
    )
    assert first.raw.text == "Here."


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            status(500, b'{"error": "llama-server process has terminated"}'),
            "answered 500: llama-server process has terminated",
        ),
        (b"", "closed the connection before its answer was complete"),
    ],
)
def test_a_server_that_dies_names_the_probe(project, fault, sentence):
    with serving(chats(HERE, HERE, fault)) as url, pytest.raises(ServerError) as caught:
        asked(project, url)
    assert str(caught.value) == f"{url} {sentence}; asked was the probe 'second' (probes.jsonl:2)"


def recorded(project, url, *more):
    given = ("--model=m", f"--host={url}", "--api=ollama", "--probes=probes.jsonl", "--record=rec.jsonl", *more)
    return run_tunespec("check", ".", "--select=D005,I003", "--exit-zero", "-n0", *given, cwd=project)


def test_a_recording_is_replaced_by_a_whole_one_only(project):
    with serving(chats(*[HERE] * 8)) as url:
        first = recorded(project, url)
        kept = (project / "rec.jsonl").read_bytes()
        second = recorded(project, url, "--format=json")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    report = json.loads(second.stdout)
    passed_over = {file["path"]: file["reason"] for file in report["passed_over"]}
    assert passed_over["rec.jsonl"] == "the model's answers are written there (--record)"
    assert "rec.jsonl" not in {subject["name"] for subject in report["subjects"]}
    with serving(chats(HERE, HERE, b"")) as url:
        assert recorded(project, url).returncode == 2
    assert [json.loads(line)["reply"] for line in kept.splitlines()] == ["Here.", "Here."]
    again = (project / "rec.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["reply"] for line in again] == ["Here.", "Here."]
    assert [path.name for path in project.iterdir() if "rec.jsonl" in path.name] == ["rec.jsonl"]


def test_a_recording_that_is_judged_is_not_replaced(project):
    with serving(chats(*[HERE] * 4)) as url:
        recorded(project, url)
        done = recorded(project, url, "--outputs=rec.jsonl")
    assert (done.returncode, "the recording would overwrite the data" in done.stderr) == (2, True)


def test_no_other_file_is_replaced(project):
    other = write_jsonl(project / "rec.jsonl", [{"loss": 0.5}])
    done = recorded(project, "http://127.0.0.1:1")
    assert (done.returncode, "is no recording of answers, and would be lost" in done.stderr) == (2, True)
    assert json.loads(other.read_bytes()) == {"loss": 0.5}
