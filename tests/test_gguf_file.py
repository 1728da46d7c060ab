"""GGUF metadata: real layouts in both byte orders, and hostile files."""

from __future__ import annotations

import struct
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tunespec.templates.gguf_file import GGUF, parse_gguf, read_gguf
from tunespec.templates.gguf_reader import GGUFError

U32, I32, F32, BOOL, STRING, ARRAY, U64 = 4, 5, 6, 7, 8, 9, 10
CODES = {U32: "I", I32: "i", F32: "f", BOOL: "?", U64: "Q"}


def text(value: str, order: str = "<") -> bytes:
    content = value.encode()
    return struct.pack(f"{order}Q", len(content)) + content


def item(kind: int, value, order: str) -> bytes:
    return text(value, order) if kind == STRING else struct.pack(order + CODES[kind], value)


def entry(key: str, kind: int, value, order: str = "<") -> bytes:
    """One key with its value; of an array ``value`` is the items' type and the items."""
    start = text(key, order) + struct.pack(f"{order}I", kind)
    if kind != ARRAY:
        return start + item(kind, value, order)
    inner, items = value
    return start + struct.pack(f"{order}IQ", inner, len(items)) + b"".join(item(inner, one, order) for one in items)


def gguf(*entries: bytes, order: str = "<", version: int = 3, count: int | None = None) -> bytes:
    return (
        b"GGUF" + struct.pack(f"{order}IQQ", version, 0, len(entries) if count is None else count) + b"".join(entries)
    )


def model(order: str = "<") -> bytes:
    tokens = ["<unk>", "<s>", "</s>", "<|end|>", "▁the", "[A]"]
    values = [
        ("general.architecture", STRING, "llama"),
        ("llama.context_length", U32, 4096),
        ("llama.rope.freq_base", F32, 1e4),
        ("tokenizer.ggml.tokens", ARRAY, (STRING, tokens)),
        ("tokenizer.ggml.scores", ARRAY, (F32, [0.0] * 100)),
        ("tokenizer.ggml.merges", ARRAY, (STRING, ["a b"] * 100)),
        ("tokenizer.ggml.token_type", ARRAY, (I32, [2, 3, 3, 3, 1, 4])),
        ("tokenizer.ggml.bos_token_id", U32, 1),
        ("tokenizer.ggml.eos_token_id", U32, 2),
        ("tokenizer.ggml.eot_token_id", U32, 3),
        ("tokenizer.ggml.eom_token_id", U32, 99),
        ("tokenizer.ggml.add_bos_token", BOOL, True),
        ("tokenizer.ggml.add_eos_token", BOOL, False),
        ("tokenizer.chat_template", STRING, "{{ messages }}"),
        ("tokenizer.chat_template.tool_use", STRING, "{{ tools }}"),
        ("tokenizer.chat_templates", ARRAY, (STRING, ["tool_use"])),
    ]
    return gguf(*(entry(key, kind, value, order) for key, kind, value in values), order=order)


@pytest.mark.parametrize("order", "<>")
def test_what_a_file_says(tmp_path, order):
    path = tmp_path / "model.gguf"
    path.write_bytes(model(order) + b"tensors" * 1000)
    found = read_gguf(path)
    assert (found.chat_template, found.chat_templates) == ("{{ messages }}", {"tool_use": "{{ tools }}"})
    assert found.named_templates == {"default": "{{ messages }}", "tool_use": "{{ tools }}"}
    assert found.add_bos is True
    assert [found.token(name) for name in ("bos", "eos", "eot", "eom")] == ["<s>", "</s>", "<|end|>", None]
    assert [found.token_id(name) for name in ("bos", "eos", "eot", "eom")] == [1, 2, 3, 99]
    assert found.control_tokens == {"<s>", "</s>", "<|end|>"}
    assert found.tokens[4] == "▁the"
    assert found.values["tokenizer.chat_templates"] == ("tool_use",)
    assert "tokenizer.ggml.merges" not in found.values
    assert found.values["llama.rope.freq_base"] == 10000.0


def test_a_file_that_says_nothing():
    found = parse_gguf(gguf(version=2))
    assert found == GGUF({})
    assert (found.chat_template, found.add_bos) == (None, None)
    assert (found.token("eos"), found.chat_templates, found.control_tokens) == (None, {}, frozenset())


