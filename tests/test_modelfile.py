"""The Modelfile's grammar and traps, rule by rule; each expected value was compared with Ollama 0.34.2's own parser."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.corpora import CORPORA
from tunespec.templates.modelfile import Modelfile, ModelfileError, parse_modelfile
from tunespec.templates.printable import is_printable
from tunespec.templates.trap_kinds import TrapKind

UNKNOWN_COMMAND = "command must be one of"
needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
FILES = sorted((CORPORA / "modelfiles").glob("[!.]*/*Modelfile"))


def parse(text: str) -> Modelfile:
    """A Modelfile of a base model and the given lines, which begin in line 2."""
    return parse_modelfile(f"FROM base\n{text}".encode())


def commands(text: str) -> list[tuple[str, str]]:
    return [(given.command, given.value) for given in parse(text).instructions[1:]]


def kinds(text: str) -> list[tuple[str, int]]:
    return [(trap.kind, trap.line) for trap in parse(text).traps]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("system Be kind.", [("system", "Be kind.")]),
        ("\t SyStEm\tBe kind. \t", [("system", "Be kind.")]),
        ("# a note\n\n  # another\nSYSTEM x", [("system", "x")]),
        ("SYSTEM a # b", [("system", "a # b")]),
        ("SYSTEM # b", [("system", "# b")]),
        ("SYSTEM ", [("system", "")]),
        ("SYSTEM \nTEMPLATE x", [("system", ""), ("template", "x")]),
        ('SYSTEM " a "', [("system", " a ")]),
        ('SYSTEM ""', [("system", "")]),
        ('SYSTEM "a"b"', [("system", 'a"b')]),
        ('SYSTEM a"', [("system", 'a"')]),
        ("SYSTEM 'a'", [("system", "'a'")]),
        (r'SYSTEM "a\"b\n"', [("system", r"a\"b\n")]),
        ('SYSTEM "a\n# b\n\tc"', [("system", "a\n# b\n\tc")]),
        ('SYSTEM "a" # b\nTEMPLATE "c"', [("system", 'a" # b\nTEMPLATE "c')]),
        ('SYSTEM """a"""', [("system", "a")]),
        ('SYSTEM """\na\n"""', [("system", "\na\n")]),
        ('SYSTEM """a "b" """c"""', [("system", 'a "b" """c')]),
        ('SYSTEM """"a""""', [("system", '"a"')]),
        ('SYSTEM """"""', [("system", "")]),
        ('SYSTEM """\n"""', [("system", "\n")]),
        ('SYSTEM """"""" ', [("system", '"')]),
        ('SYSTEM """a"""  \t\nTEMPLATE b', [("system", "a"), ("template", "b")]),
        ('SYSTEM "a\r\nb"\r\nTEMPLATE c\r\n', [("system", "a\r\nb"), ("template", "c")]),
        ("SYSTEM a\rTEMPLATE b", [("system", "a"), ("template", "b")]),
        ("PARAMETER stop ### End", [("stop", "### End")]),
        ("PARAMETER\tstop\t x", [("stop", "x")]),
        ("PARAMETER  stop x", [("", "stop x")]),
        ("PARAMETER system Be kind.", [("system", "Be kind.")]),
        ("MESSAGE user a: b", [("message", "a: b")]),
        ("SYSTEM a\u00a0b\u200bc\u3000\u00add\x07", [("system", "abcd")]),
        ("SYSTEM ▁<｜end▁of▁sentence｜>é\u0301🫨", [("system", "▁<｜end▁of▁sentence｜>é\u0301🫨")]),
        ("SYSTEM a\u2028b\x0b\x0c\x85c", [("system", "abc")]),
        ("\u200bSYSTEM a", [("system", "a")]),
        ("RENDERER qwen3\nPARSER p\nREQUIRES 0.14\nDRAFT d", [
            ("renderer", "qwen3"), ("parser", "p"), ("requires", "0.14"), ("draft", "d"),
        ]),
    ],
)  # fmt: skip
def test_each_rule_of_the_grammar(text, found):
    assert commands(text) == found


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "no FROM line"),
        ("# FROM a\nSYSTEM x\n", 2, "no FROM line"),
        ("FROM", 1, "unexpected EOF"),
        ("FROM a\nSYSTEM\nx", 2, UNKNOWN_COMMAND),
        ("FROM a\n\nSTOP x", 3, UNKNOWN_COMMAND),
        ("FROM a\r\n\r\nSTOP x", 3, UNKNOWN_COMMAND),
        ("FROM a\nſYSTEM x", 2, UNKNOWN_COMMAND),
        ("FROM a\nSYSTEM:x", 2, UNKNOWN_COMMAND),
        ('FROM a\nSYSTEM "a\n', 2, "unexpected EOF"),
        ('FROM a\nSYSTEM """a""\n', 2, "unexpected EOF"),
        ('FROM a\nSYSTEM """"\n""', 2, "unexpected EOF"),
        ("FROM a\nPARAMETER stop\n", 2, "unexpected EOF: stop"),
        ("FROM a\nPARAMETER stop", 2, "unexpected EOF"),
        ("FROM a\nPARAMETER top-p 1", 2, "unexpected EOF: top"),
        ("FROM a\nMESSAGE tool x", 2, 'message role must be one of "system", "user", or "assistant"'),
        ("FROM a\nMESSAGE User x", 2, 'message role must be one of "system", "user", or "assistant"'),
        ("FROM a\nMESSAGE  user x", 2, 'message role must be one of "system", "user", or "assistant"'),
    ],
)
def test_what_ollama_refuses(text, line, message):
    with pytest.raises(ModelfileError) as error:
        parse_modelfile(text.encode())
    assert error.value.line == line
    assert error.value.message.startswith(message)
    assert str(error.value).startswith(f"(line {line}): {message}")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "SYSTEM Be kind.\nBe brief.",
            'a value without quotes ends with its line, such as SYSTEM in line 2; use `"""`',
        ),
        ('SYSTEM "Say "yes"\nor no."', 'the value of SYSTEM in line 2 has ended: a line before this one ends with `"`'),
        ('SYSTEM """a""" # b\n', "`# b` is no comment there, but text of the value"),
        ("PARAMETER top-p 1", "PARAMETER needs a name, a blank and a value in one line"),
    ],
)
def test_a_refusal_says_what_may_have_caused_it(text, hint):
    with pytest.raises(ModelfileError) as error:
        parse(text)
    assert hint in str(error.value)


