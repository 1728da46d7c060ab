"""Answers that their record calls bad: what is judged in them, and what is not (docs/architecture.md)."""

from __future__ import annotations

import pytest

from tests.facts_of import marked, source_of

ASKED = "How does a canal lock work?"
GOOD = "A lock lifts boats. Its gates close, water flows in, and the upper gate opens."
AGAIN = "The gate closes behind the boat, and the water flows in."
FAULTS = {
    "lengths": ("repetition", f"{AGAIN} {AGAIN} {AGAIN}"),
    "delimiters": ("unbalanced_bracket", "A lock (a kind of lift for boats has two gates."),
    "code_blocks": ("syntax_error", "Like this:\n\n```python\nprint('a'\n```\n\nThat is all."),
    "languages": (
        "answer_language",
        "Eine Schleuse hebt die Schiffe, und das Wasser fließt durch die Tore in die Kammer.",
    ),
    "artifacts": ("mojibake", "A lock lifts boats. It doesnâ€™t need a pump, and thatâ€™s all."),
}
JUDGED = {"artifacts"}


@pytest.mark.parametrize("group", FAULTS)
def test_content_may_be_bad_in_a_losing_answer_and_its_data_may_not(tmp_path, group):
    kind, bad = FAULTS[group]
    pair: dict[str, object] = {"prompt": ASKED, "chosen": GOOD, "rejected": bad}
    disliked: dict[str, object] = {"prompt": ASKED, "completion": bad, "label": False}
    won: dict[str, object] = {"prompt": ASKED, "chosen": bad, "rejected": GOOD}
    liked: dict[str, object] = {**disliked, "label": True}
    both = group in JUDGED
    cases: list[tuple[dict[str, object], bool]] = [(won, True), (liked, True), (pair, both), (disliked, both)]
    for number, (record, found) in enumerate(cases):
        source = source_of(tmp_path / str(number), [record])
        assert (kind in marked(source, group)) is found, record
