"""``tunespec init --modelfile``: what it writes, what it says that it cannot write, and what it leaves alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.chat_templates import TOKENS, real_templates
from tests.conftest import chat, run_tunespec, write_jsonl
from tests.template_facts import marked, sources_of, write_files
from tests.test_training_names import CHECKOUT, REGISTRY, SFT
from tunespec.config import find
from tunespec.errors import CannotJudgeError
from tunespec.new_modelfile.command import new_modelfile, write_modelfile
from tunespec.new_modelfile.inexpressible import InexpressibleError
from tunespec.templates.modelfile import parse_modelfile

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "fixtures" / "golden"
GGUF = b"GGUF" + (3).to_bytes(4, "little") + bytes(16)  # of a model without tensors and metadata
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
QWEN = "{% if messages[0]['role'] != 'system' %}<|im_start|>system\nYou are Qwen.<|im_end|>\n{% endif %}" + CHATML
GEMMA = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}"
    "{% endif %}{% for m in messages %}<start_of_turn>{{ 'model' if m['role'] == 'assistant' else m['role'] }}\n"
    "{{ m['content'] | trim }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
LLAMA2 = (
    "{% if messages[0]['role'] == 'system' %}{% set told = '<<SYS>>\n' + messages[0]['content'] + '\n<</SYS>>\n\n' %}"
    "{% set messages = messages[1:] %}{% else %}{% set told = '' %}{% endif %}{% for m in messages %}"
    "{% if m['role'] == 'user' %}{{ bos_token + '[INST] ' + (told if loop.first else '') + m['content'] + ' [/INST]' }}"
    "{% else %}{{ ' ' + m['content'] + ' ' + eos_token }}{% endif %}{% endfor %}"
)
NEMO = (
    "{% if messages[0]['role'] == 'system' %}{% set told = messages[0]['content'] + '\n\n' %}"
    "{% set messages = messages[1:] %}{% else %}{% set told = '' %}{% endif %}{{ bos_token }}{% for m in messages %}"
    "{% if m['role'] == 'user' %}[INST]{{ (told if loop.last else '') + m['content'] }}[/INST]"
    "{% else %}{{ m['content'] + eos_token }}{% endif %}{% endfor %}"
)
DATED = "{{ strftime_now('%d %B %Y') }}\n" + CHATML
ISO = "{{ strftime_now('%Y-%m-%d') }}\n" + CHATML
PARTS = "{% for m in messages %}{{ m['role'] }}{% for p in m['content'] %}{{ p['text'] }}{% endfor %}\n{% endfor %}"
BY_PLACE = "{% for m in messages %}{{ loop.index }}. {{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"
LOUD = "{% for m in messages %}{{ m['role'] }}: {{ m['content'].replace('?', '!') }}\n{% endfor %}assistant:"
TWICE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }} {{ m['content'] }}\n{% endfor %}assistant:"
NO_HISTORY = "{{ messages[-1]['role'] }}: {{ messages[-1]['content'] }}\nassistant:"
TOOLS = "{% if tools %}{{ tools | tojson }}\n{% endif %}" + CHATML


def tokenizer(template, **more):
    return json.dumps({"tokenizer_class": "A", "chat_template": template, **TOKENS, **more})


def made_in(folder, files, paths=(), template=None):
    write_files(folder, files)
    config = find(folder)
    return new_modelfile(folder / "Modelfile", config, [str(folder), *paths], template)


def passes(folder, made):
    """No finding of T001, T003 or I001 on the Modelfile as it would lie there."""
    (folder / "Modelfile").write_text(made.content, encoding="utf-8", newline="\n")
    source = sources_of(folder)["Modelfile"]
    return {
        kind: texts
        for table in ("stops", "files", "renders", "limits")
        for kind, texts in marked(source, table).items()
    }


def test_of_the_golden_projects_chat_template_it_makes_the_golden_template(tmp_path):
    made = made_in(tmp_path, {"chat_template.jinja": (GOLDEN / "chat_template.jinja").read_text(encoding="utf-8")})
    golden, own = parse_modelfile((ROOT / "Modelfile").read_bytes()), parse_modelfile(made.content.encode())
    assert (own.template, own.stops, own.base) == (golden.template, golden.stops, golden.base)
    assert passes(tmp_path, made) == {}


def test_the_documentation_shows_what_is_written(tmp_path):
    shutil.copytree(GOLDEN / "data", tmp_path / "data")
    shutil.copyfile(GOLDEN / "chat_template.jinja", tmp_path / "chat_template.jinja")
    made = made_in(tmp_path, {"model.gguf": GGUF})
    shown = (ROOT / "docs" / "init.md").read_text(encoding="utf-8")
    assert f"$ cat Modelfile\n{made.content}```" in shown
    assert f"in each of {made.proof.compared} conversations" in shown


@pytest.mark.parametrize(
    ("template", "found"),
    [
        pytest.param(CHATML, {}, id="chatml"),
        pytest.param(QWEN, {}, id="a default system message"),
        pytest.param(GEMMA, {"trimmed_content"}, id="trims and has no system message"),
        pytest.param(LLAMA2, {}, id="system message in the first question"),
        pytest.param(NEMO, {}, id="system message in the last question"),
        pytest.param(ISO, {}, id="the day in Go's form"),
        pytest.param(TOOLS, {}, id="tools"),
    ],
)
def test_what_it_makes_of_a_chat_template_passes(tmp_path, template, found):
    made = made_in(tmp_path, {"tokenizer_config.json": tokenizer(template)})
    assert made.proof.compared >= 6
    assert set(passes(tmp_path, made)) == set(found)


@pytest.mark.parametrize(
    ("template", "note"),
    [
        (GEMMA, "system messages: the training template refuses them (System role not supported)"),
        (GEMMA, "trimming: the training template trims texts"),
        (TOOLS, "tools: the training template writes them"),
        (TOOLS, "OLLAMA_GO_TEMPLATE=1"),
        (
            CHATML.replace("{{ m['content'] }}", "{{ m['content'].split('</think>')[-1] }}"),
            "takes `<think>` blocks out",
        ),
    ],
)
def test_it_says_what_is_not_in_it(tmp_path, template, note):
    made = made_in(tmp_path, {"tokenizer_config.json": tokenizer(template)})
    assert any(note in said for said in made.notes), made.notes
    assert note in made.report


@pytest.mark.parametrize(
    ("template", "why"),
    [
        pytest.param(DATED, "writes the day into each prompt in a form that Go has not", id="the day"),
        pytest.param(PARTS, "reads messages as lists of parts", id="parts"),
        pytest.param(
            BY_PLACE, "depends on its place in the conversation: `⏎2. assistant: `, and `", id="numbered turns"
        ),
        pytest.param(LOUD, "The first difference:\ncontent_differs", id="looks at contents"),
        pytest.param(TWICE, "writes a message twice", id="twice"),
        pytest.param(NO_HISTORY, "leaves out an earlier message", id="no history"),
        pytest.param("{{ raise_exception('No.') }}" + CHATML, "refuses a question: No.", id="refuses all"),
    ],
)
def test_what_no_template_writes_is_said_and_nothing_is_written(tmp_path, template, why):
    with pytest.raises(InexpressibleError) as told:
        made_in(tmp_path, {"tokenizer_config.json": tokenizer(template)})
    assert str(told.value).startswith("no Modelfile is written: ")
    assert why in str(told.value)


def test_a_token_that_no_file_says_is_not_invented(tmp_path):
    with pytest.raises(InexpressibleError, match="writes the tokenizer's eos_token, and no file says which"):
        made_in(tmp_path, {"chat_template.jinja": LLAMA2.replace("bos_token + ", "")})


@pytest.mark.parametrize(
    ("adds", "begins"), [(True, "<|im_start|>"), (False, "<s><|im_start|>")], ids=["added", "not added"]
)
def test_the_bos_is_written_only_where_the_tokenizer_does_not_add_it(tmp_path, adds, begins):
    made = made_in(tmp_path, {"tokenizer_config.json": tokenizer("{{ bos_token }}" + CHATML, add_bos_token=adds)})
    template = parse_modelfile(made.content.encode()).template or ""
    assert ("<s>" in template) == ("<s>" in begins)
    assert passes(tmp_path, made) == {}


def test_a_plain_template_of_the_configuration(tmp_path):
    plain = (
        '[template]\ntraining = { user = "### Q:\\n{content}\\n\\n", assistant = "### A:\\n{content}\\n### End\\n\\n" }'
    )
    made = made_in(tmp_path, {"tunespec.toml": plain, "train.jsonl": json.dumps(chat("Why?", "So."))})
    assert parse_modelfile(made.content.encode()).stops == ("### End",)
    assert passes(tmp_path, made) == {}


NAMED = {CHECKOUT: REGISTRY, "tokenizer_config.json": json.dumps({"tokenizer_class": "A", **TOKENS})}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain", "<|im_start|>user\n{{ .Content }}<|im_end|>\n<|im_start|>assistant\n"),
        ("helped", "You help 'well'.\n"),
        ("thinks", "A {{ else if"),
    ],
)
def test_a_template_of_llamafactory_by_its_name(tmp_path, name, text):
    made = made_in(tmp_path, {**NAMED, "sft.yaml": SFT.format(name) + "cutoff_len: 1024\n"})
    assert text in made.content
    assert "PARAMETER num_ctx 1024" in made.content
    assert passes(tmp_path, made) == {}


@pytest.mark.parametrize(
    ("name", "why"),
    [("fused", "depends on its place in the conversation: `[U][1] `, and `[U][2] `"), ("gone", "is none of those")],
)
def test_a_template_of_llamafactory_that_has_none(tmp_path, name, why):
    with pytest.raises(CannotJudgeError) as told:
        made_in(tmp_path, {**NAMED, "sft.yaml": SFT.format(name)})
    assert why in str(told.value)


def listed(*tokens):
    entries = {str(number): {"content": token, "special": True} for number, token in enumerate(tokens)}
    return tokenizer(CHATML, added_tokens_decoder=entries)


@pytest.mark.parametrize(
    ("files", "stops"),
    [
        pytest.param({"chat_template.jinja": CHATML}, ("<|im_end|>",), id="nobody knows whether it is a token"),
        pytest.param({"tokenizer_config.json": listed("<|im_end|>")}, (), id="the engine ends there"),
        pytest.param({"tokenizer_config.json": listed("<|other|>")}, ("<|im_end|>",), id="no token of this tokenizer"),
        pytest.param({"chat_template.jinja": CHATML.replace("im_end", "fin")}, ("<|fin|>",), id="a token of nobody's"),
    ],
)
def test_a_stop_stands_where_it_is_of_use(tmp_path, files, stops):
    made = made_in(tmp_path, files)
    assert parse_modelfile(made.content.encode()).stops == stops
    assert passes(tmp_path, made) == {}


def test_an_end_that_no_stop_can_match_is_said(tmp_path):
    template = CHATML.replace("im_end", "fin")
    tokens = {"7": {"content": "<|fin|>", "special": True}}
    made = made_in(tmp_path, {"tokenizer_config.json": tokenizer(template, added_tokens_decoder=tokens)})
    assert parse_modelfile(made.content.encode()).stops == ()
    assert "tunespec check will say: endless_token" in made.report
    assert "no stop sequence can match" in " ".join(made.content.replace("\n# ", " ").split())


def test_the_longest_answer_is_counted_in_tokens_of_the_tokenizer(tmp_path):
    tokenizers = pytest.importorskip("tokenizers")
    own = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    own.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    files = {
        "tokenizer_config.json": tokenizer(CHATML),
        "tokenizer.json": own.to_str(),
        "train.jsonl": json.dumps(chat("Why?", "word " * 400)),
    }
    made = made_in(tmp_path, files)
    assert "the longest training answer: 400 tokens." in made.content
    assert "PARAMETER num_predict 512" in made.content


def test_records_are_compared_too(tmp_path):
    records = "\n".join(json.dumps(chat(f"What is {n}?", f"A number, {n}.")) for n in range(9))
    made = made_in(tmp_path, {"chat_template.jinja": CHATML, "train.jsonl": records})
    assert made.proof.compared == 12 + 9


def test_records_with_tools_are_not_served_by_a_template_without(tmp_path):
    calls = [{"type": "function", "function": {"name": "f", "arguments": {}}}]
    record = {
        "messages": [
            {"role": "user", "content": "Why?"},
            {"role": "assistant", "content": "", "tool_calls": calls},
            {"role": "tool", "content": "So."},
            {"role": "assistant", "content": "So."},
        ],
        "tools": [{"type": "function", "function": {"name": "f", "description": "It.", "parameters": {}}}],
    }
    with pytest.raises(InexpressibleError, match="tools_differ"):
        made_in(tmp_path, {"tokenizer_config.json": tokenizer(TOOLS), "train.jsonl": json.dumps(record)})


@pytest.mark.parametrize(
    ("files", "numbers"),
    [
        pytest.param({}, (1024, 4096), id="nothing is known"),
        pytest.param({"train.jsonl": json.dumps(chat("Why?", "a" * 1000))}, (640, 4096), id="an estimate"),
        pytest.param({"train.jsonl": json.dumps(chat("Why?", "a" * 9000))}, (5632, 16384), id="long answers"),
        pytest.param(
            {
                "train.jsonl": json.dumps(chat("Why?", "a" * 9000)),
                "sft.yaml": "model_name_or_path: a\nstage: sft\ntemplate: chatml\ncutoff_len: 2048\n",
            },
            (1792, 2048),
            id="the training's length",
        ),
    ],
)
def test_the_limits(tmp_path, files, numbers):
    yaml = "chat_template: jinja\nchat_template_jinja: chat_template.jinja\nbase_model: a\nsequence_len: 2048\n"
    datasets = "datasets:\n  - path: a\n    type: chat_template\n"
    files = {name: yaml + datasets if name.endswith("yaml") else text for name, text in files.items()}
    made = made_in(tmp_path, {"chat_template.jinja": CHATML, **files})
    parsed = parse_modelfile(made.content.encode())
    assert (parsed.parameters["num_predict"], parsed.parameters["num_ctx"]) == numbers
    assert not passes(tmp_path, made).keys() & {"short_limit", "limit_beyond_context", "no_limit"}


def test_from_names_the_model_file_that_lies_there(tmp_path):
    (tmp_path / "serve").mkdir()
    write_files(tmp_path, {"chat_template.jinja": CHATML, "out/tuned.gguf": GGUF})
    made = new_modelfile(tmp_path / "serve" / "Modelfile", find(tmp_path), [str(tmp_path)], None)
    assert parse_modelfile(made.content.encode()).base == "../out/tuned.gguf"


def test_several_training_templates_must_be_named(tmp_path):
    files = {"a/chat_template.jinja": CHATML, "b/chat_template.jinja": QWEN}
    with pytest.raises(CannotJudgeError, match=r"2 training templates may be meant .*--template"):
        made_in(tmp_path, files)
    made = new_modelfile(
        tmp_path / "Modelfile", find(tmp_path), [str(tmp_path)], tmp_path / "b" / "chat_template.jinja"
    )
    assert "You are Qwen." in made.content


def test_several_model_files_must_be_told_apart(tmp_path):
    with pytest.raises(CannotJudgeError, match=r"2 model files may be meant \(q4.gguf, q8.gguf\): .*template\.model"):
        made_in(tmp_path, {"chat_template.jinja": CHATML, "q4.gguf": GGUF, "q8.gguf": GGUF})
    made = made_in(tmp_path, {"tunespec.toml": '[template]\nmodel = "q8.gguf"\n'})
    assert parse_modelfile(made.content.encode()).base == "./q8.gguf"


@pytest.mark.parametrize(
    ("systems", "served"),
    [
        (['Be "brief".\n\nAlways.', 'Be "brief".\n\nAlways.'], 'Be "brief".\n\nAlways.'),
        (["Be brief.", "Be kind."], None),
        (["Be brief.", ""], None),
        (["", ""], None),
    ],
)
def test_the_system_prompt_of_all_records_is_the_modelfiles(tmp_path, systems, served):
    told = [[{"role": "system", "content": system}] if system else [] for system in systems]
    records = [{"messages": [*system, *chat(f"Why {n}?", "So.")["messages"]]} for n, system in enumerate(told)]
    made = made_in(tmp_path, {"chat_template.jinja": CHATML, "train.jsonl": "\n".join(map(json.dumps, records))})
    assert parse_modelfile(made.content.encode()).system == served
    assert passes(tmp_path, made) == {}


@pytest.mark.parametrize("there", ["file", "link", "folder"])
def test_nothing_is_overwritten(tmp_path, there):
    write_files(tmp_path, {"chat_template.jinja": CHATML})
    target = tmp_path / "Modelfile"
    if there == "link":
        target.symlink_to(tmp_path / "gone")
    else:
        (tmp_path / "Modelfile").write_text("FROM a\n", encoding="utf-8")
    with pytest.raises(CannotJudgeError, match="is there already"):
        write_modelfile(tmp_path if there == "folder" else target, find(tmp_path), [str(tmp_path)], None)
    assert not (tmp_path / "gone").exists()


def test_the_command_writes_prints_and_refuses(tmp_path):
    write_files(tmp_path, {"chat_template.jinja": CHATML})
    write_jsonl(tmp_path / "train.jsonl", [chat("What is the Seine?", "A river.")])
    printed = run_tunespec("init", "--modelfile", "--stdout", cwd=tmp_path)
    assert (printed.returncode, (tmp_path / "Modelfile").exists()) == (0, False)
    written = run_tunespec("init", "--modelfile", cwd=tmp_path)
    assert (written.returncode, "ollama create" in written.stdout) == (0, True), written.stderr
    assert (tmp_path / "Modelfile").read_bytes() == printed.stdout.encode()
    again = run_tunespec("init", "--modelfile", cwd=tmp_path)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
    (tmp_path / "chat_template.jinja").write_text(DATED, encoding="utf-8")
    refused = run_tunespec("init", "--modelfile", "gone/Modelfile", cwd=tmp_path)
    assert (refused.returncode, "no such folder" in refused.stderr) == (2, True)
    refused = run_tunespec("init", "--modelfile", "Other", cwd=tmp_path)
    assert (refused.returncode, "no Modelfile is written: " in refused.stderr) == (2, True)
    assert not (tmp_path / "Other").exists()
    alone = run_tunespec("init", "--template", "chat_template.jinja", cwd=tmp_path)
    assert (alone.returncode, "--template goes with --modelfile" in alone.stderr) == (2, True)


# Of the 117 real chat templates these have no Modelfile, each for the reason that it is given.
REFUSED = {
    "mistral.rs/idefics3.json": "lists of parts",
    "trl/idefics3.jinja": "lists of parts",
    "trl/idefics3_training.jinja": "lists of parts",
    "trl/llava_next.jinja": "lists of parts",
    "trl/llava_next_training.jinja": "lists of parts",
    "mistral.rs/mistral_small_tool_call.jinja": "the text before the first question depends on its place",
    "mistral.rs/nousresearch_hermes2_pro_tool_use.jinja": "refuses a question",  # it goes through tools that are None
    "mistral.rs/nousresearch_hermes3_tool_use.jinja": "refuses a question",
    "mistral.rs/smollm3.jinja": "writes the day",
    "trl/llama3_2.jinja": "writes the day",
}
REAL = real_templates()


@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="no corpora beside the repository (../shared/corpora)")
@pytest.mark.parametrize("name", REAL)
def test_a_real_chat_template_has_its_modelfile(tmp_path, name):
    files = {"tokenizer_config.json": tokenizer(REAL[name], add_bos_token=True, added_tokens_decoder={})}
    if name in REFUSED:
        with pytest.raises(InexpressibleError, match=REFUSED[name]):
            made_in(tmp_path, files)
    else:
        assert made_in(tmp_path, files).proof.compared >= 6
