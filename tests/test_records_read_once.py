"""A dataset and the template pair over it are judged from one reading of its records."""

from __future__ import annotations

import json

from tests.conftest import chat, judge_folder, write_jsonl
from tunespec.sources import RecordSource

JINJA = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"


def test_records_are_read_once(tmp_path, monkeypatch):
    read = []
    own = RecordSource._read

    def counted(self, dataset):
        read.append(dataset.name)
        return own(self, dataset)

    monkeypatch.setattr(RecordSource, "_read", counted)
    write_jsonl(tmp_path / "data.jsonl", [chat(f"What is {n}?", f"It is a number, {n}.") for n in range(6)])
    config = {"tokenizer_class": "X", "eos_token": "<|im_end|>", "model_max_length": 9, "chat_template": JINJA}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    _, report = judge_folder(tmp_path)
    assert {subject["family"] for subject in report["subjects"]} == {"data", "template"}
    assert len(read) == 1
