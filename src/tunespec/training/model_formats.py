"""Which number format a base model was made in, by its name or its folder's config.json.

Sources: the ``torch_dtype`` of the models' own config.json on the Hugging Face hub; for those that float16 breaks
Unsloth of August 2026 (``models/loader.py`` and unsloth_zoo's list FORCE_FLOAT32: "activations exceed fp16's finite
range ... loaded as float16 they silently NaN/Inf at training time").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from tunespec.named_files import found_from
from tunespec.training.json_file import mapping_in
from tunespec.training.run_spec import RunSpec

Made = Literal["overflows", "bfloat16", "float16"]
CONFIG = "config.json"

# Asked in this order: the name of a newer family often holds an older one's.
_NAMES: tuple[tuple[Made, re.Pattern[str]], ...] = (
    (
        "overflows",
        re.compile(r"gemma-?[34]|gpt-?oss|qwen-?3\.5|qwen-?3.*-a\d+b|glm-?4\.[5-9]|glm-?4\d-flash"),
    ),
    (
        "float16",
        re.compile(
            r"llama-?2|llama-?\d+b|tinyllama|vicuna|alpaca|gpt-?2|gpt-?neo|gpt-?j|opt-\d|pythia|phi-?[12]|bloom"
        ),
    ),
    (
        "bfloat16",
        re.compile(
            r"llama-?[34]|mi[sx]tral|[mn]inistral|magistral|devstral|qwen|gemma|phi-?[34]|deepseek|olmo|smollm|falcon|"
            r"granite|internlm|glm-?4|kimi|command-?r|lfm|apertus|nemotron|jamba|exaone|seed-oss"
        ),
    ),
)
_TYPES = re.compile(r"gemma(3|4)|gemma3n|gpt_oss|qwen3_5|qwen3_moe|glm4_moe")
_NEEDS_HALF = re.compile(r"awq|gptq")  # their kernels compute in float16


def model_folder(spec: RunSpec, root: Path) -> Path | None:
    """The folder that a configuration names as its base model, if it is at hand; ``root`` is the project's folder."""
    model = str(spec.value("model") or "")
    found = found_from(spec.written.file.path, model, root) if model else None
    return found if found is not None and found.is_dir() else None


def made_in(model: str, folder: Path | None = None) -> Made | None:
    """What is known of a model.

    Args:
        model: its name as the configuration writes it.
        folder: the folder that it names, if it is at hand.

    Returns:
        ``overflows`` for a family that float16 is known to break, else the format that it was made in; None where
        nothing is known.
    """
    own = (mapping_in(folder / CONFIG) if folder is not None else None) or {}
    if (kind := _by_config(own)) is not None:
        return kind
    name = re.split(r"[/\\]", model.rstrip("/\\").lower())[-1].replace("_", "-")
    if _NEEDS_HALF.search(name):
        return "float16"
    return next((kind for kind, pattern in _NAMES if pattern.search(name)), None)


def _by_config(config: Mapping[str, Any]) -> Made | None:
    text = config.get("text_config")
    parts = [config, *([text] if isinstance(text, dict) else [])]
    if any(_TYPES.match(str(part.get("model_type"))) for part in parts):
        return "overflows"
    formats = [str(part.get(key)) for part in parts for key in ("dtype", "torch_dtype") if part.get(key)]
    if not formats:
        return None
    return "bfloat16" if "bfloat16" in formats else "float16"
