"""D007 by cases: what is missing, what is hedged, what conflicts, and what only looks like it."""

from __future__ import annotations

import pytest

from tests.conftest import chat, write_jsonl
from tunespec.facts.hedges import is_hedge
from tunespec.facts.questions import choices_missing, unrelated_questions
from tunespec.facts.references import missing

MISSING = """
Summarise the article below in three sentences.
Translate the following paragraph into French.
Based on the table above, which region sold the most?
What does this code do?
According to the passage, why did the farmer leave the valley?
Please proofread the attached letter. Keep it formal.
Describe the image.
Explain the above in simple words.
The kiln was cold all week. What does the chart above say about it?
In your previous answer you named three causes. Which is the worst?
Continue where you left off.
"""
THERE = """
Summarise this: the cat sat on the mat all day.
Sort the following list: 3, 1, 2
Write a function that returns the longest word in the given text.
The farmers of Kent grow hops. They sell them in May. Summarise the passage above.
Describe the picture of Dorian Gray.
How do I open an attached file in Outlook?
Identify the verb in the following sentence: 'The dog runs.'
Write an email that refers to the attached report.
Draft a reply based on our last conversation about rent.
What is the function of the liver?
How should I store the data below 5 degrees?
"""
HEDGES = """
It depends.
Maybe, maybe not.
It depends on the situation.
I'm not sure, it could be the valve or the pump.
Probably, but I'm not certain.
It may or may not work.
There is no clear answer.
There are arguments on both sides.
I couldn't say for certain.
Some would say yes, others no.
That is debatable.
There's no right or wrong answer.
It is possible, but it might not be.
Probably, though I can't be certain.
Both answers could be right.
It's difficult to give a definite answer.
"""
DECIDED = """
It depends on the altitude of the kitchen.
Perhaps the best known example is the Taj Mahal.
You can use either butter or oil.
I don't know.
The lamp could be on or off.
It may be used raw or cooked.
It is possible.
There are arguments on both sides, but the cheaper pump wins.
"""


def lines(text):
    return text.strip().splitlines()


@pytest.mark.parametrize("prompt", lines(MISSING))
def test_a_reference_to_nothing(prompt):
    assert missing(prompt)


@pytest.mark.parametrize("prompt", [*lines(THERE), "Translate the following sentence.\nPlease close the door."])
def test_a_reference_to_something(prompt):
    assert missing(prompt) is None


@pytest.mark.parametrize("prompt", ["Summarise the text below.", "Classify the following review."])
def test_the_material_silences(prompt):
    assert missing(prompt)
    assert missing(f"{prompt}\n\nThe lake froze early this year.") is None


@pytest.mark.parametrize("answer", lines(HEDGES))
def test_an_answer_that_decides_nothing(answer):
    assert is_hedge(answer)


@pytest.mark.parametrize("answer", lines(DECIDED))
def test_an_answer_that_says_something(answer):
    assert not is_hedge(answer)


def test_questions_without_a_common_subject():
    assert unrelated_questions("What is the capital of Norway? How do I bake rye bread? Who painted Guernica?") == 3
    assert unrelated_questions("What is DNA? Can you recommend a novel? How do I fix a flat tyre?") == 3
    assert not unrelated_questions("What is photosynthesis? Why is it important? Where does it happen?")
    assert not unrelated_questions("What is the capital of Peru? What is the capital of Chile? What is Cuba's capital?")


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("Which of these animals is a mammal?", "The whale."),
        ("Who painted Guernica?", "C."),
        ("Which statement below is true?", "The second."),
        ("Tick all that apply: what do bees make?", "Honey."),
        ("Circle the right answer: bees make", "Honey."),
        ("Which of the listed rivers is the longest?", "The Nile."),
        ("Which option is correct?", "The second."),
        ("Welche der folgenden Zahlen ist gerade?", "Vier."),
        ("下列哪个是动物？", "猫。"),
    ],
)
def test_choices_that_are_not_there(prompt, answer):
    assert choices_missing(prompt, answer)


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("Which of the following is prime: 4, 5 or 6?", "5"),
        ("What grade did she get?", "B"),
        ("Which vitamin is it?", "A"),
        ("Which option is better for a beginner, a piano or a guitar?", "A piano."),
        ("Write a function that returns the second smallest element from the list.", "sorted(x)[1]"),
        ("从以下选项中选择：A）猫 B）石头 C）桌子，哪个是动物？", "A"),
        ("Find the largest value in the list.", "max(x)"),
        ("Choose the best answer: cat, dog or stone.", "cat"),
        ("Choose the best answer: What barks?\nA) cat\nB) dog", "B"),
    ],
)
def test_choices_that_are_there(prompt, answer):
    assert choices_missing(prompt, answer) is None


def conflicts(judge, tmp_path, *records):
    write_jsonl(tmp_path / "data.jsonl", records)
    _, report = judge(tmp_path)
    return [(f["kind"], f["line"]) for f in report["findings"] if f["code"] == "D007"]


def test_the_later_record_of_a_prompt_is_told(judge, tmp_path):
    first = chat("How deep is Lake Baikal?", "It is 1,642 metres deep.")
    other = chat("how deep is Lake Baikal", "Nobody has measured its depth yet.")
    assert conflicts(judge, tmp_path, first, other) == [("conflicting_answer", 2)]


def test_another_system_prompt_makes_another_prompt(judge, tmp_path):
    records = []
    for system, answer in (("Answer as a pirate.", "Arr, mighty deep!"), ("Answer in feet.", "It is 5,387 feet deep.")):
        record = chat("How deep is Lake Baikal?", answer)
        record["messages"].insert(0, {"role": "system", "content": system})
        records.append(record)
    assert conflicts(judge, tmp_path, *records) == []
