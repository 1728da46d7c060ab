"""Whether the Modelfile's MESSAGE instructions are a history that the model was trained with.

Ollama puts them before every conversation, behind SYSTEM and before a client's own system message. Examples that are
meant to help a base model are a history that a fine-tuned one has never seen, unless its records begin with them too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tunespec.conversation import Conversation
from tunespec.templates.case import Case, Message
from tunespec.templates.comparison import Comparison
from tunespec.templates.modelfile import Modelfile
from tunespec.templates.probes import conversation_of, probes
from tunespec.templates.rows import Rows
from tunespec.templates.sides import refused

KIND = "history_injected"


def judge_history(
    comparison: Comparison, rows: Rows, modelfile: Modelfile, conversations: Sequence[Conversation]
) -> None:
    """Mark a history that nobody trained, and compare it as both sides write it.

    Args:
        comparison: of the pair.
        rows: the table.
        modelfile: the Modelfile.
        conversations: the records that are trained on, if they are at hand.
    """
    history = modelfile.messages
    if not history:
        rows.skip([KIND], "the Modelfile has no MESSAGE")
        return
    sides, question = comparison.sides, probes()[0].messages[0]
    line = modelfile.given("message")[0].line
    row = rows.add(sides.serving.shown, line, "MESSAGE")
    stands = f"{_counted(len(history))} before every conversation"
    asked = [*history, question]
    if refused(sides.training, [question]) is None and (why := refused(sides.training, asked)) is not None:
        rows.examine(KIND)
        rows.mark(KIND, row, f"{stands}; in training, with such a history, {why}")
    elif conversations:
        rows.examine(KIND)
        if not any(_begins(conversation, history) for conversation in conversations):
            rows.mark(
                KIND, row, f"{stands}, and {_records(conversations)} with {_them(history)}{_behind(conversations)}"
            )
    comparison.compare(Case(tuple(asked), name="MESSAGE"))
    rows.skip([KIND], "no records are there whose histories the Modelfile's MESSAGE could be compared with")


def _begins(conversation: Conversation, history: Sequence[Message]) -> bool:
    """Whether a record has the history at its start, but for whitespace and a system prompt before it."""
    said = list(conversation_of(conversation, asked=False)[0])
    if said and said[0].get("role") == "system" and history[0].get("role") != "system":
        said = said[1:]
    return _words(said[: len(history)]) == _words(history)


def _words(messages: Iterable[Message]) -> list[tuple[str, str]]:
    return [(str(message.get("role")), str(message.get("content")).strip()) for message in messages]


def _counted(number: int) -> str:
    return "its MESSAGE stands" if number == 1 else f"its {number} MESSAGE instructions stand"


def _records(conversations: Sequence[Conversation]) -> str:
    number = len(conversations)
    return f"none of the {number} training records begins" if number > 1 else "the training record does not begin"


def _them(history: Sequence[Message]) -> str:
    return "it" if len(history) == 1 else "them"


def _behind(conversations: Sequence[Conversation]) -> str:
    """The records' system prompts are a client's to send, and come too late then."""
    if not any(conversation.system for conversation in conversations):
        return ""
    return "; a system prompt that a client sends, as the records have one, stands behind them"
