"""Near-copies: a sample's texts, edited until their word Jaccard with the original lies in a bin."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.writer import Writer

BINS: Sequence[tuple[float, float]] = ((0.6, 0.7), (0.7, 0.8), (0.8, 0.95))
_ATTEMPTS = 8  # editing runs until one ends inside the bin
_STEPS = 60  # rounds of edits in one run
_ROUND = 40  # words of the texts for each edit of a round: long texts need many edits until they differ
_LEAST_PROMPT, _LEAST_OTHER = 0.5, 0.45  # Jaccard of the prompts, and of the rest: below, nobody would call it a copy
_WORD = re.compile(r"[一-鿿]|[^\W一-鿿]+")
_TOKEN = re.compile(r"[一-鿿]|[^\W一-鿿]+|[^\w]+")
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s*|\n+")

Edit = Callable[[Writer, str, str], str]


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """The distinct words of a text in lower case; a Chinese character is a word."""
    return frozenset(_WORD.findall(text.lower()))


def jaccard(one: str, other: str) -> float:
    """Word Jaccard of two texts."""
    a, b = words(one), words(other)
    return len(a & b) / len(a | b) if a | b else 1.0


def _at_word(rng: random.Random, text: str, change: Callable[[str], str]) -> str:
    tokens = _TOKEN.findall(text)
    for _ in range(9):  # numbers and punctuation stay as they are
        place = rng.randrange(len(tokens)) if tokens else 0
        if tokens and tokens[place].isalpha():
            tokens[place] = change(tokens[place])
            return "".join(tokens)
    return text


def _other_word(writer: Writer, word: str, topic: str) -> str:
    """A synonym if the grammar has one, else any word of the topic's language."""
    kin = _synonyms().get(word, [])
    if kin and writer.rng.random() < 0.7:
        return writer.rng.choice(kin)
    return writer.rng.choice([word for word in sorted(words(writer.sentence(topic))) if word.isalpha()])


@cache
def _synonyms() -> Mapping[str, list[str]]:
    """Word -> the others of its lists: the grammar's lists hold words that can stand for each other."""
    found: dict[str, list[str]] = {}
    for group in load("english")["words"].values():
        for word in group:
            found.setdefault(word, []).extend(option for option in group if option != word)
    return found


def _replace(writer: Writer, text: str, topic: str) -> str:
    return _at_word(writer.rng, text, lambda word: _other_word(writer, word, topic))


def _delete(writer: Writer, text: str, _: str) -> str:
    return _at_word(writer.rng, text, lambda _: "").replace("  ", " ").strip()


def _insert(writer: Writer, text: str, topic: str) -> str:
    return _at_word(
        writer.rng, text, lambda word: f"{word}{'' if word > '一' else ' '}{_other_word(writer, '', topic)}"
    )


def _reorder(writer: Writer, text: str, topic: str) -> str:
    """Two sentences change places, else two halves; a word changes too, so that the texts differ in words."""
    sentences = [s for s in _SENTENCE.split(text) if s and s.strip()]
    if len(sentences) > 1:
        i = writer.rng.randrange(len(sentences) - 1)
        sentences[i : i + 2] = sentences[i : i + 2][::-1]
        text = ("" if topic == "chinese" else " ").join(sentences)
    elif ", " in text:
        before, _, after = text.partition(", ")
        text = f"{after}, {before}"
    return _replace(writer, text, topic)


def _sentences(writer: Writer, text: str, topic: str) -> str:
    """A sentence is added or dropped."""
    sentences = [s for s in _SENTENCE.split(text) if s and s.strip()]
    if len(sentences) > 2 and writer.rng.random() < 0.5:
        sentences.pop(writer.rng.randrange(len(sentences)))
    else:
        sentences.insert(writer.rng.randint(0, len(sentences)), writer.sentence(topic))
    return ("" if topic == "chinese" else " ").join(sentences)


def _surface(writer: Writer, text: str, topic: str) -> str:
    """Case and punctuation change, and a word."""
    change = writer.rng.choice((str.upper, str.lower, lambda t: t.replace(",", " -"), lambda t: t.rstrip(".?!") + " !"))
    return _replace(writer, change(text), topic)


def _mixed(writer: Writer, text: str, topic: str) -> str:
    return writer.rng.choice((_replace, _delete, _insert, _reorder))(writer, text, topic)


OPERATIONS: Mapping[str, Edit] = {
    "replaced words": _replace,
    "deleted words": _delete,
    "inserted words": _insert,
    "changed order": _reorder,
    "sentence added or dropped": _sentences,
    "case and punctuation": _surface,
    "mixed": _mixed,
}

_COARSE = {"sentence added or dropped", "changed order"}


def near_copy(
    writer: Writer,
    texts: Sequence[str],
    prompts: int,
    topics: Sequence[str],
    operation: str,
    limits: tuple[float, float],
) -> list[str] | None:
    """The texts, edited; None if the operation cannot bring them into the bin.

    Args:
        writer: source of new words.
        texts: the sample's texts, prompts first.
        prompts: how many of them are prompts; the first prompt always changes by a word or more.
        topics: the topic of each text.
        operation: a key of OPERATIONS.
        limits: the bin, from (inclusive) to (exclusive), of the Jaccard of all texts together.
    """
    for _ in range(_ATTEMPTS):
        copy, reached = _edited(writer, texts, topics, operation, writer.rng.uniform(*limits))
        if limits[0] <= reached < limits[1] and _still_alike(texts, copy, prompts):
            return copy
    return None


def _edited(
    writer: Writer, texts: Sequence[str], topics: Sequence[str], operation: str, goal: float
) -> tuple[list[str], float]:
    """The texts after as many edits as bring their Jaccard down to the goal, and that Jaccard."""
    copy, reached = list(texts), 1.0
    edits = 1 if operation in _COARSE else 1 + sum(len(words(text)) for text in texts) // _ROUND
    for step in range(_STEPS):
        # by length, since an editor who changes a long answer leaves its question alone for the most part
        place = 0 if step == 0 else writer.rng.choices(range(len(copy)), [len(text) + 1 for text in copy])[0]
        for _ in range(edits):
            copy[place] = OPERATIONS[operation](writer, copy[place], topics[place])
        reached = jaccard(" ".join(texts), " ".join(copy))
        if reached <= goal:
            break
    return copy, reached


def _still_alike(texts: Sequence[str], copy: Sequence[str], prompts: int) -> bool:
    asked = jaccard(" ".join(texts[:prompts]), " ".join(copy[:prompts]))
    rest = jaccard(" ".join(texts[prompts:]), " ".join(copy[prompts:]))
    return _LEAST_PROMPT <= asked < 1 and rest >= _LEAST_OTHER
