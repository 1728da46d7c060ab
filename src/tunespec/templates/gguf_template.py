"""What a model is trained with, as a GGUF file's metadata tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tunespec.templates.tokenizer_tokens import NAMED
from tunespec.templates.training_side import NamedSource, TrainingTemplate


def gguf_training_template(
    path: Path, templates: Mapping[str, str], tokens: Mapping[str, str], control_tokens: Iterable[str] = ()
) -> TrainingTemplate:
    """The templates and tokens in a GGUF file's metadata.

    Args:
        path: the GGUF file.
        templates: name -> text; ``tokenizer.chat_template`` has the name ``default``.
        tokens: ``bos_token`` and the others by name, those that the file has.
        control_tokens: its control tokens.
    """
    return TrainingTemplate(
        path=path,
        sources=tuple(NamedSource(name, source, path, None) for name, source in templates.items()),
        tokens=tuple((name, tokens[name]) for name in NAMED if tokens.get(name)),
        special_tokens=tuple(sorted({*control_tokens, *(token for token in tokens.values() if token)})),
    )
