"""What a model is trained with: its chat templates and its special tokens, from the files that hold them.

Sources: transformers 5.24 (``tokenization_utils_base.py`` ``_from_pretrained`` and ``get_chat_template``,
``utils/hub.py`` for the names of the files), mistral.rs (``chat_templates/*.json``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tunespec.errors import CannotJudgeError
from tunespec.templates.artefacts import is_jinja
from tunespec.templates.jinja import ChatTemplate
from tunespec.templates.tokenizer_tokens import NAMED, added_tokens, flag, named_tokens, special_tokens
from tunespec.templates.vocabulary import VOCABULARY, Vocabulary, read_vocabulary

DEFAULT, FOR_TOOLS = "default", "tool_use"
_OF_MODELS = frozenset({"architectures", "model_type", "hidden_size", "bos_token_id", "eos_token_id"})
_CONFIG, _TOKENS = "tokenizer_config.json", "special_tokens_map.json"
_TEMPLATE, _MORE = "chat_template.jinja", "additional_chat_templates"
_KEY, _TEMPLATE_KEY = re.compile(r'(?<!\\)"chat_template"\s*:'), re.compile(r'(?<!\\)"template"\s*:')


class NamedSource(NamedTuple):
    """A template's text with its name, its file and the line, from 1, where it begins there (None in a GGUF file)."""

    name: str
    source: str
    path: Path
    line: int | None


@dataclass(frozen=True)
class TrainingTemplate:
    """What a tokenizer has to say about conversations.

    Args:
        path: the file that was read.
        sources: its chat templates; none if the tokenizer has none.
        tokens: the named tokens that it has, as ``("bos_token", "<s>")``.
        special_tokens: all tokens that it marks as special, sorted.
        added_tokens: all tokens that were added to the vocabulary, sorted; None if the file does not list them.
        adds_bos: whether it puts the BOS token before every text by itself; None if the file does not say.
        named: the template in words, where a training configuration names one.
        partial: whether the tokenizer may have named tokens beside those.
        vocabulary: all of its tokens, where they are at hand.
        learns_eos: answers have no end in the text, and the EOS is learnt behind each of them.
    """

    path: Path
    sources: tuple[NamedSource, ...]
    tokens: tuple[tuple[str, str], ...] = ()
    special_tokens: tuple[str, ...] = ()
    added_tokens: tuple[str, ...] | None = None
    adds_bos: bool | None = None
    named: str = ""
    partial: bool = False
    learns_eos: bool = False
    vocabulary: Vocabulary | None = None

    def token(self, name: str) -> str:
        """A named token (``eos_token``), empty if there is none."""
        return dict(self.tokens).get(name, "")

    def chosen(self, *, tools: bool = False) -> NamedSource | None:
        """The template that transformers takes: the only one, the one for tools, or the default one; None without."""
        if len(self.sources) == 1:
            return self.sources[0]
        by_name = {source.name: source for source in self.sources}
        return (by_name.get(FOR_TOOLS) if tools else None) or by_name.get(DEFAULT)

    def template(self, source: NamedSource) -> ChatTemplate:
        """One of the templates, ready to be rendered with the tokens."""
        return ChatTemplate(
            source.source,
            bos_token=self.token("bos_token"),
            eos_token=self.token("eos_token"),
            pad_token=self.token("pad_token"),
            unk_token=self.token("unk_token"),
            other_tokens=tuple(
                (name, token) for name, token in self.tokens if name in {"sep_token", "cls_token", "mask_token"}
            ),
        )


def is_tokenizer_config(data: Any) -> bool:
    """Whether a parsed JSON document is a tokenizer's configuration, or a file with nothing but a chat template."""
    if not isinstance(data, Mapping) or _OF_MODELS & set(data):
        return False
    template = data.get("chat_template")
    if "added_tokens_decoder" in data or isinstance(template, list | Mapping):
        return True
    if isinstance(template, str) and ("{{" in template or "{%" in template):  # others name one: `chatml`
        return True
    return "tokenizer_class" in data and bool({"model_max_length", *NAMED} & set(data))


