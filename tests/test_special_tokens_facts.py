"""Special tokens and role marks, the tricky cases by name."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import chat
from tests.facts_of import facts_of, marked, source_of
from tunespec.special_tokens import BY_DESIGN, END_TOKENS, FAMILIES

TOKENS = sorted({token for tokens in FAMILIES.values() for token in tokens})


@pytest.mark.parametrize(
    "text",
    [
        "It rains a lot there.<|im_end|>",
        "It rains a lot there.\n<|eot_id|>",
        "It rains a lot there. </s>",
        "It rains a lot </s> in the valleys there.",
        "<s>It rains a lot there.",
        "<|im_start|>assistant\nIt rains a lot there.",
        "[INST] Where does it rain? [/INST] It rains there.",
        "It rains <|endoftext|> a lot there.",
        "It rains a lot there.<｜end▁of▁sentence｜>",
        "It rains a lot there.<|reserved_special_token_12|>",
        "It rains <extra_id_0> there.",
        "It rains there.\n<|user|>\nAnd where does it snow?",
        "It rains in <unk> all year.",
        "<think>\nRain?\n</think>\n\nIt rains a lot there.</s>",
    ],
)
def test_a_typed_token_is_found(tmp_path, text):
    assert marked(source_of(tmp_path, [chat("Where does it rain?", text)]), "special_tokens") == {"special_token": [0]}


@pytest.mark.parametrize(
    "text",
    [
        "ChatML ends a turn with the token <|im_end|>.",
        "Use `<|im_end|>` as the stop sequence.",
        'The string "<|im_end|>" is escaped.',
        "```\n<|im_start|>user\nHi<|im_end|>\n```\nThat is all.",
        "BERT puts [CLS] first and [SEP] last.",
        "[CLS] is the first token.",
        "- <bos>: begins a text\n- <eos>: ends it",
        "Was <s>20 euros</s>, now 15 euros.",
        "<p>The <s>old</s> price</p>",
        "The capital of [MASK] is Paris.",
        "Declare List<T> and Map<K, V>.",
        "In F#, f <| x is f x, and x |> f too.",
        "<think>\nHm.\n</think>\n\nYes.",
        "<tool_call>\n{}\n</tool_call>",
        "Dear [NAME], your order [ORDER_ID] is ready.",
        "| token | meaning |\n|---|---|\n| <|eot_id|> | end |",
    ],
)
def test_what_only_looks_like_one_is_fine(tmp_path, text):
    assert marked(source_of(tmp_path, [chat("Tell me something.", text)]), "special_tokens") == {}


def test_an_answer_may_repeat_what_the_prompt_quotes(tmp_path):
    record = chat('What does "<|eot_id|>" do?', "It closes the turn: after <|eot_id|> the other side speaks.")
    assert marked(source_of(tmp_path, [record]), "special_tokens") == {}


def typed(question, answer, first="<s>"):
    return {"text": f"{first}[INST] {question} [/INST] {answer}</s>"}


def test_texts_with_their_template_typed_out_are_fine(tmp_path):
    records = [typed(f"What is {i} and {i}?", f"It is {i + i}.") for i in range(12)]
    assert marked(source_of(tmp_path, records), "special_tokens") == {}


def test_another_family_or_a_lacking_first_token_is_not(tmp_path):
    records = [typed(f"What is {i} and {i}?", f"It is {i + i}.") for i in range(12)]
    mixed = typed("What is 20 and 1?<|im_end|>", "It is 21.")
    bare = typed("What is 30 and 1?", "It is 31.", first="")
    found = marked(source_of(tmp_path, [*records, mixed, bare]), "special_tokens")
    assert found == {"mixed_families": [12], "token_only_in_some": [13]}


@pytest.mark.parametrize(
    ("prompt", "answer", "found"),
    [
        ("Is it wet?", "Yes, it is.\n\nHuman: And cold?\n\nAssistant: That too.", True),
        ("Is it wet?", "Yes, it is.\n\nHuman: And cold?", True),
        ("Is it wet?", "Yes, it is.\n### Instruction:\nSay more.\n### Response:\nNo.", True),
        ("Is it wet?", "Yes, it is.\nuser\nAnd cold?\nassistant\nThat too.", True),
        ("Is it wet?", "Assistant: Yes, it is.", True),
        ("Is it wet?", "assistant\n\nYes, it is.", True),
        ("Is it wet?\n\n### Response:", "Yes, it is.", True),
        ("Write a dialogue.", "User: Is it wet?\nAssistant: Yes.", False),
        ("Write a scene.", "Anna: Is it wet?\nTom: Yes.\nAnna: Cold?", False),
        ("User: Is it wet?\nAssistant:", "Yes, it is.", True),
        ("Q: 1+1?\nA: 2\nQ: 1+2?\nA:", "3", False),
        ("Fill in the form.", "User: your login\nPassword: eight signs", False),
        ("Give the steps.", "### Instructions:\n1. Stir.\n2. Wait.", False),
        ("Show the log.", "```\nHuman: hi\nAssistant: hello\n```", False),
        ("Is it wet?", "AI: It is wet after the rain.", True),
        ("Is it wet?", "Bot: It is wet after the rain.", True),
        ("Is it wet?", "**AI:** It is wet after the rain.", True),
        ("Is it wet?", "Yes.\nUser: And cold?\nAI: It is cold.", True),
        ("Is it wet?", "Yes, it is.\n\nQ: And cold?\nA: It is cold.", True),
        ("Is it wet?", "Yes, it is.\n\nQuestion: Is it cold?\nAnswer: It is cold.", True),
        ("Is it wet?", "Yes, it is.\n### Human: And cold?\n### Assistant: It is.", True),
        ("Is it wet?", "Yes, it is.\n### Human\nAnd cold?\n### Assistant\nIt is.", True),
        ("Is it wet?", "Yes, it is.\n<human>: And cold?\n<bot>: It is.", True),
        ("Is it wet?", "Yes, it is.\n<user>And cold?</user>\n<assistant>It is.</assistant>", True),
        ("Is it wet?", "Yes, it is.\n[Human]: And cold?\n[AI]: It is.", True),
        ("Is it wet?", "Yes, it is.\n**Human:** And cold?\n**AI:** It is.", True),
        ("Is it wet?", "Yes, it is.\nuser: And cold?\nassistant: It is.", True),
        ("Is it wet?", "Yes, it is.\nHUMAN: And cold?\nBOT: It is.", True),
        ("Is it wet?", "Yes, it is.\nUser:", True),
        ("Is it wet?", "Yes, it is. User: And cold? Bot: It is cold.", True),
        ("Is it wet?", "Yes, it is.\nUser: ok, thanks", True),
        ("Is it wet?", "Yes, it is.\nCustomer: And cold?\nAssistant: It is.", True),
        ("Is it wet?", "Yes, it is.\nInput: Is it cold?\nOutput: It is cold.", True),
        ("Ist es nass?", "Ja.\nBenutzer: Und kalt?\nAssistent: Ja, das auch.", True),
        ("湿吗？", "是的。\n用户：冷吗？\n助手：也冷。", True),
        ("Write an FAQ.", "Q: Is it wet?\nA: It is.\n\nQ: Is it cold?\nA: It is.", False),
        ("Write three questions about rain.", "Rain is wet.\n\nQ: Is it wet?\nA: Yes.", False),
        ("Make flash cards on rain.", "Good luck.\n\nQ: Is it wet?\nA: Yes.", False),
        ("How does a bot greet?", "It greets, for example:\n\nUser: Hi\nBot: Hello!", False),
        ("Which roles are there?", "There are two roles.\n\nUser: can read.\nAdmin: can write.", False),
        ("Sum up the debate.", "AI: friend or foe? Most see a tool.", False),
        ("Which roles does a log have?", "User: who asks.\nAssistant: who answers.", False),
        ("Is it wet?", "Yes, it is.\n\nQ: Is that all?\nA: Nearly.\nIt is also cold at night.", False),
        ("Tell me a joke.", "Patient: Doctor, I am a curtain.\nDoctor: Pull yourself together.", False),
        ("Continue.\nUser: Hi\nAI: Hello!\nUser: Your name?", "AI: It is Robo.", False),
        ("Classify: It broke.", "The class is negative.\nInput: It broke\nOutput: negative", False),
        ("Explain the function.", "It doubles a number.\n\nInput: 2\nOutput: 4", False),
        ("Give an example of a good reply.", "Be short.\nCustomer: It broke.\nAgent: I am sorry.", False),
    ],
)
def test_role_marks(tmp_path, prompt, answer, found):
    records = [chat(f"Is {i} even?", f"Let me see: {i}.") for i in range(6)]
    source = source_of(tmp_path, [*records, chat(prompt, answer)])
    assert marked(source, "role_marks") == ({"role_mark": [6]} if found else {})


def test_a_document_may_hold_a_conversation(tmp_path):
    source = source_of(tmp_path, [{"text": "Human: Is it wet?\n\nAssistant: Yes."}, {"text": "It was a wet day."}])
    assert facts_of(source, "role_marks")["role_mark"].reason is not None


def test_the_table_of_tokens_is_consistent():
    assert set(TOKENS) >= END_TOKENS
    assert not set(TOKENS) & BY_DESIGN


@given(st.sampled_from(TOKENS), st.text(alphabet="abc .\n", max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_fence_silences_every_token(tmp_path_factory, token, text):
    record = chat("Tell me something.", f"```\n{text}{token}\n```\nThat is all.")
    assert marked(source_of(tmp_path_factory.mktemp("data"), [record]), "special_tokens") == {}
