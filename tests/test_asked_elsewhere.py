"""Programs that ask a provider's model only: they are not judged, and the report says why."""

from __future__ import annotations

import pytest

from tests.template_facts import write_files
from tests.test_asked_model import TRAINED
from tunespec.config import find
from tunespec.discover import discover
from tunespec.errors import CannotJudgeError

OPENAI = "from openai import OpenAI\n"
OWN = "OpenAI(base_url='http://localhost:8000/v1').chat.completions.create(model='maths', messages=[])\n"
GPT = "it asks `gpt-4o`, which a provider serves: only what asks a model of your own is judged"


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("OpenAI().chat.completions.create(model='gpt-4o', messages=[])\n", GPT),
        ("M = 'gpt-4o'\ndef judge(t):\n    return OpenAI().chat.completions.create(model=M, messages=[t])\n", GPT),
        (
            "OpenAI(base_url='https://api.groq.com/openai/v1').chat.completions.create(model=name(), messages=[])\n",
            "it asks a model that api.groq.com serves: only what asks a model of your own is judged",
        ),
    ],
)
def test_a_program_that_asks_a_provider_is_passed_over_with_a_word(tmp_path, program, why):
    write_files(tmp_path, {"t.jinja": TRAINED, "judge.py": OPENAI + program})
    found = discover(find(tmp_path), [str(tmp_path)])
    assert found.passed_over == {"judge.py": why}
    assert [file.shown for pair in found.templates for file in pair.files] == ["t.jinja"]
    with pytest.raises(CannotJudgeError, match="it asks "):
        discover(find(tmp_path), [str(tmp_path / "judge.py")])


@pytest.mark.parametrize(
    "program",
    [
        OWN + "OpenAI().chat.completions.create(model='gpt-4o', messages=[])\n",  # and one's own
        "OpenAI().chat.completions.create(model=name(), messages=[])\n",  # the environment may say whose
        "print('gpt-4o')\n",
    ],
)
def test_of_other_programs_nothing_is_said(tmp_path, program):
    write_files(tmp_path, {"t.jinja": TRAINED, "ask.py": OPENAI + program})
    assert discover(find(tmp_path), [str(tmp_path)]).passed_over == {}
