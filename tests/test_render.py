"""``tunespec render``: what it shows, what it refuses, and that nothing which it shows hides anything."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import chat, run_tunespec, write_jsonl
from tests.test_gguf_file import STRING, entry, gguf
from tunespec.cli import main
from tunespec.render import Asked, screen
from tunespec.templates.labels import Labels, label
from tunespec.templates.paint import CLOSES, CUT, OPENS, Paint
from tunespec.templates.rendering import Rendering
from tunespec.templates.target import Target, probe_targets
from tunespec.templates.trained_spans import Answer, TrainingText
from tunespec.templates.visible import code_point, literal, signs, visible

TEXTS = st.text(st.sampled_from("a ·⏎→␍\\u20b\t\r\n\u200b\ufeff\U000e0041⟦⟧✂é") | st.characters(), max_size=60)
PAGE = Path(__file__).resolve().parents[1] / "docs" / "render.md"
ANSI = re.compile(r"\x1b\[[0-9;]*m")

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
# The end of a turn behind an answer lies outside the block: it is never trained.
MASKS_THE_END = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' }}{% if message['role'] == 'assistant' %}"
    "{% generation %}{{ message['content'] }}{% endgeneration %}{% else %}{{ message['content'] }}{% endif %}"
    "{{ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
TRAINS_THE_END = MASKS_THE_END.replace("{% endgeneration %}", "{{ '<|im_end|>\\n' }}{% endgeneration %}").replace(
    "{{ '<|im_end|>\\n' }}{% endfor %}",
    "{% if message['role'] != 'assistant' %}{{ '<|im_end|>\\n' }}{% endif %}{% endfor %}",
)
NO_SYSTEM = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" + CHATML
)
TOKENS = {
    "tokenizer_class": "Qwen2Tokenizer",
    "model_max_length": 2048,
    "eos_token": "<|im_end|>",
    "added_tokens_decoder": {
        "1": {"content": "<|im_start|>", "special": True},
        "2": {"content": "<|im_end|>", "special": True},
    },
}
MODELFILE = '''FROM ./model.gguf
TEMPLATE """{{ if .System }}<|im_start|>system
{{ .System }}<|im_end|>
{{ end }}{{ if .Prompt }}<|im_start|>user
{{ .Prompt }}<|im_end|>
{{ end }}<|im_start|>assistant
{{ .Response }}<|im_end|>
"""
PARAMETER stop "<|im_end|>"
'''
TOOLS = [{"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}}]


class Project:
    """A folder with both sides, and the command in it."""

    def __init__(self, folder, jinja=CHATML, modelfile=MODELFILE):
        self.folder = folder
        self.write("Modelfile", modelfile)
        self.write("chat_template.jinja", jinja)
        self.write("tokenizer_config.json", json.dumps(TOKENS))

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
        return path

    def add_tokenizer(self):
        """A tokenizer of whole words, blanks and signs, in which both control tokens are one token."""
        tokenizers = pytest.importorskip("tokenizers")
        made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"?": 0}, unk_token="?"))
        made.pre_tokenizer = tokenizers.pre_tokenizers.Split(tokenizers.Regex(r"\w+|\s|[^\w\s]"), "isolated")
        made.add_special_tokens(["<|im_start|>", "<|im_end|>"])
        made.save(str(self.folder / "tokenizer.json"))

    def render(self, *arguments, code=0, color=False):
        result = CliRunner().invoke(main, ["render", *arguments], color=color)
        assert result.exit_code == code, result.output + repr(result.exception)
        return result


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Project(tmp_path)


def blocks(output):
    """The rendered texts on the screen, by heading."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in output.splitlines():
        if line.startswith("  | "):
            found.setdefault(heading, []).append(line[4:])
        else:
            heading = line
    return {name: literal("\n".join(lines)) for name, lines in found.items()}


def test_equal_sides_are_shown_once(project, snapshot):
    assert project.render().stdout == snapshot


def test_a_difference_is_shown_with_both_sides(project, snapshot):
    project.write("Modelfile", MODELFILE.replace('<|im_end|>\n"""', '<|im_end|>"""'))
    assert project.render().stdout == snapshot
    assert project.render("--check", code=1).stdout == project.render().stdout
    assert f"$ tunespec render\n{project.render().stdout}```" in PAGE.read_text(encoding="utf-8")


