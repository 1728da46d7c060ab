"""Keys and columns that stand twice."""

from __future__ import annotations

import json

import pytest

from tests.test_reading import RECORDS, lines, rows, write


@pytest.mark.parametrize("spaces", ["", " "])
@pytest.mark.parametrize(
    ("record", "key"),
    [
        ('{"prompt":"a","prompt":"b","completion":"c"}', "prompt"),
        ('{"messages":[{"role":"user","content":"a","role":"assistant"}]}', "role"),
        ('{"prompt":"a","completion":"b","meta":{"deep":{"x":1,"x":2}}}', "x"),
        ('{"prompt":"a \\":b","completion":"b","completion":"{\\"k\\": 1}"}', "completion"),
    ],
)
def test_a_key_that_stands_twice_is_said_and_the_record_kept(tmp_path, record, key, spaces):
    record = record.replace('":', f'"{spaces}:') if spaces and "\\" not in record else record
    for name, text, line in (("a.jsonl", f"{lines(RECORDS[:1])}{record}\n", 2), ("a.json", f"[{record}]", None)):
        row = rows(write(tmp_path / name, text))[-1]
        assert f"the key `{key}` stands twice" in row.defect
        assert (row.line, row.data) == (line, json.loads(record))


@pytest.mark.parametrize(
    "record",
    [
        '{"prompt":"a","completion":"{\\"a\\": 1, \\"a\\": 2}"}',
        '{"prompt" : "a \\" : b", "completion" : "c"}',
        '{"prompt":"a","meta":[{"x":{"y":1}},{"x":{"y":1}}],"completion":"say \\"a\\": b"}',
    ],
)
def test_equal_keys_of_two_objects_or_in_a_text_are_no_repetition(tmp_path, record):
    assert [row.defect for row in rows(write(tmp_path / "a.jsonl", record))] == [None]


def test_a_column_that_stands_twice_is_said_once(tmp_path):
    found = rows(write(tmp_path / "a.csv", "prompt,completion,prompt\na,b,c\nd,e,f\n"))
    assert "the header names the column `prompt` twice" in found[0].defect
    assert [row.defect for row in found[1:]] == [None]
