"""A small model of a chat template, whose renderings differ in a known way when one of its texts is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Messages = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Family:
    """What a template writes before and after each role's content, and at the end."""

    headers: dict[str, str]
    ends: dict[str, str]
    generation: str
    start: str = ""
    default_system: str | None = None

    def render(self, messages: Messages) -> str:
        """The prompt."""
        said = list(messages)
        if self.default_system is not None and said[0]["role"] != "system":
            said.insert(0, {"role": "system", "content": self.default_system})
        turns = [f"{self.headers[m['role']]}{m['content']}{self.ends[m['role']]}" for m in said]
        return self.start + "".join(turns) + self.generation


def _alike(before: str, end: str, **names: str) -> Family:
    roles = {role: before.format(names.get(role, role)) for role in ("system", "user", "assistant")}
    return Family(roles, dict.fromkeys(roles, end), roles["assistant"])


CHATML = _alike("<|im_start|>{}\n", "<|im_end|>\n")
LLAMA3 = _alike("<|start_header_id|>{}<|end_header_id|>\n\n", "<|eot_id|>")
PHI4 = _alike("<|im_start|>{}<|im_sep|>", "<|im_end|>")
ZEPHYR = _alike("<|{}|>\n", "</s>\n")
QA = Family(
    {"system": "", "user": "### Question:\n", "assistant": "### Answer:\n"},
    {"system": "\n\n", "user": "\n\n", "assistant": "\n### End\n\n"},
    "### Answer:\n",
)
VICUNA = Family(
    {"system": "", "user": "USER: ", "assistant": "ASSISTANT: "},
    {"system": " ", "user": " ", "assistant": "</s>"},
    "ASSISTANT:",
)
LLAMA2 = Family(
    {"system": "[INST] <<SYS>>\n", "user": "[INST] ", "assistant": " "},
    {"system": "\n<</SYS>>\n\n", "user": " [/INST]", "assistant": " </s>"},
    "",
)
FAMILIES = {
    "chatml": CHATML,
    "llama3": LLAMA3,
    "phi4": PHI4,
    "zephyr": ZEPHYR,
    "qa": QA,
    "vicuna": VICUNA,
    "llama2": LLAMA2,
}

_LETTERS = st.text("bcdfgjkpqvwxzäßéжы漢", min_size=3, max_size=9)
_SENTENCES = st.lists(_LETTERS, min_size=2, max_size=6)


@st.composite
def conversations(draw: st.DrawFn, *, system: bool | None = None, turns: int | None = None) -> list[dict[str, Any]]:
    """Messages that end with a question; their contents are distinct and no template's."""
    count = turns if turns is not None else draw(st.integers(1, 3))
    roles = ["user", *["assistant", "user"] * (count - 1)]
    if system if system is not None else draw(st.booleans()):
        roles.insert(0, "system")
    words = [" ".join(draw(_SENTENCES)) for _ in roles]
    return [
        {"role": role, "content": f"Q{n}z {text} z{n}Q."}
        for n, (role, text) in enumerate(zip(roles, words, strict=True))
    ]


def families() -> st.SearchStrategy[Family]:
    """Any of the families."""
    return st.sampled_from(list(FAMILIES.values()))
