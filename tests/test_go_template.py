"""Go's text/template in Python: what each construct gives, and how a template is refused."""

# ruff: noqa: E501  # tables: one template a line

from __future__ import annotations

import time

import pytest

from tunespec.templates.errors import TemplateError
from tunespec.templates.go_template import Function, parse
from tunespec.templates.go_template.go_json import to_json
from tunespec.templates.go_template.numbers import shortest

DATA = {
    "S": "hé",
    "N": 3,
    "F": 2.5,
    "T": True,
    "L": ["a", "b", None],
    "M": {"b": 2, "a": "x", "c": {"d": "deep"}},
    "E": [],
    "Z": "",
}

PRINTED = [
    ("plain", "plain"),
    ("{{.S}} {{.N}} {{.F}} {{.T}} {{.L}} {{.M}}", "hé 3 2.5 true [a b <nil>] map[a:x b:2 c:map[d:deep]]"),
    ('{{.M.c.d}} {{$.M.b}} {{(index .M "c").d}}', "deep 2 deep"),
    ("{{.Nope}}|{{$x := .Nope}}{{$x}}{{$x.Y.Z}}", "<no value>|<no value><no value>"),
    ("{{print .Nope}} {{json .Nope}} {{html .Nope}}", "<nil> null &lt;no value&gt;"),
    (r"{{`raw\n`}}{{'a'}} {{0x1F}} {{017}} {{1_000}} {{1e3}} {{-2}} {{true}} {{2i}}", r"raw\n97 31 15 1000 1000 -2 true (0+2i)"),
    (r'{{"\x41\u00e9\101\t\"\xc3\xa9"}}', 'AéA\t"é'),
    (r'{{"\xff"}}', "\ufffd"),
    # Trim markers and comments.
    ("a \n{{- .N -}}\n b {{/* c */}}c{{- /* d */ -}} d", "a3b cd"),
    ("{{- 3}} {{3 -}} x{{ -3 }}", "3 3x-3"),
    # Branches.
    ("{{if .Z}}1{{else if .E}}2{{else if .T}}3{{else}}4{{end}}", "3"),
    ("{{with .M.c}}{{.d}}{{$.N}}{{end}}{{with .Z}}no{{else}}{{.N}}{{end}}", "deep33"),
    ("{{with .Z}}1{{else with .M}}{{.b}}{{end}}", "2"),
    ("{{if and .T .S}}{{or .Z .S}}{{end}}{{not .E}}{{and .Z (index .E 9)}}{{or .T (index .E 9)}}", "hétruetrue"),
    # Ranges.
    ("{{range .L}}{{.}},{{end}}{{range .E}}{{else}}none{{end}}", "a,b,<no value>,none"),
    ("{{range $i, $v := .L}}{{$i}}{{$v}} {{end}}{{range $k, $v := .M}}{{$k}}={{$v}};{{end}}", "0a 1b 2<no value> a=x;b=2;c=map[d:deep];"),
    ("{{range $n := 3}}{{$n}}{{end}}{{range .N}}{{.}}{{end}}", "012012"),
    ("{{range 5}}{{if eq . 1}}{{continue}}{{end}}{{if eq . 3}}{{break}}{{end}}{{.}}{{end}}", "02"),
    # Variables and their scopes.
    ("{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}{{if true}}{{$x = 3}}{{end}}{{$x}}", "213"),
    ("{{$x := 0}}{{range $x = .L}}{{end}}{{$x}}{{$i := 9}}{{range $i, $x = .L}}{{end}}{{$i}}", "<no value>2"),
    # Pipes and functions.
    ('{{.S | printf "%q %s" .F | len}} {{3 | eq 1 2 3}} {{.L | len}}', "20 false 3"),
    ('{{len .S}} {{len .M}} {{slice .S 1 3}} {{index .S 0}} {{index .L 1}} {{index .M "c" "d"}}', "3 3 é 104 b deep"),
    ("{{slice .S 1 2}}{{slice .S 2 3}}", "é"),  # the bytes of one character, written one after the other
    ("{{len (slice (slice .L 0 1) 0 3)}}{{slice .L 1 1 | len}}", "30"),
    ('{{eq .N 1 3}} {{ne .S "x"}} {{lt 1 2}} {{le 2 2}} {{gt .F 2.4}} {{ge "b" "a"}} {{eq .Nope nil}}', "true true true true true true true"),
    ('{{print 1 2 "a" 3 true}}{{println "a" 1}}', "1 2a3 truea 1\n"),
    ("{{html \"<a href='x'>\"}} {{js \"it's <b>\"}} {{urlquery \"a b/é\"}}", "&lt;a href=&#39;x&#39;&gt; it\\'s \\u003Cb\\u003E a+b%2F%C3%A9"),
    # Named templates.
    ('{{define "t"}}[{{.}}{{$}}]{{end}}{{template "t" .N}}{{block "b" .S}}<{{.}}>{{end}}{{template "t"}}', "[33]<hé>[<no value><no value>]"),
]  # fmt: skip