def test_the_screen_holds_what_raw_prints(project):
    project.write("Modelfile", MODELFILE.replace("system\n", "system \r\n\t") + "SYSTEM Be brief.\n")
    shown = blocks(project.render("user").stdout)
    assert len(shown) == 2
    for side, text in shown.items():
        raw = project.render("user", "--side", side, "--raw").stdout_bytes
        assert raw.decode() == text
    assert "Be brief." in shown["serving"]
    assert "Modelfile:2, its TEMPLATE, with its SYSTEM\n" in project.render("user").stdout
    assert "with its SYSTEM" not in project.render("system-user").stdout


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("data/train.jsonl", '\n{"prompt": "Where is Oslo?", "completion": "In Norway."}\n', 2),
        ("data/train.csv", 'prompt,completion\n"Where is\nOslo?",In Norway.\nWho?,Me.\n', 3),
        (
            "data/train.json",
            '[\n {"prompt": "?",\n "completion": "!"},\n {"prompt": "Where is Oslo?",\n "completion": "In Norway."}]',
            4,
        ),
    ],
)
def test_records_by_their_line(project, name, content, line):
    project.write(name, content)
    (text,) = blocks(project.render(f"{name}:{line}").stdout).values()
    assert "Oslo?<|im_end|>" in text
    assert "Norway" not in text  # that is what the model is asked for
    assert (
        "In Norway.<|im_end|>"
        in project.render(f"{name}:{line}", "--side", "training", "--no-generation-prompt").stdout
    )


def test_a_row_of_a_table(project):
    import polars as pl

    (project.folder / "data").mkdir()
    pl.DataFrame({"prompt": ["One?", "Two?"], "completion": ["1", "2"]}).write_parquet("data/train.parquet")
    assert "Two?<|im_end|>" in project.render("data/train.parquet:1").stdout
    assert "data/train.parquet:2: no record is there" in project.render("data/train.parquet:2", code=2).stderr


def test_reasoning_of_a_record_reaches_the_template(project):
    project.write(
        "chat_template.jinja",
        CHATML.replace("message['content']", "(message.reasoning_content or '') + message['content']"),
    )
    answer = {"role": "assistant", "content": "4", "reasoning_content": "Two and two."}
    write_jsonl(project.folder / "train.jsonl", [{"messages": [{"role": "user", "content": "2 + 2?"}, answer]}])
    shown = project.render("train.jsonl:1", "--side", "training", "--no-generation-prompt").stdout
    assert "Two and two.4<|im_end|>" in shown


def test_requests(project, snapshot):
    project.write("chat.json", json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hello?"}]}))
    project.write(
        "generate.json",
        json.dumps(
            {"model": "m", "prompt": "Hello?", "system": "Be kind.", "template": "{{ .System }}|{{ .Prompt }}|"}
        ),
    )
    project.write("raw.json", json.dumps({"model": "m", "prompt": "Hello?", "raw": True}))
    assert "Hello?<|im_end|>" in project.render("chat.json").stdout
    assert project.render("generate.json").stdout == snapshot
    assert project.render("raw.json", "--side", "serving", "--raw").stdout == "Hello?"
    assert project.render("--request", "chat.json").stdout == project.render("chat.json").stdout
    assert (
        "You answer in one plain sentence.|Name a river in France.|"
        in project.render("system-user", "--request", "generate.json").stdout
    )


def test_arguments_in_text_reach_the_template_as_an_object(project):
    project.write("chat_template.jinja", "{{ messages[1].tool_calls[0].function.arguments.place }}")
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"place": "Oslo"}'}}
    messages = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "", "tool_calls": [call]}]
    project.write("talk.json", json.dumps(messages))
    assert project.render("talk.json", "--side", "training", "--no-generation-prompt", "--raw").stdout == "Oslo"


def test_tools_from_a_file(project):
    project.write("chat_template.jinja", "{{ tools[0].function.name if tools }}|{{ messages[0].content }}")
    project.write("tools.json", json.dumps(TOOLS))
    project.write("body.json", json.dumps({"tools": TOOLS}))
    for name in ("tools.json", "body.json"):
        assert project.render("user", "--tools", name, "--side", "training", "--raw").stdout.startswith("now|")
    assert "a list of tool schemas was expected" in project.render("--tools", "tokenizer_config.json", code=2).stderr


def test_a_refusing_template_leaves_the_other_side(project, snapshot):
    project.write("chat_template.jinja", NO_SYSTEM)
    assert project.render(code=2).stdout == snapshot


