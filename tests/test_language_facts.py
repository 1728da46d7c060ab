"""D009 by cases: which language a text is in, and which letters do not belong to it."""

from __future__ import annotations

import polars as pl
import pytest

from tests.conftest import chat, write_jsonl
from tests.facts_of import marked, source_of
from tunespec.facts.answer_language import shows
from tunespec.facts.scripts import mixed_word
from tunespec.identify import languages_of
from tunespec.languages import code_of, same_language

ENGLISH = "What should I do with the garden when the winter is over?"
LONG_ENGLISH = (
    "Keep the pots in a bright room and water them once a week. When the days get longer, take them outside for an "
    "hour and bring them back before the night is cold."
)
LONG_GERMAN = (
    "Danach stellt man die Töpfe wieder in den Garten und gießt sie regelmäßig. Wenn die Sonne stark ist, "
    "sollten sie nicht den ganzen Tag im Licht stehen."
)
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


@pytest.mark.parametrize(
    "word", ["wintеr", "pоssible", "pοssible", "cлово о полку в поле", "Тhе garden", "the end оf it", "breaкfast"]
)
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


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("Leila from Osaka saw that the dough rose within a whole 重要 afternoon in June.", True),
        ("Note that cracks can also mean очень the opposite, so look at them twice.", True),
        ("Note: очень often the cracks mean the opposite, so look at them twice.", True),
        ("They looked (at noon 重要 and later at the dough in the bowl.", True),
        ("The dough rose (重要) within a whole afternoon in June.", False),
        ("The sign said “重要” and nobody looked at it for a while.", False),
        ("The word 重要 stands on the sign that nobody looked at.", False),
        ("The old name of the town, 大阪 (Osaka), stands on the sign.", False),
        ("In Chinese the sign would say 重要 and look quite different.", False),
        ("The greeting is as follows: привет", False),
    ],
)
def test_words_in_another_script(tmp_path, answer, found):
    source = source_of(tmp_path, [{"prompt": "What did they see when they looked?", "completion": answer}])
    assert ("script_mixture" in marked(source, "languages")) is found


@pytest.mark.parametrize(
    ("prompt", "answer", "found"),
    [
        (
            "List a few interview questions for choir singers.",
            "建议每隔两周用温度计测量一次。茶农习惯在一个冬天内完成练习。",
            True,
        ),
        ("What did the sign say?", 'In Persian it is "می‌خواهم کتاب‌ها را بخوانم دوست من".', False),
        (ENGLISH, "Meistens liegt das an altem Öl, seltener am Alter der Maschine.", True),
        (ENGLISH, f"{LONG_ENGLISH} {LONG_GERMAN}", True),
        (ENGLISH, f"{LONG_ENGLISH}\n\n{LONG_GERMAN}", True),
        (ENGLISH, f"{LONG_ENGLISH} 之后把植物移到明亮的房间里，每两周浇一次水，春天再搬到外面去。", True),
        (LONG_GERMAN, f"{LONG_GERMAN} {LONG_ENGLISH}", True),
        (ENGLISH, f"{LONG_ENGLISH} As a German book says: {LONG_GERMAN}", False),
        (ENGLISH, f'{LONG_ENGLISH} "{LONG_GERMAN}" {LONG_ENGLISH}', False),
        (f"Translate what follows. {ENGLISH}", f"{LONG_ENGLISH} {LONG_GERMAN}", False),
        (f"{ENGLISH} {LONG_GERMAN}", f"{LONG_ENGLISH} {LONG_GERMAN}", False),
        (ENGLISH, f"{LONG_ENGLISH} {LONG_ENGLISH} Das ist gut.", False),
        (ENGLISH, f"{LONG_ENGLISH} Según los alumnos, una llave inglesa dura más que la moda de antes.", True),
        (ENGLISH, f"{LONG_ENGLISH}\n\nWer die Töpfe pflegt, spart nach zwei Jahren Geld und Ärger.", True),
    ],
)
def test_an_answer_that_is_in_another_language_or_changes_to_it(tmp_path, prompt, answer, found):
    source = source_of(tmp_path, [{"prompt": prompt, "completion": answer}])
    assert ("answer_language" in marked(source, "languages")) is found
