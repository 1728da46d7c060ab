"""Nothing that a hostile template does reaches outside, takes long, or fills the memory.

The templates are rendered in a Python of their own, whose audit hook writes down every event: the hook of the renderer
sees each one after it. A second run watches the process that asks the renderer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.chat_templates import real_templates
from tunespec.templates.errors import TemplateError
from tunespec.templates.hostile import Attempt, attempts
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.jinja_process import Bounds, RenderProcess
from tunespec.templates.process_usage import _from_psutil, usage
from tunespec.templates.rendered import Rendered

HELLO = [{"role": "user", "content": "Hello"}]
BOUNDS = Bounds(seconds=0.5, megabytes=100, characters=1_000_000)
ESCAPES = [
    "{{ lipsum.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__.os.system('id') }}",
    "{{ namespace.__init__.__globals__.os.system('id') }}",
    "{{ self.__init__.__globals__.__builtins__.__import__('os').popen('id').read() }}",
    "{{ self._TemplateReference__context.cycler.__init__.__globals__.os }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ().__class__.__base__.__subclasses__() }}",
    "{{ messages.__class__.__base__.__subclasses__() }}",
    "{{ ''['__cla' ~ 'ss__']['__mro__'] }}",
    "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'].mro() }}",
    "{{ ''|attr('__class__')|attr('__mro__') }}",
    "{{ ''|attr(['_' * 2, 'class', '_' * 2]|join)|attr('mro')() }}",
    "{{ messages|map(attribute='__class__')|list }}",
    "{{ messages|groupby('__class__.__base__') }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(raise_exception) }}",
    "{{ '{m.__class__}'.format_map({'m': messages}) }}",
    "{{ ('%s' % messages)['format'].__self__ }}",
    "{{ ['{0.__class__}']|map('format', 1)|list }}",
    "{{ ['{0.__class__}'.format]|map('call') }}",
    "{{ raise_exception.__globals__ }}{{ strftime_now.__closure__ }}",
    "{{ dict.fromkeys.__func__.__globals__ }}",
    "{{ namespace(__class__=1) }}",
    "{% set ns = namespace() %}{% set ns.__class__ = 1 %}",
    "{% for x in messages %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "{% macro m() %}{{ caller.__init__ }}{% endmacro %}{{ m.__init__.__globals__ }}{{ m._func.__globals__ }}",
    "{{ messages.append(1) }}",
    "{{ messages[0].clear() }}",
    "{{ (messages|map('upper')).gi_frame.f_globals }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os.system('id') }}",
    "{% from 'os' import system %}",
    "{% extends '/etc/passwd' %}",
    "{{ open('/etc/passwd').read() }}",
    "{{ eval('1') }}{{ __import__('os') }}",
    "{{ ''.encode('cp037') }}",
    "{{ ''.encode('antigravity') }}",
    "{{ messages|tojson(default=1) }}",
    "{{ lipsum() }}{{ messages|pprint }}{{ 'http://a.bc'|urlize }}{{ '<a>'|striptags }}{{ 'a b'|wordwrap(1) }}",
]
BOMBS = [
    "{% for i in range(10**9) %}a{% endfor %}",
    "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "{% for i in range(99999) %}{{ 'a' * 1000 }}{% endfor %}",
    "{{ 'a' * 10**10 }}",
    "{% set n = messages|length * 10**10 %}{{ 'a' * n }}",
    "{{ ['a'] * 10**10 }}",
    "{{ 2**(10**9) }}",
    "{% set n = messages|length * 10**9 %}{{ (3**n) is odd }}",
    "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}",
    "{% for m in messages recursive %}{{ loop(messages) }}{% endfor %}",
    "{{ '%1000000000s'|format('a') }}",
    "{{ '%1000000000s' % 'a' }}",
    "{{ '{:>1000000000}'.format('a') }}",
    "{{ '{:>{}}'.format('a', 10**9) }}",
    "{{ 'a'.center(10**10) }}{{ 'a'.ljust(10**10) }}",
    "{{ 'a'|center(10**9) }}",
    "{{ '1'.zfill(10**10) }}",
    "{{ ('\t' * 9999).expandtabs(10**6) }}",
    "{{ 'a'|indent(10**9, true) }}",
    "{{ [1]|batch(10**9, 'a')|list }}",
    "{{ [1]|slice(10**9, 'a')|list }}",
    "{{ messages|tojson(indent=10**9) }}",
    "{{ lipsum(n=10**7) }}",
    "{{ (range(99999)|list * 9999)|join('abc') }}",
    "{{ ('a' * 99999)|replace('a', 'b' * 99999) }}",
    "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=[]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=9) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}{{ ns.x is odd }}",
    "{{ strftime_now('%c' * 10**7) }}",
    "{{ range(99999)|map('string')|map('list')|map('tojson')|list|tojson|length }}" * 50,
    "{{" + "(" * 100_000 + "}}",
    "{{ a" + ".b" * 100_000 + " }}",
    "{% if a %}" * 10_000,
    "{{ " + "-" * 100_000 + "1 }}",
    "{{ 1" + " + 1" * 20_000 + " }}",
    "{{ '" + "\\" * 100_000,
]
WATCHED = """
import json, sys
sources, bounds = json.loads(sys.stdin.readline()), json.loads(sys.stdin.readline())
hello = [{"role": "user", "content": "Hello"}]
seen, on = [], False
def hook(event, arguments):
    if on:
        seen.append([event, str(arguments[1] if event == "compile" else arguments[0] if arguments else "")[:200]])
