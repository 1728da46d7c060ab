"""What a prompt says beside its question: does it reach the model, and does the answer use it?"""

from __future__ import annotations

from tunespec.inference.answered import Answered, Served
from tunespec.inference.matching import holds, uncalled, unmet
from tunespec.inference.source import AnswerSource
from tunespec.inference.standing import where
from tunespec.templates.errors import TemplateError
from tunespec.templates.rows import Rows

_USE = ("ignored_fact", "mostly_ignored")
_PLAIN = ("missed_expectation", "unexpected_answer")
_LIVE = ("lost_context", "truncated_context", "small_context")
_NOT_WHOLE = "no prompt with expectations fits into the context with its answer"
_NOT_ARRIVED = "no context reached the model: the prompts that the server renders do not hold it"
_NO_TOOLS = "the server answered no probe with expectations: it passes no tools to the model"
_LEAST = 3  # probes that make a "most"


def context_facts(source: AnswerSource, rows: Rows) -> None:
    """The facts about context and expectations, for each answer of which they can be told."""
    ignored: dict[int, str] = {}
    examined = 0
    for row, answered in enumerate(source.answered):
        if answered.reply.refuses_tools:  # T003 says it
            rows.skip([_plain_fact(answered)], _NO_TOOLS)
            continue
        whole = source.served is None or _sizes(answered, source.served, rows, row)
        arrived = _arrived(answered, source, rows, row)
        if not _has_expectation(answered):
            continue
        lack = _lack(answered)
        told = f", though {_told(answered)}" if answered.expected.get("context") else ""
        said = None if lack is None else f"`{answered.id}` {lack}{told}"
        by_itself = answered.own or not told  # whoever writes a probe means that one
        if not (whole and arrived):  # the model did not get what it was asked: that is the finding
            rows.skip([_plain_fact(answered)] if by_itself else _USE, _NOT_ARRIVED if whole else _NOT_WHOLE)
        elif by_itself:
            _plain(answered, said, rows, row)
        else:
            examined += 1
            ignored |= {} if said is None else {row: said}
    _use(ignored, examined, float(source.setting("I003", "ignored")), rows)
    _reasons(source.served, rows)


def _has_expectation(answered: Answered) -> bool:
    return answered.call is not None or any(answered.expected.get(key) for key in ("must", "any", "must_not"))


def _lack(answered: Answered) -> str | None:
    """What an answer lacks of what its probe expects, as the end of a sentence about it."""
    said = unmet(answered.expected, answered.reply.text)
    return said or uncalled(answered.call, [call.name for call in answered.reply.calls])


def _sizes(answered: Answered, served: Served, rows: Rows, row: int) -> bool:
    """Whether prompt and answer fit into the context; marked if not."""
    fact = "truncated_context" if answered.own else "small_context"
    rows.examine(fact)
    said = _beyond(answered, served)
    if said is not None:
        rows.mark(fact, row, said)
    return said is None


def _beyond(answered: Answered, served: Served) -> str | None:
    context = f"the context of {served.context:,} tokens" if served.context else "the context"
    reply = answered.reply
    if reply.overlong:
        did = "refused it" if reply.reason == "refused" else "left out a part of it, and said nothing"
        return f"the prompt is longer than {context}; the server {did}"
    total = (reply.prompt_tokens or 0) + (reply.tokens or 0)
    if served.context and total > served.context and not answered.runaway:
        return f"prompt and answer are {total:,} tokens, more than {context}: the beginning was dropped meanwhile"
    return None


def _arrived(answered: Answered, source: AnswerSource, rows: Rows, row: int) -> bool:
    """Whether the rendered prompt holds the context, as far as the server shows it."""
    context = answered.expected.get("context", ())
    if not context or answered.rendered is None:
        return True
    rows.examine("lost_context")
    lost = next((text for text in context if not holds(answered.rendered, text)), None)
    if lost is not None and not _was_trained(source, answered, lost):
        rows.mark("lost_context", row, f"`{lost}`, which stands in {where(answered, lost)}")
    return lost is None


def _was_trained(source: AnswerSource, answered: Answered, text: str) -> bool:
    """Whether the training template keeps a text: that the server's does not is T003's to tell then."""
    training = source.template.training if source.template is not None else None
    if training is None:
        return False
    try:
        return holds(training.render(answered.messages, tools=answered.tools or None).text, text)
    except TemplateError:
        return False


def _told(answered: Answered) -> str:
    context = answered.expected["context"]
    return f"{where(answered, context[0])} says it" if len(context) == 1 else "the conversation says it"


def _plain_fact(answered: Answered) -> str:
    return _PLAIN[0] if answered.own else _PLAIN[1]


def _plain(answered: Answered, said: str | None, rows: Rows, row: int) -> None:
    fact = _plain_fact(answered)
    rows.examine(fact)
    if said is not None:
        rows.mark(fact, row, said)


def _use(ignored: dict[int, str], examined: int, limit: float, rows: Rows) -> None:
    """Each answer that does not use its context; or, if most do not, that, once."""
    rows.examine(*_USE, rows=examined)
    if examined >= _LEAST and len(ignored) > limit * examined:
        first = min(ignored)
        count = f"{len(ignored)} of {examined} answers do not use what only their context says"
        rows.mark("mostly_ignored", first, f"{count}; that to {ignored[first]}")
        return
    for row, said in ignored.items():
        rows.mark("ignored_fact", row, said)


def _reasons(served: Served | None, rows: Rows) -> None:
    if served is None:
        rows.skip(_LIVE, "recorded outputs do not show what their server did to the prompt")
        rows.skip((*_USE, *_PLAIN), "recorded outputs do not say what an answer must hold")
    elif not served.rendering:
        rows.skip(["lost_context"], f"{served.server} does not show the prompt that it renders")
    rows.skip(["lost_context", *_USE], "no probe that was asked names its context")
    rows.skip(["truncated_context"], "no probe of your own was asked (--probes FILE)")
    rows.skip([_PLAIN[0]], "no probe of your own with expectations was asked (--probes FILE)")
    rows.skip([_PLAIN[1], "small_context"], "the specification's own probes were not asked")