def test_a_refusal_cannot_drive_the_terminal(project):
    project.write("chat_template.jinja", "{% if messages %}{{ raise_exception('\x1b[2Jgone\x07') }}{% endif %}")
    assert "\\u001b[2Jgone\\u0007" in project.render("user", code=2, color=True).stdout


def test_tokens_that_no_file_says_are_named_as_invented(project):
    (project.folder / "tokenizer_config.json").unlink()
    project.write("chat_template.jinja", "{{ bos_token }}" + CHATML)
    shown = project.render("user").stdout
    assert "chat_template.jinja:1, chat template, with `<s>` for its bos_token, which no file says\n" in shown
    project.write("chat_template.jinja", CHATML)
    assert "which no file says" not in project.render("user").stdout


def test_tokens_that_no_file_says_are_the_servers(project):
    """As T003 judges it."""
    (project.folder / "tokenizer_config.json").unlink()
    ends = CHATML.replace("'<|im_end|>\\n'", "eos_token + '\\n'")
    project.write("chat_template.jinja", "{{ bos_token }}" + ends)
    assert "\nequal: " in project.render("user-assistant-user", "--check").stdout


def test_tools_have_a_template_of_their_own(project):
    named = [{"name": "default", "template": CHATML}, {"name": "tool_use", "template": "{{ tools[0].function.name }}"}]
    (project.folder / "chat_template.jinja").unlink()
    project.write("tokenizer_config.json", json.dumps(TOKENS | {"chat_template": named}, indent=1))
    assert project.render("tools", "--side", "training", "--raw").stdout == "forecast_of"
    assert project.render("user", "--side", "training", "--raw").stdout.startswith("<|im_start|>user")


def test_the_tokenizer_says_whether_a_bos_token_is_added(project):
    project.write("chat_template.jinja", "{{ bos_token }}" + CHATML)
    for adds, words in ((True, "but for `<s>`, which the server's tokenizer puts before"), (False, "<s>")):
        project.write("tokenizer_config.json", json.dumps(TOKENS | {"bos_token": "<s>", "add_bos_token": adds}))
        shown = project.render("user", "--check", code=int(not adds)).stdout
        assert words in shown
    project.write("tokenizer_config.json", json.dumps(TOKENS | {"bos_token": "<s>"}))
    project.write("Modelfile", MODELFILE.replace('"""{{', '"""<s>{{'))
    assert "\nbos_doubled: " in project.render("user", "--check", code=1).stdout
    project.write("tokenizer_config.json", json.dumps(TOKENS | {"bos_token": "<s>", "add_bos_token": False}))
    project.render("user", "--check")


def test_broken_templates_leave_the_other_side(project):
    project.write("chat_template.jinja", "{% if messages %}")
    shown = project.render("user", code=2).stdout
    assert "Unexpected end of template" in shown
    assert list(blocks(shown)) == ["serving"]
    project.write("chat_template.jinja", CHATML)
    project.write("Modelfile", 'FROM ./m.gguf\nTEMPLATE """{{ if }}"""\n')
    shown = project.render("user", code=2).stdout
    assert "line 2: its TEMPLATE cannot be read" in shown
    assert list(blocks(shown)) == ["training"]


def test_one_side_alone_is_shown(project):
    (project.folder / "Modelfile").unlink()
    shown = project.render("user").stdout
    assert list(blocks(shown)) == ["training"]
    assert "no Modelfile is there" in shown
    assert "--check compares both sides, and no Modelfile is there" in project.render("user", "--check", code=2).stderr


def test_what_a_built_in_renderer_writes_is_not_known(project):
    project.write("Modelfile", "FROM ./m.gguf\nRENDERER qwen3-coder\n")
    assert "Ollama's built-in renderer `qwen3-coder` writes the prompt" in project.render("user", code=2).stdout
    project.write("Modelfile", "FROM ./other.gguf\n")
    for name in ("chat_template.jinja", "tokenizer_config.json"):
        (project.folder / name).unlink()
    assert "Ollama chooses one by the chat template in ./other.gguf, which" in project.render("user", code=2).stdout
    project.write("Modelfile", "FROM llama3.2\n")
    assert "which one `FROM llama3.2` brings is not known" in project.render("user", code=2).stdout


