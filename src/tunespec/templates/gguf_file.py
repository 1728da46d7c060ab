"""What a GGUF file says about its model's prompts: chat templates and special tokens.

Only the metadata is read, in place, and never more than the file has: its tensors, and numbers that are not asked for,
are passed over. Own code, since the ``gguf`` package makes an array for each token and trusts every length.
Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3, both byte orders).
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from tunespec.templates.gguf_reader import GGUFError, Reader, Value

Ending = Literal["eos", "eot", "eom"]

_MAGIC = b"GGUF"
_CONTROL = 3  # LLAMA_TOKEN_TYPE_CONTROL
_TOKENS, _TYPES, _TEMPLATE = "tokenizer.ggml.tokens", "tokenizer.ggml.token_type", "tokenizer.chat_template"
_MOST_KEYS = 1 << 16


@dataclass(frozen=True)
class GGUF:
    """A GGUF file's metadata: ``values`` by key (without long arrays), the vocabulary's tokens and their types."""

    values: Mapping[str, Value]
    tokens: tuple[str, ...] = ()
    token_types: tuple[int, ...] = ()

    @property
    def chat_template(self) -> str | None:
        """The Jinja template that is used unless another is named."""
        return self._text(_TEMPLATE)

    @property
    def chat_templates(self) -> Mapping[str, str]:
        """The other Jinja templates by their names, such as ``tool_use``."""
        start = f"{_TEMPLATE}."
        return {k.removeprefix(start): v for k, v in self.values.items() if k.startswith(start) and isinstance(v, str)}

    @property
    def named_templates(self) -> Mapping[str, str]:
        """Every Jinja template by its name; the one that is used unless another is named is ``default``."""
        return {**({} if self.chat_template is None else {"default": self.chat_template}), **self.chat_templates}

    def token_id(self, name: Literal["bos"] | Ending) -> int | None:
        """The id of a special token, if the file names one."""
        return self._number(f"tokenizer.ggml.{name}_token_id")

    def token(self, name: Literal["bos"] | Ending) -> str | None:
        """The text of a special token, if the file names one that its vocabulary has."""
        number = self.token_id(name)
        return self.tokens[number] if number is not None and 0 <= number < len(self.tokens) else None

    @property
    def add_bos(self) -> bool | None:
        """Whether the tokenizer begins a prompt with BOS; None: as its kind of tokenizer does."""
        return self._flag("tokenizer.ggml.add_bos_token")

    @cached_property
    def control_tokens(self) -> frozenset[str]:
        """The tokens that the engine shows as nothing, so that no stop sequence can match them."""
        return frozenset(token for token, kind in zip(self.tokens, self.token_types, strict=False) if kind == _CONTROL)

    def _text(self, key: str) -> str | None:
        value = self.values.get(key)
        return value if isinstance(value, str) else None

    def _number(self, key: str) -> int | None:
        value = self.values.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def _flag(self, key: str) -> bool | None:
        value = self.values.get(key)
        return value if isinstance(value, bool) else None


def read_gguf(path: Path) -> GGUF:
    """The metadata of a GGUF file.

    Raises:
        GGUFError: no GGUF file, one of another version, or one whose metadata is cut off or contradicts itself.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        if file.read(4) != _MAGIC:  # also an empty file, which cannot be mapped
            raise GGUFError("no GGUF file: it does not begin with `GGUF`")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return parse_gguf(data)


def parse_gguf(data: bytes | mmap.mmap) -> GGUF:
    """The metadata in a GGUF file's bytes. Raises GGUFError, see ``read_gguf``."""
    if data[:4] != _MAGIC:
        raise GGUFError("no GGUF file: it does not begin with `GGUF`")
    reader = Reader(data)
    reader.order = ">" if reader.number("I") & 0xFFFF == 0 else "<"
    reader.position = 4
    version = reader.number("I")
    if version not in {2, 3}:
        raise GGUFError(f"GGUF version {version}; versions 2 and 3 are known")
    reader.number("Q")  # tensors
    count = reader.number("Q")
    if count > _MOST_KEYS:
        raise GGUFError(f"{count} metadata keys, more than {_MOST_KEYS}")
    values: dict[str, Value] = {}
    for _ in range(count):
        key = reader.text()
        if key in values:
            raise GGUFError(f"the metadata key `{key}` is there twice")
        values[key] = reader.value(kept=key in {_TOKENS, _TYPES})
    tokens, types = values.pop(_TOKENS, ()), values.pop(_TYPES, ())
    return GGUF(
        {key: value for key, value in values.items() if value != ()},
        tuple(map(str, tokens)) if isinstance(tokens, tuple) else (),
        tuple(kind for kind in types if isinstance(kind, int)) if isinstance(types, tuple) else (),
    )