FORMATS = [
    ('"%d %5d|%-5d|%05d %+d %x %X %o %b %c %U %q" 42 42 42 42 42 255 255 8 5 65 65 65', "42    42|42   |00042 +42 ff FF 10 101 A U+0041 'A'"),
    ('"%s %10s|%-6s|%.1s %q %x % x %#q" "hé" "hé" "hé" "hé" "h\\"é" "hé" "hé" "hé"', 'hé         hé|hé    |h "h\\"é" 68c3a9 68 c3 a9 `hé`'),
    ('"%v %g %e %.2f %8.3f|%+.1f %6.0f" 2.5 1e21 1234.5 3.14159 3.14159 2.0 7.5', "2.5 1e+21 1.234500e+03 3.14    3.142|+2.0      8"),
    ('"%t %v %5t" true false true', "true false  true"),
    ('"%v %+v %q %d %s" .L .M .L .L .M', '[a b <nil>] map[a:x b:2 c:map[d:deep]] ["a" "b" <nil>] [%!d(string=a) %!d(string=b) <nil>] map[a:x b:%!s(int=2) c:map[d:deep]]'),
    ('"%T %T %T %T %T %T" .S .N .F .T .L .M', "string int float64 bool []interface {} map[string]interface {}"),
    ('"%d %z %! %%" "x" 1 2', "%!d(string=x) %!z(int=1) %!!(int=2) %"),
    ('"%d" ', "%!d(MISSING)"),
    ('"x" 1 "y"', "x%!(EXTRA int=1, string=y)"),
    ('"%[2]d %[1]d" 1 2', "2 1"),
    ('"%[3]d" 1', "%!d(BADINDEX)"),
    ('"%*d|%-*d|%.*f" 5 1 4 2 1 3.14', "    1|2   |3.1"),
    ('"%"', "%!(NOVERB)"),
    ('"%v %d" nil nil', "<nil> %!d(<nil>)"),
]  # fmt: skip

REFUSED = [
    ("{{.A", 1, "unclosed action"),
    ("a\n{{.A\n}}\n{{end}}", 4, "unexpected {{end}}"),
    ("{{if .A}}\n", 2, "unexpected EOF"),
    ("\n{{nope .A}}", 2, 'function "nope" not defined'),
    ("{{$x}}", 1, 'undefined variable "$x"'),
    ("{{if}}{{end}}", 1, "missing value for if"),
    ("{{(.A}}", 1, "unclosed left paren"),
    ("{{.A)}}", 1, "unexpected right paren"),
    ("{{break}}", 1, "{{break}} outside {{range}}"),
    ('{{range .A}}{{define "x"}}{{end}}{{end}}', 1, "unexpected <define> in command"),
    ("{{1 | 2}}", 1, "non executable command in pipeline stage 2"),
    ("{{/* x }}", 1, "unclosed comment"),
    ("{{/* x */ }}", 1, "comment ends before closing delimiter"),
    ('{{"x}}', 1, "unterminated quoted string"),
    ("{{08}}", 1, 'integer overflow: "08"'),
    ("{{'ab'}}", 1, "malformed character constant: 'ab'"),
    ('{{define "a"}}1{{end}}{{define "a"}}2{{end}}', 1, 'multiple definition of template "a"'),
    ("{{if .A}}{{else}}{{else}}{{end}}", 1, "expected end; found {{else}}"),
    ("{{range $a, $b, $c := .A}}{{end}}", 1, "too many declarations in range"),
    ('{{"a".B}}', 1, 'unexpected . after term "\\"a\\""'),
    ("{{" + "(" * 2000 + "1" + ")" * 2000 + "}}", None, "the template is nested too deeply"),
]  # fmt: skip

FAILING = [
    ("x\n{{.M.nope.deeper}}", 2, "at <.M.nope.deeper>: nil pointer evaluating interface {}.deeper"),
    ("{{.S.x}}", 1, "at <.S.x>: can't evaluate field x in type string"),
    ("{{.S 1}}", 1, "at <.S>: S is not a method but has arguments"),
    ("{{1 2}}", 1, "at <1>: can't give argument to non-function 1"),
    ("{{index .L 7}}", 1, "at <index .L 7>: index out of range: 7"),
    ("{{index .L (len .L)}}", 1, "at <index .L (len .L)>: reflect: slice index out of range"),
    ("{{index .M 1}}", 1, "at <index .M 1>: value has type int; should be string"),
    ("{{slice .S 2 1}}", 1, "at <slice .S 2 1>: invalid slice index: 2 > 1"),
    ("{{len 3}}", 1, "at <len 3>: len of type int"),
    ("{{eq 1 1.0}}", 1, "at <eq 1 1.0>: incompatible types for comparison: int and float64"),
    ("{{lt true false}}", 1, "at <lt true false>: invalid type for comparison"),
    ("{{eq .L .L}}", 1, "at <eq .L .L>: non-comparable type: []interface {}"),
    ("{{eq 1}}", 1, "at <eq 1>: missing argument for comparison"),
    ("{{not}}", 1, "at <not>: wrong number of args for not: want 1 got 0"),
    ("{{ne 1 2 3}}", 1, "at <ne 1 2 3>: wrong number of args for ne: want 2 got 3"),
    ("{{printf 1}}", 1, "at <printf 1>: wrong type for value; expected string; got int"),
    ("{{nil}}", 1, "at <nil>: nil is not a command"),
    ("{{range .S}}{{end}}", 1, "range can't iterate over hé (string)"),
    ("{{range $i, $x := 3}}{{end}}", 1, "can't use 3 to iterate over more than one variable"),
    ('{{template "none" .}}', 1, 'template "none" not defined'),
    ("{{if .Z}}{{$x := 1}}{{else}}{{$x}}{{end}}", 1, "undefined variable: $x"),
    ("{{9223372036854775808}}", 1, "at <9223372036854775808>: 9223372036854775808 overflows int"),
]  # fmt: skip

