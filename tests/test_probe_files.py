"""Lines that are no probes: what is wrong with them is said with their place."""

from __future__ import annotations

import pytest

from tests.conftest import write_jsonl
from tunespec.errors import CannotJudgeError
from tunespec.inference.answered import EXPECTED
from tunespec.inference.probe import read_probes

ASKED = [{"role": "user", "content": "Where is Oslo?"}]


@pytest.mark.parametrize("key", EXPECTED)
@pytest.mark.parametrize("texts", [[""], [" "], ["Norway", "\n\t\u00a0"], "Norway", [1]])
def test_a_blank_text_stands_in_every_answer(tmp_path, key, texts):
    path = write_jsonl(tmp_path / "probes.jsonl", [{"messages": ASKED, key: texts}])
    wrong = rf"probes\.jsonl:1: no probe: {key} must be a list of texts, none of them blank"
    with pytest.raises(CannotJudgeError, match=wrong):
        read_probes([path], tmp_path)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ({"messages": ASKED, "mst": ["Norway"]}, "unknown key 'mst'; did you mean 'must'"),
        ({"messages": ASKED, "case": "plan"}, "unknown case 'plan'; did you mean 'plain'"),
        ({"messages": ASKED, "runaway": 1}, "runaway is true or false"),
        ({"messages": []}, "messages must be a list of messages"),
        ({"messages": [*ASKED, {"role": "assistant", "content": "In Norway."}]}, "the last message must be the user's"),
        ({"messages": [{"role": "user", "content": None}]}, "the content of a message is a text"),
    ],
)
def test_what_is_no_probe(tmp_path, line, wrong):
    path = write_jsonl(tmp_path / "probes.jsonl", [line])
    with pytest.raises(CannotJudgeError) as caught:
        read_probes([path], tmp_path)
    assert str(caught.value).startswith(f"probes.jsonl:1: no probe: {wrong}")
