"""What a model was made with and trained on, where several things of the project could be meant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.answer_sources import LIVE, answered, reasons, source_of
from tunespec.config import Config
from tunespec.discover_answers import answering
from tunespec.subjects import DataFile, Dataset, TemplatePair


def pair(name, kind="modelfile", dataset=None):
    return TemplatePair(name, (DataFile(Path(name), name, None, kind),), None, dataset)


ONE, OTHER = Dataset("one.jsonl", ()), Dataset("other.jsonl", ())
SEVERAL = "2 templates may be the model's (a/Modelfile, b/Modelfile): name one of them to `tunespec check`"
FOUR = "4 templates may be the model's (a, b, c, ...): name one of them to `tunespec check`"
DATASETS = "2 datasets may be the model's (one.jsonl, other.jsonl): name one of them to `tunespec check`"


@pytest.mark.parametrize(
    ("templates", "datasets", "made"),
    [
        ([], [], (None, None, "", "")),
        ([pair("Modelfile", dataset=ONE)], [ONE, OTHER], ("Modelfile", "one.jsonl", "", "")),
        ([pair("Modelfile"), pair("x.jinja", "jinja")], [ONE, OTHER], ("Modelfile", None, "", DATASETS)),
        ([pair("x.jinja", "jinja")], [], ("x.jinja", None, "", "")),
        ([], [ONE], (None, "one.jsonl", "", "")),
        ([pair("a/Modelfile"), pair("b/Modelfile")], [ONE], (None, "one.jsonl", SEVERAL, "")),
        ([pair("a/Modelfile"), pair("b/Modelfile")], [ONE, OTHER], (None, None, SEVERAL, DATASETS)),
        ([pair(name) for name in "abcd"], [], (None, None, FOUR, "")),
    ],
)
def test_what_is_meant(tmp_path, templates, datasets, made):
    config = Config(tmp_path, inference={"model": "m", "probes": ["suite"]})
    outputs = DataFile(Path("o.jsonl"), "o.jsonl", None, "jsonl")
    found = answering(config, {"probes": [], "outputs": [outputs]}, templates, datasets)
    assert len(found) == 2
    for one in found:
        names = (one.pair and one.pair.name, one.dataset and one.dataset.name)
        assert (*names, one.no_pair, one.no_dataset) == made


def test_reasons_name_what_could_be_meant(tmp_path):
    source = source_of(tmp_path, [answered("Where?", "Rome.", rendered="Where?")], served=replace(LIVE, rendering=True))
    source.subject = replace(source.subject, no_pair=SEVERAL, no_dataset=DATASETS)
    assert reasons(source, "system_lost", "end_marker_shown", "longer_than_trained", "cut_off", "unheard_end") == {
        "system_lost": f"no training template is at hand: {SEVERAL}",
        "end_marker_shown": f"neither a template nor training data say how an answer ends: {SEVERAL}; {DATASETS}",
        "unheard_end": f"neither a template nor training data say how an answer ends: {SEVERAL}; {DATASETS}",
        "longer_than_trained": f"no training data says how long answers are: {DATASETS}",
        "cut_off": f"no training data shows whether answers end with a sentence: {DATASETS}",
    }
    assert source.described()["profile"]["undecided"] == [SEVERAL, DATASETS]
