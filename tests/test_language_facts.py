"""D009 by cases: which language a text is in, and which letters do not belong to it."""

from __future__ import annotations

import polars as pl
import pytest

from tests.conftest import chat, write_jsonl
from tunespec.facts.answer_language import shows
from tunespec.facts.scripts import mixed_word
from tunespec.identify import languages_of
from tunespec.languages import code_of, same_language

ENGLISH = "What should I do with the garden when the winter is over?"
GERMAN = "Ja, das ist möglich, wenn die Pflanze den Winter in einem hellen Raum verbringt."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (GERMAN, "de"),
        ("Le jardin est très beau dans les mois qui suivent l'hiver.", "fr"),
        ("El jardín es muy bonito en los meses que siguen al invierno.", "es"),
        ("今天的天气很好，我们去公园散步。", "zh"),
        ("今日はとても良い天気ですね。", "ja"),
        ("Сегодня очень хорошая погода.", "ru"),
        ("Paris", None),
        ("def add(a, b): return a + b", None),
        ("Gume diviladi po bozen rulani ceruguvi treceba distazofo", None),
    ],
)
def test_the_language_of_a_text(text, language):
    assert languages_of(pl.Series([text])) == [language]


@pytest.mark.parametrize("word", ["wintеr", "pоssible", "pοssible", "cлово о полку в поле"])
def test_a_letter_of_another_script(word):
    assert mixed_word(f"{word} {'word' if word.isascii() else ''}")


@pytest.mark.parametrize(
    "text", ["TNFα and IFNγ", "α-helix", "5 µm and 47 kΩ", "ΔT = Q/mc", "PDFа и SMSка в русском тексте"]
)
def test_signs_and_acronyms(text):
    assert mixed_word(text) is None


def test_a_piece_of_the_answers_language_in_the_prompt():
    assert shows(f"Summarise this.\n{GERMAN}", "de")
    assert not shows(ENGLISH, "de")


def test_columns_and_neighbours():
    assert [code_of(value) for value in ("en-US", "zh_CN", "German", "all")] == ["en", "zh", "de", None]
    assert same_language("no", "da")
    assert not same_language("de", "fr")


def languages(judge, tmp_path, *records):
    write_jsonl(tmp_path / "data.jsonl", records)
    _, report = judge(tmp_path)
    return [f["kind"] for f in report["findings"] if f["code"] == "D009"]


def test_an_answer_in_another_language(judge, tmp_path):
    assert languages(judge, tmp_path, chat(ENGLISH, GERMAN)) == ["answer_language"]


def test_another_language_that_was_asked_for(judge, tmp_path):
    assert languages(judge, tmp_path, chat(f"Answer in German: {ENGLISH}", GERMAN)) == []
