"""The Jinja template that writes, byte for byte, what LLaMA-Factory trains on with one of its templates.

LLaMA-Factory writes one itself beside a model, which has no defaults for observations, no reasoning and no reset of the
EOS; this one follows what its trainer encodes. ``{% generation %}`` holds what the loss counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from tunespec.templates.llamafactory import CLOSED, FUSED, REASONING, Registered, Slots

_CONTENT, _INDEX = "{{content}}", "{{idx}}"
NO_TOOLS = "what LLaMA-Factory writes for tools is not known here"
_ORDER = "LLaMA-Factory drops a conversation whose turns do not alternate"


def jinja_of(template: Registered, *, default_system: str | None = None, thinking: bool | None = True) -> str:
    """The template's Jinja text, of one line; ``bos_token`` and ``eos_token`` are its only variables.

    Args:
        template: as it is registered.
        default_system: the training configuration's, instead of the template's own.
        thinking: the training configuration's ``enable_thinking``.
    """
    default = template.default_system if default_system is None else default_system
    return "".join(
        (
            f'{{% if tools %}}{{{{ raise_exception("{NO_TOOLS}") }}}}{{% endif %}}',
            "{% set has_system = messages and messages[0].role == 'system' %}",
            "{% set talk = messages[1:] if has_system else messages %}",
            f"{{% set system = (messages[0].content if has_system else '') or {_text(default)} %}}",
            "{% for message in talk %}",
            *_checks(),
            "{% set content = message.content %}",
            *_first(template),
            "{% if message.role == 'user' %}",
            *_written(template.formats["user"]),
            "{% elif message.role == 'assistant' %}",
            *_answer(template, thinking=thinking),
            "{% else %}",
            *_written(template.formats["observation"]),
            "{% endif %}{% endfor %}",
            *_last(template, thinking=thinking),
        )
    )


def _checks() -> Iterator[str]:
    """What it trains on: questions or results, and answers, in turn."""
    yield "{% if message.tool_calls or message.content is not string %}"
    yield f'{{{{ raise_exception("{NO_TOOLS}") }}}}{{% endif %}}'
    yield "{% if (message.role == 'assistant') != (loop.index0 % 2 == 1)"
    yield " or message.role not in ['user', 'assistant', 'tool'] %}"
    yield f'{{{{ raise_exception("{_ORDER}") }}}}{{% endif %}}'


def _first(template: Registered) -> Iterator[str]:
    """The prefix, and the system prompt: a turn, or the beginning of the first question."""
    yield "{% if loop.first %}"
    yield from _written(template.formats["prefix"])
    system = template.formats["system"]
    yield "{% if system %}"
    if template.kind == FUSED:  # of its slots it takes the first one
        joined = " ~ ".join(_pieces(system[:1], "system"))
        yield f"{{% set content = {joined} ~ content %}}"
    else:
        yield from _written(system, "system")
    yield "{% endif %}{% endif %}"


def _answer(template: Registered, *, thinking: bool | None) -> Iterator[str]:
    thinks = template.kind in {REASONING, CLOSED}
    if thinks and thinking is False:
        yield from _without_thought(template.thought)
    empty = _unless_thought(template) if thinks else ""
    yield f"{'' if thinking else empty}{{% generation %}}{empty if thinking else ''}"
    yield from _written(template.formats["assistant"])
    yield "{% endgeneration %}"


def _unless_thought(template: Registered) -> str:
    opens, closes = (_text(word.strip()) for word in template.thought)
    return f"{{% if {opens} not in content and {closes} not in content %}}{_empty_thought(template)}{{% endif %}}"


def _empty_thought(template: Registered) -> str:
    opens, closes = template.thought
    return f"{{{{ {_text(closes if template.kind == CLOSED else opens + closes)} }}}}"


def _without_thought(thought: tuple[str, str]) -> Iterator[str]:
    """Each reasoning taken away, from its opening to the next closing, and the line ends that then come first."""
    opens, closes = map(_text, thought)
    yield "{% set kept = namespace(text='') %}"
    yield f"{{% for piece in content.split({closes}) %}}"
    yield f"{{% if loop.last %}}{{% set kept.text = kept.text ~ piece %}}{{% elif {opens} in piece %}}"
    yield f"{{% set kept.text = kept.text ~ piece.split({opens}, 1)[0] %}}{{% else %}}"
    yield f"{{% set kept.text = kept.text ~ piece ~ {closes} %}}{{% endif %}}{{% endfor %}}"
    yield r'{% set content = kept.text.lstrip("\n") %}'


def _last(template: Registered, *, thinking: bool | None) -> Iterator[str]:
    """What stands behind the last turn: no reasoning, before the answer, and the EOS behind it."""
    if template.kind in {REASONING, CLOSED} and not thinking:
        yield "{% if add_generation_prompt and talk and talk[-1].role != 'assistant' %}"
        yield f"{_empty_thought(template)}{{% endif %}}"
    if template.efficient_eos:
        yield "{% if talk and talk[-1].role == 'assistant' and not add_generation_prompt %}"
        yield "{% generation %}{{ eos_token }}{% endgeneration %}{% endif %}"


def _written(slots: Slots, content: str = "content") -> Iterator[str]:
    return (f"{{{{ {piece} }}}}" for piece in _pieces(slots, content))


def _pieces(slots: Slots, content: str) -> Iterator[str]:
    """Each piece of the slots as a Jinja expression; of the placeholders, the first one of a slot is filled in."""
    for slot in slots:
        if isinstance(slot, Mapping):
            yield _text(str(slot.get("token")))
        elif isinstance(slot, str):
            before, found, after = slot.partition(_CONTENT)
            yield from _numbered(before)
            if found:
                yield content
                yield from _numbered(after)
        else:
            yield from (name for name in ("bos_token", "eos_token") if name in slot)  # of others it writes nothing


def _numbered(text: str) -> Iterator[str]:
    """A text with the number of the exchange, from 0."""
    before, found, after = text.partition(_INDEX)
    yield from (_text(before) for _ in before[:1])
    if found:
        yield "(loop.index0 // 2)"
        yield from (_text(after) for _ in after[:1])


def _text(text: str) -> str:
    """A text as Jinja writes one: with the escapes of JSON, which are among Python's."""
    return json.dumps(text, ensure_ascii=False)