def read_training_template(path: Path) -> TrainingTemplate:
    """The templates and tokens of a ``tokenizer_config.json``, ``chat_template.json`` or a Jinja file.

    The files beside it count as in transformers: ``chat_template.jinja`` and ``additional_chat_templates/`` come before
    the templates in the configuration, ``special_tokens_map.json`` only before a configuration without
    ``added_tokens_decoder``. The tokens in ``tokenizer.json`` count beside theirs.

    Raises:
        CannotJudgeError: if a file cannot be read or is not of that kind.
    """
    folder = path.parent.parent if path.parent.name == _MORE else path.parent
    config = {} if is_jinja(path) else _read_json(path)
    if config and not is_tokenizer_config(config):
        raise CannotJudgeError(f"{path}: no tokenizer configuration and no chat template")
    beside = folder / _CONFIG
    tokens = _read_json(beside) if path != beside and beside.is_file() and len(config) < 2 else config
    if "added_tokens_decoder" not in tokens and (folder / _TOKENS).is_file():
        tokens = {**tokens, **_read_json(folder / _TOKENS)}
    if is_jinja(path):
        sources = [_of_file(path, DEFAULT if path.name == _TEMPLATE else path.stem)]
    else:
        sources = list(_files(folder)) if path.name == _CONFIG else []
    vocabulary = read_vocabulary(folder / VOCABULARY)
    return TrainingTemplate(
        path=path,
        sources=tuple(sources or _in_config(config, path)),
        tokens=named_tokens(tokens),
        special_tokens=special_tokens(tokens, vocabulary),
        added_tokens=added_tokens(tokens, vocabulary),
        vocabulary=vocabulary,
        adds_bos=flag(tokens, "add_bos_token"),
    )


def files_beside(path: Path) -> list[Path]:
    """The other files that ``read_training_template`` takes into account, those of them that are there."""
    folder = path.parent.parent if path.parent.name == _MORE else path.parent
    named = [folder / name for name in (_CONFIG, _TOKENS, _TEMPLATE, VOCABULARY)]
    known = [*named, *sorted((folder / _MORE).glob("*.jinja"))]
    return [other for other in known if other != path and other.is_file()]


def _files(folder: Path) -> Iterator[NamedSource]:
    if (folder / _TEMPLATE).is_file():
        yield _of_file(folder / _TEMPLATE, DEFAULT)
    for path in sorted((folder / _MORE).glob("*.jinja")):
        yield _of_file(path, path.stem)


def _of_file(path: Path, name: str) -> NamedSource:
    return NamedSource(name, _read(path), path, 1)


def _in_config(config: Mapping[str, Any], path: Path) -> Iterator[NamedSource]:
    """The templates under ``chat_template``: a text, a list of named ones, or a mapping of them."""
    found = config.get("chat_template")
    if found is None:
        return
    if not isinstance(found, str | list | Mapping):
        raise CannotJudgeError(f"{path}: `chat_template` is no text and no list of templates")
    text = _read(path)
    key = _KEY.search(text)
    begins = key.start() if key else 0
    if isinstance(found, str):
        yield NamedSource(DEFAULT, found, path, text.count("\n", 0, begins) + 1)
        return
    places = [match.start() for match in _TEMPLATE_KEY.finditer(text, begins)] if isinstance(found, list) else []
    named = [(entry.get("name"), entry.get("template")) for entry in found if isinstance(entry, Mapping)]
    for number, (name, source) in enumerate(found.items() if isinstance(found, Mapping) else named):
        if not isinstance(name, str) or not isinstance(source, str):
            raise CannotJudgeError(f"{path}: `chat_template` holds a template without a name or a text")
        place = places[number] if number < len(places) else begins
        yield NamedSource(name, source, path, text.count("\n", 0, place) + 1)


def _read_json(path: Path) -> dict[str, Any]:
    text = _read(path)
    if text.startswith("\ufeff"):
        raise CannotJudgeError(f"{path}: transformers refuses its byte order mark: save it as UTF-8 without one")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CannotJudgeError(f"{path}: no valid JSON ({error})") from error
    if not isinstance(data, dict):
        raise CannotJudgeError(f"{path}: a JSON object was expected")
    return data


def _read(path: Path) -> str:
    r"""A file's text with `\n` for every line end: so transformers reads it."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotJudgeError(f"{path}: cannot be read ({error})") from error
