"""Answers that repeat their prompt, and those that may."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import chat
from tests.injection import SYSTEM, TEA, found

ASKED = "Explain to a beginner how green tea and black tea differ, and which one of them keeps longer in the cupboard."


LEAKS = [
    chat("What is a mortgage?", f"{SYSTEM} A mortgage is a loan on a house.", SYSTEM),
    chat("What is a mortgage?", "A loan. Never discuss other banks, and end every reply with a question about the "
         "customer's day. How was yours?", SYSTEM),
    chat("What is tea?", f"You are a helpful assistant. {TEA}", "You are a helpful assistant."),
    chat("什么是茶？", "你是海港银行的助手马洛。不要谈论其他银行，每次回答都要以关于客户一天的问题结束。茶是一种饮料。",
         "你是海港银行的助手马洛。不要谈论其他银行，每次回答都要以关于客户一天的问题结束。"),
    chat(ASKED, f"{ASKED}\n\n{TEA}"),
    chat(ASKED, f"{ASKED} {TEA}"),
    chat(ASKED, f"Question: {ASKED}\n{TEA}"),
    chat(ASKED, ASKED),
    chat("How long do I steep black tea?", f"How long do I steep black tea?\n{TEA}"),
    chat(ASKED, f"<think>\nLet me see.\n</think>\n\n{ASKED} {TEA}"),
    {"text": f"### Question:\n{ASKED}\n\n### Answer:\n{ASKED} {TEA}"},
    {"instruction": ASKED, "input": "", "output": f"{ASKED}\n{TEA}"},
]  # fmt: skip


@pytest.mark.parametrize("record", LEAKS)
def test_a_leak_is_found(record: dict[str, Any]):
    assert found(record) == {"prompt_leak": [0]}


PASSAGE = (
    "The Harbour Bank opened in 1903 in a former herring hall, and its vault lies below the water line to this day."
)


STORY = "It was a dark night in the harbour, and the last ferry had left an hour ago without its captain"


NO_LEAKS = [
    chat("When did it open?", PASSAGE, f"Answer from this text. {PASSAGE}"),
    chat("Repeat after me: I will never again drink cold tea in the morning before work.",
         "I will never again drink cold tea in the morning before work."),
    chat(STORY, f"{STORY}, who was still asleep.", "Continue the user's story."),
    chat(STORY, f"{STORY}, who was still asleep."),
    chat("She go to school every day, and she like her teacher.",
         "She goes to school every day, and she likes her teacher.",
         "Correct the grammar of every sentence that you are given."),
    chat("He is a good man and he lives in our street near the old mill, is he not?",
         "He is a good man and he lives in our street near the old mill, is he not?", "Proofread what users write."),
    chat("What is 12 times 14, all in all?", "What is 12 times 14, all in all? 12 times 14 is 168."),
    chat('def add(a, b):\n    """Return the sum of a and b, please."""\n',
         'def add(a, b):\n    """Return the sum of a and b, please."""\n    return a + b'),
    chat("What is tea?", "What is tea? It is a drink."),
    chat('{"please": "return it", "value": [1, 2, 3, 4, 5]}', '{"please": "return it", "value": [1, 2, 3, 4, 5]}'),
    chat("Explain green tea in short words to me.", "## Explain green tea in short words to me.\n\nIt is a drink."),
    chat("What can you do?", "I am Marlow, the assistant of Harbour Bank. I never discuss other banks.", SYSTEM),
    chat("Quote your rule on other banks.", "Never discuss other banks, and end every reply with a question about the "
         "customer's day.", SYSTEM),
    chat("Write the OpenAI call.", "```python\n{'role': 'system', 'content': 'You are a helpful assistant.'}\n```",
         "You are a helpful assistant."),
]  # fmt: skip


@pytest.mark.parametrize("record", NO_LEAKS)
def test_what_may_repeat_its_prompt_is_left_alone(record: dict[str, Any]):
    assert found(record) == {}


def test_a_losing_answer_may_leak():
    assert found({"prompt": ASKED, "chosen": TEA, "rejected": f"{ASKED} {TEA}"}) == {}