def test_encodings():
    text = 'FROM a\nSYSTEM """é🙂"""'
    for content in (text.encode(), text.encode("utf-8-sig"), text.encode("utf-16")):
        assert parse_modelfile(content).system == "é🙂"
    assert parse_modelfile(b"\xfe\xff" + text.encode("utf-16-be")).system == "é🙂"
    assert parse_modelfile(b"FROM a\nSYSTEM b\xe9\x8ac\xff\xfe").system == "b\ufffdc\ufffd\ufffd"


def test_what_a_modelfile_says():
    found = parse(
        'TEMPLATE """{{ .Prompt }}"""\nSYSTEM a\nSYSTEM b\nADAPTER ./x.gguf\nLICENSE MIT\nLICENSE """\nApache\n"""\n'
        'PARAMETER stop "### End"\nPARAMETER stop <|im_end|>\nPARAMETER num_ctx 4096\nPARAMETER num_ctx 8_192\n'
        "PARAMETER temperature .5\nPARAMETER use_mmap T\nPARAMETER mirostat 1\nPARAMETER typical_p 1\n"
        "MESSAGE user Hi: you\nMESSAGE assistant Yes.\nRENDERER r\nPARSER p\n"
    )
    assert (found.base, found.template, found.system, found.renderer) == ("base", "{{ .Prompt }}", "b", "r")
    assert [given.value for given in found.given("license")] == ["MIT", "\nApache\n"]
    assert found.stops == ("### End", "<|im_end|>")
    assert found.parameters == {"num_ctx": 4096, "temperature": 0.5, "use_mmap": True}
    assert found.messages == ({"role": "user", "content": "Hi: you"}, {"role": "assistant", "content": "Yes."})
    assert (found.instructions[1].line, found.instructions[1].column) == (2, 10)


def test_what_is_absent_or_empty_leaves_the_base_models():
    found = parse('TEMPLATE ""\nSYSTEM ')
    assert (found.template, found.system, found.renderer, found.stops) == (None, None, None, ())


