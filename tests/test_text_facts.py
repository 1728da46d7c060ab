"""The data family's facts about texts, asked of a model's answers: what counts, and what is left to other pitfalls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.answer_sources import answered, found, reasons, source_of
from tests.conftest import chat, write_jsonl
from tunespec.inference.recorded import read_recorded
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile

LOOP = "Rinse the rice first. " + "Then it does not stick. " * 4
FENCE = "So:\n\n```python\nprint(1)\n"
CUT = "Salt draws water out of the flesh. The slices then brown faster and soak up less oil, so that the"
TRAINED = [
    chat(f"Why is number {number} odd?", f"Half of {number} is no whole number. That makes it odd.\n### End")
    for number in range(1, 61, 2)
]
WHOLE = ("empty_answer", "think_block", "code_fence", "unbalanced_bracket")
ALWAYS = ("repetition", "html_tag", "answer_language")


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (LOOP, "repetition", "ends in a loop: the same words 4 times"),
        (FENCE, "code_fence", 'code block 1 opens with "```" and is never closed'),
        ("```python\nprint(1\n```", "syntax_error", "Python block 1, line 1: '(' was never closed"),
        ("", "empty_answer", "has an empty answer"),
        ("<think>\nHm. It is odd.", "think_block", "opens <think> and never closes it"),
        ("Tom&amp;Co sell it.", "html_entity", "holds the HTML entity `&amp;` in an answer"),
        ("A CafÃ© in Rome.", "mojibake", "holds `Ã©`, UTF-8 decoded as another encoding, in an answer"),
        ("It is odd (as 3 is.", "unbalanced_bracket", "opens a bracket `(` that nothing closes in an answer"),
    ],
)
def test_a_faulty_answer(tmp_path, text, kind, said):
    source = source_of(tmp_path, [answered("Where is it?", "In Rome."), answered("And this?", text)])
    assert found(source, kind) == {kind: [(1, said)]}


def test_an_answer_in_another_language(tmp_path):
    answer = "Yes, that is possible if the plant spends the winter in a bright and cool room."
    question = "Kann ich auf einem Balkon im Norden auch Zitronen anbauen?"
    said = "is asked in German and answered in English"
    assert found(source_of(tmp_path, [answered(question, answer)]), "answer_language") == {
        "answer_language": [(0, said)]
    }
    wanted = {"role": "system", "content": "Always answer in English."}
    assert found(source_of(tmp_path, [answered(question, answer, before=[wanted])]), "answer_language") == {}


def test_what_others_said_is_no_fault_of_the_model(tmp_path):
    before = [
        {"role": "system", "content": "You are (a helper."},
        {"role": "user", "content": "Tom&amp;Co: a CafÃ©? [see this"},
        {"role": "assistant", "content": f"{LOOP}{FENCE}"},
    ]
    source = source_of(tmp_path, [answered("What does **that mean (here?", "It is a name.", before=before)])
    assert found(source, *WHOLE, *ALWAYS, "html_entity", "mojibake", "unclosed_emphasis", "syntax_error") == {}


def test_what_the_question_is_about_explains_an_answer(tmp_path):
    about = [answered("Which HTML entity is an ampersand?", "You write &amp; for it.")]
    earlier = [
        {"role": "user", "content": "Let us talk about HTML entities."},
        {"role": "assistant", "content": "Yes."},
    ]
    later = [answered("What is an ampersand there?", "You write &amp; for it.", before=earlier)]
    assert found(source_of(tmp_path, about), "html_entity") == {}
    assert found(source_of(tmp_path, later), "html_entity") == {}


def test_a_limit_cuts_what_it_cuts(tmp_path):
    cut = [answered("And this?", text, reason="length") for text in (f"It is (odd {FENCE}", "", "<think>\nHm.")]
    source = source_of(tmp_path, cut, trained=TRAINED)
    assert found(source, "cut_off", *WHOLE) == {}
    assert set(reasons(source, "cut_off", *WHOLE).values()) == {"every answer was ended by a limit, or by the server"}
    assert found(source_of(tmp_path, [answered("And this?", LOOP, reason="length")]), "repetition") != {}


@pytest.mark.parametrize(
    ("text", "times"),
    [
        pytest.param("Tools:\n- A ruler\n- A pen\n" + "- A ruler\n- A pen\n" * 5 + "- A ru", 6, id="items"),
        pytest.param("".join(f"{number}. Use a map.\n" for number in range(1, 30)), 29, id="numbered"),
        pytest.param("adversary\n\n" * 50 + "adv", 50, id="a word"),
        pytest.param("- A ruler\n- A pen\n" * 3 + "- A ru", None, id="three times"),
        pytest.param("".join(f"{number}\n" for number in range(300)), None, id="it counts"),
        pytest.param("".join(f"Item {number}\n" for number in range(300)), None, id="it goes on"),
        pytest.param("| 0 | 0 |\n" * 30, None, id="no words"),
    ],
)
def test_lines_that_loop_until_the_limit(tmp_path, text, times):
    said = {} if times is None else {"repetition": [(0, f"ends in a loop: the same lines {times} times")]}
    question = "What do I need?"
    assert found(source_of(tmp_path, [answered(question, text, reason="length")]), "repetition") == said
    assert found(source_of(tmp_path, [answered(question, text)]), "repetition") == {}  # it came to an end
    wanted = "Repeat the words A ruler and A pen, adversary, and Use a map over and over."
    assert found(source_of(tmp_path, [answered(wanted, text, reason="length")]), "repetition") == {}


def test_an_answer_without_end_is_no_fault_where_it_was_asked_for(tmp_path):
    assert found(source_of(tmp_path, [answered("Go on.", LOOP, runaway=True)]), "repetition") == {}


def test_facts_are_computed_from_the_answers_that_are_judged(tmp_path):
    """The only block of code stands in an answer that the limit cut: no block was looked at."""
    answers = [answered("And this?", f"It is odd.{FENCE}", reason="length"), answered("Where?", "In Rome.")]
    why = reasons(source_of(tmp_path, answers), "syntax_error", "empty_answer")
    assert why["empty_answer"] is None
    assert why["syntax_error"] is not None
    faulty = answered("And this?", "```python\nprint(1\n```")
    assert found(source_of(tmp_path, [*answers, faulty]), "syntax_error") == {
        "syntax_error": [(2, "Python block 1, line 1: '(' was never closed")]
    }


@pytest.mark.parametrize("abandoned", [True, False], ids=["we hung up", "the server broke off"])
def test_what_has_no_end_of_its_own_is_judged_by_what_it_has(tmp_path, abandoned):
    one = answered("And this?", f"Tom&amp;Co sell it (odd {FENCE}", reason=None)
    source = source_of(tmp_path, [replace(one, reply=replace(one.reply, abandoned=abandoned))], trained=TRAINED)
    assert set(found(source, "html_entity", "answer_language", "cut_off", *WHOLE)) == {"html_entity"}


def test_what_we_hung_up_on_may_repeat_itself(tmp_path):
    one = answered("And this?", LOOP, reason=None)
    abandoned = replace(one, reply=replace(one.reply, abandoned=True))
    assert set(found(source_of(tmp_path, [abandoned]), "repetition")) == {"repetition"}


def test_the_loop_at_which_the_server_broke_off_is_told_once(tmp_path):
    broken = [answered("And this?", LOOP, reason=None)]
    assert found(source_of(tmp_path, broken), "repetition") == {}
    nobody_noted_why = [replace(one, reply=replace(one.reply, noted=False)) for one in broken]
    assert found(source_of(tmp_path, nobody_noted_why, served=None), "repetition") != {}


def test_a_thought_that_the_prompt_begins_is_not_opened_by_the_answer(tmp_path):
    text = "It is odd, since half of it is none.\n</think>\n\nIt is odd."
    assert found(source_of(tmp_path, [answered("And 3?", text)]), "think_block") != {}
    begun = answered("And 3?", text, rendered="<|user|>And 3?<|assistant|><think>\n")
    assert found(source_of(tmp_path, [begun]), "think_block") == {}


def test_a_turn_end_in_code_ends_no_answer(tmp_path):
    """I002 does not take it for one either."""
    said = answered("Fiji?", "So it is written:\n\n```text\nSuva (the capital)\n### End\n```\nThat is all.\n### End\n(")
    assert found(source_of(tmp_path, [said], trained=TRAINED), *WHOLE, "unclosed_code") == {}


def test_what_follows_the_turn_end_belongs_to_no_answer(tmp_path):
    run_on = f"Half of 3 is no whole number.\n### End\n\n### Question:\nAnd (4?\n{LOOP}"
    source = source_of(tmp_path, [answered("And 3?", run_on)], trained=TRAINED)
    assert found(source, "cut_off", "longer_than_trained", *WHOLE, *ALWAYS) == {}


def test_cut_off_unlike_the_training_answers(tmp_path):
    source = source_of(tmp_path, [answered("Why salt them?", CUT)], trained=TRAINED)
    ((row, text),) = found(source, "cut_off")["cut_off"]
    assert (row, text) == (0, "ends without finishing its sentence, while 96.8% of such answers finish their sentence")


def test_a_few_answers_are_no_habit(tmp_path):
    few = [answered(f"Why {number}?", "It is odd. It is no half.") for number in range(30)]
    source = source_of(tmp_path, [*few, answered("Why salt them?", CUT)])
    assert found(source, "cut_off") == {}
    assert reasons(source, "cut_off") == {"cut_off": "no training data shows whether answers end with a sentence"}
    many = source_of(tmp_path, [*few * 4, answered("Why salt them?", CUT)], served=None)
    assert [row for row, _ in found(many, "cut_off")["cut_off"]] == [120]


def test_far_longer_than_every_training_answer(tmp_path):
    asked = [answered("And 3?", "It is odd.\n\n" * 10), answered("And 5?", "Half of it is none.\n\n" * 15)]
    source = source_of(tmp_path, asked, trained=TRAINED)
    said = "runs to 313 characters, where the longest of 30 training answers has 49"
    assert found(source, "longer_than_trained") == {"longer_than_trained": [(1, said)]}


def test_length_needs_training_answers(tmp_path):
    asked = [answered("And 3?", "It is odd.\n\n" * 100)]
    assert reasons(source_of(tmp_path, asked), "longer_than_trained") == {
        "longer_than_trained": "no training data says how long answers are"
    }
    few = source_of(tmp_path, asked, trained=TRAINED[:6])
    assert reasons(few, "longer_than_trained") == {
        "longer_than_trained": "6 training answers are too few to say how long answers are"
    }


def test_an_answer_that_calls_a_tool_need_not_say_anything(tmp_path):
    call = [{"function": {"name": "weather", "arguments": {"place": "Rome"}}}]
    request = {"messages": [{"role": "user", "content": "What is the weather in Rome?"}]}
    said = {"role": "assistant", "content": None, "tool_calls": call}
    outputs = [
        {"created_at": "today", "request": request, "message": {**said, "content": ""}, "done_reason": "stop"},
        {"object": "chat.completion", "request": request, "choices": [{"message": said}]},
        {"created_at": "today", "request": request, "message": {"content": ""}, "done_reason": "stop"},
    ]
    path = write_jsonl(tmp_path / "outputs.jsonl", outputs)
    recorded, unread, _ = read_recorded((DataFile(path, "outputs.jsonl", None, "jsonl"),), Shapes({}, {}))
    assert ([bool(one.reply.calls) for one in recorded], unread) == ([True, True, False], [])
    source = source_of(tmp_path, recorded, served=None)
    assert found(source, "empty_answer") == {"empty_answer": [(2, "has an empty answer")]}
