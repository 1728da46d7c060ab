"""Whose a call is: of the model that a Modelfile makes or a template trained, or of another one that is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Literal

Whose = Literal["own", "unsure", "other"]

# Names of Ollama's library, which no Modelfile of one's own makes, with what tells its variants apart behind them.
_FAMILIES = (
    "all-minilm aya bge codegemma codellama codestral cogito command-r deepseek devstral dolphin exaone falcon gemma "
    "glm gpt-oss granite hermes internlm llama llava magistral minicpm mistral mixtral moondream mxbai-embed nemotron "
    "neural-chat nomic-embed nous-hermes olmo openchat openhermes orca phi qwen qwq smollm snowflake-arctic-embed "
    "solar starcoder starling-lm tinyllama vicuna wizardlm yi zephyr"
).split()
_VARIANTS = (
    "chat code coder deepseek dolphin embed embed-large embed-text guard instruct large lite llama3 llama3.1 m3 math "
    "medium mini mini-reasoning mistral mixtral moe multimodal nemo next omni openorca phi plus r r7b r1 reasoning rw "
    "scout sharp small small3.1 small3.2 text v v1 v2 v2.5 v3 v3.1 vision vl"
).split()
_FAMILY, _VARIANT = ("|".join(map(re.escape, names)) for names in (_FAMILIES, _VARIANTS))
_NAME = re.compile(rf"({_FAMILY})\d*(\.\d+)?[a-z]?(-({_VARIANT}|\d[\d.x]*[bm]?))*")
_SIZE = re.compile(r"(e?\d+x)?e?\d+(\.\d+)?[bm](-|$)")  # a tag that tells a size: `:3b`, `:32b-instruct`


# Names of models that only their makers serve; one's own may begin like them: `gpt-oss-20b-support`, `text-to-sql`.
# Source: the model lists of OpenAI, Anthropic, Google, xAI, Mistral and DeepSeek, August 2026; `ft:` begins the name of
# a model that OpenAI tuned, and Mistral's end in `latest` or a year and month.
_HOSTED = re.compile(
    r"(gpt-\d|chatgpt-|text-(davinci|embedding|moderation)-|(davinci|babbage)-00|codex-mini|computer-use-|claude-(\d|"
    r"instant|v\d|opus|sonnet|haiku)|grok-(\d|beta)|gemini-(\d|pro|flash)|deepseek-(chat|reasoner)$|"
    r"o[134](-(mini|preview|pro|deep|\d{4})|$)|ft$|open-(mistral|mixtral|codestral)-(\d|nemo|mamba)).*"
    r"|(mistral-(tiny|small|medium|large|saba|ocr|moderation)|ministral-\d+b|codestral(-mamba|-embed)?|"
    r"pixtral-(\d+b|large)|(magistral|devstral)-(small|medium))-(latest|2[3-9](0\d|1[0-2]))"
)
# Who publishes models under this name on the Hugging Face hub: none of them is one's own.
_PUBLISHERS = frozenset(
    "01-ai ai21labs allenai anthropic baichuan-inc bartowski bigcode bigscience codellama coherelabs deepseek-ai "
    "eleutherai facebook ggml-org google huggingfaceh4 huggingfacetb ibm-granite internlm lmstudio-community lmsys "
    "meta-llama microsoft mistralai moonshotai mosaicml nousresearch nvidia openai openai-community qwen stabilityai "
    "thebloke tiiuae unsloth upstage xai-org zai-org".split()
)


@dataclass(frozen=True)
class AskedModel:
    """What is known of the model that a Modelfile makes, or that was trained with a template.

    Args:
        named: the name that the user tells (``--model``, ``inference.model``); None if there is none.
        own: the names that the path of the Modelfile or template gives, of any tag.
        others: the models that the callers beside it name, those of Ollama's library, too.
        folders: those of the templates, where no Modelfile and no configuration says whose the callers are; else None.
    """

    named: str | None
    own: frozenset[str]
    others: frozenset[str]
    folders: frozenset[Path] | None = None

    def whose(self, name: Any, caller: Path | None = None) -> Whose:
        """Whose a call or request is by the model that it names; anything but text: only a run would tell, or none.

        One that names no model may ask this one: that is not sure where others are asked, too.

        Args:
            name: the model that is asked.
            caller: the file that asks: one in none of the ``folders`` may ask another model.
        """
        near = self.folders is None or (caller is not None and caller.parent in self.folders)
        if not isinstance(name, str) or not name:
            return "own" if near and all(self.whose(other, caller) != "other" for other in self.others) else "unsure"
        if self.named is not None:
            return "own" if is_same_model(name, self.named) else "other"
        if any(_parts(name)[0] == _parts(own)[0] for own in self.own) and not _NAME.fullmatch(_parts(name)[0]):
            return "own"
        if is_another(name, None):
            return "other"
        agreed = {_parts(other)[0] for other in self.others if not is_another(other, None)} <= {_parts(name)[0]}
        if agreed and near:
            return "own"
        return "unsure" if self.folders is not None else "other"


def asked_model(
    modelfile: Path | None, named: str | None, asked: Iterable[Any], templates: Sequence[Path] = ()
) -> AskedModel:
    """What the paths, the configuration and the callers say.

    Args:
        modelfile: `support/Modelfile`, `Modelfile.support` and `support.modelfile` make `support`.
        named: the served model's name in the configuration.
        asked: what the callers give as the model; values that are no text say nothing.
        templates: without a Modelfile, the training templates: one in `support` is of `support`.
    """
    own = {path.absolute().parent.name.lower() for path in templates}
    if modelfile is not None:
        parts = [part for part in modelfile.name.lower().split(".") if part and part != "modelfile"]
        own |= {".".join(parts), *parts, modelfile.absolute().parent.name.lower()}
    others = frozenset(name for name in asked if isinstance(name, str) and name)
    folders = frozenset(path.parent for path in templates) if templates else None
    return AskedModel(named, frozenset(own - {""}), others, folders)


def is_another(name: str, named: str | None) -> bool:
    """Whether a name is surely of another model than the project's: one of Ollama's library, or of a known maker's.

    Args:
        name: the model that is asked.
        named: the name of the served model, if it is told: then any other name is another's.
    """
    if named is not None:
        return not is_same_model(name, named)
    publisher = _parts(name)[0].rpartition("/")[0]
    return is_of_library(name) or publisher in _PUBLISHERS or is_hosted(name)


def is_hosted(name: str) -> bool:
    """Whether a name is of a model that only its maker serves: `gpt-4o`, `mistral-large-latest`."""
    return _HOSTED.fullmatch(_parts(name)[0].rpartition("/")[2]) is not None


def is_of_library(name: str) -> bool:
    """Whether a name is one of Ollama's library: `llama3.2`, `qwen2.5-coder:32b-instruct`."""
    base, tag = _parts(name)
    return _NAME.fullmatch(base) is not None or _SIZE.match(tag) is not None


def is_named_as(name: str, path: PurePath) -> bool:
    """Whether a folder of a file has the name of a model, of any tag; a name of Ollama's library says nothing.

    Args:
        name: the model that is asked: `beta`, `beta:v2`, or its path, as vLLM calls it.
        path: the file's, as far as its folders count.
    """
    last = _parts(name)[0].rpartition("/")[2]
    return bool(last) and not _NAME.fullmatch(last) and last in (part.lower() for part in path.parts[:-1])


def is_same_model(one: str, other: str) -> bool:
    """Whether two names are of one model: without a tag it is `latest`.

    Source: Ollama 0.34.2, ``types/model/name.go`` (``DefaultName``; ``Name.EqualFold``: in any case).
    """
    (base, tag), (its_base, its_tag) = _parts(one), _parts(other)
    return base == its_base and (tag or "latest") == (its_tag or "latest")


def _parts(name: str) -> tuple[str, str]:
    """A name in small letters, without the library's address, and its tag."""
    bare = name.lower().removeprefix("registry.ollama.ai/").removeprefix("library/")
    head, slash, last = bare.rpartition("/")
    base, _, tag = last.partition(":")
    return f"{head}{slash}{base}", tag