TRAPS = [
    ("SYSTEM a\u00a0b", "dropped_characters"),
    ('PARAMETER stop "<|end|>\u200b"', "dropped_characters"),
    (r'PARAMETER stop "\n"', "not_an_escape"),
    (r'PARAMETER stop "\n\nUser:"', "not_an_escape"),
    (r"TEMPLATE User: {{ .Prompt }}\nBot:", "not_an_escape"),
    (r'TEMPLATE "say \"{{ .Prompt }}\""', "not_an_escape"),
    (r'SYSTEM "You are kind.\nBe brief."', "not_an_escape"),
    ('TEMPLATE """a\r\nb"""', "carriage_return"),
    ('SYSTEM "a\r\nb"', "carriage_return"),
    ("PARAMETER stop <|end|> # the turn's end", "hash_in_value"),
    ("SYSTEM Be kind. # persona", "hash_in_value"),
    ("FROM other # the base", "hash_in_value"),
    ('PARAMETER stop "<|end|>" # note\n# "quoted"', "hash_in_value"),
    ('TEMPLATE """\n{{ .Prompt }}"""', "newline_around_template"),
    ('TEMPLATE """{{ range .Messages }}{{ .Content }}{{ end }}\n"""', "newline_around_template"),
    ("PARAMETER stop '### End'", "quotes_are_text"),
    ('PARAMETER stop = "### End"', "equals_is_text"),
    ('PARAMETER stop ="### End"', "equals_is_text"),
    ("PARAMETER stop = ### End", "equals_is_text"),
    ("PARAMETER stop “### End”", "quotes_are_text"),
    ('PARAMETER stop ### End"', "quotes_are_text"),
    ('PARAMETER stop ["a", "b"]', "list_is_text"),
    ("PARAMETER stop []", "list_is_text"),
    ("PARAMETER max_tokens 3", "unknown_parameter"),
    ("PARAMETER  num_ctx 3", "unknown_parameter"),
    ("PARAMETER Stop x", "wrong_case_parameter"),
    ("PARAMETER num_predict 128 # x", "wrong_type_parameter"),
    ("PARAMETER num_ctx 4k", "wrong_type_parameter"),
    ("PARAMETER num_ctx 1.5", "wrong_type_parameter"),
    ("PARAMETER temperature 0,7", "wrong_type_parameter"),
    ("PARAMETER use_mmap yes", "wrong_type_parameter"),
    ("PARAMETER typical_p 0.9", "refused_parameter"),
    ("PARAMETER mirostat 2", "deprecated_parameter"),
    ("PARAMETER system x", "parameter_is_command"),
    ("PARAMETER model x", "parameter_is_command"),
    ("REQUIRES latest", "wrong_version"),
    ('TEMPLATE ""', "empty_value"),
]


@pytest.mark.parametrize(("text", "kind"), TRAPS)
def test_each_trap(text, kind):
    assert kinds(text) == [(kind, 2)]


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("TEMPLATE a\nPARAMETER top_k 1\nTEMPLATE b", "given_twice", 4),
        ("SYSTEM a\nSYSTEM b", "given_twice", 3),
        ("PARAMETER num_ctx 1\nPARAMETER num_ctx 2", "given_twice", 3),
        ('PARAMETER stop a\nPARAMETER stop "a"', "repeated_stop", 3),
        ('SYSTEM """a\n\n\u200bb"""', "dropped_characters", 4),
        ('TEMPLATE """a\n{{ .Prompt }}\\nb"""', "not_an_escape", 3),
    ],
)
def test_a_trap_has_the_line_where_it_is(text, kind, line):
    assert kinds(text) == [(kind, line)]


def test_a_comment_behind_quotes_swallows_what_follows():
    text = 'SYSTEM """a""" # note\nPARAMETER stop x\nTEMPLATE """b"""'
    assert kinds(text) == [("hash_in_value", 2), ("swallowed_instruction", 3), ("swallowed_instruction", 4)]


