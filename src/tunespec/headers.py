"""Template headers typed into training text (`### Question:`, `Q:`, `<|im_start|>user`): inference and checks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tunespec.conversation import Conversation

_HEADER = re.compile(
    r"(?m)^[ \t]*(#{1,6}[ \t]*[A-Za-z][A-Za-z _]{0,30}:?)(?=[ \t]*$|[ \t]|(?<=:))"
    r"|^([A-Z][A-Za-z]{0,15}:)(?=\s)"
    r"|(<\|im_start\|>\w+|<\|start_header_id\|>\w+|<start_of_turn>\w+|<\|(?:user|assistant|system)\|>|\[/?INST\])"
)
_ASKS = {"question", "q", "instruction", "user", "human", "prompt", "problem", "query", "inst", "task"}
_REPLIES = {"answer", "a", "response", "output", "assistant", "completion", "bot", "gpt", "model", "solution", "/inst"}
_OPTIONAL = {"input", "context", "system", "hint", "notes"}
_SHARE = 0.8  # a header in fewer records is a heading of the text, not of the template
_REPEATED = 0.05  # a header repeated in more records belongs to a template of several turns
_SAMPLE = 5_000  # records that the template is inferred from


@dataclass(frozen=True)
class Template:
    """The headers that the dataset's records share, in their order, and which of them may stand twice."""

    headers: tuple[str, ...]
    repeatable: frozenset[str]

    def divide(self, text: str) -> tuple[str, str]:
        """``(prompt, answer)`` of a text: the answer begins after the last answer header."""
        found = [(m.end(), m.group().strip()) for m in _HEADER.finditer(text)]
        for end, header in reversed(found):
            if header in self.headers and _word(header) in _REPLIES:
                return text[: end - len(header)].strip(), text[end:].strip()
        return "", text

    def contents(self, text: str) -> tuple[str, str]:
        """Prompt and answer of a text without the headers themselves."""
        prompt, answer = self.divide(text)
        return _HEADER.sub(lambda m: "" if m.group().strip() in self.headers else m.group(), prompt).strip(), answer

    def breach(self, text: str) -> str | None:
        """How the text departs from the template, or None."""
        found = [header for header in headers_of(text) if header in self.headers]
        for header in self.headers:
            if header not in found:
                return f"lacks the header `{header}`"
            if found.count(header) > 1 and header not in self.repeatable:
                return f"has the header `{header}` {found.count(header)} times"
        first = sorted(self.headers, key=found.index)
        if tuple(first) != self.headers:
            return f"has its headers in the order {', '.join(f'`{h}`' for h in first)}"
        return None


def headers_of(text: str) -> list[str]:
    """Every header-like mark in a text, in order."""
    return [match.group().strip() for match in _HEADER.finditer(text)]


def transcript(text: str) -> list[tuple[str, str]]:
    """``(role, text)`` of a dialogue written as one text (HH-RLHF's ``Human:`` and ``Assistant:``); else nothing.

    It begins with a header that asks; this one and the first that replies divide it, since an answer may quote others.
    """
    found = list(_HEADER.finditer(text))
    if not found or text[: found[0].start()].strip() or _word(asks := found[0].group().strip()) not in _ASKS:
        return []
    replies = next((header for m in found if _word(header := m.group().strip()) in _REPLIES), None)
    roles = {asks: "user", replies: "assistant"}
    marks = [m for m in found if m.group().strip() in roles]
    ends = [*(m.start() for m in marks[1:]), len(text)]
    turns = [
        (roles[mark.group().strip()], text[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)
    ]
    return turns if replies else []


def templated_text(conversation: Conversation | None) -> str | None:
    """The text in which a record would hold template headers, or None if its shape has none."""
    if conversation is None or conversation.defect or len(conversation.turns) == 0:
        return None
    if conversation.shape == "text":
        return conversation.turns[0].text
    return (
        conversation.turns[-2].text
        if conversation.shape.startswith("prompt/") and len(conversation.turns) > 1
        else None
    )


def infer_template(conversations: Sequence[Conversation | None]) -> Template | None:
    """The template that at least 80 % of the texts share: a header that asks and one that replies; else None."""
    texts = [text for c in conversations[:_SAMPLE] if (text := templated_text(c)) is not None]
    lists = [headers_of(text) for text in texts]
    counts = Counter(header for found in lists for header in set(found))
    common = [h for h, n in counts.items() if n >= _SHARE * len(texts) and _word(h) not in _OPTIONAL]
    words = {_word(header) for header in common}
    if not (words & _ASKS and words & _REPLIES):
        return None
    orders = Counter(tuple(sorted(common, key=f.index)) for f in lists if set(common) <= set(f))
    if not orders:
        return None
    repeated = [h for h in common if sum(f.count(h) > 1 for f in lists) > _REPEATED * len(texts)]
    return Template(orders.most_common(1)[0][0], frozenset(repeated))


def _word(header: str) -> str:
    bare = header.strip("#: \t[]")
    return re.sub(r"<\|?(?:im_start|start_header_id|start_of_turn)\|?>|[<|>]", "", bare).strip().lower()
