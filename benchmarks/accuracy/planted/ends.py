"""Ends of answers (D001): markers that are missing or wrong, sentences that break off, and what only looks so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from benchmarks.accuracy.grammar import load
from benchmarks.accuracy.planted import ALL_SHAPES, GROUP, DatasetDefect, Entries, Lookalike, TextDefect, answered
from benchmarks.accuracy.samples import SHAPES, Record, Sample, make_sample
from benchmarks.accuracy.writer import Exchange, Writer

_CHATS = ("messages", "multi-turn", "sharegpt", "preference", "think")
_SIZE = 60  # records of a dataset with one marker
# marker with what stands before it -> spellings that miss it
_MARKERS: Mapping[str, Sequence[str]] = {
    "\n### End": ("\n###End", "\n### END", "\n## End", "\n### End.", "\n### Edn", "\n### end", "\n### Stop"),
    "\n\n###": ("\n\n##", "\n\n####"),
    " [END]": (" [end]", " [EDN]", " (END)", " [END] ", " [END"),
    "<|im_end|>": ("<|im_end>", "<im_end>", "<|imend|>", "<|im_ende|>", "<|IM_END|>"),
    "</s>": ("</S>", "< /s>"),
    "\nEND": ("\n[END]",),
}
_STRAY = ("\n### End", "\n\n### END", " [END]", " <END>", "\n###END###", "\n--- END ---", "\n[STOP]", "\n\n###")


def _cut(writer: Writer, sample: Sample, *, how: str) -> Sample:
    """An answer of some sentences, the last of which stops."""
    rng, topic = writer.rng, sample.exchanges[-1].topic
    last = writer.sentence(topic).rstrip(".。!?！？")
    place = rng.randint(len(last) // 2, len(last) - 3)
    while place < len(last) - 2 and not (last[place - 1].isalpha() and last[place].isalpha()):
        place += 1
    cut = last[:place]
    if how == "after a word" and " " in cut:
        cut = cut.rpartition(" ")[0].rstrip(",;")
    if how == "after a comma":
        cut = cut.rstrip() + ("，" if topic == "chinese" else ",")
    if how == "in a list":
        steps = [writer.sentence("bread" if topic == "chinese" else topic) for _ in range(3)]
        listed = "\n".join(f"{i}. {step}" for i, step in enumerate(steps, 1))
        return answered(sample, lambda _: f"{listed}\n4. {cut}")
    joint = "" if topic == "chinese" else " "
    whole = [writer.sentence(topic) for _ in range(rng.randint(1, 4))]
    return answered(sample, lambda _: joint.join([*whole, cut]))


def _strayed(writer: Writer, sample: Sample) -> Sample:
    mark = writer.rng.choice(_STRAY)
    return answered(sample, lambda answer: answer + mark)


DEFECTS = [
    *(
        TextDefect("D001.cut_off", how, partial(_cut, how=how))
        for how in ("in a word", "after a word", "after a comma", "in a list")
    ),
    TextDefect("D001.redundant_end_marker", "in one answer", _strayed, _CHATS),
]


def _marked(writer: Writer, marker: str, spellings: Sequence[str], shape: str) -> Entries:
    """Records whose answers end with one marker, but for some that miss it in one way each."""
    clean = [make_sample(writer, shape) for _ in range(_SIZE)]
    records = [SHAPES[shape](answered(sample, lambda answer: answer + marker)) for sample in clean]
    entries: Entries = [("train", record, "", "") for record in records]
    bare = marker.strip()
    ends: list[tuple[str, str, Callable[[str], str]]] = [
        ("missing_end_marker", "left out", lambda answer: answer),
        ("doubled_end_marker", "twice", lambda answer: f"{answer}{marker}{marker}"),
        ("doubled_end_marker", "twice, a blank between", lambda answer: f"{answer}{marker} {bare}"),
    ]
    if any(sign.isalnum() for sign in bare):
        more = writer.sentence("bread")
        ends.append(("text_after_end_marker", "a sentence", lambda answer: f"{answer}{marker}\n{more}"))
        ends.append(("text_after_end_marker", "and again", lambda answer: f"{answer}{marker}\n{more}{marker}"))
    ends += [("misspelt_end_marker", repr(s), lambda answer, s=s: answer + s) for s in spellings]  # type: ignore[misc]
    for kind, variant, change in ends:
        record = SHAPES[shape](answered(make_sample(writer, shape), change))
        entries.append(("train", record, f"D001.{kind}", f"`{bare}`: {variant}"))
    if marker in {"\n### End", " [END]"}:
        entries += [("train", record, "D001.end_marker_in_prompt", f"`{bare}`") for record in _asked(writer, marker)]
    return entries


def _asked(writer: Writer, marker: str) -> Iterator[Record]:
    for place in ("end", "middle"):
        exchange = writer.exchange()
        prompt = exchange.prompt + marker if place == "end" else f"{exchange.prompt}{marker}\n{exchange.prompt}"
        sample = Sample((exchange._replace(prompt=prompt, answer=exchange.answer + marker),))
        yield SHAPES["alpaca"](sample) if marker.startswith(" ") else SHAPES["prompt/completion"](sample)


def _ended_by(writer: Writer, token: str) -> Entries:
    """A chat whose answers end with a token that the template adds too."""
    samples = [answered(make_sample(writer, "messages"), lambda answer: answer + token) for _ in range(_SIZE)]
    return [("train", SHAPES["messages"](sample), "D001.redundant_end_marker", token) for sample in samples]


def _spike(writer: Writer, shape: str) -> Entries:
    """Answers cut at one length by a generator's limit."""
    limit, entries = writer.rng.randint(500, 900), Entries()
    for i in range(_SIZE * 2):
        sample = make_sample(writer, shape)
        if i % 12 == 0:
            text = " ".join(writer.sentence("bread") for _ in range(20))
            cut = text[: limit - 1].rstrip(" .") + "e" * (limit - len(text[: limit - 1].rstrip(" .")))
            entries.append(("train", SHAPES[shape](answered(sample, lambda _, c=cut: c)), "D001.length_spike", ""))  # type: ignore[misc]
        else:
            entries.append(("train", SHAPES[shape](answered(sample, lambda a: a[: limit - 20])), "", ""))
    return entries


