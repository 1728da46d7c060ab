"""A model may be called as a dataset is: each keeps its own findings and its own place in the report."""

from __future__ import annotations

from tests.conftest import chat, write_jsonl
from tunespec.inference import connect
from tunespec.inference.answered import Reply, Served
from tunespec.report import render


class Leaky:
    """A server whose model shows its end."""

    def describe(self):
        return Served("qa", "Ollama 0.34.2", stops=(), limit=64)

    def ask(self, question):  # noqa: ARG002  the protocol
        return Reply("A small animal.<|im_end|>", "stop", tokens=6)

    ask_whole = ask

    def rendered(self, question):  # noqa: ARG002
        return None


def test_a_model_named_like_a_dataset_does_not_take_its_place(judge, tmp_path, monkeypatch):
    talk = [chat(f"Where does the {a} live?", f"The {a} lives in a forest.") for a in ("owl", "fox", "bear", "crane")]
    write_jsonl(tmp_path / "qa" / "train.jsonl", [*talk, talk[0]])
    write_jsonl(tmp_path / "qa" / "test.jsonl", [chat("What is a newt?", "A small animal of ponds.")])
    monkeypatch.setattr(connect, "connect", lambda *_: Leaky())
    code, report = judge(tmp_path, model="qa")
    assert (code, [(one["name"], one["family"]) for one in report["subjects"]]) == (
        1,
        [("qa", "data"), ("qa", "inference")],
    )
    assert {"records", "answers"} <= {finding["table"] for finding in report["findings"]}
    text = render(report, "text")
    assert "dataset qa: 6 records" in text
    assert "model qa: 28 answers (Ollama 0.34.2)" in text
    assert "(duplicate_of) in qa: 1 of 6 records" in text
    assert text.endswith("had nothing to look at\n")
    assert "6 records and 1 model judged" in text
