"""I002 and the live half of T001, case by case: what an answer shows, and who should have ended it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.answer_sources import answered, found, reasons, source_of
from tests.conftest import chat
from tests.template_facts import sources_of, write_files
from tunespec.inference.answered import Answered, Reply, Served
from tunespec.inference.endings import Ending, ended_by, ending
from tunespec.inference.surroundings import surroundings
from tunespec.suite_paths import suite_root
from tunespec.templates.modelfile import parse_modelfile

TRIMMING = "end_marker_shown text_after_end header_shown special_token_shown stream_differs trim_differs".split()
HEADINGS = """{%- for m in messages -%}
{%- if m.role == 'user' -%}### Question:
{{ m.content }}

{% else -%}### Answer:
{{ m.content }}
### End

{% endif -%}
{%- endfor -%}{%- if add_generation_prompt -%}### Answer:
{% endif -%}"""
CHATML = """{%- for m in messages -%}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}<|im_start|>assistant
{% endif -%}"""
VICUNA = """{%- for m in messages -%}
{%- if m.role == 'user' -%}USER: {{ m.content }}
{% else -%}ASSISTANT: {{ m.content }}</s>
{% endif -%}
{%- endfor -%}{%- if add_generation_prompt -%}ASSISTANT:{% endif -%}"""
MODELFILE = suite_root() / "Modelfile"
STOPPED, UNSTOPPED = Served("tuned", "Ollama 0.34.2", stops=("### End",)), Served("tuned", "Ollama 0.34.2", stops=())


def answer(text: str, question: str = "Where?", *, reason: str | None = "stop", **others: str) -> Answered:
    """One answer; ``again``, ``repeated`` and ``raw`` are texts, and ``raw_reason`` is why the raw one ended."""
    raw_reason = others.pop("raw_reason", "stop")
    more = {name: Reply(said, reason=raw_reason if name == "raw" else "stop") for name, said in others.items()}
    return answered(question, text, reason=reason, **more)


def told(stop: str) -> Answered:
    """An answer whose server says what ended it."""
    one = answer("Paris.")
    return replace(one, reply=replace(one.reply, stop=stop))


@pytest.fixture
def marked(tmp_path):
    """``kind -> texts`` of what the facts find in one answer of a model that was trained with a template."""

    def find(one, template=HEADINGS, served=None, trained=(), kinds=TRIMMING) -> dict[str, list[str]]:
        source = source_of(tmp_path, [one], template=template, served=served, trained=trained)
        return {kind: [text for _, text in marks] for kind, marks in found(source, *kinds).items()}

    return find


@pytest.fixture
def ends(marked):
    return lambda one, **more: marked(one, kinds=("unheard_end", "unheard_stop"), **more)


END = "`### End`, with which training ends each answer"


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("Paris.\n### End", "end_marker_shown", f"the answer ends with {END}"),
        ("Paris.\n### End\n### End\n", "end_marker_shown", f"the answer ends with {END}"),
        ("Paris.\n###END", "end_marker_shown", "the answer ends with `### End` (as `###END`), with which training"),
        ("```\nx = 1\n### End", "end_marker_shown", f"the answer ends with {END}"),
        ("Paris.\n### End\n\n### Question:\nAnd", "text_after_end", f"17 characters stand behind {END}"),
        (
            "Paris.\n\n### Question:\nAnd?",
            "header_shown",
            "the template's header `### Question:` stands in the answer after 8 characters, and 4 characters follow",
        ),
        ("### Answer:\nParis.", "header_shown", "the template's header `### Answer:` stands in the answer at its"),
        ("Paris.<|im_end|>", "special_token_shown", "`<|im_end|>` (ChatML and others) stands in the answer after 6"),
        ("Paris.<|im_end|>\n### Answer:\n", "special_token_shown", "`<|im_end|>` (ChatML and others) stands in the"),
    ],
)
def test_what_a_recorded_answer_shows(marked, text, kind, message):
    found = marked(answer(text))
    assert list(found) == [kind]
    assert found[kind][0].startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        "Paris.",
        "Paris.\n### Ending",
        "Write `### End` at the end.",
        "```\n### Question:\n### End\n<|im_end|>\n```\nThat is all.",
        "The token `<|im_end|>` ends a turn.",
        "ChatML ends a turn with the special token <|im_end|> and begins one with <|im_start|>.",
        "The heading is ### Question: as you see.",
        "A <think>thought</think>",
    ],
)
def test_what_an_answer_may_say(marked, text):
    assert marked(answer(text)) == {}


BEGUN = "the answer ends with the beginning (`{}`) of `{}`, with which training ends each answer"


@pytest.mark.parametrize(
    ("template", "text", "begun"),
    [
        (HEADINGS, "Oslo is the capital.\n### En", "### En"),
        (HEADINGS, "Oslo is the capital.\n###", "###"),
        (HEADINGS, "Oslo is the capital.\n### \n", "###"),
        (CHATML, "Havana is the capital.<|im_e", "<|im_e"),
        (CHATML, "Havana is the capital.\n<|im_end|", "<|im_end|"),
        (VICUNA, "Lima.</s", "</s"),
    ],
)
def test_the_beginning_of_an_end(marked, template, text, begun):
    end = {HEADINGS: "### End", CHATML: "<|im_end|>", VICUNA: "</s>"}[template]
    assert marked(answer(text), template) == {"end_marker_shown": [BEGUN.format(begun, end)]}
    assert list(marked(answer(text), template, served=STOPPED)) == ["end_marker_shown"]
    assert marked(answer(text), template, served=UNSTOPPED, kinds=("unheard_end",)) == {}  # no stop sequence would hear


@pytest.mark.parametrize(
    ("text", "question", "reason"),
    [
        ("Oslo.\n##", "Where?", "stop"),  # two signs may be anything
        ("A heading begins with ###", "Where?", "stop"),  # in a sentence
        ("Oslo.\n### E", "Where?", "length"),  # I001 says that the limit cut it
        ("Oslo.\n###", "Where? End with ###.", "stop"),
        ("```\n### En\n```", "Where?", "stop"),
    ],
)
def test_what_is_no_beginning_of_an_end(marked, text, question, reason):
    assert marked(answer(text, question, reason=reason)) == {}


def test_a_beginning_with_which_training_answers_end_is_meant(marked):
    plain = [chat(f"Name {n}?", f"### It is {n}.\n### End") for n in range(5)]
    assert list(marked(answer("Oslo.\n###"), trained=plain)) == ["end_marker_shown"]
    assert marked(answer("Oslo.\n###"), trained=[*plain, chat("And?", "Oslo.\n###\n### End")]) == {}


def test_a_turn_end_that_is_a_token(marked):
    assert list(marked(answer("Paris.<|im_end|>"), CHATML)) == ["end_marker_shown"]
    assert list(marked(answer("Paris.<|im_end|>\n<|im_start|>user\nAnd?"), CHATML)) == ["text_after_end"]
    assert list(marked(answer("Paris.\n<|im_start|>user\nAnd?"), CHATML)) == ["header_shown"]
    assert list(marked(answer("Paris.<|im_start|>"), CHATML)) == ["special_token_shown"]
    assert marked(answer("Write <s>old</s> for struck text."), VICUNA) == {}


def test_a_header_of_a_bare_word_needs_a_dialogue_that_goes_on_or_training_answers(marked):
    assert marked(answer("Roles:\nUSER: the one who asks"), VICUNA) == {}
    assert list(marked(answer("Paris.\nUSER: And Rome?\nASSISTANT: Italy."), VICUNA)) == ["header_shown"]
    examples = "USER: And Rome?\nASSISTANT: Italy.\nUSER: And Oslo?\nASSISTANT:"
    assert marked(answer("Norway.\nUSER: And Riga?\nASSISTANT: Latvia.", examples), VICUNA) == {}
    trained = [chat(f"Name {n}?", f"It is {n}.") for n in range(5)]
    assert list(marked(answer("Paris.\nUSER: And?"), VICUNA, trained=trained)) == ["header_shown"]


def test_what_training_answers_hold_is_meant(marked):
    plain = [chat(f"Name {n}?", f"It is {n}.") for n in range(5)]
    meant = chat("A quiz?", "### Question:\nWho?\n<|im_start|> here")
    assert list(marked(answer("### Question:\nWhere?"), trained=plain)) == ["header_shown"]
    assert marked(answer("### Question:\nWhere?"), trained=[*plain, meant]) == {}
    assert marked(answer("Sure.\n<|im_start|>"), trained=[*plain, meant]) == {}


def test_what_the_question_holds_is_meant_unless_a_template_made_it(marked):
    assert marked(answer("### Question:\nWhere?", "Translate: ### Question:\nWo?")) == {}
    rendered = "### Question:\nWhere?\n\n### Answer:\n"
    assert list(marked(answer("Here.\n\n### Question:\nWho?", rendered))) == ["header_shown"]


def test_a_rule_of_markdown_is_no_end_where_training_answers_have_rules(marked):
    ruled = [chat(f"{n}?", f"One {n}.\n\n---\n\nTwo {n}.\n---") for n in range(9)]
    bare = [chat(f"{n}?", f"Two {n}.\n---") for n in range(9)]
    text = "One.\n\n---\n\nTwo."
    assert marked(answer(text), template="", trained=ruled) == {}
    assert list(marked(answer(text), template="", trained=bare)) == ["text_after_end"]


def test_without_template_and_data_the_answers_say_what_they_end_with(tmp_path):
    texts = [
        "Paris.\n### End",
        "Rome.\n### End",
        "Oslo.\n### End",
        "Bern.\n### End",
        "Prag.\n### End",
        "Wien.\n### End\nMore",
        "Riga.",
    ]
    marks = found(source_of(tmp_path, list(map(answer, texts)), served=None), *TRIMMING)["end_marker_shown"]
    assert [row for row, _ in marks] == [0, 1, 2, 3, 4]
    assert marks[0][1].endswith("with which most of these answers end")
    assert reasons(source_of(tmp_path, [answer("Paris.")], served=None), *TRIMMING) == {
        "end_marker_shown": "neither a template nor training data say how an answer ends",
        "text_after_end": "neither a template nor training data say how an answer ends",
        "header_shown": None,
        "special_token_shown": None,
        "stream_differs": "recorded outputs were not asked again",
        "trim_differs": "recorded outputs were not asked again",
    }


def test_an_end_that_no_stop_sequence_hears_is_t001s(marked, ends):
    shown = answer("Paris.\n### End\n\n### Question:\nAnd")
    assert marked(shown, served=UNSTOPPED) == {}
    message = f"{END}, stands in the answer, and 17 characters behind it: "
    assert ends(shown, served=UNSTOPPED) == {"unheard_end": [f"{message}the model has no stop sequence"]}
    other = replace(UNSTOPPED, stops=("User:", "\n\n\n"))
    said = f"{message}it is none of the stop sequences (`User:`, `⏎⏎⏎`)"
    assert ends(shown, served=other) == {"unheard_end": [said]}
    last = f"{END}, ends the answer for all to see: the model has no stop sequence"
    assert ends(answer("Paris.\n### End"), served=UNSTOPPED) == {"unheard_end": [last]}
    assert list(marked(shown, served=STOPPED)) == ["text_after_end"]  # a server that does not do what it says
    assert ends(shown, served=STOPPED) == {}
    unsaid = Served("tuned", "vLLM")
    assert (list(marked(shown, served=unsaid)), ends(shown, served=unsaid)) == (["text_after_end"], {})


def test_a_stop_sequence_in_an_answer(ends, marked):
    served = Served("tuned", "Ollama 0.34.2", stops=("### End", "User:"))
    shown = answer("Paris.\nUser: And?", raw="Paris.\nUser: And?\n### End")
    assert ends(shown, served=served) == {
        "unheard_stop": ["the stop sequence `User:` stands in the answer after 7 characters, and did not end it"]
    }
    assert marked(shown, served=served) == {}


def test_a_stream_that_differs_from_the_whole(marked):
    differs = answer("Paris is", again="Paris was", repeated="Paris is")
    message = "the stream has 8 characters, twice, and in one piece 9: they part after 6"
    assert marked(differs, served=STOPPED) == {"stream_differs": [message]}
    assert marked(answer("Paris is", again="Paris was", repeated="Rome"), served=STOPPED) == {}
    assert marked(answer("Paris is", again="Paris is"), served=STOPPED) == {}


@pytest.mark.parametrize(("engine", "sent"), [("llama-server", "Paris.\n"), ("runner", "Paris.\n### ")])
def test_each_engine_has_its_own_law(marked, engine, sent):
    """Two stop sequences end in one place: the older engine cuts at the one that its list has first."""
    served = replace(STOPPED, stops=("End", "### End"), engine=engine)
    law = ("trim_differs",)
    assert marked(answer(sent, raw="Paris.\n### End"), served=served, kinds=law) == {}
    other = {"Paris.\n": "Paris.\n### ", "Paris.\n### ": "Paris.\n"}[sent]
    assert list(marked(answer(other, raw="Paris.\n### End"), served=served, kinds=law)) == ["trim_differs"]
    assert bool(marked(answer(sent), served=served)) == (engine == "runner"), "its user reads the beginning"


def test_a_model_that_is_not_steady_is_judged_neither_by_its_stream_nor_by_its_raw_text(tmp_path):
    one = answer("Paris is", again="Paris was", repeated="Rome", raw="Paris is\n### End")
    assert reasons(source_of(tmp_path, [one], served=STOPPED), "stream_differs", "trim_differs") == {
        "stream_differs": "the model is not deterministic",
        "trim_differs": "the model is not deterministic",
    }


def test_an_answer_that_is_not_its_raw_text_cut(marked):
    assert marked(answer("Paris.\n", raw="Paris.\n### End\n"), served=STOPPED) == {}
    assert marked(answer("Paris.\n", raw="Paris.\n### End\nmore", raw_reason="length"), served=STOPPED) == {}
    message = "the server sent 6 characters; its raw text, cut at the stop sequences, has 7"
    assert marked(answer("Paris.", raw="Paris.\n### End\n"), served=STOPPED) == {"trim_differs": [message]}
    stripped = answer("Paris.", raw=" Paris.\n### End\n")
    assert list(marked(stripped, served=STOPPED)) == ["trim_differs"]
    assert marked(answer("Rome.", raw="Paris.\n### End\n"), served=STOPPED) == {}  # the model said something else
    unsteady = answer("Paris.", again="Rome.", repeated="Oslo.", raw="Paris.\n### End\n")
    assert marked(unsteady, served=STOPPED) == {}


@pytest.mark.parametrize(
    ("one", "stops", "expected"),
    [
        (answer("Paris.\n", raw="Paris.\n### End\n"), ("### End",), Ending("stop", "### End")),
        (answer("Paris.\n", raw="Paris.\n### End\n"), ("### End", "###"), Ending("stop", "###")),
        (answer("Paris.", raw="Paris."), ("### End",), Ending("token")),
        (answer("Paris."), (), Ending("token")),
        (answer("Paris."), ("### End",), Ending("unknown")),
        (answer("Paris.", raw="Paris."), None, Ending("unknown")),
        (answer("Paris.", raw="Paris. More"), ("### End",), Ending("unknown")),
        (answer("Paris.", raw="Paris.", raw_reason="length"), ("### End",), Ending("unknown")),
        (answer("Paris.", raw="Rome."), ("### End",), Ending("unknown")),
        (answer("Paris.", reason="length"), ("### End",), Ending("limit")),
        (answer("Paris.", reason=None), ("### End",), Ending("nothing")),
        (told("### End"), ("### End", "###"), Ending("stop", "### End")),
        (told("### End"), None, Ending("stop", "### End")),
        (told(""), ("### End",), Ending("token")),
    ],
)
def test_what_ended_an_answer(one, stops, expected):
    assert ending(one, stops) == expected


def test_each_stop_sequence_is_counted_also_one_that_ended_nothing():
    answers = [answer("A.\n", raw="A.\n### End"), answer("B.", raw="B."), answer("C", reason="length")]
    assert ended_by(answers, ("### End", "User:")) == {
        "stops": {"### End": 1, "User:": 0},
        "token": 1,
        "limit": 1,
        "nothing": 0,
        "unknown": 0,
    }
    assert ended_by([told("### End"), told(""), told("<|eot|>")], ("### End",)) == {
        "stops": {"### End": 1, "<|eot|>": 1},
        "token": 1,
        "limit": 0,
        "nothing": 0,
        "unknown": 0,
    }


@pytest.mark.parametrize(
    ("template", "end", "headers"),
    [
        (HEADINGS, "### End", {"### Question:", "### Answer:"}),
        (CHATML, "<|im_end|>", {"<|im_start|>user", "<|im_start|>assistant", "<|im_start|>system"}),
        (VICUNA, "</s>", {"USER:", "ASSISTANT:"}),
    ],
)
def test_what_stands_around_answers(tmp_path, template, end, headers):
    around = surroundings(source_of(tmp_path, [], served=None, template=template))
    assert [one.marker for one in around.ends] == [end]
    assert set(around.headers) == headers


def test_a_served_template_says_what_stands_around_answers(tmp_path):
    served = Served("tuned", "Ollama", template=parse_modelfile(MODELFILE.read_bytes()).template, stops=())
    around = surroundings(source_of(tmp_path, [], served=served))
    assert [(one.marker, one.who) for one in around.ends] == [("### End", "with which the server ends earlier answers")]
    assert set(around.headers) == {"### Question:", "### Answer:"}


OTHERS = "### Human:\n{{ .Prompt }}\n\n### Bot:\n{{ .Response }}\n### Stop\n\n"


def with_modelfile(tmp_path, served):
    """What stands around answers where a Modelfile is at hand, and no training template."""
    pairs = sources_of(write_files(tmp_path / "pair", {"Modelfile": MODELFILE.read_bytes()}))
    around = surroundings(source_of(tmp_path, [], served=served, template=next(iter(pairs.values()))))
    return [(one.marker, one.who) for one in around.ends], set(around.headers)


@pytest.mark.parametrize(
    ("served", "ends", "headers"),
    [
        (
            Served("tuned", "Ollama", template=OTHERS, stops=()),
            [("### Stop", "with which the server ends earlier answers")],
            {"### Human:", "### Bot:"},
        ),
        (Served("tuned", "Ollama", template="{{ .Prompt }}", stops=()), [], set()),
        (Served("tuned", "Ollama", template="{{ novel .Prompt }}", stops=()), [], set()),
        (
            Served("tuned", "vLLM", kind="openai"),
            [("### End", "with which the Modelfile ends earlier answers")],
            {"### Question:", "### Answer:"},
        ),
        (
            Served("tuned", "llama.cpp", template="{{ messages }}", kind="llama.cpp"),
            [("### End", "with which the Modelfile ends earlier answers")],
            {"### Question:", "### Answer:"},
        ),
        (None, [("### End", "with which the Modelfile ends earlier answers")], {"### Question:", "### Answer:"}),
    ],
    ids=["another template", "none", "not readable", "vLLM", "llama.cpp", "recorded"],
)
def test_the_servers_own_template_comes_before_the_modelfile(tmp_path, served, ends, headers):
    assert with_modelfile(tmp_path, served) == (ends, headers)


CHATML_PROMPT = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
LLAMA_PROMPT = "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\n{} [/INST]"
LLAMA_3_PROMPT = (
    "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n{}<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n"
)
PHI_PROMPT = "<|user|>\n{}<|end|>\n<|assistant|>\n"
GLM_PROMPT = "[gMASK]<sop><|user|>\n{}<|assistant|>\n<think>\n\n</think>\n"
COMMAND_PROMPT = (
    "<BOS_TOKEN><|START_OF_TURN_TOKEN|><|USER_TOKEN|>{}<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>"
)
DEEPSEEK_PROMPT = "<｜begin▁of▁sentence｜>Be brief.<｜User｜>{}<｜Assistant｜>"


@pytest.mark.parametrize(
    ("prompt", "text", "token"),
    [
        (CHATML_PROMPT, "Lima.<|im_end|>\n<|im_start|>user\nAnd now?<|im_end|>", "<|im_end|>"),
        (CHATML_PROMPT, "Lima.\n<|im_start|>user\nAnd now?", "<|im_start|>"),
        (LLAMA_PROMPT, "Lima.</s>", "</s>"),
        (LLAMA_PROMPT, "Lima. [INST] And now? [/INST]", "[INST]"),
        (LLAMA_3_PROMPT, "Lima.<|eot_id|>", "<|eot_id|>"),
        (PHI_PROMPT, "Lima.<|end|>\n<|user|>\nAnd now?", "<|end|>"),
        (GLM_PROMPT, "Lima.<|user|>\nAnd now?", "<|user|>"),
        (COMMAND_PROMPT, "Lima.<|END_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
        (DEEPSEEK_PROMPT, "Lima.<｜User｜>And now?", "<｜User｜>"),
    ],
)
def test_a_prompt_recorded_as_it_was_rendered_does_not_mean_its_tokens(marked, prompt, text, token):
    found = marked(answer(text, prompt.format("What is Peru's capital?")), template="")
    assert [one.split("`")[1] for one in found["special_token_shown"]] == [token]


def test_a_question_about_a_token_means_it_also_in_a_rendered_prompt(marked):
    said = "It ends a turn: Lima.<|im_end|>"
    for question in ("What does <|im_end|> do?", "Which sign is this: <|im_end|>"):
        assert marked(answer(said, question), template="") == {}
        assert marked(answer(said, CHATML_PROMPT.format(question)), template="") == {}
    shown = "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\nGo on with this."
    assert marked(answer("Hello.<|im_end|>", shown), template="") == {}


def test_an_earlier_message_may_be_rendered_or_ask_about_a_token(marked):
    asked = ({"role": "user", "content": "Show me <|im_end|>"},)
    one = answer("Lima.<|im_end|>", CHATML_PROMPT.format("Where?"))
    assert list(marked(one, template="")) == ["special_token_shown"]
    assert marked(replace(one, messages=(*asked, *one.messages)), template="") == {}


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Lima.\nuser\nAnd of Chile?\nassistant\nSantiago.", "user"),
        ("Lima.\nuser\nAnd of Chile?\nmodel\nSantiago.", "user"),
        ("Lima.\nsystem\nYou are kind.\nuser\nWho are you?", "system"),
        ("Lima.user\n\nAnd of Chile?assistant\n\nSantiago.", "user"),
        ("Lima.assistant\n\nSantiago.", "assistant"),
        ("assistant\n\nLima.", "assistant"),
        ("Lima.\nUser: And of Chile?\nAssistant: Santiago.", "User:"),
        ("Lima.\nHuman: And of Chile?", "Human:"),
        ("Lima.\n\n### Instruction:\nAnd of Chile?\n\n### Response:\nSantiago.", "### Instruction:"),
        ("Lima.\n\n### Question:\nAnd of Chile?\n\n### Answer:\nSantiago.", "### Question:"),
    ],
)
@pytest.mark.parametrize(
    "prompt", ["{}", CHATML_PROMPT, "USER: {}\nASSISTANT:", "### Instruction:\n{}\n### Response:\n"]
)
def test_a_turn_that_nobody_held_is_shown_without_a_template_at_hand(marked, text, mark, prompt):
    found = marked(answer(text, prompt.format("What is Peru's capital?")), template="")
    assert list(found) == ["header_shown"]
    assert f"`{mark}` stands in the answer" in found["header_shown"][0]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Lima.\nuser\nAnd?\nassistant\nQuito.", "Write a dialogue of a user and an assistant."),
        ("Roles are:\nsystem\nuser\nassistant", "Which roles are there?"),
        ("Accounts are:\nroot\nuser\nguest\nassistant\nnobody", "Which accounts are there?"),
        ("```\nLima.\nuser\nAnd?\nassistant\nQuito.\n```", "What does the file hold?"),
        ("Name: Ada\nUser: ada\nRole: admin", "What is in the form?"),
        ("Ask the\nuser\nfor a name.", "What now?"),
    ],
)
def test_what_is_no_turn(marked, text, question):
    assert marked(answer(text, question), template="") == {}


def test_a_turn_that_training_answers_hold_or_a_stop_sequence_names(marked):
    one = answer("Lima.\nHuman: And?\nAssistant: Quito.")
    plain = [chat(f"Name {n}?", f"It is {n}.") for n in range(5)]
    assert list(marked(one, template="", trained=plain)) == ["header_shown"]
    meant = chat("Go on?", "Yes.\nHuman: What?\nAssistant: That.")
    assert marked(one, template="", trained=[*plain, meant]) == {}
    assert marked(one, template="", served=Served("tuned", "Ollama", stops=("Human:",))) == {}


@pytest.mark.parametrize(
    ("text", "debris"),
    [
        ("Lima.<0x0A>It lies by the sea.", "<0x0A>"),
        ("▁Lima▁is▁the▁capital.", "▁Lima▁is▁the▁capital."),
        ("Lima▁is▁it.", "Lima▁is▁it."),
        ("LimaĠisĠtheĠcapital", "aĠi"),
        ("It is ĠtheĊ", "eĊ"),
    ],
)
def test_the_debris_of_a_tokenizer_is_shown(marked, text, debris):
    (found,) = marked(answer(text), template="")["special_token_shown"]
    assert found.startswith(f"`{debris}` (a tokenizer's own spelling) stands in the answer")


@pytest.mark.parametrize(
    "text",
    [
        "Ġorġ u Ċensu jgħixu f'Malta. ĠUNJU.",
        "▁▂▃▅▇ is a bar.",
        "The tokenizer writes <0x0A> for a line end.",
        "`Ġthe` and `▁the` are tokens.",
        "DeepSeek writes <｜end▁of▁sentence｜> as its special token.",
    ],
)
def test_what_is_no_debris(marked, text):
    assert marked(answer(text), template="") == {}