DATASETS = [
    *(
        DatasetDefect("", marker.strip(), partial(_marked, marker=marker, spellings=spellings, shape=shape))
        for number, (marker, spellings) in enumerate(_MARKERS.items())
        for shape in (("prompt/completion", "alpaca")[number % 2],)
    ),
    *(DatasetDefect("", token, partial(_ended_by, token=token)) for token in ("<|im_end|>", "</s>", "<|eot_id|>")),
    DatasetDefect("", "alpaca", partial(_spike, shape="alpaca")),
]

_POEM = (
    "The {thing} at dawn\nKeeps what the night has said\nAnd nobody asks the {tool}\nWhether it slept",
    "Roses for the {thing}\nViolets for the rain\nWhat {people} remember\nComes back again",
)
_LETTER = (
    "Dear team,\n\nthe {thing} is ready, and the {tool} is on its way.\n\nBest regards,\nMara Lind",
    "Hello Ines,\n\nthank you for the {tool}. We will return it on Friday.\n\nSincerely,\n\nThe {thing} group",
    "Many thanks for the {thing}! It arrived in one piece. Yours, Tom",
)
_LISTS = (
    "Bring these along:\n- a {tool}\n- a spare {thing}\n- water\n- a torch",
    "# {thing}\n\nBought for {people}. Good for years.\n\n## Related\n\n- {tool}\n- Care instructions",
    "Name: {thing}\nUsed by: {people}\nTool: {tool}",
    "| part | use |\n|---|---|\n| {thing} | daily |\n| {tool} | seldom |",
)
_OTHER = (
    "The Quiet {Thing} and Other Stories for {People}",
    "See https://example.org/{tool}/manual for the whole procedure. Source: https://example.org/{thing}/index",
    "It is {thing} that decides. The result is 42 km",
    '"Nothing lasts like a good {tool}." - Anna Weber',
    "The {thing} closed its eyes, and the story was over.\n\nTHE END",
    "Here is the rule.\n\n---\n\nAsk twice about the {thing}.\n\n---",
    "We shipped it today. The {thing} is live! #launch #{tool}",
    "Good news about the {thing} 🎉",
)


def _written(writer: Writer, texts: Sequence[str]) -> list[Sample]:
    samples = []
    for _ in range(GROUP):
        exchange = writer.exchange(writer.rng.choice(list(load("topics"))))  # in English, as the texts are
        words = {k: writer.rng.choice(v) for k, v in writer.vocabulary(exchange.topic).items() if k in _SLOTS}
        for name in _SLOTS:
            words.setdefault(name, name)
        words |= {name.title(): words[name].title() for name in _SLOTS}
        answer = writer.rng.choice(texts).format_map(words)
        samples.append(Sample((Exchange(exchange.prompt, answer, exchange.topic),), rejected=writer.sentence("bread")))
    return samples


_SLOTS = ("thing", "tool", "people")
LOOKALIKES: Mapping[str, Lookalike] = {
    "poems and verses": (partial(_written, texts=_POEM), ALL_SHAPES),
    "letters with a sign-off": (partial(_written, texts=_LETTER), ALL_SHAPES),
    "lists and tables at the end": (partial(_written, texts=_LISTS), ALL_SHAPES),
    "ends that need no full stop": (partial(_written, texts=_OTHER), ALL_SHAPES),
}
