"""How chat templates end their turns: the verdicts on real templates, and small ones for every rule."""

from __future__ import annotations

import pytest

from tests.chat_templates import TOKENS, real_templates
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.prefix_stable import prefix_steps
from tunespec.templates.stop_trained import TurnEnd, TurnMask, doubles_reasoning, turn_end, turn_end_trained

REAL = real_templates()
needs_corpora = pytest.mark.skipif(not REAL, reason="no corpora beside the repository (../shared/corpora)")
PATCHED = sorted(name for name in REAL if name.startswith("trl/") and name.endswith("_training.jinja"))
QWEN3 = sorted(name for name in REAL if "qwen3-reasoning-block" in name)
GLM4 = "pairs/glm4moe-turn-end/{}.jinja"
# Read by hand: whose history differs from what was written before (the reasoning of older turns is dropped), or whose
# text always ends with the next turn's header.
UNSTABLE = {
    "NSLLM/tokenizer_config.json",
    "templates.jsonl:12 starcoder2-instruct",
    "templates.jsonl:14 codellama-70b-instruct",
    "templates.jsonl:25 magicoder",
    "trl/qwen3.jinja",
    "trl/qwen3_5_nothink.jinja",
    "trl/qwen3_5_think.jinja",
    "trl/qwen3_6.jinja",
}
# Read by hand: whose prompt is not what stands before an answer in a training text.
UNTRAINED_PROMPT = {
    "mistral.rs/deepseek_tool_call.jinja",  # indents the answer, not the prompt
    "mistral.rs/mistral_small_tool_call.jinja",  # writes a last user turn into the system prompt
    "mistral.rs/nousresearch_hermes2_pro_tool_use.jinja",  # a line break between tool and answer, not in the prompt
    "mistral.rs/nousresearch_hermes3_tool_use.jinja",
    "templates.jsonl:14 codellama-70b-instruct",  # names a destination in the prompt only
    "trl/deepseekv3.jinja",  # opens a think block that no training text has
    "trl/deepseekv3_training.jinja",
}
# Read by hand: nothing follows the last answer, or the next turn's header follows at once.
NO_END = {
    GLM4.format("before"),
    "templates.jsonl:33 falcon-instruct",
    "templates.jsonl:34 solar-instruct",
    "trl/glm4moe.jinja",
}


def real(name: str) -> ChatTemplate:
    return ChatTemplate(REAL[name], **TOKENS)


def chat(turn: str, after: str = "") -> ChatTemplate:
    return ChatTemplate("{% for m in messages %}{% if m.role == 'user' %}U:{{ m.content }};{% else %}A:" + turn + "{% endif %}{% endfor %}" + after, eos_token="</s>")  # fmt: skip  # noqa: E501


def keeps(template: ChatTemplate, *, asked: bool) -> bool:
    """Whether texts that go on begin with the text before, or texts with an answer with the prompt that asks for it."""
    steps = [step for step in prefix_steps(template) if step.asked == asked]
    return bool(steps) and all(step.at is None for step in steps)


@needs_corpora
@pytest.mark.parametrize("name", sorted(REAL))
def test_verdicts_on_real_templates(name: str):
    template = real(name)
    assert (turn_end(template) is None) == (name in NO_END)
    assert keeps(template, asked=False) is (name not in UNSTABLE)
    assert keeps(template, asked=True) is (name not in UNTRAINED_PROMPT)
    assert doubles_reasoning(template) is name.endswith(("training.before.jinja", "turn-end/before.jinja"))


