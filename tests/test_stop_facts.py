"""T001's facts, case by case: what each side writes, which lists of stops count, and what the model stops at."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chat_templates import CORPORA
from tests.template_facts import facts_of, marked, sources_of, write_files
from tests.test_gguf_file import ARRAY, I32, STRING, U32, entry, gguf
from tunespec.templates.description import described
from tunespec.templates.end_texts import nearly_in, spelt_alike, stopping
from tunespec.templates.modelfile import is_file_reference
from tunespec.templates.stock_stops import STOCK_STOPS
from tunespec.templates.stop_lists import stop_lists
from tunespec.templates.written import is_token_shaped, marker_of

OLLAMA = CORPORA / "chat_templates" / "ollama"
needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
QA = "{% for m in messages %}{% if m['role'] == 'user' %}### Question:\n{{ m['content'] }}\n\n{% else %}### Answer:\n{{ m['content'] }}END{% endif %}{% endfor %}{% if add_generation_prompt %}### Answer:\n{% endif %}"  # fmt: skip  # noqa: E501
CHAT = "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] + 'END\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"  # fmt: skip  # noqa: E501
GO = 'TEMPLATE """{{ range .Messages }}{{ if eq .Role "user" }}### Question:\n{{ .Content }}\n\n{{ else }}### Answer:\n{{ .Content }}END{{ end }}{{ end }}### Answer:\n"""\n'  # fmt: skip  # noqa: E501
NO_HEADER = GO.replace("END", "\n### End\n\n").replace('### Answer:\n"""', '"""')
TEXT, TOKEN = QA.replace("END", "\n### End\n\n"), CHAT.replace("END", "<|endturn|>")
LLAMA = (
    CHAT.replace("<|' +", "<|start_header_id|>' +").replace("|>\n", "<|end_header_id|>\n").replace("END", "<|eot_id|>")
)
CHATML = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"  # fmt: skip  # noqa: E501
PLAIN = '[template.training]\nuser = "### Question:\\n{content}\\n\\n"\nassistant = "### Answer:\\n{content}END"\n'
OPENAI = json.dumps({"model": "tuned", "messages": [{"role": "user", "content": "Why?"}], "stop": ["User:"]})
LLAMA_TOKENS = json.dumps(
    {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|begin_of_text|>",
        "eos_token": "<|end_of_text|>",
        "added_tokens_decoder": {
            str(128000 + at): {"content": f"<|{name}|>", "special": True}
            for at, name in enumerate("begin_of_text end_of_text start_header_id end_header_id eot_id".split())
        },
    }
)
ANSWERS = ["It is blue.", "It is green.", "It is red.", "It is grey.", "It is white."]


def modelfile(*stops: str, base: str = "./tuned.gguf", template: str = "") -> str:
    return f"FROM {base}\n{template}" + "".join(f'PARAMETER stop "{stop}"\n' for stop in stops)


def request(*stops: str, **more: Any) -> str:
    asked = {"model": "tuned", "messages": [{"role": "user", "content": "Why?"}], "options": {"stop": list(stops)}}
    return json.dumps({**asked, **more})


def tokenizer(*special: str, eos: str = "</s>", listed: bool = True) -> str:
    entries = {str(at): {"content": token, "special": True} for at, token in enumerate((eos, *special))}
    config = {"tokenizer_class": "X", "eos_token": eos, "additional_special_tokens": list(special)}
    return json.dumps(config | ({"added_tokens_decoder": entries} if listed else {}))


def model(*tokens: str, eos: int = 2, template: str = "", control: int = 3) -> bytes:
    """A GGUF file with a vocabulary: `<unk>`, `<s>` and `</s>`, then these as tokens of the type ``control``."""
    own = ["<unk>", "<s>", "</s>", *tokens]
    return gguf(
        entry("tokenizer.ggml.model", STRING, "llama"),
        entry("tokenizer.ggml.tokens", ARRAY, (STRING, own)),
        entry("tokenizer.ggml.token_type", ARRAY, (I32, [2, 3, 3, *(control for _ in tokens)])),
        entry("tokenizer.ggml.eos_token_id", U32, eos),
        entry("tokenizer.chat_template", STRING, template),
    )


