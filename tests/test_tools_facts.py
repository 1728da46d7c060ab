"""Tool calls: schemas that are broken, or that refer elsewhere."""

from __future__ import annotations

import pytest

from tests.conftest import tool_record, write_jsonl


def test_a_schema_that_refers_elsewhere_is_not_followed(judge, tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    write_jsonl(tmp_path / "a.jsonl", [tool_record({"x": 1}, {"$ref": "http://127.0.0.1:9/schema.json"})])
    assert judge(tmp_path)[0] == 0


@pytest.mark.parametrize("schema", [{"$ref": "#"}, {"$ref": "#/nowhere"}, {"type": 7}, {"properties": []}])
def test_a_broken_schema_is_not_the_records_fault(judge, tmp_path, schema):
    write_jsonl(tmp_path / "a.jsonl", [tool_record({"x": 1}, schema)])
    assert judge(tmp_path)[0] == 0