@needs_corpora
@pytest.mark.parametrize(
    ("name", "text", "token", "last"),
    [
        ("trl/qwen3.jinja", "<|im_end|>\n", "<|im_end|>", "<|im_end|>"),
        ("trl/llama3.jinja", "<|eot_id|>", "<|eot_id|>", "<|eot_id|>"),
        ("trl/gptoss.jinja", "<|end|>", "<|end|>", "<|return|>"),
        (
            "trl/cohere2.jinja",
            "<|END_RESPONSE|><|END_OF_TURN_TOKEN|>",
            "<|END_OF_TURN_TOKEN|>",
            "<|END_OF_TURN_TOKEN|>",
        ),
        ("trl/phi3.jinja", "<|end|>\n", "<|end|>", "<|end|>"),
        ("trl/glm4moe_training.jinja", "<|user|>", "<|user|>", "<|user|>"),
        ("mistral.rs/llama2.json", " </s>", "</s>", "</s>"),
        ("templates.jsonl:12 starcoder2-instruct", "</s>\n\n", "</s>", "</s>"),
        ("templates.jsonl:26 alfred", "<end_message>", "<end_message>", "<end_message>"),
        ("templates.jsonl:24 granite-instruct", "\n\n", None, None),
        ("trl/idefics3.jinja", "<end_of_utterance>\n", "<end_of_utterance>", "<end_of_utterance>"),
    ],
)
def test_how_real_templates_end_a_turn(name: str, text: str, token: str | None, last: str | None):
    assert turn_end(real(name)) == TurnEnd(text, token, last)


@needs_corpora
@pytest.mark.parametrize("name", PATCHED)
def test_templates_patched_for_training_train_every_turn_and_its_end(name: str):
    template = real(name)
    assert turn_end_trained(template) == tuple(TurnMask(turn, True, True, True) for turn in (1, 2, 3))
    assert keeps(template, asked=False)


@needs_corpora
def test_released_templates_mark_nothing_or_change_their_history():
    released = [name.replace("_training", "") for name in PATCHED]
    assert not [name for name in released if turn_end_trained(real(name))]


@needs_corpora
def test_a_turn_end_outside_the_last_turn_is_found():
    before, after = (turn_end_trained(real(GLM4.format(side))) for side in ("before", "after"))
    assert [mask.content for mask in before] == [True, True, True]
    assert not any(mask.end for mask in before)
    assert all(mask.end for mask in after)


@needs_corpora
@pytest.mark.parametrize("name", QWEN3)
def test_a_doubled_reasoning_block_is_found(name: str):
    assert doubles_reasoning(real(name)) is (".before." in name)


def test_an_end_outside_the_block_is_not_trained():
    template = chat("{% generation %}{{ m.content }}{% endgeneration %}<|im_end|>")
    assert turn_end_trained(template) == tuple(TurnMask(turn, True, False, True) for turn in (1, 2, 3))


def test_an_end_that_only_the_last_turn_lacks():
    template = chat("{% generation %}{{ m.content }}{{ '</s>' if not loop.last }}{% endgeneration %}")
    assert turn_end(template) is None


def test_only_the_last_turn_trained():
    trained, other = "{% generation %}{{ m.content }}</s>{% endgeneration %}", "{{ m.content }}</s>"
    block = f"{{% if loop.last %}}{trained}{{% else %}}{other}{{% endif %}}"
    assert [(m.content, m.end) for m in turn_end_trained(chat(block))] == [(False, False), (False, False), (True, True)]


def test_an_end_token_of_the_text_is_none_of_the_turn():
    assert turn_end(chat("{{ m.content }}\n", after="{{ eos_token }}")) == TurnEnd("\n", None, None)
    assert keeps(chat("{{ m.content }}\n", after="{{ eos_token }}"), asked=False)


def test_where_history_changes():
    template = chat("{{ '<think></think>' if loop.last }}{{ m.content }}</s>")
    (step,) = [step for step in prefix_steps(template) if step.at is not None]
    assert (step.more, step.asked, step.at) == ("user after assistant", False, 8)
    assert (step.shorter, step.longer) == ("<think></think>Kzj</s>", "Kzj</s>U:Vqx;")


@pytest.mark.parametrize("source", ["", "{{ messages[0].content }}", "{{ raise_exception('no') }}", "{% if %}"])
def test_a_template_that_cannot_be_rendered_has_no_answer(source: str):
    template = ChatTemplate(source + "{% generation %}{% endgeneration %}")
    assert turn_end(template) is None
    assert turn_end_trained(template) == ()
    assert prefix_steps(template) == ()
    assert doubles_reasoning(template) is None
