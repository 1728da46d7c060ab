"""I001 against a real server: models of the same weights, whose Modelfiles differ in their limit alone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace

import pytest

from tests.conftest import write_jsonl
from tests.live.fixtures import ROOT_MODELFILE
from tunespec.inference import connect
from tunespec.inference.ollama_server import OllamaServer
from tunespec.suite_paths import fixture_path

pytestmark = pytest.mark.live

ENDING = ("Where?", "[CAPITAL]", "[EOS]")


@pytest.fixture
def check(judge, ollama_server, tmp_path):
    """What I001 says of a model: ``(kind, line)``; the probes of ``runaway`` are meant to have no end."""
    shutil.copyfile(fixture_path("golden") / "chat_template.jinja", tmp_path / "chat_template.jinja")

    def run(model, questions=ENDING, runaway=(), files=("chat_template.jinja",)):
        rows = [
            {"messages": [{"role": "user", "content": question}], "runaway": question in runaway}
            for question in (*questions, *runaway)
        ]
        probes = [str(write_jsonl(tmp_path / "probes.jsonl", rows))]
        _, report = judge(tmp_path, files, model=model, host=ollama_server.url, probes=probes, select=["I001"])
        return {(one["kind"], one["line"]) for one in report["findings"]}

    return run


def test_a_runaway_ends_at_the_models_limit(check, scripted_model):
    assert check(scripted_model, runaway=["[COUNT]"]) == set()
    assert check(scripted_model, [*ENDING, "[COUNT]"]) == {("cut_at_limit", 4)}


def test_the_same_weights_without_a_limit_fail_exactly_i001(check, unlimited_model):
    assert check(unlimited_model) == {("no_limit", 1)}
    endless = {("no_limit", 1), ("endless_answer", 4)}
    assert check(unlimited_model, runaway=["[COUNT]"]) == endless
    assert check(unlimited_model, [*ENDING, "[COUNT]"]) == endless


def test_a_modelfile_at_hand_says_it_itself(check, unlimited_model, tmp_path):
    lines = ROOT_MODELFILE.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("PARAMETER num_predict")]
    (tmp_path / "Modelfile").write_text("".join(kept), encoding="utf-8")
    begins = next(number for number, line in enumerate(kept, 1) if line.startswith("FROM"))
    assert check(unlimited_model, files=("chat_template.jinja", "Modelfile")) == {("no_limit", begins)}


@pytest.mark.parametrize(
    ("limit", "found"),
    [
        (-1, {("limit_off", 1)}),
        (2, {("mostly_cut", 1)}),
        (5000, {("limit_beyond_context", 1)}),
    ],
)
def test_a_limit_that_is_none_too_low_or_too_high(check, limited_model, limit, found):
    assert check(limited_model(limit)) == found


def test_an_answer_of_which_nobody_sees_the_end(check, limited_model):
    """The limit is above the number of tokens for which the asker waits."""
    assert check(limited_model(4000), [*ENDING, "[COUNT]"]) == {("unended_answer", 4)}


@dataclass(frozen=True)
class Deaf(OllamaServer):
    """A server with a program before it, which sends a limit of its own."""

    def ask(self, question):
        return super().ask(replace(question, limit=8))


def test_a_limit_that_a_program_does_not_pass_on(check, limited_model, monkeypatch):
    honest = connect.connect

    def deaf(subject, config):
        server = honest(subject, config)
        assert isinstance(server, OllamaServer)
        return Deaf(server.wire, server.model)

    monkeypatch.setattr(connect, "connect", deaf)
    assert check(limited_model(6), ["Where?"], runaway=["[COUNT]"]) == {("limit_not_kept", 2)}
