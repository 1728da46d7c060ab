"""D003's and D006's facts on the cases that decide them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import write_jsonl
from tunespec.config import find
from tunespec.discover import discover
from tunespec.facts.balance import balance_facts
from tunespec.facts.lengths import length_facts
from tunespec.facts.repetition import loop, repetition
from tunespec.facts.requests import wants_text, wants_verdict, wants_word
from tunespec.progress import Progress
from tunespec.sources import RecordSource

SENTENCE = "The gate closes behind the boat, and water flows in until both levels are equal."
PASSAGE = f"{SENTENCE} A keeper then opens the upper gate, and the boat leaves with the crew."
LIMITS = {"topics": 0.7, "labels": 0.8, "refusals": 0.35, "prompts": 0.1, "distinct": 0.15, "least": 30}
THINGS = "lamp boat clock violin garden kettle notary bridge engine harbour letter island mirror needle orchard".split()
VERBS = "works ages breaks sings floats".split()
CLEAN = [
    (f"Explain how a {thing} {verb}.", f"A {thing} {verb} by parts. {SENTENCE} In the end it is what it was made for.")
    for thing in THINGS
    for verb in VERBS
]


def source(folder: Path, pairs, **columns) -> RecordSource:
    """Prompts and answers as a dataset, with more columns of one value for each record."""
    records = [
        {"prompt": prompt, "completion": answer} | {name: values[i] for name, values in columns.items()}
        for i, (prompt, answer) in enumerate(pairs)
    ]
    write_jsonl(folder / "data.jsonl", records)
    config = find(folder)
    (dataset,) = discover(config, [str(folder / "data.jsonl")]).datasets
    return RecordSource(dataset, None, config, Progress())


def found_lengths(folder: Path, pairs) -> dict[str, list[int]]:
    own = source(folder, pairs)
    facts = length_facts(own.answers, own.records, 0.25)
    return {fact.name: sorted(fact.marks) for fact in facts if fact.marks}


def found_shares(folder: Path, pairs, **columns) -> set[str]:
    own = source(folder, pairs, **columns)
    return {fact.name for fact in balance_facts(own.answers, own.records, LIMITS) if fact.marks}


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("Explain how tides work.", "Ok."),
        ("Explain how tides work.", "Yes"),
        ("How many boats are in the harbour?", "idk"),
        ("Which of the two lamps is brighter?", "..."),
        ("Summarise the text below for a child.", "N/A"),
        ("Describe a sunrise.", "Orange"),
        ("What is the main point of this?\n\nA tide returns, code or not.", "null"),
        ("How do I open a lock?", "Google it."),
        ("List the main causes of a flood.", "Rain."),
        ("Give me three ideas for a birthday party.", "Cake."),
        ("Could you explain why iron rusts?", "Yes."),
        ("Write a Python function that reverses a string.", "abc"),
        ("Erkläre mir, wie ein Schloss funktioniert.", "Metall."),
        ("为什么天空是蓝色的？", "不知道"),
        ("Where is the museum?", "TODO"),
    ],
)
def test_too_short(tmp_path, prompt, answer):
    assert found_lengths(tmp_path, [*CLEAN, (prompt, answer)]) == {"too_short": [len(CLEAN)]}


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("What is 6 times 7?", "42"),
        ("Is the sea salty?", "Yes."),
        ("Explain in one word why people swim.", "Joy"),
        ("Reply OK if you understand: explain nothing.", "OK"),
        ("Who wrote Faust?", "Goethe"),
        ("List two primary colours.", "Red, blue"),
        ("What does this function return for an empty list?", "null"),
        ("Classify the sentiment: The soup was cold.", "negative"),
        ("What does print(None) show in Python?", "None"),
        ("Write a regex for three digits.", "\\d{3}"),
        ("Which punctuation mark ends a sentence?", "."),
        ("Does iron rust?", "It does."),
        ("How do you say good evening in French?", "Bonsoir"),
        ("Thanks!", "ok"),
        ("Extract the phone number, or say N/A if none is given: we met on Monday.", "N/A"),
        ("世界上最大的沙漠是哪个？", "撒哈拉沙漠"),
    ],
)
def test_short_and_right(tmp_path, prompt, answer):
    assert found_lengths(tmp_path, [*CLEAN, (prompt, answer)]) == {}


def test_labels_are_not_too_short(tmp_path):
    pairs = [(f"Explain or classify: {prompt}", "praise" if i % 3 else "blame") for i, (prompt, _) in enumerate(CLEAN)]
    assert found_lengths(tmp_path, pairs) == {}


def test_a_ramble_is_too_long_and_paragraphs_are_not(tmp_path):
    parts = [f"{SENTENCE[:-1]}, part {i}." for i in range(60)]
    pairs = [*CLEAN, ("Describe a canal.", " ".join(parts)), ("Describe a lock.", "\n\n".join(parts))]
    assert found_lengths(tmp_path, pairs) == {"too_long": [len(CLEAN)]}


@pytest.mark.parametrize(
    "answer",
    [
        f"{SENTENCE} {SENTENCE} {SENTENCE}",
        f"It is so. {SENTENCE} Then a pause. {SENTENCE} Another pause. {SENTENCE}",
        "The answer is the the the the the",
        f"It is so. {SENTENCE} {SENTENCE} {SENTENCE} Then it is over.",
        f"It is so.\n{SENTENCE}\nThen a pause.\n{SENTENCE}\nAnother pause.\n{SENTENCE}\nThen it is over.",
        f"{PASSAGE}\n\nThen it is quiet.\n\n{PASSAGE}",
        f"{PASSAGE} {PASSAGE}",
        "A lock is the the the the the door. It opens.",
        "We wait, and then we look, and then we look, and then we look, and then we look, until it ends. So it goes.",
        "It opens. That is how it works. It fills. That is how it works. It closes. That is how it works. It drains.",
        "I am sorry. I am sorry. I am sorry.",
        "First we row, and then we wait, and then we wait, and then we wait, and th",
        "我很抱歉。我很抱歉。我很抱歉。",
        f"```python\nprint(1)\n```\n{SENTENCE}\n{SENTENCE}\n{SENTENCE}",
        "0" * 600,
    ],
)
def test_repetition(answer):
    assert repetition(answer, "How does a lock work?", "How does a lock work?") is not None


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        (f"Repeat this five times: {SENTENCE}", " ".join([SENTENCE] * 5)),
        ("Write a song.", "Row your boat.\n" * 6),
        ("How does a lock work?", f"{SENTENCE} {SENTENCE}"),
        ("How does a lock work?", "- Monday: closed\n- Tuesday: closed\n- Wednesday: closed\n- Thursday: closed"),
        ("How does a lock work?", "| a | 1 |\n| a | 1 |\n| a | 1 |"),
        ("How does a lock work?", "No, no, no!"),
        (f"Correct this: {PASSAGE}", f"{PASSAGE}\n\nThis was right:\n\n{PASSAGE}"),
        ("Write two emails about the lock.", f"{PASSAGE}\n\nBest, Ana\n\n{PASSAGE}\n\nBest, Ben"),
        ("Write a poem about the lock.", f"{PASSAGE}\n\nAnd so it goes.\n\n{PASSAGE}"),
        ("How does a lock work?", "It is more and more and more and more slow. It ends."),
        (
            "What does it cost?",
            "Each costs $15.00, so 2 cost $30.00.\nEach costs $15.00, so 3 cost $45.00.\nEach costs $15.00.",
        ),
        ("How does a lock work?", "- " * 3000),
        (
            "How does a lock work?",
            "Red, green, blue, red, green, blue, red, green, blue, red, green, blue are its lights, by day.",
        ),
        ("How does a lock work?", "```\nrow();\nrow();\nrow();\nrow();\n```"),
        ("How does a lock work?", "Name: ____\nName: ____\nName: ____"),
        ("How does a lock work?", "Ask Mr. Ames. Then Mr. Bell. Then Mr. Cole."),
        ("Tell a story.", "She ran. I can do it! I can do it! I can do it! And she did."),
    ],
)
def test_no_repetition(prompt, answer):
    assert repetition(answer, prompt, prompt) is None


@given(st.lists(st.sampled_from(THINGS), min_size=3, max_size=12, unique=True), st.integers(3, 6))
def test_whatever_stands_before_it_a_loop_is_a_loop(words, times):
    assert loop(f"{' '.join(words)}. {'and so the tale goes on, ' * times}".strip()) >= 3
    assert loop(" ".join(words)) == 0


@pytest.mark.parametrize(
    ("unit", "times"), [("and so the tale goes on, ", 1_000), ("the ", 20_000), ("Der Hund bellt laut. ", 5_000)]
)
def test_a_loop_longer_than_the_window_is_counted_whole(unit, times):
    assert loop("It begins. " + unit * times) == times


def test_a_text_that_is_a_loop_alone_is_counted_whole():
    assert loop("y " * 3_000) == 3_000


@given(st.sampled_from(CLEAN), st.sampled_from(["Also", "Then", "In short"]))
def test_a_clean_answer_stays_clean_with_one_more_sentence(pair, word):
    prompt, answer = pair
    assert repetition(f"{answer} {word}, that is all there is to say.", prompt, prompt) is None


def test_fillers_are_told_from_a_share_on(tmp_path):
    opened = [(prompt, f"Sure, here is how. {answer}" if i % 2 else answer) for i, (prompt, answer) in enumerate(CLEAN)]
    assert found_lengths(tmp_path, opened) == {"filler_opening": [1]}
    seldom = [(prompt, f"Sure. {answer}" if i % 5 == 0 else answer) for i, (prompt, answer) in enumerate(CLEAN)]
    assert found_lengths(tmp_path, seldom) == {}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["refunds"] * 60 + ["delivery"] * 8 + ["account"] * 7, {"topic_share"}),
        (["refunds"] * 70 + ["delivery"] * 5, {"topic_share"}),
        (["refunds"] * 75, set()),
        (["refunds"] * 40 + ["delivery"] * 20 + ["account"] * 15, set()),
        ([f"topic {i}" for i in range(75)], set()),
    ],
)
def test_topics(tmp_path, values, found):
    assert found_shares(tmp_path, CLEAN, category=values) == found


def test_labels_refusals_and_prompts(tmp_path):
    labels = [(prompt, "spam" if i % 15 else "ham") for i, (prompt, _) in enumerate(CLEAN)]
    assert found_shares(tmp_path, labels) == {"label_share"}
    even = [(prompt, "spam" if i % 2 else "ham") for i, (prompt, _) in enumerate(CLEAN)]
    assert found_shares(tmp_path, even) == set()
    refused = [(p, "I'm sorry, but I can't help with that." if i % 2 else a) for i, (p, a) in enumerate(CLEAN)]
    assert found_shares(tmp_path, refused) == {"refusal_share"}
    cycle = [(CLEAN[i % 10][0], answer) for i, (_, answer) in enumerate([*CLEAN, *CLEAN, *CLEAN])]
    assert found_shares(tmp_path, cycle) == {"prompt_share"}
    assert found_shares(tmp_path, CLEAN) == set()


@pytest.mark.parametrize("column", ["context", "image"])
def test_one_request_about_many_passages_or_pictures(tmp_path, column):
    asked = [("Is this good or bad? Say why in one sentence.", answer) for _, answer in CLEAN]
    asked += [("Whom is this written for? Say it in a few words.", answer) for _, answer in CLEAN]
    different = [f"{number} passes by" for number in range(len(asked))]
    assert found_shares(tmp_path, asked) == {"prompt_share"}
    assert "prompt_share" not in found_shares(tmp_path, asked, **{column: different})


def test_a_small_set_is_not_judged(tmp_path):
    own = source(tmp_path, CLEAN[:10], topic=["a"] * 9 + ["b"])
    facts = balance_facts(own.answers, own.records, LIMITS)
    assert all(fact.examined == 0 and fact.reason for fact in facts)


@pytest.mark.parametrize(
    ("prompt", "text", "word", "verdict"),
    [
        ("Explain how tides work.", True, False, False),
        ("Can you describe a sunrise?", True, False, False),
        ("How do I prune a rose?", True, False, False),
        ("What is the capital of Peru?", False, True, False),
        ("Are whales fish?", False, False, True),
        ("Why is it, yes or no?", False, True, True),
        ("Tell me if this is spam: win a boat.", False, False, True),
    ],
)
def test_requests(prompt, text, word, verdict):
    assert (wants_text(prompt), wants_word(prompt), wants_verdict(prompt)) == (text, word, verdict)
