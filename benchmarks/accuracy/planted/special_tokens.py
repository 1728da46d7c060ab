"""Special tokens and role marks (D011): typed into texts, mixed up, and spoken about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from benchmarks.accuracy.planted import (
    ALL_SHAPES,
    GROUP,
    DatasetDefect,
    Entries,
    Lookalike,
    TextDefect,
    answered,
    asked,
    inserted,
)
from benchmarks.accuracy.samples import Sample
from benchmarks.accuracy.writer import Exchange, Writer

_ENDS = ("<|im_end|>", "</s>", "<|eot_id|>", "<|endoftext|>", "<end_of_turn>", "<|end|>", "<｜end▁of▁sentence｜>",
         "<|END_OF_TURN_TOKEN|>", "<|return|>", "<eos>", "[/INST]", "<extra_id_0>", "[SEP]", "<|im_sep|>")  # fmt: skip
_INSIDE = ("<|im_start|>", "[INST]", "<<SYS>>", "<|start_header_id|>", "<start_of_turn>", "<|endoftext|>",
           "<|channel|>", "[TOOL_CALLS]", "<fim_middle>", "</s>", "<unk>", "<|reserved_special_token_4|>",
           "<｜Assistant｜>")  # fmt: skip
_WRAPPED = (
    "[INST] {} [/INST]",
    "<s>[INST] {} [/INST]",
    "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n",
    "<|user|>\n{}<|end|>",
    "<start_of_turn>user\n{}<end_of_turn>",
    "<|start_header_id|>user<|end_header_id|>\n\n{}<|eot_id|>",
)
_TURNS = (
    "\n\nHuman: {}\n\nAssistant: {}",
    "\nUSER: {}\nASSISTANT: {}",
    "\n\n### Instruction:\n{}\n\n### Response:\n{}",
    "\n### Human: {}\n### Assistant: {}",
    "\nuser\n{}\nassistant\n{}",
    "\n\nUser: {}\nAssistant: {}",
    "\n\nHuman: {}",
    "\n<human>: {}\n<bot>: {}",
)
_BEGINNINGS = ("Assistant: ", "### Response:\n", "ASSISTANT: ", "assistant\n\n", "<bot>: ", "### Assistant: ")


def _at_end(writer: Writer, sample: Sample) -> Sample:
    token = writer.rng.choice(_ENDS)
    return answered(sample, lambda answer: answer + writer.rng.choice(("", "\n")) + token)


def _at_start(writer: Writer, sample: Sample) -> Sample:
    token = writer.rng.choice(
        ("<s>", "<|im_start|>assistant\n", "<bos>", "<|begin_of_text|>", "[CLS] ", "<|assistant|>\n")
    )
    return answered(sample, lambda answer: token + answer)


def _within(writer: Writer, sample: Sample) -> Sample:
    token = writer.rng.choice(_INSIDE)
    said = f"{writer.sentence('bread')} {writer.sentence('bread')}"
    return answered(sample, lambda answer: f"{answer}\n\n{inserted(writer.rng, said, token)}")


def _in_prompt(writer: Writer, sample: Sample) -> Sample:
    return asked(sample, writer.rng.choice(_WRAPPED).format)


def _next_turn(writer: Writer, sample: Sample) -> Sample:
    turn = writer.rng.choice(_TURNS)
    question = f"What about the rest of it, and {writer.sentence('bread').rstrip('.')}?"
    return answered(sample, lambda answer: answer + turn.format(question, writer.sentence("bread")))


def _own_mark(writer: Writer, sample: Sample) -> Sample:
    return answered(sample, lambda answer: writer.rng.choice(_BEGINNINGS) + answer)


def _reply_mark(writer: Writer, sample: Sample) -> Sample:
    mark = writer.rng.choice(("\n\nAssistant:", "\nASSISTANT:", "\n\n### Response:\n", "\n### Assistant:"))
    return asked(sample, lambda prompt: prompt.replace("\n\n", " ") + mark)


_PLAIN = tuple(shape for shape in ALL_SHAPES if shape not in {"text", "think"})
DEFECTS = [
    TextDefect("D011.special_token", "at an answer's end", _at_end),
    TextDefect("D011.special_token", "at an answer's start", _at_start, _PLAIN),
    TextDefect("D011.special_token", "within an answer", _within),
    TextDefect("D011.special_token", "around a prompt", _in_prompt, _PLAIN),
    TextDefect("D011.role_mark", "a forged turn", _next_turn),
    TextDefect("D011.role_mark", "its own mark", _own_mark, _PLAIN),
    TextDefect("D011.role_mark", "the reply's mark in a prompt", _reply_mark, ("messages", "sharegpt", "alpaca")),
]

_TYPED: Mapping[str, str] = {
    "ChatML": "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n{}<|im_end|>",
    "Llama 2": "<s>[INST] {} [/INST] {}</s>",
    "Llama 3": (
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n{}<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n{}<|eot_id|>"
    ),
    "Gemma": "<bos><start_of_turn>user\n{}<end_of_turn>\n<start_of_turn>model\n{}<end_of_turn>",
}
_FOREIGN = {"ChatML": "<|eot_id|>", "Llama 2": "<|im_end|>", "Llama 3": "</s>", "Gemma": "<|im_end|>"}
_SIZE = 50


def _typed_out(writer: Writer, family: str) -> Entries:
    """Texts with their template typed out, but for some that mix another family in, or lack the first token."""
    template = _TYPED[family]
    first = template.partition(">")[0] + ">"
    entries: Entries = []
    for i in range(_SIZE):
        exchange = writer.exchange()
        text = template.format(exchange.prompt, exchange.answer)
        kind = variant = ""
        if i % 10 == 3:
            text = template.format(exchange.prompt, f"{writer.sentence('bread')} {_FOREIGN[family]}\n{exchange.answer}")
            kind, variant = "D011.mixed_families", f"{family} with {_FOREIGN[family]}"
        if i % 10 == 7:
            text = template.format(f"{exchange.prompt}{_FOREIGN[family]}", exchange.answer)
            kind, variant = "D011.mixed_families", f"{family} with {_FOREIGN[family]} in a prompt"
        if i % 10 == 5 and family != "ChatML":
            text, kind, variant = text.removeprefix(first), "D011.token_only_in_some", f"{family} without {first}"
        if i % 10 == 5 and family == "ChatML":
            text, kind, variant = f"<|endoftext|>{text}", "D011.token_only_in_some", "ChatML after <|endoftext|>"
        entries.append(("train", {"text": text}, kind, variant))
    return entries


DATASETS = [DatasetDefect("", family, partial(_typed_out, family=family)) for family in _TYPED]

_LESSONS = (
    "ChatML closes each turn with <|im_end|>, which the tokenizer maps to one id.",
    "In BERT, [CLS] stands first and [SEP] divides the two sentences.",
    "The special token <|endoftext|> separates documents in GPT-2's training data.",
    "Llama 2 wraps what the user says in [INST] and [/INST]; newer models have other tags.",
    'A literal "<|eot_id|>" in user input must be escaped.',
    "Use `</s>` as the stop sequence.",
    "```python\nprompt = f'<|im_start|>user\\n{text}<|im_end|>'\n```\nThat is what the template renders.",
    "T5 marks the gaps with <extra_id_0> and <extra_id_1>, its sentinel tokens.",
    "- <bos>: begins a text\n- <eos>: ends it\n- <pad>: fills the batch",
)
_MARKUP = (
    "Now <s>20 euros</s> only 15 euros, while stocks last.",
    "The old price, <s>40 euros</s>, is struck out; the new one stands below.",
    "Declare it as List<T> or Map<K, V>, and pass the value with a |> operator.",
    "In F#, f <| x applies f to x, and x |> f does the same.",
    "Fill in your name here: [NAME], and the date here: [DATE].",
    "Photo: <image> shows the workshop from above.",
    "Press <Enter>, then <Ctrl>+<S> to save.",
    "The form has the fields [TITLE] and [DATE]; fill in both of them.",
)
_PLAYS = (
    ("Write a short dialogue for a hotline.", "User: My parcel is late.\nAssistant: I will look it up.\nUser: Thanks!"),
    ("Write a scene at a doctor's.", "Doctor: Where does it hurt?\nPatient: Everywhere.\nDoctor: Sit down."),
    ("Continue this chat.\n\nUser: Hi there!\nAssistant:", "Hello! What can I do for you today?"),
    ("Summarise: User: It is broken. Assistant: Send it in.", "The user reports a defect and is asked to send it in."),
    ("Give me an interview with a robot.", "Human: Do you dream?\nAI: Of batteries.\nHuman: Big ones?\nAI: Yes."),
    ("What does the form ask for?", "Three lines.\n\nUser: your login\nPassword: eight characters\nMail: optional"),
)


def _spoken(writer: Writer, texts: Sequence[str]) -> list[Sample]:
    exchanges = [writer.exchange("bread") for _ in range(GROUP)]
    return [
        Sample((Exchange(one.prompt, f"{one.answer}\n\n{writer.rng.choice(texts)}", one.topic),), rejected=one.answer)
        for one in exchanges
    ]


def _plays(writer: Writer) -> list[Sample]:
    samples = []
    for _ in range(GROUP):
        prompt, answer = writer.rng.choice(_PLAYS)
        exchange = writer.exchange()
        story = f"{writer.sentence('bread')} {prompt}"
        samples.append(Sample((Exchange(story, answer, exchange.topic),), rejected=exchange.answer))
    return samples


_Maker = Callable[[Writer], list[Sample]]
_MAKERS: Mapping[str, _Maker] = {
    "lessons about tokens": partial(_spoken, texts=_LESSONS),
    "markup like tokens": partial(_spoken, texts=_MARKUP),
    "dialogues that were asked for": _plays,
}
LOOKALIKES: Mapping[str, Lookalike] = {name: (make, _PLAIN) for name, make in _MAKERS.items()}
