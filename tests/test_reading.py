"""Every input format gives the same records; every broken line is a finding at its line, and spares the rest."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re

import polars as pl
import pytest
import zstandard

from tunespec import CannotJudgeError
from tunespec.reading import format_of, read
from tunespec.report import render

RECORDS = [{"prompt": "Où?\n“Là”", "completion": f"é \u2028 {n}"} for n in range(3)]


def lines(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def rows(path):
    return list(read(path, format_of(path)))


def write(path, text, compress=lambda data: data):
    return write_bytes(path, compress(text.encode()))


def write_bytes(path, data):
    path.write_bytes(data)
    return path


def parquet():
    stream = io.BytesIO()
    pl.DataFrame(RECORDS).write_parquet(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "first_line"),
    [
        ("a.jsonl", lambda p: write(p, lines(RECORDS)), 1),
        ("a.ndjson", lambda p: write(p, lines(RECORDS).replace("\n", "\r\n")), 1),
        ("lines.json", lambda p: write(p, lines(RECORDS)), 1),
        ("a.json", lambda p: write(p, json.dumps(RECORDS)), None),
        ("b.json", lambda p: write(p, json.dumps(RECORDS, indent=2)), 2),
        ("a.jsonl.gz", lambda p: write(p, lines(RECORDS), gzip.compress), 1),
        ("a.jsonl.zst", lambda p: write(p, lines(RECORDS), zstandard.ZstdCompressor().compress), 1),
        ("a.parquet", lambda p: pl.DataFrame(RECORDS).write_parquet(p) or p, None),
        ("a.parquet.gz", lambda p: write_bytes(p, gzip.compress(parquet())), None),
        ("a.parquet.zst", lambda p: write_bytes(p, zstandard.ZstdCompressor().compress(parquet())), None),
    ],
)
def test_every_format_gives_the_same_records(tmp_path, name, make, first_line):
    found = rows(make(tmp_path / name))
    assert [row.data for row in found] == RECORDS
    assert found[0].line == first_line
    assert not any(row.defect for row in found)


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("b.csv", ";"), ("a.tsv", "\t")])
def test_tables_of_any_delimiter(tmp_path, name, delimiter):
    with (tmp_path / name).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, ["prompt", "completion"], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(RECORDS)
    found = rows(tmp_path / name)
    assert [row.data for row in found] == RECORDS
    assert [row.line for row in found] == [2, 4, 6]  # each prompt has two physical lines


GOOD = b'{"text": "a"}'


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"text": "a"', "not valid JSON"),
        (b"{'text': 'a'}", "not valid JSON"),
        (b'{"text": "a",}', "not valid JSON"),
        (b'{"text": NaN}', "not valid JSON"),
        (b'{"text": "\xff"}', r"not valid UTF-8 \(byte 24\)"),
        (b'{"text": "\0"}', r"NUL byte \(byte 24\)"),
        (b'"text"', "not a JSON object but a string"),
        (b"null", "not a JSON object but null"),
        (b"[1, 2]", "not a JSON object but a list"),
    ],
)
def test_a_bad_line_says_why_and_where(tmp_path, line, words):
    (tmp_path / "a.jsonl").write_bytes(GOOD + b"\n" + line + b"\n\n" + GOOD)
    found = rows(tmp_path / "a.jsonl")
    assert [row.line for row in found] == [1, 2, 4]
    assert [row.data for row in found] == [{"text": "a"}, None, {"text": "a"}]
    assert found[1].defect is not None
    assert re.search(words, found[1].defect)


def test_a_byte_order_mark_is_said_and_the_record_kept(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + GOOD)
    (row,) = rows(tmp_path / "a.jsonl")
    assert (row.data, row.line) == ({"text": "a"}, 1)
    assert "byte order mark" in row.defect


def test_utf_16_is_one_finding(tmp_path):
    (tmp_path / "a.jsonl").write_bytes("\n".join(['{"text": "a"}'] * 3).encode("utf-16"))
    found = rows(tmp_path / "a.jsonl")
    assert [bool(row.defect) for row in found] == [True, False, False]
    assert [row.data for row in found] == [{"text": "a"}] * 3


def test_a_broken_element_of_an_array_spares_the_rest(tmp_path):
    text = '[\n  {"text": "a"},\n  {"text": "b" "c"},\n  {"text": "d"}\n]\n'
    found = rows(write(tmp_path / "a.json", text))
    assert [(row.line, row.data) for row in found] == [(2, {"text": "a"}), (3, None), (4, {"text": "d"})]
    assert "not valid JSON" in found[1].defect


def test_an_array_that_is_cut_off_says_so(tmp_path):
    found = rows(write(tmp_path / "a.json", '[{"text": "a"}, {"text": "b"}'))
    assert [row.data for row in found] == [{"text": "a"}, {"text": "b"}, None]
    assert "not closed" in found[2].defect


def test_a_ragged_row_of_a_table(tmp_path):
    found = rows(write(tmp_path / "a.csv", "prompt,completion\na,b\nc\nd,e\n"))
    assert [row.line for row in found] == [2, 3, 4]
    assert found[1].defect == "1 cells where the header has 2"


def test_one_object_in_many_lines_is_one_record(tmp_path):
    found = rows(write(tmp_path / "a.json", json.dumps(RECORDS[0], indent=2)))
    assert [row.data for row in found] == RECORDS[:1]


def test_lines_of_bare_conversations(tmp_path):
    talk = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]
    path = write(tmp_path / "a.jsonl", lines([talk, talk]))
    assert [row.data for row in rows(path)] == [{"messages": talk}] * 2


def test_a_single_line_of_a_bare_conversation(tmp_path):
    talk = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]
    assert [row.data for row in rows(write(tmp_path / "a.jsonl", lines([talk])))] == [{"messages": talk}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl.gz", gzip.compress(b'{"text": "a"}' * 100)[:-9]),
        ("a.jsonl.gz", b"no gzip at all"),
        ("a.jsonl.zst", b"no zstandard at all"),
        ("a.parquet", b"PAR1"),
        ("a.parquet.gz", b"no gzip at all"),
        ("a.parquet.gz", gzip.compress(b"PAR1")),
    ],
)
def test_a_damaged_file_cannot_be_judged(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CannotJudgeError, match=name):
        rows(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "words", "line", "kept"),
    [
        ('[{"text": "a"},]', "a comma after the last element", None, 1),
        ('[{"text": "a"}\n {"text": "b"}]', "no comma before this element", 2, 2),
        ('[{"text": "a"},, {"text": "b"}]', "2 commas before this element", None, 2),
        ('[{"text": "a"}]\n\n[{"text": "b"}]', "text after the array", 3, 1),
    ],
)
def test_a_lenient_array_is_no_json(tmp_path, text, words, line, kept):
    found = rows(write(tmp_path / "a.json", text))
    assert [(row.line, words in row.defect) for row in found if row.defect] == [(line, True)]
    assert sum(row.data is not None for row in found) == kept


def test_a_quote_that_is_never_closed_spares_the_rest(tmp_path):
    found = rows(write(tmp_path / "a.csv", 'prompt,completion\nq0,a0\nqq,"oops\nr1,a1\nr2,a2\n'))
    assert [(row.line, row.data is None) for row in found] == [(2, False), (3, True), (4, False), (5, False)]
    assert found[1].defect == "not valid CSV: a quotation mark that is never closed"
    assert found[1].raw == b'qq,"oops\n'
    assert found[3].data == {"prompt": "r2", "completion": "a2"}


def test_quotes_within_a_quoted_cell_spare_the_rest(tmp_path):
    found = rows(write(tmp_path / "a.csv", 'prompt,completion\n"q\n0",a0\nWho?,"A "small" one."\n\nq2,a2\n'))
    assert [(row.line, row.data is None) for row in found] == [(2, False), (4, True), (6, False)]
    assert found[1].defect == "not valid CSV: ',' expected after '\"'"


def test_a_table_of_broken_quotes_is_read_in_linear_time(tmp_path):
    path = write(tmp_path / "a.csv", "prompt,completion\n" + 'a","c\n' * 20_000)
    found = rows(path)  # from each line on the quotes are one cell to the end of the file
    assert found[0].defect == "not valid CSV: a quotation mark that is never closed"
    assert found[-1].defect == "not valid CSV from here on: a quotation mark that is never closed"
    assert len(found) < 100


def test_bytes_that_are_no_utf_8_are_said_at_each_row(tmp_path):
    text = 'prompt,completion\nq0,a0\n"é\n1",a1\nq2,a2\nq3,café\n'
    (tmp_path / "a.csv").write_bytes(text.encode("latin-1"))
    found = rows(tmp_path / "a.csv")
    bad = {row.line: row.defect for row in found if row.defect}
    assert bad == {3: "not valid UTF-8 (byte 25)", 6: "not valid UTF-8 (byte 45)"}
    assert [row.data["prompt"] for row in found] == ["q0", "\ufffd\n1", "q2", "q3"]
    assert text.encode("latin-1")[25] == text.encode("latin-1")[45] == 0xE9


def test_a_header_that_is_no_utf_8_is_said_once(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfprompt,r\xe9ponse\nq0,a0\nq1,a1\n")
    found = rows(tmp_path / "a.csv")
    assert [row.defect for row in found] == ["the header is not valid UTF-8 (byte 11)", None]
    assert found[1].data == {"prompt": "q1", "r\ufffdponse": "a1"}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_table_in_utf_16_is_one_finding(tmp_path, encoding):
    text = "\ufeffprompt\tcompletion\r\nOù?\tLà.\r\nQui?\tMoi.\r\n"  # as Excel's "Unicode text"
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    found = rows(tmp_path / "a.csv")
    assert [row.defect for row in found] == ["the file is UTF-16, loaders expect UTF-8 (byte 0)", None]
    assert found[0].data == {"prompt": "Où?", "completion": "Là."}


def test_a_table_whose_first_cell_is_long(tmp_path, judge):
    write(tmp_path / "a.csv", f"prompt,completion\nq,{'x' * 300_000}\nq2,\n")
    code, report = judge(tmp_path)
    assert (code, report["findings"][0]["line"], report["findings"][0]["kind"]) == (1, 3, "empty_answer")


@pytest.mark.parametrize("size", [5_000, 500_000])
def test_a_cut_zst_is_damaged(tmp_path, size):
    packed = zstandard.ZstdCompressor().compress((lines(RECORDS) * (size // 40)).encode())
    (tmp_path / "a.jsonl.zst").write_bytes(packed[:-3])
    with pytest.raises(CannotJudgeError, match=r"a.jsonl.zst: cannot be read: the compressed file ended"):
        rows(tmp_path / "a.jsonl.zst")


def test_frames_of_zst_in_a_row(tmp_path):
    frame = zstandard.ZstdCompressor().compress(lines(RECORDS).encode())
    (tmp_path / "a.jsonl.zst").write_bytes(frame + frame)
    assert [row.data for row in rows(tmp_path / "a.jsonl.zst")] == RECORDS * 2


def test_an_array_in_one_line_is_told_by_its_rows(judge, tmp_path):
    path = write(tmp_path / "a.json", json.dumps([*RECORDS, {"prompt": "", "completion": "b"}, RECORDS[0]]))
    assert [row.line for row in rows(path)] == [None] * 5
    text = render(judge(tmp_path)[1], "text")
    assert "a.json row 3: has an empty prompt" in text
    assert "a.json row 4: repeats a.json row 0" in text
