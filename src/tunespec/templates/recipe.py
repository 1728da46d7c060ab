"""The name of a chat template in a training configuration: LLaMA-Factory's `template`, Axolotl's `chat_template`.

Sources: LLaMA-Factory 0.9.5 (``hparams/data_args.py``: `template`, `default_system`, `enable_thinking`), Axolotl 0.19
(``utils/chat_templates/base.py``: a dataset's `chat_template` comes before the configuration's, `tokenizer_default`
without either; ``utils/schemas/config.py``: `special_tokens`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunespec.templates.errors import TemplateError

LLAMAFACTORY, AXOLOTL = "LLaMA-Factory", "Axolotl"
FRAMEWORKS: Mapping[str, str] = {"llamafactory": LLAMAFACTORY, "axolotl": AXOLOTL}
SUFFIXES = (".yaml", ".yml")
OF_TOKENIZER, OR_ELSE, IN_JINJA = "tokenizer_default", "tokenizer_default_fallback_", "jinja"

_LARGEST = 1 << 20  # bytes of a training configuration
_KEYS = {LLAMAFACTORY: "template", AXOLOTL: "chat_template"}
# What only LLaMA-Factory has beside a model, alone or together; and what it never has, and scripts of transformers
# (run_glue.py, run_clm.py), qlora.py and TRL have beside the same keys.
_OF_LLAMAFACTORY = frozenset("stage finetuning_type cutoff_len export_dir infer_backend dataset_dir".split())
_TOGETHER = frozenset(("template", "dataset"))
_OF_OTHERS = frozenset("lora_r use_peft dataset_name task_name".split())
_UNRENDERED = "pt"  # the stage that trains on bare texts
_TOKENS = ("bos_token", "eos_token", "pad_token", "unk_token")
_NAMED = re.compile(r"(?P<framework>[a-z]+):(?P<name>[\w.-]+)")


@dataclass(frozen=True)
class Recipe:
    """What a training configuration says of its chat template.

    Args:
        framework: which one's, as it is called.
        name: the template's.
        path: the file that says so, with the line, from 1.
        jinja: the template's own text or file, for Axolotl's name `jinja`.
        tokens: special tokens that it sets, by name.
        default_system: what LLaMA-Factory writes where a conversation has no system prompt.
        thinking: LLaMA-Factory's `enable_thinking`.
    """

    framework: str
    name: str
    path: Path
    line: int | None = None
    jinja: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict)
    default_system: str | None = None
    thinking: bool | None = True

    @property
    def template(self) -> tuple[str, ...]:
        """What tells it from another template."""
        return self.framework, self.name, self.jinja, str(self.default_system), str(self.thinking)

    @property
    def says(self) -> str:
        """The template in words."""
        if self.name == IN_JINJA:
            return f"{self.framework}'s `chat_template_jinja`"
        return f"{self.framework}'s template `{self.name.removeprefix(OR_ELSE)}`"


def is_llamafactorys(told: Collection[str]) -> bool:
    """Whether these keys, beside `model_name_or_path`, are of a configuration of LLaMA-Factory."""
    keys = frozenset(told)
    return bool(_OF_LLAMAFACTORY & keys or keys >= _TOGETHER) and not _OF_OTHERS & keys


def named_recipe(text: str, path: Path) -> Recipe | None:
    """A template that tunespec's configuration at ``path`` names: ``llamafactory:qwen``; None for a file's name."""
    match = _NAMED.fullmatch(text)
    if match is None or match["framework"] not in FRAMEWORKS:
        return None
    return Recipe(FRAMEWORKS[match["framework"]], match["name"], path)


def recipe_of(path: Path, template: Mapping[str, Any]) -> Recipe | None:
    """What a training configuration says, or tunespec's own with the table ``[tool.tunespec.template]``."""
    if path.suffix.lower() in SUFFIXES:
        return read_recipe(path)
    training = template.get("training")
    return named_recipe(training, path) if isinstance(training, str) else None


def agreed(recipes: Sequence[Recipe]) -> Recipe | None:
    """The one template that training configurations name; None if there are none.

    Raises:
        TemplateError: if they name several.
    """
    if len({recipe.template for recipe in recipes}) > 1:
        said = ", ".join(f"{recipe.path.name}: {recipe.says}" for recipe in recipes[:3])
        raise TemplateError(f"several training configurations may be meant ({said}): name one as template.training")
    return recipes[0] if recipes else None


def is_recipe(path: Path) -> bool:
    """Whether a file is a training configuration that names a chat template."""
    return path.suffix.lower() in SUFFIXES and read_recipe(path) is not None


def read_recipe(path: Path) -> Recipe | None:
    """What a training configuration says; None if the file is none, or leaves the template to the tokenizer."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if not any(f"{key}:" in text for key in _KEYS.values()):
        return None
    told = _parsed(text)
    found = _llamafactory(told, path) or _axolotl(told, path)
    if found is None:
        return None
    line = re.search(rf"(?m)^[ \t-]*{_KEYS[found.framework]}\s*:", text)
    return Recipe(**{**vars(found), "line": text.count("\n", 0, line.start()) + 1 if line else None})


def configuration(path: Path) -> Mapping[str, Any]:
    """All keys of a training configuration; none of a file that cannot be read."""
    try:
        return _parsed(path.read_text(encoding="utf-8")) if path.suffix.lower() in SUFFIXES else {}
    except (OSError, UnicodeDecodeError):
        return {}


def _parsed(text: str) -> Mapping[str, Any]:
    import yaml

    try:
        told = yaml.load(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return {}
    return told if isinstance(told, Mapping) else {}


def _llamafactory(told: Mapping[str, Any], path: Path) -> Recipe | None:
    name, model = told.get("template"), told.get("model_name_or_path")
    if not isinstance(name, str) or not isinstance(model, str) or not is_llamafactorys(told):
        return None
    if told.get("stage") == _UNRENDERED:
        return None
    system, thinking = told.get("default_system"), told.get("enable_thinking", True)
    return Recipe(
        LLAMAFACTORY,
        name,
        path,
        default_system=system if isinstance(system, str) else None,
        thinking=thinking if isinstance(thinking, bool) else None,
    )


def _axolotl(told: Mapping[str, Any], path: Path) -> Recipe | None:
    """By the datasets that are written with a chat template; None where those do not agree."""
    if not isinstance(told.get("base_model"), str):
        return None
    chosen = {_chosen(dataset, told) for dataset in _conversations(told)}
    if len(chosen) != 1:
        return None
    (name, jinja), special = chosen.pop(), told.get("special_tokens")
    if name == OF_TOKENIZER or (name == IN_JINJA and not jinja):
        return None
    own = special if isinstance(special, Mapping) else {}
    tokens = {key: own[key] for key in _TOKENS if isinstance(own.get(key), str)}
    return Recipe(AXOLOTL, name, path, jinja=jinja, tokens=tokens)


def _conversations(told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    datasets = told.get("datasets")
    for dataset in datasets if isinstance(datasets, list) else []:
        if isinstance(dataset, Mapping) and str(dataset.get("type")).startswith("chat_template"):
            yield dataset


def _chosen(dataset: Mapping[str, Any], told: Mapping[str, Any]) -> tuple[str, str]:
    own = dataset if dataset.get("chat_template") else told
    return str(own.get("chat_template") or OF_TOKENIZER), str(own.get("chat_template_jinja") or "")
