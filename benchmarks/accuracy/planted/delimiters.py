"""D012: brackets, quotation marks and Markdown without a partner, and those that need none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from benchmarks.accuracy.planted import (
    ALL_SHAPES,
    Lookalike,
    TextDefect,
    answered,
    asked,
    inserted,
    said_in_answers,
)
from benchmarks.accuracy.samples import Sample
from benchmarks.accuracy.writer import Exchange, Writer

_Change = Callable[[Writer, str], str]


def _before_a_word(sign: str) -> _Change:
    """Puts a sign directly before a word that is neither the first nor the last."""

    def change(writer: Writer, text: str) -> str:
        words = text.split(" ")
        place = writer.rng.randint(1, max(1, len(words) - 3))
        return " ".join([*words[:place], sign + " ".join(words[place:])])

    return change


def _after_a_word(sign: str) -> _Change:
    """Puts a sign directly after a word of some length: after `a` or `2`, a bracket is an item's mark."""

    def change(writer: Writer, text: str) -> str:
        words = text.split(" ")
        places = [place for place, word in enumerate(words[:-1]) if len(word) > 3 and word.isalpha()] or [0]
        place = writer.rng.choice(places)
        return " ".join([*words[:place], words[place] + sign, *words[place + 1 :]])

    return change


def _with(part: str) -> _Change:
    return lambda writer, text: inserted(writer.rng, text, part)


def _after(part: str) -> _Change:
    return lambda _, text: f"{text}\n\n{part}"


_TABLE = "| item | cost | time |\n|---|---|---|\n| one | 2 | 3 |\n"
_CHANGES: Mapping[str, Mapping[str, _Change]] = {
    "D012.unbalanced_bracket": {
        "open": _before_a_word("("),
        "closed": _after_a_word(")"),
        "open square": _before_a_word("["),
        "a pair and a half": _with("(see (below)"),
        "dropped": _with("(as shown"),
    },
    "D012.unbalanced_quote": {
        "open": _before_a_word('"'),
        "closed": _after_a_word('"'),
        "curly open": _before_a_word("“"),
        "curly closed": _after_a_word("”"),
    },
    "D012.unclosed_emphasis": {
        "bold open": _before_a_word("**"),
        "bold closed": _after_a_word("**"),
        "bold item": _after("- **First: begin.\n- **Then**: go on."),
    },
    "D012.unclosed_code": {"open": _with("`value"), "closed": _with("value`")},
    "D012.broken_link": {
        "address open": _with("[here](https://example.org/guide"),
        "text open": _with("[here(https://example.org/guide)"),
        "text not opened": _after("See here](https://example.org/guide) for more."),
        "no address": _with("[here]()"),
    },
    "D012.ragged_table": {
        "short row": _after(f"{_TABLE}| two | 3 |"),
        "long row": _after(f"{_TABLE}| two | 3 | 4 | 5 |"),
        "short rule": _after("| a | b | c |\n|---|---|\n| 1 | 2 | 3 |"),
    },
}
_STUB = 'Complete this:\n\n```python\ndef area(width, height):\n    """"\n    The area.\n    """\n```'


def _plain(writer: Writer, sample: Sample) -> Sample:
    """The sample, or another without code and in a script with blanks, so that the mark stands in prose."""
    if sample.exchanges[-1].topic != "chinese" and "`" not in sample.exchanges[-1].answer:
        return sample
    topic = writer.rng.choice(("bread", "cycling", "astronomy", "gardening"))
    *others, _ = sample.exchanges
    return sample._replace(exchanges=(*others, Exchange(writer.sentence(topic), writer.answer(topic), topic)))


def _spoilt(change: _Change, writer: Writer, sample: Sample) -> Sample:
    return answered(_plain(writer, sample), partial(change, writer))


def _stray_quote(_: Writer, sample: Sample) -> Sample:
    return asked(sample, lambda text: f"{text}\n\n{_STUB}")


def _defects() -> Iterable[TextDefect]:
    for kind, variants in _CHANGES.items():
        for variant, change in variants.items():
            yield TextDefect(kind, variant, partial(_spoilt, change))
    yield TextDefect("D012.docstring_quote", "four quotes", _stray_quote)


DEFECTS = list(_defects())

_PARTS: Mapping[str, Sequence[str]] = {
    "brackets that need no partner": (
        "There are two ways: 1) slowly, 2) fast; or a) now, b) later.",
        "That is all :) and it is not bad :-( at all ;)",
        "The share lies in [0, 1), or in ]-1, 1[ or (a, b].",
        "It is (nicely :) done.",
        "Type \"(\" or ')' first.",
        "A vector<T> holds if x < y > z, as $[0, 1)$ says.",
        "See https://en.wikipedia.org/wiki/Tide_(sea) for more.",
    ),
    "quotation marks that need no partner": (
        "In the '90s, rock 'n' roll was the boys' music.",
        'A 24" screen is 6\'2" away, at 39° 50\' 12" north.',
        '"One paragraph opens.\n\n"The next opens too, and closes," she said.',
        "„So“ und »so« und ‚so‘, « ainsi », ”så” – 「そう」.",
        "\"She said 'twice' or “thrice”,\" he wrote.",
    ),
    "stars, ticks and pipes that are no Markdown": (
        "It is 2 * 3, 4*5, x ** 2 and 2**10.",
        "*smiles softly* That is all. *waves*",
        "The price* is fixed.\n\n*Without tax.",
        "The name is snake_case, __init__ or Hawai`i.",
        "Use a | b, or a || b.",
        "Match **/*.py and pass **kwargs.",
    ),
    "tables and links that are whole": (
        "| a | b |\n|:--|--:|\n| x \\| y | `p | q` |\n|  | 4 |",
        "a | b\n--- | ---\n1 | 2",
        "See [the page](https://en.wikipedia.org/wiki/Tide_(sea)) or [this][1].\n\n[1]: https://example.org",
        "- [x] done\n- [ ] open, see [2] [sic]",
        "**Bold:** yes. **`code`** and ***both*** and `a**b`.",
    ),
}


LOOKALIKES: Mapping[str, Lookalike] = {
    name: (partial(said_in_answers, parts, joint="\n\n"), ALL_SHAPES) for name, parts in _PARTS.items()
}
