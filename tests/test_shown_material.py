"""One question about two texts, pictures or sounds is two questions: for duplicates, leaks and conflicts."""

from __future__ import annotations

import pytest

from tests.conftest import chat, write_jsonl
from tests.facts_of import facts_of, marked, source_of

ASKED = "Is this review of a restaurant positive or negative?"
LONG = "Give a short summary of the passage that stands beside this question, please."
REVIEWS = (
    "The owl soup was cold and I hated it.",
    "The fox pie was hot and I loved it.",
    "We waited two hours for a table.",
    "Nobody was unfriendly, and the music was low.",
)


def pair(context, answer="Negative.", asked=ASKED):
    return {"instruction": asked, "context": context, "response": answer}


def llava(image, answer="No.", asked="<image>\nIs there a dog in this picture?"):
    return {
        "image": image,
        "conversations": [{"from": "human", "value": asked}, {"from": "gpt", "value": answer}],
    }


def parts(part, answer="No.", asked="Is there a dog in this picture?"):
    user = {"role": "user", "content": [part, {"type": "text", "text": asked}]}
    return {"messages": [user, {"role": "assistant", "content": answer}]}


def url(name):
    return parts({"type": "image_url", "image_url": {"url": f"https://example.org/{name}"}})


def ollama(name):
    record = chat("Is there a dog in this picture?", "No.")
    record["messages"][0]["images"] = [name]
    return record


NAMES = ("owl.png", "fox.png", "bear.png", "crane.png")
DIFFERENT = {
    "a context column": [pair(text) for text in REVIEWS],
    "a context and a question": [{"question": ASKED, "context": text, "answer": "Negative."} for text in REVIEWS],
    "a context beside messages": [{**chat(ASKED, "Negative."), "context": text} for text in REVIEWS],
    "a context that is a list": [pair([text]) for text in REVIEWS],
    "an image column": [llava(name) for name in NAMES],
    "a list of images": [llava([name], asked="<image>\nWhat is it?") for name in NAMES],
    "an image with its bytes": [llava({"bytes": name, "path": None}) for name in NAMES],
    "the URL of a part": [url(name) for name in NAMES],
    "the sound of a part": [
        parts({"type": "input_audio", "input_audio": {"data": name, "format": "wav"}}, asked="What do you hear?")
        for name in NAMES
    ],
    "the images of a message": [ollama(name) for name in NAMES],
    "an image and nothing else": [llava(name, "A dog.", "") for name in NAMES],
}


@pytest.mark.parametrize("records", DIFFERENT.values(), ids=DIFFERENT)
def test_one_question_about_different_things_is_no_duplicate(tmp_path, records):
    assert marked(source_of(tmp_path, records), "duplicates") == {}


@pytest.mark.parametrize("records", DIFFERENT.values(), ids=DIFFERENT)
def test_one_question_about_one_thing_is_a_duplicate(tmp_path, records):
    assert marked(source_of(tmp_path, [*records, records[1]]), "duplicates") == {"duplicate_of": [4]}


def split(records):
    """The last two of four records are the test split."""
    return [{**record, "split": name} for record, name in zip(records, ["train"] * 2 + ["test"] * 2, strict=True)]


@pytest.mark.parametrize("records", DIFFERENT.values(), ids=DIFFERENT)
def test_one_question_about_different_things_is_no_leak(tmp_path, records):
    assert marked(source_of(tmp_path, split(records)), "leakage") == {}


@pytest.mark.parametrize("records", DIFFERENT.values(), ids=DIFFERENT)
def test_one_question_about_one_thing_is_a_leak(tmp_path, records):
    found = marked(source_of(tmp_path, split([records[0], records[1], records[2], records[1]])), "leakage")
    assert found == {"leaked_record": [3]}


def test_another_answer_about_the_same_passage_is_a_leaked_prompt(tmp_path):
    records = [pair(REVIEWS[0]), pair(REVIEWS[1]), pair(REVIEWS[2]), pair(REVIEWS[0], "It is rather bad.")]
    assert marked(source_of(tmp_path, split(records)), "leakage") == {"leaked_prompt": [3]}