"""
IN_WORKER = """
from tunespec.templates.jinja_worker import Renderer, Wall, bound
wall = Wall()
renderer = Renderer(wall)
sys.addaudithook(hook)  # the first hook sees what the second one stops
sys.addaudithook(wall)
answers = []
wall.up = on = True
for source in sources:
    request = {"source": source, "now": "2026-01-01", "characters": bounds["characters"]}
    answer = renderer.answer(request, {"messages": hello})
    answers.append([answer, seen[:]])
    seen.clear()
on = wall.up = False
print(json.dumps(answers))
"""
IN_PARENT = """
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.jinja_process import Bounds
from tunespec.templates.hostile import attempts
bounds = Bounds(**bounds)
ChatTemplate("a", bounds=bounds).render(hello)
attempts("{{ 'a' }}")
sys.addaudithook(hook)
on = True
for source in sources:
    ChatTemplate(source, bounds=bounds).render_all([hello])
    try:
        attempts(source)
    except ValueError:
        pass
on = False
print(json.dumps(seen))
"""
COMPILED = {"compile", "exec"}  # the code that Jinja made of the template, which Python names so
HARMLESS = {"builtins.id", "object.__getattr__"}  # pprint; our look at a traceback


def watched(program: str, sources: list[str]) -> Any:
    """What a program prints about templates."""
    given = f"{json.dumps(sources)}\n{json.dumps(vars(BOUNDS))}\n"
    command = [sys.executable, "-P", "-c", f"import sys; sys.path += {sys.path!r}\n{WATCHED}{program}"]
    ran = subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """Each template that tries to escape, with the renderer's answer and the events."""
    return dict(zip(ESCAPES, watched(IN_WORKER, ESCAPES), strict=True))


@pytest.mark.parametrize("source", ESCAPES)
def test_nothing_happens_but_rendering(answers: dict[str, Any], source: str):
    answer, events = answers[source]
    outside = [event for event in events if not _is_renderings(*event)]
    if answer.get("error", "").startswith("tried to reach outside"):
        # A codec asked for by its name: stopped before anything was opened. Or a generator's frame: not read.
        assert [name for name, _ in outside] == (["import"] if "import" in answer["error"] else [])
    else:
        assert outside == []


def _is_renderings(event: str, about: str) -> bool:
    return event in HARMLESS or (event in COMPILED and "<template>" in about)


@pytest.mark.parametrize("source", ESCAPES)
def test_no_secret_is_in_the_text(answers: dict[str, Any], source: str):
    text = answers[source][0].get("text", "")
    assert not any(word in text for word in ("<class 'object'", "<module", "builtin", "globals", "/bin", "root:"))


def test_the_asking_process_does_nothing_but_ask():
    events = watched(IN_PARENT, ESCAPES)
    assert [event for event in events if event[0] not in HARMLESS] == []


