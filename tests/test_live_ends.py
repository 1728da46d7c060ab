"""I002 and the live half of T001 against a real server: two models of the same weights, one without its stop sequence.

The server keeps its own law, so that it shows no kind of I002 itself: what a server, or a program before it, does wrong
is done here by one that stands between.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace

import pytest

from tests.conftest import write_jsonl
from tunespec.inference import connect
from tunespec.inference.ollama_server import OllamaServer
from tunespec.report.text import render_text
from tunespec.suite_paths import fixture_path

pytestmark = pytest.mark.live

QUESTIONS = ("Where?", "[CAPITAL]", "[EOS]", "[IM_END]", "[INVENT]", "[CODE]")
CHECKED = ["T001", "I002"]


@pytest.fixture
def check(judge, ollama_server, tmp_path):
    """The report on a model, with the template of its training and one probe for each question."""
    shutil.copyfile(fixture_path("golden") / "chat_template.jinja", tmp_path / "chat_template.jinja")

    def run(model, questions=QUESTIONS, select=CHECKED, **more):
        rows = [{"id": question, "messages": [{"role": "user", "content": question}]} for question in questions]
        probes = write_jsonl(tmp_path / "probes.jsonl", rows)
        _, report = judge(
            tmp_path,
            ("chat_template.jinja",),
            model=model,
            host=ollama_server.url,
            probes=[str(probes)],
            select=select,
            **more,
        )
        return report

    return run


def found(report):
    return {(one["code"], one["kind"], one["line"]) for one in report["findings"]}


def profile(report):
    return next(one["profile"] for one in report["subjects"] if one["family"] == "inference")


def test_a_model_with_its_stop_sequence_shows_nothing(check, scripted_model):
    report = check(scripted_model)
    assert found(report) == set()
    assert profile(report)["ended_by"] == {"stops": {"### End": 4}, "token": 2, "limit": 0, "nothing": 0, "unknown": 0}
    assert "ended: 4 by `### End`, 2 by a token of the model's" in render_text(report, {})
    examined = {
        one["kind"]: one["examined"]
        for one in report["pitfalls"]
        if one["table"] == "answers" and one["code"] in CHECKED
    }
    assert examined == {
        "end_marker_shown": 6,
        "text_after_end": 6,
        "header_shown": 6,
        "special_token_shown": 6,
        "stream_differs": 4,
        "trim_differs": 6,
        "unheard_end": 6,
        "unheard_stop": 6,
    }


def test_the_same_weights_without_it_fail_exactly_t001(check, unstopped_model):
    report = check(unstopped_model)
    assert found(report) == {("T001", "unheard_end", line) for line in (1, 2, 5, 6)}
    message = next(one["message"] for one in report["findings"] if one["line"] == 5)
    end = "`### End`, with which training ends each answer"
    assert message == f"{end}, stands in the answer, and 58 characters behind it: the model has no stop sequence"
    assert profile(report)["ended_by"]["token"] == 6


@dataclass(frozen=True)
class Program(OllamaServer):
    """A server with a program before it, which spoils what passes in one way."""

    fault: str = ""

    def ask(self, question):
        if self.fault == "switches stops off":
            return super().ask(replace(question, stops=()))
        reply = super().ask(question)
        return stripped(reply) if self.fault == "strips answers" and question.stops is None else reply

    def ask_whole(self, question):
        reply = super().ask_whole(replace(question, stops=()) if self.fault == "switches stops off" else question)
        return stripped(reply) if self.fault.startswith("strips") else reply


def stripped(reply):
    return replace(reply, text=reply.text.strip())


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("switches stops off", {("end_marker_shown", line) for line in (1, 2, 6)} | {("text_after_end", 5)}),
        ("strips answers", {("trim_differs", line) for line in (1, 2, 3, 4, 5, 6)}),
        ("strips whole answers", {("stream_differs", line) for line in (1, 2, 3, 4)}),
    ],
)
def test_a_program_that_spoils_answers_fails_exactly_its_kind(check, scripted_model, monkeypatch, fault, expected):
    honest = connect.connect

    def spoilt(subject, config):
        server = honest(subject, config)
        assert isinstance(server, OllamaServer)
        return Program(server.wire, server.model, fault)

    monkeypatch.setattr(connect, "connect", spoilt)
    assert {(kind, line) for _, kind, line in found(check(scripted_model))} == expected


def test_an_answer_that_the_server_breaks_off_is_a_finding_and_the_others_are_judged(check, stuttering_model):
    report = check(stuttering_model, ("[STUTTER]", "Where?"), ["I001", *CHECKED])
    assert found(report) == {("I001", "aborted_answer", 1)}
    assert profile(report)["ended_by"] == {"stops": {"### End": 1}, "token": 0, "limit": 0, "nothing": 1, "unknown": 0}


ALL = ["I001", *CHECKED, "I003", "D001", "D002", "D003", "D008", "T003"]


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        ("scripted_model", {"cut_at_limit", "truncated_context"}),
        ("unstopped_model", {"cut_at_limit", "truncated_context", "unheard_end"}),
        ("stuttering_model", {"aborted_answer", "truncated_context"}),
    ],
)
def test_a_recording_is_judged_as_the_live_model_was(check, judge, tmp_path, request, model, kinds):
    """By the answers alone, with the same template beside them: the same findings, as often looked for."""
    loops = "[STUTTER]" if model == "stuttering_model" else "[REPEAT]"
    questions = (*QUESTIONS, loops, f"Where? {'abc ' * 3000}")
    live = check(request.getfixturevalue(model), questions, ALL, record=str(tmp_path / "rec/answers.jsonl"))
    again = tmp_path / "again"
    again.mkdir()
    shutil.copyfile(tmp_path / "chat_template.jinja", again / "chat_template.jinja")
    outputs = [str(tmp_path / "rec/answers.jsonl")]
    _, recorded = judge(again, ("chat_template.jinja",), outputs=outputs, select=ALL)
    assert said(recorded) == said(live)
    assert kinds <= {one["kind"] for one in live["findings"]}
    own = ("server", "digest", "stops", "limit", "context", "deterministic", "ended_by")
    assert [profile(recorded)[key] for key in own] == [profile(live)[key] for key in own]


def said(report):
    findings = {(one["code"], one["kind"], one["line"], one["message"]) for one in report["findings"]}
    examined = {
        (one["code"], one["kind"]): (one["status"], one["examined"], one["reason"])
        for one in report["pitfalls"]
        if one["table"] == "answers" and one["code"] in ALL and one["kind"] != "unreadable"  # of files alone
    }
    return findings, examined
