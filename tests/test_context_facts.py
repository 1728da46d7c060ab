"""I003's and T004's facts of answers, case by case: what reaches the model, what it uses, what it tells."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tests.answer_sources import LIVE, answer, asked, facts_of, marked, source_of
from tunespec.inference.answered import Call
from tunespec.inference.matching import holds, repeats, unmet

if TYPE_CHECKING:
    from tunespec.templates.source import TemplateSource

CODE = asked("What is the code?", system="The code is Kestrel-7.")
USED = replace(answer(CODE, "It is kestrel-7.", must=("Kestrel-7",), context=("Kestrel-7",)), own=False)
IGNORED = replace(answer(CODE, "It is 0000.", must=("Kestrel-7",), context=("Kestrel-7",)), own=False)
SAID = "`1` does not hold `Kestrel-7`, though the system message says it"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It is Paris.", "paris"),
        ("**PARIS**", "Paris"),
        ("_Paris_'s streets", "Paris"),
        ("Odalys\n  Brandt built it", "Odalys Brandt"),
        ("It holds 1,024 screws", "1024"),
        ("It holds 1024 screws", "1,024"),
        ("It holds 1\u202f024 screws.", "1024"),
        ("Rows 5 100 200", "100"),
        ("At 06:40, daily", "06:40"),
        ("Das heißt „Grün“", "grün"),
        ("GROSSE STRASSE", "große Straße"),
        ("the cafe\u0301", "café"),
        ("`def add(a, b):`", "def add"),
        ("答えは東京です", "東京"),
        ("it does\u00a0not say", "not say"),
        ("It’s", "it's"),
        ("It is not Oslo", "Oslo"),  # negations are not understood
    ],
)
def test_matching_is_fair(text, wanted):
    assert holds(text, wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Parisian", "Paris"),
        ("a category", "cat"),
        ("10241", "1024"),
        ("11,024", "1024"),
        ("5.7", "5"),
        ("2.5", "5"),
        ("42nd", "42"),
        ("", "Paris"),
    ],
)
def test_matching_takes_whole_words(text, wanted):
    assert not holds(text, wanted)


def test_a_sentence_may_end_behind_a_number():
    assert holds("There are 5.", "5")
    assert holds("5, 6 and 7", "5")


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ({"must": ("red", "blue")}, "does not hold `blue`"),
        ({"any": ("blue", "green")}, "holds none of `blue`, `green`"),
        ({"any": tuple("abcde")}, "holds none of `a`, `b`, `c`, `d`, ..."),
        ({"any": ("blue", "red")}, None),
        ({"must_not": ("red", "blue")}, "holds `red`"),
        ({"must": ("red",), "must_not": ("blue",)}, None),
        ({}, None),
    ],
)
def test_what_is_unmet(expected, said):
    assert unmet(expected, "It is Red.") == said


def test_context_that_is_used_is_no_finding(tmp_path):
    source = source_of(tmp_path, [USED])
    assert marked(source, "ignored_fact") == {}
    assert facts_of(source, "ignored_fact")["ignored_fact"].examined == 1


def test_few_ignored_facts_are_told_one_by_one(tmp_path):
    assert marked(source_of(tmp_path, [USED, IGNORED]), "ignored_fact") == {"ignored_fact": {1: SAID}}
    assert marked(source_of(tmp_path, [IGNORED]), "ignored_fact") == {"ignored_fact": {0: SAID}}, "one is no most"
    assert marked(source_of(tmp_path, [USED, IGNORED, USED, IGNORED]), "ignored_fact") == {
        "ignored_fact": {1: SAID, 3: SAID}
    }


def test_most_ignored_is_told_once(tmp_path):
    said = "2 of 3 answers do not use what only their context says; that to " + SAID
    answers = [USED, IGNORED, IGNORED]
    assert marked(source_of(tmp_path, answers), "ignored_fact") == {"mostly_ignored": {1: said}}
    settings = "[pitfalls.ignored-context]\nignored = 0.7\n"
    assert set(marked(source_of(tmp_path, answers, settings=settings), "ignored_fact")) == {"ignored_fact"}


@pytest.mark.parametrize(
    ("messages", "place"),
    [
        (asked("The code is Kestrel-7.", "Noted.", "Which?"), "an earlier turn"),
        (asked("Make one.", "Kestrel-7", "Which?"), "an earlier answer"),
        (asked("The code is Kestrel-7.\n\nWhich?"), "the prompt itself"),
    ],
)
def test_the_place_of_the_context_is_told(tmp_path, messages, place):
    ignored = answer(messages, "No.", must=("Kestrel-7",), context=("Kestrel-7",))
    said = {0: f"`1` does not hold `Kestrel-7`, though {place} says it"}
    assert marked(source_of(tmp_path, [ignored]), "ignored_fact") == {"missed_expectation": said}
    assert marked(source_of(tmp_path, [replace(ignored, own=False)]), "ignored_fact") == {"ignored_fact": said}


def test_a_template_that_drops_the_system_message(tmp_path):
    lost = replace(IGNORED, rendered="### Question:\nWhat is the code?\n")
    assert marked(source_of(tmp_path, [lost, USED]), "lost_context") == {
        "lost_context": {0: "`Kestrel-7`, which stands in the system message"}
    }, "that the model then does not know it is no second finding"


@pytest.mark.parametrize(("kept", "found"), [(True, set()), (False, {"lost_context"})])
def test_what_the_training_template_keeps_is_t003s(tmp_path, kept, found):
    source = source_of(tmp_path, [replace(IGNORED, rendered="What is the code?")])
    written = "\n".join(turn["content"] for turn in CODE[0 if kept else 1 :])
    training = SimpleNamespace(render=lambda _, **__: SimpleNamespace(text=written))
    source.template = cast("TemplateSource", SimpleNamespace(training=training))
    assert set(marked(source, "lost_context")) == found


def test_without_rendering_nobody_knows_what_is_lost(tmp_path):
    silent = replace(LIVE, server="vLLM", rendering=False)
    source = source_of(tmp_path, [replace(USED, rendered=None)], served=silent)
    assert facts_of(source, "lost_context")["lost_context"].reason == "vLLM does not show the prompt that it renders"


def test_a_prompt_that_was_shortened(tmp_path):
    said = "the prompt is longer than the context of 4,096 tokens; the server left out a part of it, and said nothing"
    cut = replace(IGNORED, own=True, reply=replace(IGNORED.reply, overlong=True, prompt_tokens=2050))
    assert marked(source_of(tmp_path, [cut]), "truncated_context") == {"truncated_context": {0: said}}
    assert marked(source_of(tmp_path, [replace(cut, own=False)]), "small_context") == {"small_context": {0: said}}
    refused = replace(cut, reply=replace(cut.reply, text="", reason="refused"))
    assert marked(source_of(tmp_path, [refused]), "truncated_context") == {
        "truncated_context": {0: "the prompt is longer than the context of 4,096 tokens; the server refused it"}
    }


def test_an_answer_that_pushes_its_prompt_out(tmp_path):
    full = answer("Why?", "So.", prompt_tokens=4000, tokens=97)
    said = (
        "prompt and answer are 4,097 tokens, more than the context of 4,096 tokens: the beginning was dropped meanwhile"
    )
    assert marked(source_of(tmp_path, [full]), "truncated_context") == {"truncated_context": {0: said}}
    assert marked(source_of(tmp_path, [replace(full, runaway=True)]), "truncated_context") == {}
    assert marked(source_of(tmp_path, [answer("Why?", "So.", prompt_tokens=4000, tokens=96)]), "lost_context") == {}
    unknown = replace(LIVE, context=None)
    assert marked(source_of(tmp_path, [full], served=unknown), "truncated_context") == {}


def test_expectations_without_context(tmp_path):
    wrong = answer("Capital of France?", "Lyon.", must=("Paris",))
    said = {0: "`1` does not hold `Paris`"}
    assert marked(source_of(tmp_path, [wrong]), "missed_expectation") == {"missed_expectation": said}
    assert marked(source_of(tmp_path, [replace(wrong, own=False)]), "unexpected_answer") == {"unexpected_answer": said}


@pytest.mark.parametrize(
    ("call", "names", "said"),
    [
        (("a", "b"), (), "calls no tool, where it must call `a` or `b`"),
        (("a",), ("c", "c"), "calls `c`, where it must call `a`"),
        ((), ("a",), "calls `a`, where it must call none"),
        (("a", "b"), ("c", "b"), None),
        ((), (), None),
        (None, ("a",), None),
        (None, (), None),
    ],
)
def test_tools_that_must_be_called(tmp_path, call, names, said):
    one = answer("Rain?", "", call=call)
    one = replace(one, reply=replace(one.reply, calls=tuple(Call(name, {}) for name in names)))
    source = source_of(tmp_path, [one])
    assert marked(source, "missed_expectation") == ({"missed_expectation": {0: f"`1` {said}"}} if said else {})
    assert facts_of(source, "missed_expectation")["missed_expectation"].examined == (call is not None)
    suite = marked(source_of(tmp_path, [replace(one, own=False)]), "unexpected_answer")
    assert set(suite) == ({"unexpected_answer"} if said else set())


def test_tools_that_the_server_refuses_are_t003s(tmp_path):
    source = source_of(tmp_path, [answer("Rain?", "", call=("a",), reason="refused", rendered=None)])
    facts = facts_of(source, "missed_expectation")
    assert not any(fact.marks for fact in facts.values())
    said = "the server answered no probe with expectations: it passes no tools to the model"
    assert facts["missed_expectation"].reason == said


@pytest.mark.parametrize(
    "unfit",
    [
        {"text": "", "reason": "refused", "overlong": True},
        {"text": "Lyon.", "overlong": True},
        {"text": "Lyon.", "prompt_tokens": 4090, "tokens": 20},
    ],
    ids=["refused", "shortened", "moved on"],
)
def test_a_prompt_that_does_not_fit_is_one_finding(tmp_path, unfit):
    text, rest = unfit["text"], {key: value for key, value in unfit.items() if key != "text"}
    source = source_of(tmp_path, [answer("Capital of France?", text, must=("Paris",), **rest)])
    facts = facts_of(source, "truncated_context")
    assert {name for name, fact in facts.items() if fact.marks} == {"truncated_context"}
    assert facts["missed_expectation"].reason == "no prompt with expectations fits into the context with its answer"


def test_contexts_that_never_arrived_are_told(tmp_path):
    facts = facts_of(source_of(tmp_path, [replace(IGNORED, rendered="What is the code?")]), "lost_context")
    assert facts["ignored_fact"].reason == (
        "no context reached the model: the prompts that the server renders do not hold it"
    )
    facts = facts_of(
        source_of(tmp_path, [replace(IGNORED, reply=replace(IGNORED.reply, overlong=True))]), "lost_context"
    )
    assert facts["mostly_ignored"].reason == "no prompt with expectations fits into the context with its answer"


def test_recordings_say_why_they_are_not_judged(tmp_path):
    facts = facts_of(source_of(tmp_path, [replace(USED, expected={})], served=None), "lost_context")
    assert facts["ignored_fact"].reason == "recorded outputs do not say what an answer must hold"
    assert facts["lost_context"].reason == "recorded outputs do not show what their server did to the prompt"
    assert all(fact.examined == 0 and fact.reason for fact in facts.values())


def test_every_fact_of_a_run_with_the_suites_probes_alone_has_a_reason(tmp_path):
    source = source_of(tmp_path, [replace(answer("Hello", "Hello."), own=False)])
    for name in ("lost_context", "secret_shown", "unrelated_answer", "no_request"):
        assert all(fact.examined or fact.reason for fact in facts_of(source, name).values())


def test_secrets(tmp_path):
    secret = asked("What is the password?", system="The password is Ochre-8230.")
    shown = answer(secret, "It is xochre-8230!", secret=("Ochre-8230",))
    kept = answer(secret, "I may not tell it.", secret=("Ochre-8230",))
    source = source_of(tmp_path, [kept, shown])
    assert marked(source, "secret_shown") == {
        "secret_shown": {1: "the answer repeats the secret in the system message"}
    }
    assert facts_of(source, "secret_shown")["secret_shown"].examined == 2
    assert repeats("the\nKEY  is a b", "key is A")


QUESTION = "How does the immune system recognise bacteria that entered through a wound?"
RELATED = (
    "White blood cells patrol the body. When germs get in, for example by a wound, they meet molecules on the surface "
    "of the germs, which differ from those of the body, and they call for help."
)
UNRELATED = (
    "The history of the railway in Scotland begins with short lines between mines and harbours. Horses pulled the "
    "carts at first, and the gauge was whatever the owner of the mine had chosen for it."
)


GERMAN = (
    "Die Geschichte der Eisenbahn in Schottland beginnt mit kurzen Strecken zwischen den Gruben und den Häfen. Pferde "
    "zogen zuerst die Wagen, und die Spurweite war die, welche der Besitzer gewählt hatte."
)


@pytest.mark.parametrize(
    ("asking", "said", "found"),
    [
        (QUESTION, UNRELATED, True),
        (QUESTION, RELATED, False),
        (QUESTION, "By railway, of course.", False),  # short
        (QUESTION, f"```\n{UNRELATED}\n```", False),
        (QUESTION, f"Sorry, I do not know. {UNRELATED}", False),
        (f"Write a story. {QUESTION}", UNRELATED, False),
        (f"Translate to German: {QUESTION}", UNRELATED, False),
        ("Why is that so?", UNRELATED, False),  # no telling word
        (QUESTION, GERMAN, False),
        ("Wie erkennt die Abwehr des Körpers Bakterien, die durch eine Wunde eingedrungen sind?",
         GERMAN, True),
    ],
)  # fmt: skip
def test_answers_that_share_nothing_with_their_question(tmp_path, asking, said, found):
    source = source_of(tmp_path, [answer(asking, said)])
    assert ("unrelated_answer" in marked(source, "unrelated_answer")) is found
    recorded = source_of(tmp_path, [answer(asking, said)], served=None)
    assert ("unrelated_answer" in marked(recorded, "unrelated_answer")) is found


def test_own_probes_ask_for_something(tmp_path):
    open_one = answer("Tell me everything about Paris.", "Paris is the capital. " * 9)
    assert set(marked(source_of(tmp_path, [open_one]), "no_request")) == {"boundless_request"}
    for meant in (replace(open_one, own=False), replace(open_one, case="ambiguous")):
        source = source_of(tmp_path, [meant])
        assert marked(source, "no_request") == {}
        assert "no probe of your own" in (facts_of(source, "no_request")["no_request"].reason or "")
    recorded = facts_of(source_of(tmp_path, [open_one], served=None), "no_request")["no_request"]
    assert recorded.reason == "recorded outputs are no probes: their prompts are whatever was asked"
