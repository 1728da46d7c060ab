"""What happens when the renderer's process does not start, does not answer in time, or answers with nonsense."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.test_render_facts import modelfile, tokenizer
from tunespec import child_process
from tunespec.errors import CannotJudgeError
from tunespec.templates import jinja_pool, jinja_process
from tunespec.templates.errors import TemplateError
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.jinja_process import Bounds, RenderProcess
from tunespec.templates.rendered import Rendered

ENDLESS = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
# It takes for ever with one word only.
PICKY = "{% if messages[0].content == 'bomb' %}" + ENDLESS + "{% endif %}{{ messages[0].content }}"
QUICK = Bounds(seconds=0.2, megabytes=100)


def said(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def outcomes(template: ChatTemplate, *texts: str) -> list[str]:
    results = template.render_all([said(text) for text in texts])
    return [result.text if isinstance(result, Rendered) else result.message for result in results]


@pytest.fixture
def started(monkeypatch):
    """The processes that are started from here on."""
    found: list[RenderProcess] = []

    class Counted(RenderProcess):
        def __init__(self, bounds: Bounds) -> None:
            super().__init__(bounds)
            found.append(self)

    monkeypatch.setattr(jinja_pool, "RenderProcess", Counted)
    return found


@pytest.fixture
def busy(monkeypatch):
    """A machine that lets no process run: the clock ends before the processor's time does."""
    monkeypatch.setattr(jinja_process, "_patience", lambda _seconds: 0)


def test_a_busy_machine_is_no_fault_of_the_template(busy):
    template = ChatTemplate(ENDLESS, bounds=QUICK)
    with pytest.raises(CannotJudgeError, match=r"not rendered within .*busy.*again"):
        template.render_all([said("a")])


def test_after_a_busy_moment_the_template_is_tried_again(monkeypatch):
    template = ChatTemplate(PICKY + "{# again #}", bounds=QUICK)
    with monkeypatch.context() as moment:
        moment.setattr(jinja_process, "_patience", lambda _seconds: 0)
        with pytest.raises(CannotJudgeError):
            template.render(said("bomb"))
    assert outcomes(template, "a", "bomb") == ["a", "the template takes longer than 0.2 s"]


def test_a_check_on_a_busy_machine_says_so_and_keeps_nothing(judge, tmp_path, monkeypatch):
    (tmp_path / "Modelfile").write_text(modelfile(), encoding="utf-8")
    (tmp_path / "tokenizer_config.json").write_text(tokenizer(), encoding="utf-8")
    ask, calls = RenderProcess.ask, iter(range(10**6))

    def every_third_is_late(self: RenderProcess, request: Any) -> Any:
        if next(calls) % 3 == 2:
            self.close()
            raise jinja_process._too_busy(60)
        return ask(self, request)

    with monkeypatch.context() as moment:
        moment.setattr(RenderProcess, "ask", every_third_is_late)
        with pytest.raises(CannotJudgeError, match="busy"):
            judge(tmp_path)
    _, report = judge(tmp_path)
    assert [finding for finding in report["findings"] if finding["severity"] == "error"] == []
    assert any(row["code"] == "T004" and row["status"] != "skipped" for row in report["pitfalls"])


@pytest.mark.parametrize("python", ["/nowhere/python", "-c"])
def test_a_python_that_does_not_start_is_no_fault_of_the_template(monkeypatch, python):
    monkeypatch.setattr(sys, "executable", python)
    with pytest.raises(CannotJudgeError, match="cannot be started"):
        ChatTemplate("a", bounds=Bounds(seconds=1.25)).render(said("a"))


def test_a_worker_that_ends_at_once_is_no_fault_of_the_template(monkeypatch):
    monkeypatch.setattr(child_process, "MAIN", "raise SystemExit(3)")
    with pytest.raises(CannotJudgeError, match=r"cannot be started.*exit code 3"):
        RenderProcess(QUICK)


def test_one_conversation_condemns_itself_alone(started):
    template = ChatTemplate(PICKY, bounds=QUICK)
    too_long = "the template takes longer than 0.2 s"
    assert outcomes(template, "a", "bomb", "b", "bomb", "c") == ["a", too_long, "b", too_long, "c"]
    before = len(started)
    assert outcomes(template, "bomb", "d", "bomb") == [too_long, "d", too_long]
    assert len(started) == before