@pytest.mark.slow
@pytest.mark.parametrize("source", BOMBS, ids=range(len(BOMBS)))
def test_time_memory_and_output_are_bounded(source: str):
    began = time.process_time()
    (result,) = ChatTemplate(source, bounds=BOUNDS).render_all([HELLO])
    assert time.process_time() - began < 2
    assert isinstance(result, TemplateError) or len(result.text) <= BOUNDS.characters
    if isinstance(result, TemplateError):
        assert str(result).count("\n") == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel keeps no record of it")
def test_the_memory_of_the_worker_stays_within_its_bound():
    process = RenderProcess(BOUNDS)
    status = Path(f"/proc/{process._process.pid}/status")
    before = usage(process._process.pid).megabytes
    for source in BOMBS:
        if process.ended:
            process = RenderProcess(BOUNDS)
            status = Path(f"/proc/{process._process.pid}/status")
        _ask(process, source)
        if not process.ended:
            peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
            assert int(peak.split()[1]) / 1024 < before + BOUNDS.megabytes
    process.close()


def test_memory_is_watched_where_the_system_does_not_bound_it():
    process = RenderProcess(Bounds(seconds=20, megabytes=4000))
    process._bounds = BOUNDS
    source = "{% set ns = namespace(x='a' * 1000) %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
    (answer,) = _ask(process, source)
    assert answer["error"] == "needs more than 100 MB of memory"
    assert process.ended


