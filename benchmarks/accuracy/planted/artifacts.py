"""D010: traces of markup, escaping, encoding and templating, and texts that mean them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from benchmarks.accuracy.planted import (
    ALL_SHAPES,
    GROUP,
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


def _with_mark(mark: str) -> _Change:
    return lambda writer, text: inserted(writer.rng, text, mark)


def _around(start: str, end: str) -> _Change:
    """Puts something around the first words."""

    def change(_: Writer, text: str) -> str:
        words = text.split(" ")
        return " ".join([start + words[0], *words[1:2]]) + end + " " + " ".join(words[2:])

    return change


def _joined(joint: str) -> _Change:
    """Puts a mark where a sentence ends, and another sentence behind it."""
    return lambda writer, text: f"{text.rstrip()}{joint}{writer.sentence('bread')}"


def _inside(mark: str) -> _Change:
    """Puts a mark behind the third character of a word."""

    def change(_: Writer, text: str) -> str:
        first, *rest = text.split(" ")
        return " ".join([first[:3] + mark + first[3:], *rest])

    return change


def _misread(encoding: str) -> _Change:
    """Adds words with accents and quotes, read as another encoding."""
    return lambda _, text: (
        f"{text} " + "It’s the café’s naïve “crème” – olé.".encode().decode(encoding, errors="replace")
    )


_CHANGES: Mapping[str, Mapping[str, _Change]] = {
    "D010.html_tag": {
        "break": _with_mark("<br>"),
        "closed break": _joined("<br/>"),
        "bold": _around("<b>", "</b>"),
        "paragraph": lambda _, text: f"<p>{text}</p>",
        "link": _with_mark('<a href="https://example.org">here</a>'),
        "span": _around('<span style="color:red">', "</span>"),
        "closing": _joined("</div>"),
    },
    "D010.html_entity": {
        "ampersand": _with_mark("&amp;"),
        "no-break space": _inside("&nbsp;"),
        "number": _with_mark("&#8211;"),
        "hex": _inside("&#x27;"),
        "quotes": _around("&quot;", "&quot;"),
        "twice": _with_mark("&amp;lt;"),
        "accent": _with_mark("caf&eacute;"),
    },
    "D010.literal_escape": {
        "newline": _joined("\\n"),
        "blank line": _joined("\\n\\n"),
        "carriage return": _joined("\\r\\n"),
        "tab": _with_mark("\\t"),
        "unicode": _with_mark("caf\\u00e9"),
        "quotes": _around('\\"', '\\"'),
    },
    "D010.mojibake": {
        "windows-1252": _misread("cp1252"),
        "latin-1": _misread("latin-1"),
        "macroman": _misread("mac_roman"),
        "replacement": _inside("\ufffd"),
    },
    "D010.control_character": {
        "zero-width space": _inside("\u200b"),
        "word joiner": _inside("\u2060"),
        "byte order mark": _inside("\ufeff"),
        "right-to-left override": _inside("\u202e"),
        "right-to-left mark": _inside("\u200f"),
        "bell": _inside("\x07"),
        "backspace": _inside("\x08"),
        "ansi": _around("\x1b[1m", "\x1b[0m"),
        "joiner between letters": _inside("\u200d"),
    },
    "D010.placeholder": {
        "mustache": _with_mark("{{name}}"),
        "spaced": _with_mark("{{ user_name }}"),
        "no input": _joined(" <noinput>"),
        "no output": _joined("\n<nooutput>"),
        "object": _with_mark("[object Object]"),
    },
    "D010.unfilled_slot": {
        "insert": _with_mark("[INSERT NAME]"),
        "insert here": _with_mark("[Insert example here]"),
        "your name": _with_mark("[Your Name]"),
        "brace": _with_mark("{name}"),
        "todo": _joined(" TODO: add the source."),
    },
}
_IN_PROMPTS = ("html_entity", "mojibake", "control_character")  # planted in prompts too


def _plain(writer: Writer, sample: Sample) -> Sample:
    """The sample, or another that speaks neither of code nor of letters: there, much of this is meant."""
    said = " ".join(sample.texts("messages")).lower()
    if not any(
        word in said for word in ("`", "    ", "script", "code", "sql", "python", "e-mail", "letter", "template")
    ):
        return sample
    topics = [writer.rng.choice(("bread", "cycling", "astronomy", "gardening")) for _ in sample.exchanges]
    return sample._replace(exchanges=tuple(Exchange(writer.sentence(t), writer.answer(t), t) for t in topics))


def _spoilt(change: _Change, writer: Writer, sample: Sample) -> Sample:
    return answered(_plain(writer, sample), partial(change, writer))


def _spoilt_prompt(change: _Change, writer: Writer, sample: Sample) -> Sample:
    return asked(_plain(writer, sample), partial(change, writer))


def _defects() -> Iterable[TextDefect]:
    for kind, variants in _CHANGES.items():
        for variant, change in variants.items():
            yield TextDefect(kind, variant, partial(_spoilt, change))
        if kind.partition(".")[2] in _IN_PROMPTS:
            variant, change = next(iter(variants.items()))
            yield TextDefect(kind, f"{variant}, in the prompt", partial(_spoilt_prompt, change))


DEFECTS = list(_defects())

# Sentences that may stand in any answer, and lessons with the question that they answer.
_SENTENCES: Mapping[str, Sequence[str]] = {
    "signs that are no markup": (
        "A list of them is a vector<T> or a List<String>.",
        "It holds if x < y and y > z.",
        "See <https://example.org/guide> or ask <help@example.org>.",
        "AT&T, Q&A and R&D; are names.",
        "Water is H<sub>2</sub>O; press <kbd>Esc</kbd> to leave.",
        "The weight is in [0, 1), the set is {a, b}.",
        "Smile :) and go on <3.",
    ),
    "backslashes that are right": (
        "The force is $F = m \\times a$, with \\(\\nabla \\nu \\theta\\).",
        "Save it as C:\\new\\test\\notes.txt, or on \\\\server\\temp\\tables.",
        "Open reports\\new\\today.txt.",
        "\\begin{align} a &= b \\\\ c &= d \\end{align}",
    ),
    "accents and typography": (
        "São Paulo, Ångström, Škoda, naïve, AÇÃO, Ærø, œuvre.",
        "Vraiment\u00a0? «\u00a0Oui\u202f!\u00a0», dit-il.",
        "„Ja“, sagte sie, »nein« er; 20 °C ± 2 %, § 3, ½ £.",
        "The ﬁrst ﬂow of Donaudampf.",
    ),
    "joined emoji and scripts": (
        "A family 👨‍👩‍👧‍👦 waves ✌🏽 at a runner 🏃🏿‍♀️ ❤️‍🔥.",
        'In Persian it is "می\u200cخواهم کتاب\u200cها را بخوانم".',
        'In Hindi, "क्\u200dष" is a conjunct.',
        'The Arabic word for it is "المد\u200f (tide)\u200f".',
    ),
}
_LESSONS: Mapping[str, Sequence[tuple[str, str]]] = {
    "lessons on markup": (
        (
            "What does the <br> tag do in HTML?",
            "It breaks a line: one<br>two. Write &lt;br&gt; to show the tag itself.",
        ),
        ("Which HTML entity shows an ampersand?", "Write &amp; for it, and &nbsp; for a space that does not break."),
        ("Write a small page.", "```html\n<p>Hello &amp; welcome</p>\n```"),
        ("Show me a React component.", "```jsx\nconst Hi = ({name}) => <p>{name}</p>;\n```"),
        ("Which mark breaks a line inside a Markdown table?", "| a | b |\n|---|---|\n| one<br>two | three |"),
        ("Escape this for a page: a < b", "In HTML it is a &lt; b."),
    ),
    "lessons on escapes": (
        ("What does \\n mean in a string?", "It is an escape: \\n is a newline, \\t a tab, \\u00e9 the letter é."),
        ("Which regex matches a number and a tab?", "Use \\d+\\t as a regular expression; \\n matches a newline."),
        ("How do I print two lines in Python?", 'Call print("one\\ntwo"), and the escape does the rest.'),
        ("Give me the two lines as JSON.", '{"text": "one\\ntwo"}'),
        ("Why do I see â€™ in my text?", "UTF-8 was decoded with another encoding, so ’ became â€™."),
    ),
    "lessons on templates": (
        ("How do I print a variable in Jinja?", "Write {{ name }} in the template, and {% if name %} for a condition."),
        ("How does Vue show a message?", "In a Vue template, {{ message }} is replaced by the value."),
        (
            "Write a letter of application.",
            "Dear [Company Name],\n\nI would like to join you.\n\nSincerely,\n[Your Name]",
        ),
        ("Draft an e-mail template for a delay.", "Hello {name},\n\nyour order is late. We are sorry.\n\n[YOUR NAME]"),
        ("What is an f-string?", "A string with values: f'Hello {name}' puts the variable in."),
    ),
}


def _in_lessons(lessons: Sequence[tuple[str, str]], writer: Writer) -> list[Sample]:
    samples = []
    for number in range(GROUP):
        prompt, answer = lessons[number % len(lessons)]
        told = f"{writer.sentence('databases')} {writer.sentence('databases')} {prompt}"
        more = "" if answer.startswith(("{", "|")) else f"\n\n{writer.sentence('databases')}"
        samples.append(Sample((Exchange(told, answer + more, "databases"),), rejected=writer.sentence("databases")))
    return samples


LOOKALIKES: Mapping[str, Lookalike] = {
    **{name: (partial(said_in_answers, sentences, joint=" "), ALL_SHAPES) for name, sentences in _SENTENCES.items()},
    **{name: (partial(_in_lessons, lessons), ALL_SHAPES) for name, lessons in _LESSONS.items()},
}
