"""The parameters of an Ollama model, in a Modelfile and in a request's ``options``: names, types, closest name.

Source: Ollama 0.34.2, ``api/types.go`` (``Options``, ``Runner``, ``FormatParams``) and ``parser/parser.go``.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Literal

Type = Literal["int", "float", "bool", "strings"]
Value = int | float | bool | str

TYPES: dict[str, Type] = {
    **dict.fromkeys("num_ctx num_batch num_gpu main_gpu num_thread draft_num_predict".split(), "int"),
    **dict.fromkeys("num_keep seed num_predict top_k repeat_last_n".split(), "int"),
    **dict.fromkeys("top_p min_p typical_p temperature repeat_penalty".split(), "float"),
    **dict.fromkeys("presence_penalty frequency_penalty".split(), "float"),
    "use_mmap": "bool",
    "stop": "strings",
}
# Named in a Modelfile, they print a warning and do nothing.
DEPRECATED = frozenset(
    "penalize_newline low_vram f16_kv logits_all vocab_only use_mlock mirostat mirostat_tau mirostat_eta".split(),
)
# Known, but refused by `ollama create` and in requests; still taken in 0.33.
REFUSED = frozenset({"typical_p"})
# What other programs call them.
_OTHERS = {
    **dict.fromkeys("max_tokens max_new_tokens max_completion_tokens n_predict max_length".split(), "num_predict"),
    **dict.fromkeys("max_output_tokens num_tokens num_prediction".split(), "num_predict"),
    **dict.fromkeys("stop_sequences stop_sequence stop_strings stop_words stops stop_tokens eos".split(), "stop"),
    **dict.fromkeys("n_ctx context_length ctx_size max_seq_len max_context context_window".split(), "num_ctx"),
    **dict.fromkeys("repetition_penalty rep_penalty".split(), "repeat_penalty"),
    **dict.fromkeys("n_gpu_layers gpu_layers".split(), "num_gpu"),
    **dict.fromkeys("n_threads threads".split(), "num_thread"),
    "temp": "temperature",
    "n_batch": "num_batch",
    "typical": "typical_p",
}
_DIGITS = r"[0-9](?:_?[0-9])*"  # Go takes 1_000
_FLOAT = re.compile(rf"[+-]?(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?")
_INT = re.compile(r"[+-]?[0-9]{1,40}")
_TRUE = frozenset("1 t T TRUE true True".split())
_FALSE = frozenset("0 f F FALSE false False".split())
_LARGEST_FLOAT = 3.4028235677973366e38  # half a step above float32's largest: what still rounds down to it


def closest_parameter(name: str) -> str | None:
    """The parameter that was probably meant by a name that Ollama does not know."""
    if name.lower() in TYPES:
        return name.lower()
    known = _OTHERS.get(name.lower())
    near = get_close_matches(name.lower(), TYPES, n=1, cutoff=0.75)
    return known or (near[0] if near else None)


def typed(name: str, text: str) -> Value:
    """A Modelfile's text as the value of a known parameter; of ``stop`` it is the text itself.

    Raises:
        ValueError: in Ollama's wording, with which ``ollama create`` fails.
    """
    kind = TYPES[name]
    if kind == "int" and _INT.fullmatch(text) and -(2**63) <= int(text) < 2**63:
        return int(text)
    if kind == "float" and _FLOAT.fullmatch(text) and abs(float(text)) <= _LARGEST_FLOAT:
        return float(text)
    if kind == "bool" and text in _TRUE | _FALSE:
        return text in _TRUE
    if kind == "strings":
        return text
    raise ValueError(f"invalid {kind} value [{text}]")
