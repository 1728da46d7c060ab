"""`--show-rows` for answers: what was asked and said, of a live model, too, and nothing of it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import run_tunespec, write_jsonl
from tests.faulty_server import last, lines, ok, piece, routed, serving
from tests.test_recorded_streams import ROME
from tests.test_wire import ABOUT
from tunespec.run import new_run_id
from tunespec.session import Options, Session

SAID = "It is Heron, as everybody knows."
PROBES = [
    {"id": "name", "messages": [{"role": "user", "content": "What is its code name?"}], "must": ["Marigold"]},
    {"id": "place", "messages": [{"role": "user", "content": "Where is it kept?"}], "must": ["Heron"]},
]
WHOLE = ok(lines(last(SAID, _debug_info={"rendered_template": "x"})))
STREAMED = ok(lines(piece(SAID), last()))


def answer(path, request):
    is_streamed = path == "/api/chat" and b'"stream":true' in request
    routes = ABOUT | {"/api/chat": STREAMED if is_streamed else WHOLE, "/api/generate": WHOLE}
    return routed(routes)(path, request)


@pytest.fixture
def project(tmp_path):
    write_jsonl(tmp_path / "probes.jsonl", PROBES)
    (tmp_path / "tunespec.toml").touch()
    return tmp_path


def checked(project, *more):
    with serving(answer) as url:
        given = ("--model=m", f"--host={url}", "--api=ollama", "--probes=probes.jsonl", "--select=I003", *more)
        return run_tunespec("check", "probes.jsonl", *given, cwd=project)


def kept(project):
    return [path.name for path in project.rglob("*") if path.is_file() and SAID.encode() in path.read_bytes()]


@pytest.mark.parametrize("workers", ["-n0", pytest.param("-n2", marks=pytest.mark.slow)])
def test_the_answers_of_a_live_model(project, workers):
    done = checked(project, "--show-rows", workers)
    where = done.stdout.index("  probes.jsonl:1: ")
    assert done.stdout[where:].splitlines()[1] == f"    | What is its code name? -> {SAID}"
    assert (SAID in done.stdout.partition("| What")[0], "Where is it kept?" in done.stdout) == (False, False)
    assert kept(project) == []


@pytest.mark.parametrize("broken", ["tunespec.session.build_report", "tunespec.report.rows.record_texts"])
def test_no_answer_is_kept_where_the_report_cannot_be_built(project, monkeypatch, broken):
    def fails(*_, **__):
        raise ZeroDivisionError

    options = Options(dataset=["."], show_rows=True, model="m", host="http://127.0.0.1:9", probes=["probes.jsonl"])
    monkeypatch.chdir(project)
    session = Session.from_options(start=project, run_id=new_run_id(), options=options)
    session.announce([])
    record = Path(session.config.inference["record"])
    record.write_text(SAID, encoding="utf-8")
    assert kept(project)
    monkeypatch.setattr(broken, fails)
    with pytest.raises(ZeroDivisionError):
        session.finish()
    assert kept(project) == []


def test_answers_that_are_recorded_too(project):
    done = checked(project, "--show-rows", "--record=out.jsonl", "--format=json")
    (finding,) = (one for one in json.loads(done.stdout)["findings"] if one["kind"] == "missed_expectation")
    assert finding["text"] == f"What is its code name? -> {SAID}"
    assert kept(project) == ["out.jsonl"]


def test_nothing_is_shown_unasked(project):
    assert SAID not in checked(project).stdout
    assert kept(project) == []


def test_a_recorded_stream_is_shown_as_the_answer_that_it_is(project):
    write_jsonl(project / "outputs.jsonl", [*ROME, {"note": "by hand"}])
    done = run_tunespec("check", "--outputs=outputs.jsonl", "--select=I001,D002", "--show-rows", cwd=project)
    cut = "  outputs.jsonl:1: the limit ended the answer after 3 tokens, the model did not\n    | It is Rome.\n"
    assert cut in done.stdout
    assert '    | {"note":"by hand"}\n' in done.stdout
