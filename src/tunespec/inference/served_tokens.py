"""T003's ``tokens_differ``: a server's number of tokens for its own prompt, beside that of the training's tokenizer.

A text does not show the BOS that a tokenizer adds: a model file that adds none, or one that no training text had, is
seen in the number alone.
"""

from __future__ import annotations

from typing import Any

from tunespec.inference.answered import Answered
from tunespec.inference.served_rendering import Seen
from tunespec.inference.source import AnswerSource
from tunespec.templates.comparison import beginning
from tunespec.templates.errors import TemplateError
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource
from tunespec.tokenizer_file import MISSING, read_tokenizer

TOKENS_DIFFER = "tokens_differ"
_DOUBLED = 2


def served_token_facts(source: AnswerSource, rows: Rows) -> None:
    """``tokens_differ``, for each prompt that the server shows and counts."""
    served = source.served
    if served is None:
        rows.skip([TOKENS_DIFFER], "recorded outputs do not show the prompt as the server rendered it")
        return
    prompts = [(row, one) for row, one in enumerate(source.answered) if _is_counted(one)]
    rows.skip(
        [TOKENS_DIFFER] * (not prompts), f"{served.server} does not show its prompts, or not how many tokens they have"
    )
    path = source.texts.tokenizer if prompts else None
    tokenizer = read_tokenizer(path) if path is not None else None
    if tokenizer is not None:
        seen = Seen(rows)
        for row, one in prompts:
            seen.compare(TOKENS_DIFFER)
            if (said := _difference(one, source.template, tokenizer)) is not None:
                seen.see(TOKENS_DIFFER, row, said)
        seen.finish(prompts)
    rows.skip([TOKENS_DIFFER], MISSING if path is not None else "no `tokenizer` is configured for missing-end-marker")


def _is_counted(one: Answered) -> bool:
    return one.rendered is not None and one.reply.prompt_tokens is not None and not one.reply.overlong


def _difference(one: Answered, template: TemplateSource | None, tokenizer: Any) -> str | None:
    """What the number says; of a second BOS, which the text shows, `bos_doubled` tells."""
    text, counted = one.rendered or "", one.reply.prompt_tokens or 0
    training = template.training if template is not None else None
    bos = (training.bos if training is not None else "") or beginning(text)
    rest = text.removeprefix(bos) if bos else text
    added = counted - len(tokenizer.encode(rest, add_special_tokens=False).ids)
    begins = _begins(one, template, bos, tokenizer)
    if added in ({0, 1} if begins is None else {int(begins)}) or (added == _DOUBLED and rest != text):
        return None
    if added == 0:
        return f"the server counts no token before the text, where training begins with `{bos}`: its model adds none"
    if added == 1:
        return "the server counts one token before the text, where training has none: its model adds a BOS"
    return f"the server counts {counted:,} tokens, the configured tokenizer {counted - added:,} without a BOS"


def _begins(one: Answered, template: TemplateSource | None, bos: str, tokenizer: Any) -> bool | None:
    """Whether training texts begin with a BOS; None where that is not certain.

    What a template does not write, a tokenizer may add: some trainers let it, others do not.
    """
    training = template.training if template is not None else None
    if training is None:
        return None
    try:
        trained = training.render(one.messages, tools=one.tools or None).text
    except TemplateError:
        return None
    if trained.startswith(bos or beginning(trained) or "\0"):
        return True
    return None if len(tokenizer.encode("").ids) > 0 else False