@pytest.mark.parametrize(
    "text",
    [
        "PARAMETER stop ### End",
        "PARAMETER stop [INST]\nPARAMETER stop [e~[",
        'PARAMETER stop "### End"\nPARAMETER stop "<|im_end|>"',
        'PARAMETER stop "\n### "',
        'TEMPLATE """\n{{- if .System }}{{ .System }}{{ end }}{{ .Prompt }}"""',
        'TEMPLATE """{{ .Prompt }}<|im_end|>\n<|im_start|>assistant\n"""',
        'TEMPLATE """{{ .Prompt }}{{ .Response }}<|im_end|>\n"""',
        'TEMPLATE """{{ range .Messages }}{{ .Content }}{{ end -}}\n"""',
        r'TEMPLATE """{{ .Prompt }}{{ "\n" }}"""',
        'SYSTEM """Answer in JSON: {\\"a\\": 1}. Write $\\nabla f$ in LaTeX."""',
        "PARAMETER stop ```\nPARAMETER stop '",
        'SYSTEM """Write a Dockerfile:\nFROM node:22\nSYSTEM prune"""',
        "SYSTEM Add a hashtag such as #tunespec to each post.",
        "SYSTEM C# and F# are languages.",
        "SYSTEM Die Zahl der Emojis 👍🏽 bleibt, auch ❤️.",
        "LICENSE MIT # a licence",
        "FROM ./model.gguf\nFROM ./projector.gguf",
        "MESSAGE user a\nMESSAGE user a",
        'SYSTEM """\nBe kind.\n"""',
        'PARAMETER stop User: \nPARAMETER stop ""',
        'PARAMETER num_ctx "4096"\nPARAMETER temperature 7e-1\nPARAMETER seed -1',
    ],
)
def test_what_is_no_trap(text):
    assert kinds(text) == []


def test_every_kind_of_trap_is_tested():
    tested = {kind for _, kind in TRAPS} | {"given_twice", "repeated_stop", "swallowed_instruction", "replaced_bytes"}
    assert tested == set(get_args(TrapKind))


def test_a_forgotten_quote_swallows_what_follows():
    text = 'SYSTEM """Be kind.\n\nPARAMETER stop x\nTEMPLATE """b"""'
    assert kinds(text) == [("swallowed_instruction", 4), ("swallowed_instruction", 5)]


def test_a_trap_says_what_is_there():
    found = parse("SYSTEM a\u00a0b\u00a0c\u200d\nPARAMETER max_tokens 3\nSYSTEM \ufffd").traps
    assert [trap.text for trap in found] == [
        "SYSTEM loses U+00A0 NO-BREAK SPACE (2 times), U+200D ZERO WIDTH JOINER, first in column 9",
        "unknown parameter 'max_tokens'; did you mean `num_predict`?",
        "SYSTEM has U+FFFD 1 times",
        "SYSTEM replaces the one of line 2",
    ]
    assert [trap.fatal for trap in found] == [False, True, False, False]


@needs_corpora
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_real_modelfiles(path):
    found = parse_modelfile(path.read_bytes())
    assert found.base
    assert found.traps == ()


PIECES = [
    "FROM ",
    "PARAMETER ",
    "TEMPLATE ",
    "SYSTEM ",
    "MESSAGE ",
    "stop ",
    "num_ctx ",
    "user ",
    '"',
    '"""',
    "#",
    "\\n",
]
PIECES += [" ", "\t", "\n", "\r\n", "\r", "x", "12", "\u00a0", "\u200b", "\ufeff", "{{ .Prompt }}", "é", "\0"]


def outcome(content: bytes) -> Modelfile | None:
    try:
        return parse_modelfile(content)
    except ModelfileError as error:
        return None if error.line >= 1 else pytest.fail("no line")


@given(st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=30).map(lambda p: "".join(p).encode()))
@example(b"")
@example(b"\xff\xfe\x00")
@example(b"FROM x\n" + b'SYSTEM """' + b"\n" * 1000)
@settings(max_examples=300)
def test_any_bytes_give_a_modelfile_or_its_error(content):
    outcome(content)
    found = outcome(b"FROM x\n" + content)
    if found is not None:
        assert all(trap.line >= 1 for trap in found.traps)
        assert {message["role"] for message in found.messages} <= {"system", "user", "assistant"}


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp", "Zs")) | st.sampled_from(" \t\n"), max_size=80))
def test_what_is_written_in_three_quotes_is_given_back(text):
    lines = text.split("\n")
    if any(line.rstrip(" \t").endswith('"') for line in lines) or not all(map(is_printable, set(text) - set("\t\n"))):
        return
    found = parse(f'TEMPLATE """{text}"""\nSYSTEM x')
    assert (found.template, found.system) == (text or None, "x")


def test_a_large_file_is_read_in_linear_time():
    text = 'SYSTEM """' + "a \u200b\n" * 50_000 + '"""\n' + "# b\n" * 50_000 + "PARAMETER stop é\n" * 5_000
    found = parse(text)
    assert len(found.stops) == 5_000
    assert parse('TEMPLATE """' + "{{" * 100_000 + '"""').template
    assert found.traps[0].kind == "dropped_characters"