def test_values_of_an_unexpected_type_are_none():
    entries = [
        entry("general.architecture", U32, 3),
        entry("tokenizer.chat_template", ARRAY, (STRING, ["a"])),
        entry("tokenizer.ggml.eos_token_id", BOOL, True),
        entry("tokenizer.ggml.tokens", STRING, "abc"),
        entry("tokenizer.ggml.token_type", ARRAY, (STRING, ["3"])),
        entry("tokenizer.ggml.add_bos_token", U32, 1),
    ]
    found = parse_gguf(gguf(*entries))
    assert (found.chat_template, found.token_id("eos"), found.add_bos) == (None, None, None)
    assert (found.tokens, found.token_types, found.control_tokens) == ((), (), frozenset())


HUGE = 2**60
HEAD = text("k") + struct.pack("<I", ARRAY)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no GGUF file"),
        (b"GGML" + bytes(40), "no GGUF file"),
        (b"GGUF", "cut off"),
        (gguf(version=1), "GGUF version 1"),
        (gguf(version=4), "GGUF version 4"),
        (b"GGUF" + bytes(40), "GGUF version 0"),
        (gguf(count=1), "cut off"),
        (gguf(count=HUGE), "metadata keys"),
        (gguf(struct.pack("<Q", HUGE)), "cut off"),
        (gguf(text("k") + struct.pack("<IQ", STRING, HUGE)), "cut off"),
        (gguf(text("k") + struct.pack("<I", 13)), "unknown type 13"),
        (gguf(HEAD + struct.pack("<IQ", STRING, HUGE)), "items in arrays"),
        (gguf(HEAD + struct.pack("<IQ", STRING, 1000)), "cut off"),
        (gguf(HEAD + struct.pack("<IQ", U32, HUGE)), "cut off"),
        (gguf(text("tokenizer.ggml.token_type") + struct.pack("<IIQ", ARRAY, I32, HUGE)), "items in arrays"),
        (gguf(text("tokenizer.ggml.token_type") + struct.pack("<IIQ", ARRAY, I32, 1000)), "cut off"),
        (gguf(HEAD + struct.pack("<IQ", ARRAY, 1)), "unknown type 9"),
        (gguf(entry("k", U32, 1), entry("k", U32, 2)), "`k` is there twice"),
        (model()[:-3], "cut off"),
    ],
)
def test_what_is_refused(tmp_path, content, message):
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(GGUFError, match=message):
        read_gguf(path)


U8 = 0
TYPES = text("tokenizer.ggml.token_type") + struct.pack("<IIQ", ARRAY, U8, 5_000_000)
TOKENS = text("tokenizer.ggml.tokens") + struct.pack("<IIQ", ARRAY, STRING, 1000)
TEMPLATE = text("tokenizer.chat_template") + struct.pack("<I", STRING)


@pytest.mark.parametrize(
    ("begin", "more", "message"),
    [
        (gguf(TYPES), 5_000_000, "5000000 items in arrays"),
        (gguf(TOKENS + struct.pack("<Q", 200_000_000)), 200_000_000 + 8 * 999, "MB of texts"),
        (gguf(TEMPLATE + struct.pack("<Q", 200_000_000)), 200_000_000, "MB of texts"),
    ],
    ids=["types", "tokens", "template"],
)
def test_a_file_of_holes_fills_neither_time_nor_memory(tmp_path, begin, more, message):
    path = tmp_path / "model.gguf"
    with path.open("wb") as file:
        file.write(begin)
        file.truncate(len(begin) + more)  # takes no space on most file systems
    tracemalloc.start()
    try:
        with pytest.raises(GGUFError, match=message):
            read_gguf(path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def outcome(content: bytes) -> None:
    try:
        found = parse_gguf(content)
    except GGUFError:
        return
    assert found.token("eos") is None or found.token("eos") in found.tokens
    assert found.control_tokens <= {*found.tokens}


@given(st.binary(max_size=200), st.booleans())
@example(b"", False)
def test_any_bytes_give_metadata_or_an_error(content, headed):
    outcome(b"GGUF\3\0\0\0" + bytes(8) + b"\1" + bytes(7) + content if headed else content)


@given(st.lists(st.tuples(st.integers(0, len(model()) - 1), st.integers(0, 255)), max_size=6), st.integers(0, 99))
def test_any_damage_to_a_file_gives_metadata_or_an_error(changes, cut):
    content = bytearray(model())
    for place, value in changes:
        content[place] = value
    outcome(bytes(content[: len(content) - cut]))