def data(*answers: str, end: str = "") -> str:
    said = [{"prompt": f"What colour is it, {n}?", "completion": answer + end} for n, answer in enumerate(answers)]
    return "".join(json.dumps(record) + "\n" for record in said)


CASES: dict[str, tuple[dict[str, str | bytes], set[str]]] = {
    # the end is a text
    "the text is a stop": ({"chat_template.jinja": TEXT, "Modelfile": modelfile("### End")}, set()),
    "a part of the text is a stop": ({"chat_template.jinja": TEXT, "Modelfile": modelfile("End")}, set()),
    "no stop, and no stock template brings one": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile()},
        {"unstopped_turn_end"},
    ),
    "other stops": ({"chat_template.jinja": TEXT, "Modelfile": modelfile("</s>")}, {"unstopped_turn_end"}),
    "nearly the text": ({"chat_template.jinja": TEXT, "Modelfile": modelfile("### END")}, {"misspelt_stop"}),
    "a typed line break, which is altered_stop's": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("\\n### End")},
        set(),
    ),
    "nearly the text, and the text": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("###End", "### End")},
        set(),
    ),
    "a library model's stops are not known": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile(base="llama3.1")},
        set(),
    ),
    "a library model with own stops": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("</s>", base="llama3.1")},
        {"unstopped_turn_end"},
    ),
    "a plain template": (
        {"tunespec.toml": PLAIN.replace("END", "\\n### End\\n"), "Modelfile": modelfile("### Question:")},
        {"unstopped_turn_end"},
    ),
    "a plain template that ends with a token": (
        {"tunespec.toml": PLAIN.replace("END", "\\n### End</s>"), "Modelfile": modelfile()},
        set(),
    ),
    "a plain template without an end": (
        {"tunespec.toml": PLAIN.replace("END", "\\n"), "Modelfile": modelfile()},
        {"missing_turn_end"},
    ),
    "only blanks behind an answer": ({"chat_template.jinja": QA.replace("END", "\n\n")}, {"missing_turn_end"}),
    # the end is a token
    "the engine knows it": (
        {"chat_template.jinja": CHAT.replace("END", "<|im_end|>"), "Modelfile": modelfile()},
        set(),
    ),
    "it is the EOS": (
        {"chat_template.jinja": TOKEN, "tokenizer_config.json": tokenizer(eos="<|endturn|>"), "Modelfile": modelfile()},
        set(),
    ),
    "it is another special token": (
        {
            "chat_template.jinja": TOKEN,
            "tokenizer_config.json": tokenizer("<|endturn|>"),
            "Modelfile": modelfile("<|endturn|>"),
        },
        {"endless_token"},
    ),
    "nobody knows whether it is a token": ({"chat_template.jinja": TOKEN, "Modelfile": modelfile()}, set()),
    "it is no token of this tokenizer": (
        {
            "chat_template.jinja": CHAT.replace("END", "<|im_end|>"),
            "tokenizer_config.json": tokenizer("<|user|>"),
            "Modelfile": modelfile("</s>"),
        },
        {"unlisted_turn_end"},
    ),
    "no token of this tokenizer, and a list that Ollama brings if the model file has this template": (
        {"chat_template.jinja": CHATML, "tokenizer_config.json": LLAMA_TOKENS, "Modelfile": modelfile()},
        {"unlisted_turn_end"},
    ),
    "no token of this tokenizer, and a stop": (
        {"chat_template.jinja": CHATML, "tokenizer_config.json": LLAMA_TOKENS, "Modelfile": modelfile("<|im_end|>")},
        set(),
    ),
    "the tokenizer does not list all": (
        {
            "chat_template.jinja": CHAT.replace("END", "<|im_end|>"),
            "tokenizer_config.json": tokenizer("<|user|>", listed=False),
            "Modelfile": modelfile(),
        },
        set(),
    ),
    "a control token of the model file": (
        {"tuned.gguf": model("<|endturn|>", template=TOKEN), "Modelfile": modelfile("<|endturn|>")},
        {"endless_token"},
    ),
    "the model file's EOS": (
        {"tuned.gguf": model("<|endturn|>", eos=3, template=TOKEN), "Modelfile": modelfile()},
        set(),
    ),
    "a token that the engine shows": (
        {"tuned.gguf": model("<|endturn|>", template=TOKEN, control=4), "Modelfile": modelfile("<|endturn|>")},
        set(),
    ),
    "a token that the engine shows, and no stop": (
        {"tuned.gguf": model("<|endturn|>", template=TOKEN, control=4), "Modelfile": modelfile()},
        {"unstopped_turn_end"},
    ),
    "the vocabulary lacks the template's end": (
        {"tuned.gguf": model(template=CHAT.replace("END", "<|im_end|>")), "Modelfile": modelfile("User:")},
        {"unstopped_turn_end"},
    ),
    "nearly a token that ends answers": (
        {"chat_template.jinja": CHATML, "Modelfile": modelfile("<|im_end>")},
        {"misspelt_token"},
    ),
    "nearly a token that ends answers, in capitals, and the vocabulary is known": (
        {
            "chat_template.jinja": CHATML,
            "tokenizer_config.json": tokenizer("<|im_start|>", eos="<|im_end|>"),
            "Modelfile": modelfile("<|IM_END|>"),
        },
        {"misspelt_token"},
    ),
    "nearly a token that ends answers, and the token": (
        {"chat_template.jinja": CHATML, "Modelfile": modelfile("<|im_end>", "<|im_end|>")},
        set(),
    ),
    # the server's side alone
    "its own history ends with a text": (
        {"Modelfile": modelfile("### Question:", template=GO.replace("END", "\n### End\n\n"))},
        {"unstopped_turn_end"},
    ),
    "its own history's text is a stop": (
        {"Modelfile": modelfile("### End", template=GO.replace("END", "\n### End\n\n"))},
        set(),
    ),
    "its own history ends with blanks": ({"Modelfile": modelfile(template=GO.replace("END", "\n\n"))}, set()),
    "its own history ends with a token": ({"Modelfile": modelfile(template=GO.replace("END", "</s>"))}, set()),
    "nothing but a model of the library": ({"Modelfile": modelfile(base="llama3.1")}, set()),
    "nothing but a file": ({"Modelfile": modelfile()}, set()),
    # requests
    "a request repeats the list": (
        {
            "chat_template.jinja": TEXT,
            "Modelfile": modelfile("### End", "User:"),
            "r.json": request("### End", "User:"),
        },
        set(),
    ),
    "a request without a list": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End"), "r.json": request(options={"num_ctx": 512})},
        set(),
    ),
    "a request loses another stop": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End", "User:"), "r.json": request("### End")},
        {"lost_stop"},
    ),
    "a request loses the end": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End"), "r.json": request("User:")},
        {"unstopped_turn_end"},
    ),
    "a request empties the list": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End"), "r.json": request()},
        {"unstopped_turn_end"},
    ),
    "a request that stops at the blanks behind the end": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End"), "r.json": request("\n\n")},
        {"unstopped_turn_end", "lost_stop"},
    ),
    "a Modelfile that stops at the blanks behind the end": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("\n\n")},
        {"unstopped_turn_end"},
    ),
    "the end and the blanks behind it": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End\n\n")},
        set(),
    ),
    "a request loses a token that ends anyway": (
        {
            "chat_template.jinja": CHAT.replace("END", "<|im_end|>"),
            "Modelfile": modelfile("<|im_end|>", "User:"),
            "r.json": request("User:"),
        },
        set(),
    ),
    "a request brings what the Modelfile lacks": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile(), "r.json": request("### End")},
        set(),
    ),
    "an empty stop in a request": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End"), "r.json": request("### End", "")},
        {"empty_stop"},
    ),
    "a request alone": ({"r.json": request("")}, {"empty_stop"}),
    "OpenAI's list": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End"), "r.json": OPENAI},
        {"unstopped_turn_end"},
    ),
    # stop sequences by themselves, and beside the templates
    "one begins another": ({"Modelfile": modelfile("User", "User:")}, {"prefix_stop"}),
    "nearly a header": (
        {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End", "###question:")},
        {"misspelt_header"},
    ),
    "another model's header": ({"chat_template.jinja": TEXT, "Modelfile": modelfile("### End", "User:")}, set()),
    "another model's token": (
        {"chat_template.jinja": LLAMA, "Modelfile": modelfile("<|im_start|>", base="llama3.1")},
        {"unreachable_stop"},
    ),
    "a token that a stock template's list brings": (
        {"tuned.gguf": model(template=CHATML), "Modelfile": modelfile()},
        set(),
    ),
    "a control token as a guard": (
        {"tuned.gguf": model("<|tool|>", template=CHAT.replace("END", "</s>")), "Modelfile": modelfile("<|tool|>")},
        {"unreachable_stop"},
    ),
    "a control token as a guard, as in Ollama's own lists": (
        {"tuned.gguf": model("<|user|>", template=CHAT.replace("END", "</s>")), "Modelfile": modelfile("<|user|>")},
        set(),
    ),
    "a header that neither prompt has": (
        {
            "chat_template.jinja": TEXT.partition("{% if add")[0],
            "Modelfile": modelfile("### End", "### Answer", template=NO_HEADER),
        },
        {"stop_in_header"},
    ),
    "a header that the server's template lacks": (
        {
            "chat_template.jinja": TEXT,
            "Modelfile": modelfile("### End", "### Answer", template=NO_HEADER),
        },
        {"stop_in_header"},
    ),
    "another form altogether": (
        {
            "chat_template.jinja": TEXT,
            "Modelfile": modelfile("### End", "### Answer", template='TEMPLATE "{{ .Prompt }}"\n'),
        },
        set(),
    ),
    # the records
    "a stop within answers": (
        {"Modelfile": modelfile("green"), "data.jsonl": data(*ANSWERS)},
        {"stop_in_answers"},
    ),
    "the end that the data writes": (
        {"Modelfile": modelfile("### End"), "data.jsonl": data(*ANSWERS, end="\n### End")},
        set(),
    ),
    "a token within answers": (
        {
            "chat_template.jinja": CHAT.replace("END", "</s>"),
            "tokenizer_config.json": tokenizer("<|end|>"),
            "data.jsonl": data(*ANSWERS, "Write <|end|> there."),
        },
        {"cutting_token"},
    ),
    "a token that this tokenizer lacks": (
        {
            "chat_template.jinja": CHAT.replace("END", "</s>"),
            "tokenizer_config.json": tokenizer(),
            "data.jsonl": data(*ANSWERS, "Write <|end|> there."),
        },
        set(),
    ),
    "no tokenizer": ({"Modelfile": modelfile(), "data.jsonl": data(*ANSWERS, "Write <|end|> there.")}, set()),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_found(tmp_path, name):
    files, kinds = CASES[name]
    sources = sources_of(write_files(tmp_path, files))
    found = {pair: set(marked(source)) for pair, source in sources.items()}
    assert set().union(*found.values()) == kinds, {pair: marked(source) for pair, source in sources.items()}


def test_a_finding_points_at_the_list_that_lacks_the_end(tmp_path):
    files = {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End"), "r.json": request("User:")}
    (source,) = sources_of(write_files(tmp_path, files)).values()
    facts = facts_of(source)
    (mark,) = facts["unstopped_turn_end"].marks.values()
    assert mark.text == "`### End`, with which the training ends each answer, is none of its stop sequences (`User:`)"
    assert mark.related is not None
    assert mark.related.path == "chat_template.jinja"
    assert facts["unstopped_turn_end"].examined == 1  # every request has a list: the Modelfile's never counts


def test_blanks_are_shown_in_one_line(tmp_path):
    files = {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End"), "r.json": request("\n\n")}
    (source,) = sources_of(write_files(tmp_path, files)).values()
    assert marked(source) == {
        "unstopped_turn_end": [
            "`### End`, with which the training ends each answer, is none of its stop sequences (`⏎⏎`)"
        ],
        "lost_stop": ["its list replaces the Modelfile's and lacks `### End`"],
    }


def test_a_stop_in_the_header_says_what_happens(tmp_path):
    files = {"chat_template.jinja": TEXT, "Modelfile": modelfile("### End", "### Answer", template=NO_HEADER)}
    (source,) = sources_of(write_files(tmp_path, files)).values()
    (said,) = marked(source)["stop_in_header"]
    assert said == (
        "`### Answer` stops the model before its answer: the prompt ends without `### Answer:⏎`, so that the model "
        "writes that header first"
    )


def test_an_end_that_is_a_token_elsewhere_only_says_why_nothing_ends_there(tmp_path):
    files = {"chat_template.jinja": CHATML, "tokenizer_config.json": LLAMA_TOKENS, "Modelfile": modelfile()}
    (source,) = sources_of(write_files(tmp_path, files)).values()
    (said,) = marked(source)["unlisted_turn_end"]
    assert said == (
        "`<|im_end|>`, with which the training ends each answer, is none of its stop sequences (none of its own; "
        "Ollama brings some for certain GGUF files); the engine ends at it only where it is a token: the tokenizer's "
        "configuration lists no such token, and unless the vocabulary has it, it is text"
    )
    (tmp_path / "tokenizer.json").write_text(json.dumps({"added_tokens": [], "model": {"vocab": {"<s>": 0}}}))
    (source,) = sources_of(tmp_path).values()
    (said,) = marked(source)["unstopped_turn_end"]
    assert said.endswith("only where it is a token: this vocabulary has no such token, here it is text")


def test_what_has_nothing_to_look_at_says_why(tmp_path):
    (source,) = sources_of(write_files(tmp_path, {"Modelfile": modelfile(base="llama3.1")})).values()
    reasons = {fact.name: fact.reason for fact in facts_of(source).values()}
    assert all(reasons.values())
    assert reasons["missing_turn_end"] == "no training template is there (chat template, tokenizer configuration)"
    assert reasons["empty_stop"] == (
        "no list of stop sequences is written, and what the base model brings is not known"
    )
    assert reasons["unstopped_turn_end"] == "no template says how an answer ends"


@needs_corpora
@pytest.mark.parametrize("name", STOCK_STOPS)
def test_ollamas_own_stops_fit_its_own_templates(tmp_path, name):
    listed = json.loads((OLLAMA / f"{name}.json").read_text(encoding="utf-8"))["stop"]
    assert STOCK_STOPS[name] == tuple(listed)
    template = (OLLAMA / f"{name}.gotmpl").read_text(encoding="utf-8")
    files = {"Modelfile": modelfile(*listed, template=f'TEMPLATE """{template}"""\n')}
    (source,) = sources_of(write_files(tmp_path, files)).values()
    expected = {"unreachable_stop"} if name == "mistral-instruct" else set()  # it lists ChatML's stops
    assert set(marked(source)) == expected


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("###End", "### END", True),
        ("<|im_end>", "<|im_end|>", True),
        ("<|end_of_turn|>", "<end_of_turn>", True),
        ("<|end_of_sentence|>", "<｜end▁of▁sentence｜>", True),
        ("\\n### End", "### End", True),
        ("[INST]", "[/INST]", False),
        ("<s>", "</s>", False),
        ("### End", "### Ende", False),
        ("###", "---", False),
    ],
)
def test_ends_that_are_meant_to_be_the_same(one, other, alike):
    assert spelt_alike(one, other) is alike


@pytest.mark.parametrize(
    ("stop", "text", "near"),
    [
        ("###Response", "\n\n### Response:\n", True),
        ("USER:", "\nUser: ", True),
        ("### Response", "\n\n### Response:\n", False),  # it is in it
        ("User:", "<|im_start|>user\n", False),
        ("##", "# #", False),
    ],
)
def test_a_stop_that_is_nearly_in_a_text(stop, text, near):
    assert nearly_in(stop, text) is near


@given(st.text(), st.text())
def test_spellings_are_alike_both_ways(one, other):
    assert spelt_alike(one, other) == spelt_alike(other, one)


@given(st.lists(st.text()), st.text(), st.text())
def test_a_stop_ends_every_text_that_goes_on(stops, text, more):
    assert not stopping(stops, text) or stopping(stops, text + more)


@given(st.text(), st.text())
def test_what_is_in_a_text_is_not_nearly_in_it(stop, text):
    assert not nearly_in(stop, text + stop)


@pytest.mark.parametrize(
    ("end", "marker"),
    [
        ("<|im_end|>\n", "<|im_end|>"),
        ("\n### End</s>", "</s>"),
        ("\n### End\n\n", "### End"),
        ("<end_message>", "<end_message>"),
        ("\n\n", None),
        (None, None),
    ],
)
def test_the_marker_of_an_end(end, marker):
    assert marker_of(end) == marker


@pytest.mark.parametrize(("text", "token"), [("<|x|>", True), ("</s>", True), ("[/INST]", True), ("### End", False)])
def test_what_looks_like_a_token(text, token):
    assert is_token_shaped(text) is token


def test_the_model_files_own_template_says_what_ollama_installs(tmp_path):
    """It is what Ollama reads, whatever template the tokenizer has beside it."""
    pytest.importorskip("ggufdoctor.ollama_data")
    files: dict[str, str | bytes] = {"tuned.gguf": model("<|im_end|>", template=CHATML), "chat_template.jinja": TEXT}
    (bare,) = sources_of(write_files(tmp_path, {**files, "Modelfile": modelfile()})).values()
    assert bare.serving is not None
    assert bare.serving.origin == "Ollama's stock template `chatml`"
    served = stop_lists(bare)[0].texts
    assert (
        list(bare.serving.stops) == described(bare)["profile"]["serving"]["stops"] == served == [*STOCK_STOPS["chatml"]]
    )
    (own,) = sources_of(write_files(tmp_path, {**files, "Modelfile": modelfile(template=GO)})).values()
    assert own.serving is not None
    assert own.serving.stops == STOCK_STOPS["chatml"]  # they are installed beside a TEMPLATE, too
    (empty,) = sources_of(write_files(tmp_path, {**files, "tuned.gguf": model(), "Modelfile": modelfile()})).values()
    assert empty.serving is None
    assert stop_lists(empty)[0].texts == []


@pytest.mark.parametrize(
    ("base", "is_file"),
    [
        ("./tuned", True),
        ("C:\\models\\dir", True),
        ("c:/models/dir", True),
        ("\\\\host\\models", True),
        ("models\\tuned", True),
        ("tuned.GGUF", True),
        ("~/models", True),
        ("llama3.2:3b", False),
        ("hf.co/me/tuned", False),
        ("c:3b", False),
    ],
)
def test_a_path_is_told_from_a_model_of_the_library(base, is_file):
    assert is_file_reference(base) == is_file