HOSTILE = [
    "{{range 1000000000}}{{end}}",
    '{{range 1000}}{{range 1000}}{{range 1000}}{{len "x"}}{{end}}{{end}}{{end}}',
    '{{$x := "aaaaaaaa"}}{{range 60}}{{$x = print $x $x}}{{end}}',
    '{{range 1000}}{{printf "%999999d" 1}}{{end}}',
    '{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}',
    '{{define "a"}}{{template "b" .}}{{template "b" .}}{{end}}{{define "b"}}{{range 9}}{{template "a" .}}{{end}}{{end}}{{template "a" .}}',
    '{{$x := printf "%999999d" 1}}{{range 900000}}{{$y := eq $x (print $x)}}{{end}}',
    '{{$x := printf "é%999999d" 1}}{{range 900000}}{{$y := len $x}}{{end}}',
    "{{if 1}}" * 3000 + "{{end}}" * 3000,
]  # fmt: skip


def execute(text, data=None, *, zero_for_missing=True):
    functions = {"json": Function(to_json, 1, 1)}
    return parse(text, functions).execute(DATA if data is None else data, functions, zero_for_missing=zero_for_missing)


@pytest.mark.parametrize(("text", "expected"), PRINTED, ids=[text for text, _ in PRINTED])
def test_constructs(text, expected):
    assert execute(text) == expected


@pytest.mark.parametrize(("arguments", "expected"), FORMATS, ids=[text for text, _ in FORMATS])
def test_printf(arguments, expected):
    assert execute(f"{{{{printf {arguments}}}}}") == expected


@pytest.mark.parametrize(("text", "line", "message"), REFUSED, ids=[text[:40] for text, *_ in REFUSED])
def test_a_text_that_is_no_template_is_refused_with_its_line(text, line, message):
    with pytest.raises(TemplateError) as refused:
        parse(text)
    assert (refused.value.message, refused.value.line) == (message, line)


@pytest.mark.parametrize(("text", "line", "message"), FAILING, ids=[text for text, *_ in FAILING])
def test_an_execution_that_fails_says_where_and_at_what(text, line, message):
    with pytest.raises(TemplateError) as failed:
        execute(text)
    assert (failed.value.message, failed.value.line) == (message, line)


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:40] for text in HOSTILE])
def test_a_hostile_template_ends_soon(text):
    started = time.process_time()
    with pytest.raises(TemplateError, match=r"steps|characters|too deeply"):
        execute(text)
    assert time.process_time() - started < 20  # 1.3 s where nothing else runs


def test_missing_keys_of_missing_keys():
    assert execute("{{.A.B}}", {}, zero_for_missing=False) == "<no value>"
    with pytest.raises(TemplateError, match="nil pointer evaluating"):
        execute("{{.A.B}}", {})


def test_an_error_says_its_line():
    assert str(TemplateError("no", 3)) == "line 3: no"
    assert str(TemplateError("no").located(2, ".A")) == "line 2: at <.A>: no"
    assert str(TemplateError("no", 1).located(2, ".A")) == "line 1: no"
    assert str(TemplateError("no")) == "no"


def test_lone_surrogates_are_an_error_not_a_crash():
    with pytest.raises(TemplateError, match="lone surrogate"):
        execute("{{len .A}}", {"A": "\ud800"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1e6, "1e+06"), (123456.0, "123456"), (1234567.0, "1.234567e+06"), (0.0001, "0.0001"), (0.00001, "1e-05"),
        (0.0, "0"), (-0.0, "-0"), (-2.5, "-2.5"), (1e-300, "1e-300"), (5e-324, "5e-324"), (100.0, "100"),
    ],
)  # fmt: skip
def test_floats_are_printed_as_go_does(value, expected):
    assert shortest(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [1.0, 1e21, 1e-7, 123456789.5, True, None]}, '{"a":[1,1e+21,1e-7,123456789.5,true,null],"b":1}'),
        ('<a>&\u2028\x01\x7f\b\f\n"\\é', r'"\u003ca\u003e\u0026\u2028\u0001' + "\x7f" + r'\b\f\n\"\\é"'),
        ([], "[]"), ({}, "{}"), ("\udcff", r'"\ufffd"'), (0.000001, "0.000001"), (1e20, "100000000000000000000"),
    ],
)  # fmt: skip
def test_json_is_written_as_go_does(value, expected):
    assert to_json(value) == expected
