"""The stock template that Ollama installs for a Jinja template; the truth is Ollama's own test data."""

from __future__ import annotations

import importlib.resources
import json

import pytest

from tests.corpora import CORPORA
from tunespec.templates.auto_template import Indexed, StockTemplatesError, nearest, stock_index, substituted

OLLAMA = CORPORA / "chat_templates" / "ollama"
needs_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason="no corpora beside the repository (../shared/corpora)")
INDEX = [Indexed("first", "a" * 300), Indexed("second", "a" * 310), Indexed("third", "b" * 300)]


@pytest.mark.parametrize(
    ("jinja", "found"),
    [
        ("a" * 300, ("first", 0)),
        ("a" * 305, ("first", 5)),  # as near as the second
        ("a" * 306, ("second", 4)),
        ("a" * 201, ("first", 99)),
        ("a" * 200, None),
        ("b" * 399, ("third", 99)),
        ("b" * 400, None),
        ("", None),
        ("é" * 99 + "a" * 201, ("first", 99)),  # characters, not bytes
    ],
)
def test_the_nearest_of_those_fewer_than_100_edits_away(jinja, found):
    assert nearest(jinja, INDEX) == found


def cases() -> list[tuple[str, str]]:
    path = OLLAMA / "testdata" / "templates.jsonl"
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [pair for row in rows for pair in row.items()]


@needs_corpora
@pytest.mark.parametrize("folder", [OLLAMA, None], ids=["checkout", "package"])
def test_ollamas_own_truth(folder):
    if folder is None:
        pytest.importorskip("ggufdoctor.ollama_data")
    found = [(name, substituted(jinja, folder)) for name, jinja in cases()]
    assert len(found) == 35
    assert [(name, known.name) for name, known in found if known] == [(name, name) for name, _ in found]


@needs_corpora
def test_what_is_installed_has_a_template_and_stops():
    _, jinja = next(case for case in cases() if case[0] == "chatml")
    found = substituted(jinja + "{# mine #}", OLLAMA)
    assert found is not None
    assert (found.name, found.stops) == ("chatml", ("<|im_start|>", "<|im_end|>"))
    assert found.template == (OLLAMA / "chatml.gotmpl").read_text(encoding="utf-8")
    assert substituted("{{ messages }}", OLLAMA) is None


@needs_corpora
def test_the_package_has_ollamas_index():
    pytest.importorskip("ggufdoctor.ollama_data")
    assert stock_index() == stock_index(OLLAMA)
    assert len(stock_index()) == 37


def test_without_the_package_or_a_folder_the_user_learns_what_to_do(monkeypatch, tmp_path):
    def absent(name):
        raise ModuleNotFoundError(name)

    stock_index.cache_clear()
    monkeypatch.setattr(importlib.resources, "files", absent)
    with pytest.raises(StockTemplatesError, match=r"install `tunespec\[ollama-templates\]`"):
        substituted("a")
    with pytest.raises(StockTemplatesError, match=r"index\.json: No such file"):
        substituted("a", tmp_path)
    (tmp_path / "index.json").write_text("{}")
    assert substituted("a", tmp_path) is None
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "index.json").write_text('[{"name": 1}]')
    with pytest.raises(StockTemplatesError, match="is not Ollama's index"):
        substituted("a", tmp_path / "broken")
    stock_index.cache_clear()