def test_a_plain_template(project):
    (project.folder / "chat_template.jinja").unlink()
    (project.folder / "tokenizer_config.json").unlink()
    project.write(
        "tunespec.toml",
        '[template.training]\nuser = "### Question:\\n{content}\\n"\nassistant = "### Answer:\\n{content}\\n### End"\n',
    )
    project.write("Modelfile", 'FROM ./m.gguf\nTEMPLATE """### Question:\n{{ .Prompt }}\n### Answer:\n"""\n')
    shown = project.render("user").stdout
    assert "training  the configuration, plain template" in shown
    assert "equal: 50 characters on both sides" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["usr"], "usr: no file, no record (FILE:LINE) and no probe (tunespec render --list); did you mean 'user'?"),
        (["train.jsonl"], "train.jsonl: which record of it? Name its line: tunespec render train.jsonl:1"),
        (["train.jsonl:4"], "train.jsonl:4: no record is there"),
        (["train.jsonl:2"], "train.jsonl:2: not valid JSON"),
        (["train.jsonl:3"], "train.jsonl:3: its columns (a, b) are of no known shape"),
        (["text.jsonl:1"], "text.jsonl:1: it holds a text that is rendered already, not a conversation"),
        (["away.jsonl:1"], "away.jsonl: no such file"),
        (["config.json"], "config.json: no request: it has neither messages, a prompt nor options"),
        (["options.json"], "it holds no messages and no prompt"),
        (["broken.json"], "broken.json: no valid JSON"),
        (["user", "nowhere"], "nowhere: no such file or folder"),
        (
            ["user", "empty"],
            "nothing to judge: no dataset, no template, no training run, no recorded output and no review",
        ),
        (["user", "data"], "data: no Modelfile, no chat template and no tokenizer configuration"),
        (["user", "data", "--side", "serving"], "data: no Modelfile; name it with --modelfile"),
        (
            ["user", "several"],
            "2 templates with their Modelfiles may be meant (several/a/Modelfile, several/b/Modelfile): name",
        ),
        (["user", "templates"], "several training templates may be meant (templates/a.jinja, templates/b.jinja)"),
        (["user", "--modelfile", "away"], "away: no such file"),
        (["user", "--template", "Modelfile"], "Modelfile: no chat template, tokenizer configuration or model file"),
        (["--raw"], "--raw prints one side: add --side training or --side serving"),
        (["--check", "--side", "serving"], "--check compares both sides: leave --side away"),
        (["--labels", "--raw", "--side", "training"], "--labels shows the training side"),
        (["--max-length", "3"], "--tokenizer and --max-length go with --labels"),
        (["--labels"], "no tokenizer.json is beside chat_template.jinja: name the model's with --tokenizer FILE"),
        (["--labels", "--tokenizer", "away"], "away: no such file"),
        (["--labels", "--tokenizer", "Modelfile"], "Modelfile: not a tokenizer.json that can be read"),
    ],
)
def test_refusals_are_one_sentence(project, arguments, words):
    project.write("train.jsonl", '{"prompt": "a", "completion": "b"}\n{"prompt"\n{"a": 1, "b": 2}\n')
    write_jsonl(project.folder / "text.jsonl", [{"text": "### Question: a ### Answer: b"}])
    project.write("config.json", '{"architectures": []}')
    project.write("options.json", '{"options": {"stop": ["x"]}}')
    project.write("broken.json", "{")
    write_jsonl(project.folder / "data/train.jsonl", [chat("a", "b")])
    (project.folder / "empty").mkdir()
    for name in "ab":
        project.write(f"several/{name}/Modelfile", MODELFILE)
        project.write(f"several/{name}/chat_template.jinja", CHATML)
        project.write(f"templates/{name}.jinja", CHATML)
    project.write("templates/Modelfile", MODELFILE)
    if arguments[0] == "--labels":
        arguments = [*arguments, "--template", "chat_template.jinja"]
    elif arguments[0] != "user":
        arguments = [*arguments, "--modelfile", "Modelfile"]
    result = project.render(*arguments, code=2)
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_flags_name_the_sides(project):
    project.write("other/Modelfile", MODELFILE.replace("user\n", "USER\n"))
    project.write("other/odd.jinja", CHATML.replace("message['role']", "message['role'] | upper"))
    assert "may be meant" in project.render("user", code=2).stderr
    shown = blocks(project.render("user", "--modelfile", "other/Modelfile", "--template", "other/odd.jinja").stdout)
    assert "<|im_start|>USER" in shown["both sides"]
    (text,) = blocks(project.render("user", "--side", "serving", "--modelfile", "Modelfile").stdout).values()
    assert "<|im_start|>user" in text


