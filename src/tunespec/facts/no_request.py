"""Prompts that ask for nothing: bare topics and bare statements."""

from __future__ import annotations

import re

from tunespec.facts.open_prompt_words import pattern, words

_MOST_WORDS = 6  # of a topic
_LONGEST = 600  # characters of statements; longer ones hold material
_LEAST_WORDS, _LEAST_LETTERS = 4, 4  # words of a statement, letters of a topic
_TOPIC = re.compile(r"[A-Za-z][\w'’-]*(?:,? [\w'’&-]+)*[.!…]*")
_ORDERING = re.compile(r"\w+(?:i[sz]e|ify)|(?:re|un|de|dis|up|over|mis)(?P<verb>\w+)")
# A colon, code, figures, a quotation: material, or a form that says what is wanted.
_SIGNS = re.compile(r"[?:：{}=<>`|\[\]_\\/@#*^~+…]|\.\.|\d\D+\d|https?|[–—]|^[\"“'‘].*[\"”'’]$")
_NOT_LATIN = re.compile("[\u0370-\u1fff\u2e80-\uffff]")
_SENTENCE = re.compile(r"[^.!\n]+(?:[.!]+[\"”'’)]*|$)")
_PRESENT = re.compile(r"\b\w{2,}[^su\W]s\b")  # a verb of the third person, or a plural
# "You are Ada": a part to play. The names of models are none.
_PERSONA = re.compile(r"(?i:you are|your name is|you['’]re) (?:not )?(?!AI\b|ChatGPT|GPT|Claude|Llama|Qwen)[A-Z]\w+")
_LONG_SYSTEM = 400  # characters: a system prompt of that length describes the work
# A noun with its article; in Russian with its adjective; in Chinese and Japanese a word that asks for nothing.
_NOUNS = {
    "de": r"(?:der|die|das|ein|eine) (?:[\wäöüß-]+ ){0,2}[A-ZÄÖÜ][\wäöüß-]+",
    "fr": r"(?:le|la|les|l['’]|un|une|des) ?(?:[\wà-ÿœ'’-]+ ?){1,3}",
    "es": r"(?:el|la|los|las|un|una|unos|unas) (?:[\wà-ÿ-]+ ?){1,3}",
    "it": r"(?:il|lo|la|i|gli|le|l['’]|un|uno|una) ?(?:[\wà-ÿ'’-]+ ?){1,3}",
    "pt": r"(?:o|a|os|as|um|uma) (?:[\wà-ÿ-]+ ?){1,3}",
    "ru": r"(?:[А-ЯЁа-яё]+(?:ый|ий|ая|яя|ое|ее|ые|ие) ){1,2}[а-яё]+",
    "zh": r"[\u4e00-\u9fff]{2,5}",
    "ja": r"[\u30a0-\u30ff\u4e00-\u9fff]{2,10}",
}


def is_topic(prompt: str, language: str) -> bool:
    """Whether a prompt is a bare noun phrase: "Black holes", "Die Französische Revolution".

    Args:
        prompt: the first prompt of a conversation.
        language: of the conversation; a phrase of some words does not tell its own.
    """
    bare = prompt.strip()
    if language != "en":
        noun = _NOUNS.get(language)
        lowered = bare[:1].lower() + bare[1:]
        return bool(noun and re.fullmatch(rf"{noun}[.。!]?", lowered)) and not pattern("asking_abroad").search(bare)
    phrase = [word.strip(".!,").lower() for word in bare.split()]
    if not _TOPIC.fullmatch(bare) or len(phrase) > _MOST_WORDS or sum(map(len, phrase)) < _LEAST_LETTERS:
        return False
    if words("no_topic").intersection(phrase) or _names_form(phrase) or re.search(r"['’]", phrase[0]):
        return False
    if re.search(r"\bin (?!general\b|[a-z]{3,}[.!]?$)", bare):  # "Time in Tokyo" asks for a value
        return False
    return not _orders(phrase) and phrase[-1] not in words("linking")


def _names_form(phrase: list[str]) -> bool:
    """Whether a phrase says what the answer is: "recipe for bread", "bread recipe"; not "recipe books"."""
    linking, forms = words("linking"), words("forms")
    pairs = zip(phrase, [*phrase[1:], ""], strict=True)
    return any(word in forms and (after in linking or not after) for word, after in pairs)


def _orders(phrase: list[str]) -> bool:
    """Whether a phrase may be a verb with its object."""
    first, verbs, linking = phrase[0], words("verbs"), words("linking")
    if first in verbs:
        return True
    if (found := _ORDERING.fullmatch(first)) and (found["verb"] is None or found["verb"] in verbs):
        return True
    return any(
        word in words("object") and before not in linking and not before.endswith(("ing", "ly"))
        for word, before in zip(phrase[1:], phrase, strict=False)
    )


def is_statement(prompt: str) -> bool:
    """Whether an English prompt only states something: no question, no order, no wish, no trouble in any sentence."""
    bare = prompt.strip()
    if _NOT_LATIN.search(bare) or len(bare) > _LONGEST or len(bare.split()) < _LEAST_WORDS or _SIGNS.search(bare):
        return False
    if pattern("unfinished").search(bare.lower()) or pattern("wishes").search(bare):  # it is to be continued, or helped
        return False
    own = pattern("own").search(bare) is not None
    if own and not pattern("musing").match(bare):
        return False
    if (own or pattern("speaker").match(bare)) and pattern("own_troubles").search(bare):
        return False
    return all(_states(sentence.strip()) for sentence in _SENTENCE.findall(bare))


def _states(sentence: str) -> bool:
    """Whether one sentence has a verb, and neither asks nor orders."""
    if pattern("asked").match(sentence) or pattern("clause").match(sentence):
        return False
    if not pattern("finite").search(sentence) and (sentence[-1].isalnum() or not _PRESENT.search(sentence)):
        return False
    told = pattern("musing").sub("I", sentence, count=1)
    if any(word.lower() in words("verbs") for word in pattern("request").findall(told)):
        return False
    opening = sentence.lower().split()[:2]
    return opening[0] in words("openers") or not _orders(opening)


def states_task(system: str | None) -> bool:
    """Whether a system prompt says what to do with each message, and not only who answers in which manner."""
    said = (system or "").strip()
    if not said or (not said.isascii() and pattern("helper_abroad").search(said)):
        return False
    foreign = len(re.findall(r"[^\x00-\x7f‘’“”–—]", said)) > 2  # a task in a language that the list does not know
    return len(said) > _LONG_SYSTEM or foreign or bool(pattern("tasks").search(said) or _PERSONA.search(said))
