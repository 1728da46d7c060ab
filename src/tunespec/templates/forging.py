"""Whether a user can type a turn: the template's own headers, put into a user's content.

What was found. Of the 82 templates of three public collections that render two questions as texts (TRL's,
mistral.rs's, Ollama's), not one escapes, strips or refuses its control texts in a user's content. In 81 a single user
message renders byte for byte as a conversation of three; the other one moves a default system text, and the typed turn
stands in it as typed. Not one evaluates what a user types.

What can be claimed of the text alone. Headers in ordinary words (`### Answer:`, `USER:`) can be forged by everybody who
types them: a forged one has the same tokens. Headers of special tokens (`<|im_start|>`) can be forged where the server
tokenizes the rendered prompt as a whole and parses special tokens in it, and cannot where contents are tokenized apart.
A text does not tell which one happens, and no chat template language of the two has a remedy that its authors use.

So what is worth a warning?

- A template that merely lets control texts pass: **information**. It is true of every real template; a warning would
  name nothing that the user could do to the template. What can be done belongs to the client, and D011 and T004's data
  half look for typed turns in the training data.
- A training side that takes control texts away, or refuses them, and a server that lets them pass: a **warning**
  (:func:`unprotected`). The model never saw them in a content, and now a user can send them.
- A renderer that *evaluates* a content (`{{ 7*7 }}` arrives as `49`, `{question}` as the question): an **error**
  (:func:`evaluated`). That happens where texts are inserted by repeated replacement or into a template's source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tunespec.templates.case import Case, Message
from tunespec.templates.segments import segmented
from tunespec.templates.side_by_side import brief

Render = Callable[[Sequence[Message]], str]
"""Renders messages with a generation prompt; raises ValueError (as TemplateError is) where the template refuses."""

_QUESTION, _ANSWER, _MORE = "Wqx asks this.", "Kzj says that.", "Vqx asks more."
# How Jinja, Go, `str.format`, `%` and slot templates name a value.
_CODE = (
    "{{ 7*7 }}",
    "{{ messages[0].role }}",
    "{{ .System }}",
    "{{ len .Messages }}",
    "{{content}}",
    "{content}",
    "{question}",
    "{0}",
    "%s",
    "%(content)s",
    "${content}",
    "{% raw %}",
    "{# note #}",
    "{{/* note */}}",
)
_BEFORE, _AFTER = "Wqx says ", " Vqx."
_DOES = {"altered": "alters", "refused": "refuses"}
_SHOWN = 60  # characters of a control text in a sentence


@dataclass(frozen=True)
class Forgery:
    """What became of a turn that was typed into a user's content.

    Args:
        kind: `identical` (the rendering of one message equals that of three), `verbatim` (the control texts arrive as
            typed), `altered` (they do not), `refused`.
        control: what was typed between the question and the next one, the answer aside.
    """

    kind: str
    control: tuple[str, str]

    @property
    def passes(self) -> bool:
        """Whether the typed turn reaches the tokenizer."""
        return self.kind in {"identical", "verbatim"}


def forged_turn(render: Render) -> Forgery | None:
    """A question, an answer and a question typed into one message; None if the template cannot render the three."""
    case = Case([_said("user", _QUESTION), _said("assistant", _ANSWER), _said("user", _MORE)])
    real, plain = _rendered(render, case.messages), _rendered(render, case.messages[:1])
    found = segmented(real, case) if real is not None else None
    if real is None or found is None or len(found.places) < len(case.parts) or _QUESTION not in (plain or ""):
        return None
    control = found.segment(1), found.segment(2)
    typed = f"{_QUESTION}{control[0]}{_ANSWER}{control[1]}{_MORE}"
    forged = _rendered(render, [_said("user", typed)])
    if forged is None:
        kind = "refused"
    elif forged == real:
        kind = "identical"
    else:
        kind = "verbatim" if typed in forged else "altered"
    return Forgery(kind, control)


def unprotected(trained: Forgery, asked: Forgery) -> str | None:
    """A warning where the training side keeps typed turns out and the server lets its own pass; else None."""
    if trained.passes or not asked.passes:
        return None
    typed = " and ".join(f"`{brief(text, _SHOWN)}`" for text in asked.control)
    return f"the training template {_DOES[trained.kind]} {typed} in a user's content, the server lets them pass"


def evaluated(render: Render) -> str | None:
    """A sentence on the first piece of code in a user's content that does not arrive as typed; empty if each one does.

    None if the renderer refuses or loses plain contents too, as templates of models that see images do, which want
    lists of parts: then nothing can be told.
    """
    plain = _between(render, "plain words")
    if plain != "plain words":
        return None
    for code in _CODE:
        arrived = _between(render, code)
        if arrived is None:
            return f"a user's content is evaluated: with `{code}` in it, the template cannot be rendered"
        if arrived != code:
            return f"a user's content is evaluated: `{code}` arrives as `{brief(arrived, _SHOWN)}`"
    return ""


def _between(render: Render, typed: str) -> str | None:
    """What became of a text in the middle of a user's content; None if nothing was rendered."""
    text = _rendered(render, [_said("user", f"{_BEFORE}{typed}{_AFTER}")])
    if text is None:
        return None
    found = re.search(f"{re.escape(_BEFORE)}(.*?){re.escape(_AFTER)}", text, re.DOTALL)
    return found[1] if found else ""


def _rendered(render: Render, messages: Sequence[Message]) -> str | None:
    try:
        return render(messages)
    except ValueError:
        return None


def _said(role: str, text: str) -> Message:
    return {"role": role, "content": text}