def test_a_model_file_holds_the_training_template(project):
    (project.folder / "model.gguf").write_bytes(gguf(entry("tokenizer.chat_template", STRING, CHATML + "from gguf")))
    shown = blocks(project.render("user", "--template", "model.gguf").stdout)
    assert shown["training"] == shown["serving"] + "from gguf"
    (project.folder / "chat_template.jinja").unlink()
    (project.folder / "tokenizer_config.json").unlink()
    assert blocks(project.render("user").stdout) == shown
    assert "no tokenizer.json is beside model.gguf" in project.render("user", "--labels", code=2).stderr


def test_the_record_says_which_pair_is_meant(project):
    for name in "ab":
        project.write(f"{name}/Modelfile", MODELFILE.replace("user\n", f"user {name}\n"))
        project.write(f"{name}/chat_template.jinja", CHATML)
        write_jsonl(project.folder / name / "train.jsonl", [chat("Who?", "Me.")])
    (project.folder / "Modelfile").unlink()
    assert "serving   b/Modelfile:2" in project.render("b/train.jsonl:1").stdout


def test_a_path_may_stand_where_the_target_does(project):
    project.write("deep/Modelfile", MODELFILE.replace("user\n", "USER\n"))
    project.write("deep/chat_template.jinja", CHATML)
    for path in ("deep", "deep/Modelfile"):
        assert "deep/Modelfile:2" in project.render(path, "--side", "serving").stdout