def test_a_template_that_ends_it_three_times_in_a_row_is_given_up(started):
    template = ChatTemplate(ENDLESS + "{# thrice #}", bounds=QUICK)
    assert set(outcomes(template, *map(str, range(20)))) == {"the template takes longer than 0.2 s"}
    assert len(started) <= 4


@pytest.mark.parametrize("line", [b"nonsense\n", b"[1]\n", b'{"text": "\xff"}\n', b"[" * 100_000 + b"\n", b"half"])
def test_an_answer_that_is_none_ends_the_process(monkeypatch, line):
    program = f"import sys\no = sys.stdout.buffer\no.write(b'{{}}\\n'); o.flush()\nsys.stdin.readline()\no.write({line!r} + b'{{}}\\n' * 9)\n"  # fmt: skip  # noqa: E501
    monkeypatch.setattr(child_process, "MAIN", program)
    process = RenderProcess(QUICK)
    answers = process.ask({"conversations": [{}, {}]})
    assert process.ended
    assert [answer["ended"] for answer in answers] == [True]
    assert "process" in answers[0]["error"]


def test_an_answer_without_an_end_ends_the_process(monkeypatch):
    program = "import sys\no = sys.stdout.buffer\no.write(b'{}\\n'); o.flush()\nsys.stdin.readline()\nwhile True: o.write(b'a' * 99999)\n"  # fmt: skip  # noqa: E501
    monkeypatch.setattr(child_process, "MAIN", program)
    monkeypatch.setattr(jinja_process, "_SPANS", 1_000)
    monkeypatch.setattr(jinja_process, "_FAREWELL", 0.1)
    process = RenderProcess(Bounds(seconds=5, megabytes=100, characters=1_000))
    (answer,) = process.ask({"conversations": [{}]})
    assert (process.ended, answer["ended"]) == (True, True)


def test_a_conversation_that_cannot_be_sent_leaves_the_process_alone():
    process = RenderProcess(QUICK)
    (answer,) = process.ask({"conversations": [{"messages": {(1, 2): "x"}}]})
    assert "cannot be given this conversation" in answer["error"]
    assert not process.ended
    process.close()


def test_the_process_does_not_know_the_users_environment(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    monkeypatch.setenv("PYTHONSTARTUP", "x")
    program = "import json, os, sys\nprint('{}', flush=True)\nsys.stdin.readline()\nprint(json.dumps({'error': '', 'has': sorted(os.environ)}), flush=True)\n"  # fmt: skip  # noqa: E501
    monkeypatch.setattr(child_process, "MAIN", program)
    process = RenderProcess(QUICK)
    (answer,) = process.ask({"conversations": [{}]})
    process.close()
    # Python itself sets LC_CTYPE where no locale is given: PEP 538.
    assert {*answer["has"]} <= {*jinja_process.KEPT_ENVIRONMENT, "LC_CTYPE"}


def test_a_process_that_is_no_longer_kept_is_ended(started):
    for number in range(6):
        ChatTemplate("a", bounds=Bounds(seconds=20 + number / 8)).render(said("a"))
    assert [process.ended for process in started] == [True, True, False, False, False, False]
    ChatTemplate("a", bounds=Bounds(seconds=20 + 2 / 8)).render(said("a"))
    ChatTemplate("a", bounds=Bounds(seconds=20 + 6 / 8)).render(said("a"))
    assert [process.ended for process in started[2:]] == [False, True, False, False, False]


def test_an_ended_process_takes_no_other_with_it(started):
    kept, other = (ChatTemplate(PICKY, bounds=Bounds(seconds=s, megabytes=99)) for s in (0.25, 0.3))
    assert [*outcomes(kept, "a"), *outcomes(other, "a", "bomb", "b")][:2] == ["a", "a"]
    assert not started[0].ended


@pytest.mark.skipif(sys.platform == "win32", reason="a process is looked for by a signal")
def test_all_processes_end_with_the_one_that_asks():
    program = """
import json
from tunespec.templates.jinja_pool import RUNNING
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.jinja_process import Bounds
for number in range(3):
    ChatTemplate("a", bounds=Bounds(seconds=5 + number)).render([])
print(json.dumps([process.pid for process in RUNNING.values()]))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    pids: list[Any] = json.loads(ran.stdout)
    assert len(pids) == 3
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_timeout_is_no_value_error():
    assert not issubclass(CannotJudgeError, ValueError | OSError)
    assert issubclass(TemplateError, ValueError)
