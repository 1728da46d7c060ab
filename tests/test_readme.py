"""What README shows is what tunespec says: its screen of output, and how much it knows."""

from __future__ import annotations

import re

from tests.conftest import chat, run_tunespec, write_jsonl
from tests.wheels import ROOT
from tunespec.catalogue import load

README = (ROOT / "README.md").read_text(encoding="utf-8")
SLUICE = "A sluice gate holds back the water and lets it through at a set rate"
BREAD = chat("How do I say bread in French?", "You say le pain.")
TRAIN = [
    BREAD,
    chat("What is the Seine?", "It is a river that flows through Paris."),
    chat("Describe the use of a sluice gate in a canal system, please.", f"{SLUICE}, daily."),
    BREAD,
    chat("Describe the use of a sluice gate in any canal system, please.", f"{SLUICE}, daily."),
    chat("Why is it so?", ""),
]
VALIDATION = [
    chat("What is the Seine?", "A big river there, in France."),
    chat("Who wrote Candide?", "It was Voltaire."),
]


def without_seconds(screen):
    return re.sub(r"judged in [\d.]+ s", "judged in ... s", screen).strip()


def test_the_screen_of_output_is_real(tmp_path):
    with write_jsonl(tmp_path / "data/train.jsonl", TRAIN).open("a", encoding="utf-8") as train:
        train.write('{"messages": [{"role": "user"\n')
    write_jsonl(tmp_path / "data/validation.jsonl", VALIDATION)
    result = run_tunespec("check", "data", cwd=tmp_path)
    assert result.returncode == 1, result.stderr
    shown = re.search(r"## One screen of output\n+```\n\$ tunespec check data\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    same = without_seconds(shown[1]) == without_seconds(result.stdout)
    assert same, f"write this into README.md, and what changed under `How to read it`:\n\n{result.stdout}"


def test_the_numbers_of_pitfalls_and_kinds_are_real():
    pitfalls = load().pitfalls
    codes = {pitfall.code for pitfall in pitfalls}
    kinds = {(pitfall.code, kind) for pitfall in pitfalls for kind in pitfall.kinds()}
    assert f"It knows {len(codes)} pitfalls with {len(kinds)} kinds of findings:" in README
    assert codes == set(re.findall(r"^\| \[([A-Z]\d{3})\]", README, re.MULTILINE))
