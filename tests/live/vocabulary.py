"""The tokens of a scripted model."""

from __future__ import annotations

from dataclasses import dataclass

from gguf import TokenType

from tests.live.scripted import DEFAULT, EOS, Copied, Model, Script

_FALLBACK = Script(DEFAULT, " This is a scripted answer.\n### End\n")


@dataclass(frozen=True)
class Vocabulary:
    """Every token with its type, each text once: llama.cpp aborts otherwise."""

    texts: tuple[str, ...]
    types: tuple[TokenType, ...]

    def id(self, text: str) -> int:
        """The token of this text."""
        return self.texts.index(text)


def scripts_of(model: Model) -> tuple[Script, ...]:
    """The model's scripts, with one for the prompts that have no trigger."""
    given = {script.trigger for script in model.scripts}
    return model.scripts if DEFAULT in given else (_FALLBACK, *model.scripts)


def vocabulary_of(model: Model) -> Vocabulary:
    """SentencePiece's special tokens and bytes, then triggers and facts, which prompts are searched for, and pieces."""
    scripts = scripts_of(model)
    types = {"<unk>": TokenType.UNKNOWN, DEFAULT: TokenType.CONTROL, EOS: TokenType.CONTROL}
    types |= {f"<0x{byte:02X}>": TokenType.BYTE for byte in range(256)}
    types |= dict.fromkeys(model.control, TokenType.CONTROL)
    searched = [script.trigger for script in scripts] + [fact for facts in model.facts.values() for fact in facts]
    spoken = [piece for script in scripts for piece in script.pieces if not isinstance(piece, Copied)]
    for texts, kind in ((searched, TokenType.USER_DEFINED), (spoken, TokenType.NORMAL)):
        types |= dict.fromkeys((text for text in texts if text not in types), kind)
    return Vocabulary(tuple(types), tuple(types.values()))


def written(text: str, kind: TokenType) -> str:
    """As the file holds it: SentencePiece writes a space of ordinary text as U+2581."""
    return text.replace(" ", "▁") if kind == TokenType.NORMAL else text
