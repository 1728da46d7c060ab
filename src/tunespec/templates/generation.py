"""How a served model takes the end of an answer: as a token that ends it, as one that it never shows, or as text."""

from __future__ import annotations

from typing import Literal

from tunespec.templates.generation_ends import END_TOKENS, generation_ends, hidden_tokens
from tunespec.templates.source import TemplateSource
from tunespec.templates.written import is_token_shaped

Taken = Literal["ends", "hidden", "text", "unknown"]


def taken_as(text: str, source: TemplateSource) -> Taken:
    """What a text is to the served model.

    ``ends``: a token at which the engine ends an answer. ``hidden``: a token of which it shows nothing, so that no
    stop sequence matches. ``text``: what a stop sequence matches. ``unknown``: it looks like a token, and no file
    says whether the vocabulary has it.
    """
    if source.gguf is not None and source.gguf.tokens:
        if text in generation_ends(source.gguf):
            return "ends"
        return "hidden" if text in hidden_tokens(source.gguf) else "text"
    training = source.training
    if training is not None and text == training.eos:
        return "ends"
    known = has_token(text, source)
    if text in END_TOKENS:
        return "text" if known is False else "ends"
    if training is not None and text in training.tokens:
        return "hidden"
    return "unknown" if known is None and is_token_shaped(text) else "text"


def has_token(text: str, source: TemplateSource) -> bool | None:
    """Whether the vocabulary has a token of that text; None if no file lists tokens."""
    if source.gguf is not None and source.gguf.tokens:
        return text in source.gguf.tokens
    training = source.training
    if training is None or training.added is None:
        return None
    listed = text in training.added | training.tokens
    return listed or (training.vocabulary is not None and training.vocabulary.holds(text))


def is_complete(source: TemplateSource) -> bool:
    """Whether every token of the vocabulary is known, not only those that a tokenizer's configuration lists."""
    if source.gguf is not None and source.gguf.tokens:
        return True
    return source.training is not None and source.training.vocabulary is not None


def lacks_token(text: str, source: TemplateSource) -> bool:
    """Whether a text looks like a token, and none of the tokens that are known has that text."""
    return is_token_shaped(text) and has_token(text, source) is False


def ending_tokens(source: TemplateSource) -> frozenset[str] | None:
    """The tokens at which the served model ends an answer; None if no file says which tokens it has."""
    if source.gguf is not None and source.gguf.tokens:
        return generation_ends(source.gguf)
    training = source.training
    if training is None or not training.tokens:
        return None
    return frozenset({token for token in training.tokens | (training.added or set()) if token in END_TOKENS}) | (
        {training.eos} if training.eos else set()
    )
