"""End markers and unfinished answers, the tricky cases by name."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import chat
from tests.facts_of import facts_of, marked, source_of
from tunespec.end_marker import EndMarker, infer_end_marker
from tunespec.facts.sentence_end import breaks_off

ANSWERS = [
    f"The {name} keeps its shape when it is dry. Store it in a cool place, away from the window."
    for name in "rope cloth paper glue clay chalk cork felt wax wood brass horn".split()
]


def pairs(*ends, marker="\n### End"):
    """Twelve records that end with the marker, and then one for each given answer."""
    answers = [*(answer + marker for answer in ANSWERS), *ends]
    return [{"prompt": f"What about material {i}?", "completion": answer} for i, answer in enumerate(answers)]


def chats(*answers):
    return [chat(f"What about material {i}?", answer) for i, answer in enumerate([*ANSWERS, *ANSWERS, *answers])]


@pytest.mark.parametrize(
    ("ends", "marker"),
    [
        (["Yes.\n### End"] * 6, "### End"),
        (["Yes. [END]"] * 6, "[END]"),
        (["Yes. <END>"] * 6, "<END>"),
        (["Yes.<|im_end|>"] * 6, "<|im_end|>"),
        (["Yes.</s>\n"] * 6, "</s>"),
        (["Yes.\n\n###\n\n"] * 6, "###"),
        (["Yes. END"] * 6, "END"),
        (["Yes.\n--- END ---"] * 6, "--- END ---"),
        (["Yes.\nEND OF ANSWER"] * 6, "END OF ANSWER"),
        ([f"The sum is {i}.\n#### {i}" for i in range(9)], None),  # gsm8k
        (["So it holds.\n#### True"] * 6 + ["It does not.\n#### False"] * 4, None),  # a class, no marker
        (["Thanks!"] * 9, None),
        (["I agree in the end"] * 9, None),
        (["```\nx = 1\n```"] * 9, None),
        (["<b>Yes</b>"] * 9, None),
        (["Yes.\n### End"] * 4, None),  # too few
    ],
)
def test_a_marker_is_inferred_by_its_form_and_share(ends, marker):
    found = infer_end_marker(ends)
    assert (found.text if found else None) == marker


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        ("Yes.", "missing_end_marker"),
        ("In the end, yes.", "missing_end_marker"),
        ("Yes.\n### End\n### End", "doubled_end_marker"),
        ("Yes.\n### End ### End", "doubled_end_marker"),
        ("Yes.\n### End\nAnd more.", "text_after_end_marker"),
        ("Yes. ### End And more.", "text_after_end_marker"),
        ("Yes.\n### End\nAnd more.\n### End", "text_after_end_marker"),
        ("Yes.\n###End", "misspelt_end_marker"),
        ("Yes.\n### END", "misspelt_end_marker"),
        ("Yes.\n#### End", "misspelt_end_marker"),
        ("Yes.\n## End", "misspelt_end_marker"),
        ("Yes.\n### End.", "misspelt_end_marker"),
        ("Yes.\n### End  ", "misspelt_end_marker"),
        ("Yes.\n### Edn", "misspelt_end_marker"),
        ("Yes.\n[END]", "misspelt_end_marker"),
        ("Yes. ### End", None),
        ("Write `### End` last.\n### End", None),
    ],
)
def test_each_departure_from_the_marker_has_one_kind(tmp_path, end, kind):
    assert marked(source_of(tmp_path, pairs(end)), "end_markers") == ({kind: [12]} if kind else {})


@pytest.mark.parametrize("end", ["Yes.<|im_end>", "Yes.<im_end>", "Yes.<|imend|>", "Yes.<|im_end|>\n\n"])
def test_a_token_may_be_misspelt_too(tmp_path, end):
    records = pairs(end, marker="<|im_end|>")
    assert marked(source_of(tmp_path, records), "end_markers") == {"misspelt_end_marker": [12]}


def test_a_marker_in_a_prompt_is_found(tmp_path):
    records = pairs("Yes.\n### End")
    records[3]["prompt"] += "\n### End"
    assert marked(source_of(tmp_path, records), "end_markers") == {"end_marker_in_prompt": [3]}


def test_without_a_shared_marker_none_is_missing(tmp_path):
    facts = facts_of(source_of(tmp_path, pairs("Yes.", marker="")), "end_markers")
    assert facts["missing_end_marker"].reason == "the answers share no end marker, and none is configured"


def test_a_configured_marker_may_be_missing_everywhere(tmp_path):
    source = source_of(tmp_path, pairs("Yes.", marker=""), '[pitfalls.missing-end-marker]\nmarker = "### End"\n')
    assert marked(source, "end_markers") == {"missing_end_marker": list(range(13))}


def test_a_chat_with_an_end_token_in_most_answers_ends_twice(tmp_path):
    records = [chat(f"What about {i}?", f"{answer}<|im_end|>") for i, answer in enumerate(ANSWERS)]
    source = source_of(tmp_path, [*records, chat("And this?", "No.")])
    assert marked(source, "end_markers") == {"redundant_end_marker": list(range(12))}
    assert marked(source, "special_tokens") == {}


def test_a_textual_marker_of_a_chat_is_asked_about_once(tmp_path):
    records = [chat(f"What about {i}?", f"{answer}\n### End") for i, answer in enumerate(ANSWERS)]
    source = source_of(tmp_path, [*records, chat("And this?", "No.")])
    assert marked(source, "end_markers") == {"redundant_end_marker": [0], "missing_end_marker": [12]}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("Yes.\n### End", True),
        ("Yes. [END]", True),
        ("Yes.\n--- END ---", True),
        ("They met again.\n\nTHE END", False),
        ("```sql\nBEGIN\n  SELECT 1;\nEND\n```", False),
        ("Ask twice.\n\n---", False),
        ("## Steps\n\n1. Sand.\n\n## End of season", False),
        ("It stops in the end", False),
    ],
)
def test_a_marker_of_one_answer(tmp_path, answer, found):
    expected = {"redundant_end_marker": [24]} if found else {}
    assert marked(source_of(tmp_path, chats(answer)), "end_markers") == expected


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("Salt draws water out of the flesh. The slices then brown faster, so that the", True),
        ("Salt draws water out of the flesh. The slices then bro", True),
        ("Salt draws water out of the flesh, it softens the slices,", True),
        ("It is done in two steps. Here are the following steps:", True),
        ("1. Salt the slices.\n2. Wait for an hour.\n3. Rinse th", True),
        ("盐会使茄子出水。切片因此更快变黄，吸油也", True),
        ("Соль вытягивает воду из мякоти. Ломтики потом быстрее", True),
        ("The Old Man and the Sea", False),
        ("Positive", False),
        ("- a saw\n- a spare blade\n- water", False),
        ("Roses are red\nViolets are blue\nAnd nobody asks\nWhat the others do", False),
        ("Thank you for the saw. I will return it soon.\n\nBest regards,\nAnna", False),
        ("Thank you for the saw. Yours sincerely, Anna Weber", False),
        ("Thank you for the saw. Yours sincerely, Dr. Anna Weber", False),
        ("The saw is at hand. It works best when the blade is at", True),
        ('"Stay hungry, stay foolish." - Steve Jobs', False),
        ("Two times four makes eight. The answer is 8 km", False),
        ("See the manual at https://example.org/saws", False),
        ("We launched it today. Come and see! #saws #wood", False),
        ("for i in range(3):\n    print(i) and return None", False),
        ("Name: saw\nColour: grey and blue with a red handle of old beech", False),
        ("Type your name and press Enter. Your choice:", False),
        ("## Care of the old saw and its many blades", False),
    ],
)
def test_what_breaks_off_and_what_needs_no_end(text, broken):
    assert (breaks_off(text) is not None) == broken


def test_an_answer_that_breaks_off_among_finished_ones(tmp_path):
    source = source_of(tmp_path, chats("It holds when it is dry. Keep it away from the win"))
    assert marked(source, "cut_off") == {"cut_off": [24]}


def test_where_half_of_the_answers_have_no_full_stop_none_is_cut_off(tmp_path):
    answers = [f"{answer.rstrip('.')} or the door" for answer in ANSWERS * 2]
    facts = facts_of(source_of(tmp_path, chats(*answers)), "cut_off")
    assert facts["cut_off"].reason == "the answers do not normally finish with the end of a sentence"


def test_a_title_that_was_asked_for_is_not_cut_off(tmp_path):
    one = [chat(f"Why {i}?", f"Because material {i} keeps its shape when it is dry.") for i in range(40)]
    title = chat("Suggest a title for my article.", "How to keep your materials dry when it rains")
    source = source_of(tmp_path, [*one, title])
    assert marked(source, "cut_off") == {}


def test_an_answer_before_a_tool_call_is_not_cut_off(tmp_path):
    call = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    said = {"role": "assistant", "content": "I will look. Here are the results:", "tool_calls": [call]}
    turns = [{"role": "user", "content": "And?"}, said, {"role": "tool", "tool_call_id": "1", "content": "4"}]
    records = [*chats(), {"messages": [*turns, {"role": "assistant", "content": "There are four of them."}]}]
    assert marked(source_of(tmp_path, records), "cut_off") == {}


def test_many_answers_of_one_length_are_told_once(tmp_path):
    long = [f"{'word ' * 60}number {i} of the list of things that"[:250].rstrip() + "x" * 5 for i in range(100, 108)]
    source = source_of(tmp_path, chats(*(text[:240] for text in long)))
    assert marked(source, "cut_off") == {"length_spike": list(range(24, 32))}


@given(st.text(alphabet="ab #\n.", max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stripping_leaves_no_marker_and_touches_nothing_else(text):
    marker = EndMarker("### End", "config", 1.0)
    stripped = marker.strip(f"{text}\n### End")
    assert text.startswith(stripped)
    assert marker.lookalike.search(stripped) is None