def test_the_two_ways_to_look_at_a_process_agree():
    pytest.importorskip("psutil")
    with subprocess.Popen([sys.executable, "-c", "x = 'a' * 10**8; print(sum(range(10**6))); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # fmt: skip  # noqa: E501
        assert process.stdout is not None
        process.stdout.readline()
        own, other = usage(process.pid), _from_psutil(process.pid)
        process.kill()
    assert own.megabytes == pytest.approx(other.megabytes, rel=0.05)
    assert own.megabytes > 95
    assert own.seconds == pytest.approx(other.seconds, abs=0.1)
    assert usage(process.pid) == (0, 0)


def test_a_process_is_looked_at_with_those_that_it_started():
    """On Windows, the Python of a virtual environment only starts another one, which does the work."""
    pytest.importorskip("psutil")
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    inner = "x = 'a' * 10**8; print(sum(range(10**6)), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program, inner], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # fmt: skip  # noqa: E501
        assert process.stdout is not None
        process.stdout.readline()
        both = _from_psutil(process.pid)
        process.communicate(b"\n")
    assert both.megabytes > 95
    assert _from_psutil(process.pid) == (0, 0)


def test_a_template_that_ended_its_process_is_not_tried_again():
    template = ChatTemplate(
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", bounds=BOUNDS
    )
    results = template.render_all([HELLO] * 50)
    began = time.process_time()
    results += template.render_all([HELLO] * 50)
    assert time.process_time() - began < 0.2
    assert {str(result) for result in results} == {"the template takes longer than 0.5 s"}


def test_the_next_template_is_rendered_by_a_new_process():
    with pytest.raises(TemplateError):
        ChatTemplate(
            "{% for i in range(99999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}", bounds=BOUNDS
        ).render(HELLO)
    assert ChatTemplate("a", bounds=BOUNDS).render(HELLO) == Rendered("a")


def test_a_worker_that_dies_is_an_error_not_a_crash():
    process = RenderProcess(BOUNDS)
    process._process.kill()
    (answer,) = _ask(process, "a")
    assert "ended the process" in answer["error"] or "pipe" in answer["error"].lower()


def _ask(process: RenderProcess, source: str) -> list[dict[str, Any]]:
    request = {"source": source, "now": "2026-01-01", "characters": BOUNDS.characters}
    return process.ask({**request, "conversations": [{"messages": HELLO}]})


@pytest.mark.skipif(not real_templates(), reason="no corpora beside the repository (../shared/corpora)")
@pytest.mark.parametrize("name", sorted(real_templates()))
def test_no_real_template_is_hostile(name: str):
    assert attempts(real_templates()[name]) == ()


@pytest.mark.parametrize(
    ("source", "line", "what"),
    [
        ("a\n{{ lipsum.__globals__ }}", 2, "reads Python's internals (`__globals__`)"),
        ("{{ m['__cl' ~ 'ass__'] }}", 1, "reads Python's internals (`__class__`)"),
        ("{{ m|attr('__class__') }}", 1, "reads Python's internals (`attr` with `__class__`)"),
        ("{{ m|attr(name) }}", 1, "reads an attribute whose name it computes (`attr`)"),
        ("{{ m|attr(*['__class__']) }}", 1, "reads Python's internals (`attr` with `__class__`)"),
        ("{{ m|attr(*names) }}", 1, "reads an attribute whose name it computes (`attr`)"),
        ("{{ m|attr(name='__class__') }}", 1, "reads Python's internals (`attr` with `__class__`)"),
        ("{{ m|join(', ', '__class__') }}", 1, "reads Python's internals (`join` with `__class__`)"),
        ("{{ m|sort(attribute='__class__') }}", 1, "reads Python's internals (`sort` with `__class__`)"),
        ("{{ m|map('attr', '__class__')|list }}", 1, "reads Python's internals (`map` with `__class__`)"),
        ("{{ m|map(name, '__class__')|list }}", 1, "reads Python's internals (`map` with `__class__`)"),
        ("{{ m|sum('__class__') }}", 1, "reads Python's internals (`sum` with `__class__`)"),
        ("{{ m|map(attribute='a.__class__')|list }}", 1, "reads Python's internals (`map` with `a.__class__`)"),
        ("{{ '{0.__class__}'.format(1) }}", 1, "reads Python's internals through a format string (`{0.__class__}`)"),
        ("{{ self._TemplateReference__context }}", 1, "reads Python's internals (`_TemplateReference__context`)"),
        ("{{ x.gi_frame }}", 1, "reads Python's internals (`gi_frame`)"),
        ("\n\n{% include 'x' %}", 3, "loads another template (`x`)"),
        ("{% import name as y %}", 1, "loads another template (a name that it computes)"),
        ("{{ open('x') }}", 1, "calls Python's `open`"),
        ("{{ range(10**9) }}", 1, "gives an enormous number to a function"),
        ("{{ 'a'|center(1000000000) }}", 1, "gives an enormous number to a function"),
        ("{{ 'a' * 10000000000 }}", 1, "multiplies by an enormous number"),
        ("{{ 2 ** 1000000 }}", 1, "computes an enormous power"),
        (f"{{{{ range(0x{'f' * 400_000} ** 64) }}}}", 1, "gives an enormous number to a function"),
        ("{{ '%1000000000s'|format(1) }}", 1, "asks for a text of enormous width (`%1000000000`)"),
        ("{{ '{:>1000000000}'.format(1) }}", 1, "asks for a text of enormous width (`{:>1000000000}`)"),
    ],
)
def test_what_a_template_tries_is_named(source: str, line: int, what: str):
    assert attempts(source) == (Attempt(line, what),)


@pytest.mark.parametrize(
    "source",
    [
        "{% macro open(x) %}{{ x }}{% endmacro %}{{ open('<tool>') }}",
        "{{ message['_id'] }}{{ ns._count }}",
        "def __init__(self): {{ '__init__ is a method' }}",
        "{{ 2 ** 8 * 1000 }}{{ range(100) }}{{ '%5d'|format(3) }}",
        "{{ tools|join('___') }}{{ tools|join(d='__') }}{{ tools|map('join', '__')|list }}",
        "{{ tools|selectattr('name', 'equalto', '__init__')|list }}{{ tools|map(attribute='a', default='__')|list }}",
        "{# {{ x.__class__ }} #}{% raw %}{{ x.__class__ }}{% endraw %}",
    ],
)
def test_what_merely_looks_hostile_is_not_named(source: str):
    assert attempts(source) == ()


@pytest.mark.parametrize("begin", ["{:", "{", "{.", "{._", "{0.__", "%", "%0", "{:%", "{a.", "{{:"])
@pytest.mark.parametrize("again", ["1", ":", "_", ".", "._", "{", "{:", "%", "0", "0000000 ", "1111111a", "[_", "}"])
def test_a_long_text_is_looked_at_in_no_time(begin: str, again: str):
    for times in (2_000, 64_000):
        began = time.process_time()
        attempts(f"{{{{ {begin + again * times!r} }}}}")
        assert time.process_time() - began < 1


def test_a_number_that_python_does_not_read_is_an_error_of_the_template():
    with pytest.raises(TemplateError, match="no valid Jinja"):
        attempts("{{ " + "1" * 5000 + " }}")