def test_conversations_that_begin_alike_about_different_pictures_are_no_leak(tmp_path):
    def talk(name, *more):
        record = llava(name, "Yes, a small brown dog.", "<image>\nIs there a dog in this picture?")
        return {**record, "conversations": [*record["conversations"], *more]}

    more = [{"from": "human", "value": "Which breed is it?"}, {"from": "gpt", "value": "A terrier."}]
    for names, found in ((NAMES, {}), (["a.png"] * 4, {"leaked_prompt": [2]})):
        train = [talk(names[0], *more), llava(names[1], "Rain.", "<image>\nHow is the weather over the hills?")]
        test = [talk(names[2]), llava(names[3], "Two.", "<image>\nCount the boats in the old harbour.")]
        assert marked(source_of(tmp_path, split([*train, *test])), "leakage") == found


def passage(word):
    return " ".join(f"{word}{number}" for number in range(30))


def test_nearly_one_answer_about_different_passages_is_no_near_duplicate(tmp_path):
    answer = "It tells how the old harbour was dug, who paid for it and why it silted up again"
    apart = [pair(passage("a"), f"{answer}.", LONG), pair(passage("b"), f"{answer} later.", LONG)]
    assert marked(source_of(tmp_path, apart), "duplicates") == {}
    alike = [pair(passage("a"), f"{answer}.", LONG), pair(passage("a"), f"{answer} later.", LONG)]
    assert marked(source_of(tmp_path, alike), "duplicates") == {"near_duplicate_of": [1]}


def test_nearly_one_answer_about_different_pictures_is_no_near_duplicate(tmp_path):
    answer = "It shows the old harbour, two boats that lie on the sand and a man who mends a net"
    for second, found in (("fox.png", {}), ("owl.png", {"near_duplicate_of": [1]})):
        records = [llava("owl.png", f"{answer}."), llava(second, f"{answer} slowly.")]
        assert marked(source_of(tmp_path, records), "duplicates") == found


def test_a_near_copy_with_its_passage_is_found(tmp_path):
    answer = "It tells how the old harbour was dug, who paid for it and why it silted up again."
    records = [pair(passage("a"), answer, LONG), pair(f"{passage('a')} again", answer, LONG)]
    assert marked(source_of(tmp_path, records), "duplicates") == {"near_duplicate_of": [1]}


def test_a_benchmark_with_passages_is_held_against_question_and_passage(judge, tmp_path):
    write_jsonl(tmp_path / "data.jsonl", [pair(REVIEWS[0]), pair(REVIEWS[1])])
    write_jsonl(tmp_path / "benchmark.jsonl", [pair(REVIEWS[1], "Positive."), pair(REVIEWS[2], "Neither.")])
    settings = '[pitfalls.split-leakage]\nagainst = ["benchmark.jsonl"]\n'
    (tmp_path / "tunespec.toml").write_text(settings, encoding="utf-8")
    _, report = judge(tmp_path, paths=["data.jsonl"])
    assert [(f["kind"], f["line"]) for f in report["findings"] if f["code"] == "D004"] == [("benchmark_prompt", 2)]


def test_two_answers_about_one_passage_conflict_and_about_two_do_not(tmp_path):
    records = [pair(REVIEWS[0], "It is bad."), pair(REVIEWS[1], "It is good.")]
    assert not facts_of(source_of(tmp_path, records), "ambiguity")["conflicting_answer"].marks
    records = [pair([REVIEWS[0]], "It is bad."), pair([REVIEWS[1]], "It is good.")]
    assert not facts_of(source_of(tmp_path, records), "ambiguity")["conflicting_answer"].marks
    records = [pair(REVIEWS[0], "It is bad."), pair(REVIEWS[0], "It is good.")]
    assert facts_of(source_of(tmp_path, records), "ambiguity")["conflicting_answer"].marks


def test_an_empty_image_column_shows_nothing(tmp_path):
    empty: tuple[object, ...] = (None, "", [], {"bytes": None, "path": None})
    for nothing in empty:
        records = [
            llava(nothing, asked="What is the Seine, in a word?"),
            llava("", asked="What is the Seine, in a word?"),
        ]
        assert marked(source_of(tmp_path, records), "duplicates") == {"duplicate_of": [1]}