def test_the_probes_are_listed(project):
    listed = project.render("--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(probe_targets())
    for name in probe_targets():
        project.render(name)


# Labels


def test_labels_of_a_template_that_masks_the_end(project, snapshot):
    project.add_tokenizer()
    project.write("chat_template.jinja", MASKS_THE_END)
    shown = project.render("user-assistant-user", "--labels").stdout
    assert shown == snapshot
    assert f"$ tunespec render user-assistant-user --labels\n{shown}```" in PAGE.read_text(encoding="utf-8")
    project.render("--labels", "--check", code=1)


def test_labels_of_a_template_that_trains_the_end(project):
    project.add_tokenizer()
    project.write("chat_template.jinja", TRAINS_THE_END)
    shown = project.render("user", "--labels", "--check").stdout
    assert "| ⟦The Ebro reaches the Mediterranean Sea.<|im_end|>⏎\n  | ⟧" in shown
    assert "what stands in {% generation %} is trained" in shown


def test_labels_without_blocks_and_a_limit(project, snapshot):
    project.add_tokenizer()
    assert project.render("user-assistant-user", "--labels", "--max-length", "31").stdout == snapshot


def test_labels_by_the_configuration(project):
    project.add_tokenizer()
    (project.folder / "tokenizer.json").rename(project.folder / "mine.json")
    project.write("tunespec.toml", '[pitfalls.missing-end-marker]\ntokenizer = "mine.json"\nmax_length = 5\n')
    shown = project.render("user", "--labels").stdout
    assert "tokenizer  mine.json" in shown
    assert "(max_length 5)" in shown
    assert "warning: no token is trained" in shown
    assert "(max_length 6)" in project.render("user", "--labels", "--max-length", "6").stdout


def test_labels_of_a_plain_template(project):
    project.add_tokenizer()
    project.write(
        "tunespec.toml",
        '[template.training]\nuser = "Q: {content}\\n"\nassistant = "A: {content}\\n### End\\n"\n'
        '[pitfalls.missing-end-marker]\ntokenizer = "tokenizer.json"\n',
    )
    shown = project.render("user", "--labels", "--check").stdout
    assert "| A: ⟦The Ebro reaches the Mediterranean Sea.⏎\n  | ### End⏎\n  | ⟧" in shown


def test_labels_of_an_answer_that_the_template_changes(project):
    project.add_tokenizer()
    project.write("chat_template.jinja", CHATML.replace("message['content']", "message['content'] | upper"))
    shown = project.render("user", "--labels").stdout
    assert "warning: answer 1 cannot be found in the text: the template changes or drops what is said" in shown


def test_labels_refuse_what_the_template_refuses(project):
    project.add_tokenizer()
    project.write("chat_template.jinja", NO_SYSTEM)
    assert "refuses the conversation: System role not supported" in project.render("--labels", code=2).stderr


def test_labels_without_the_library(project, monkeypatch):
    project.add_tokenizer()
    monkeypatch.setitem(__import__("sys").modules, "tokenizers", None)
    assert "pip install tunespec[tokenizers]" in project.render("--labels", code=2).stderr


# Colours


def test_colours_change_nothing_but_colours():
    text = "<s>One  two<|im_end|>\n\t<own>"
    painted = Paint(colour=True).block(text, ["<own>"])
    assert ANSI.sub("", painted) == Paint(colour=False).block(text, ["<own>"])
    assert "\x1b[36m\x1b[1m<own>\x1b[0m" in painted
    assert all(line.endswith("\x1b[0m") for line in painted.split("\n"))  # no colour runs into the margin


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_on_a_terminal(project, monkeypatch, environment, coloured):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("tunespec.templates.paint.is_terminal", lambda _: True)
    assert ("\x1b[" in project.render("user", color=True).stdout) is coloured
    project.add_tokenizer()
    shown = project.render("user", "--labels", color=True).stdout
    assert (OPENS in shown) is not coloured


def test_a_pipe_gets_no_colours(project):
    result = run_tunespec("render", "user", cwd=project.folder)
    assert result.returncode == 0, result.stderr
    assert "\x1b" not in result.stdout
    raw = run_tunespec("render", "user", "--side", "serving", "--raw", cwd=project.folder)
    assert raw.stdout == blocks(result.stdout)["both sides"]


# Laws


@given(TEXTS)
def test_what_is_visible_is_the_text(text):
    assert literal(visible(text)) == text
    assert len(signs(text)) == len(text)


@given(TEXTS)
def test_nothing_invisible_is_left(text):
    left = [sign for sign in visible(text) if not sign.isprintable() and sign not in "\n\t"]
    assert left == []
    assert not re.search(r" (?=[\n\r\t]|\Z)|  ", visible(text))


@given(TEXTS)
def test_a_block_holds_the_text(text):
    lines = Paint(colour=False).block(text).split("\n")
    assert all(line.startswith("  | ") for line in lines)
    assert literal("\n".join(line[4:] for line in lines)) == text


@given(TEXTS, st.data())
def test_labels_hold_the_text(text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    tokens = tuple(pairwise(cuts))
    spans = tuple(zip(cuts[::3], cuts[1::3], strict=False))
    limit = data.draw(st.none() | st.integers(1, 6))
    labels = Labels(TrainingText(text, spans, (), "", None), tokens, limit)
    assert "".join(text[run.start : run.end] for run in labels.runs()) == text
    assert labels.count("trained") + labels.count("masked") + labels.count("cut") == len(tokens)
    assert labels.count("cut") == (max(0, len(tokens) - limit) if limit is not None else 0)
    lines = [line[4:] for line in Paint(colour=False).labels(labels).split("\n")]
    bare = "\n".join(lines)
    for sign in OPENS + CLOSES + CUT:
        bare = bare.replace(sign, "")
    assert literal(bare) == text


@given(st.characters())
def test_code_points(character):
    assert literal(code_point(character)) == character


def test_a_token_is_trained_if_it_holds_a_trained_character():
    text = TrainingText("abcdef", ((2, 3),), (Answer(1, 2, 3, None),), "", None)
    assert Labels(text, ((0, 2), (2, 2), (1, 4), (4, 6))).states == ("masked", "masked", "trained", "masked")


def test_the_asked_prompt_may_lack_the_bos_token():
    sides = [Rendering("training", "a", "<s>a"), Rendering("serving", "b", "a")]
    text, code = screen(Target("probe user", ()), sides, lambda *_: None, Paint(colour=False))
    assert code == 0
    assert "equal: 1 character on both sides, but for `<s>`, which the server's tokenizer puts before" in text
    assert Asked().side == "both"


def test_a_tokenizer_counts_in_characters(project):
    project.add_tokenizer()
    from tokenizers import Tokenizer

    text = TrainingText("é<|im_end|>日", ((0, 1),), (), "", None)
    found = label(text, Tokenizer.from_file("tokenizer.json"))
    assert found.tokens == ((0, 1), (1, 11), (11, 12))
    assert found.states == ("trained", "masked", "masked")
