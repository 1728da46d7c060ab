"""Templates and what serves a model, by name and content: Modelfiles, chat templates, GGUF files, requests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from tunespec.errors import CannotJudgeError
from tunespec.splits import relative
from tunespec.subjects import DataFile, Dataset, TemplatePair
from tunespec.templates.plain import PlainTemplate

if TYPE_CHECKING:
    from tunespec.config import Config

# What a file is taken for -> how the report says it.
ARTEFACTS: Mapping[str, str] = {
    "modelfile": "Modelfile",
    "jinja": "chat template",
    "tokenizer": "tokenizer configuration",
    "gguf": "model file",
    "request": "request",
}
_TRAINING = ("jinja", "tokenizer")
_LARGEST = 32 << 20  # bytes of a JSON file that may be a tokenizer's or a request; tokenizer_config.json can be large
_JINJA = (".jinja", ".jinja2", ".j2")
_ROLE = re.compile(rb"""\.role\b|\[\s*["']role["']\s*\]|get\(\s*["']role["']""")
_ASKS = ("messages", "prompt")


def may_be_artefact(name: str) -> bool:
    """Whether a file of this name is looked at, beside the data files."""
    return _is_modelfile(name.lower()) or name.lower().endswith((*_JINJA, ".gguf"))


def _is_modelfile(name: str) -> bool:
    """`Modelfile`, `Modelfile.prod`, `llama3.Modelfile`, `MyModelfile`."""
    return name.endswith("modelfile") or name.startswith(("modelfile.", "modelfile-", "modelfile_"))


def artefact(path: Path) -> str | None:
    """What the file is (a key of ``ARTEFACTS``), or None for anything else."""
    suffix = path.suffix.lower()
    if _is_modelfile(path.name.lower()):
        return "modelfile"
    if suffix in _JINJA:
        return "jinja" if _is_chat_template(_content(path)) else None
    if suffix == ".gguf":
        return "gguf" if _content(path, 4) == b"GGUF" else None
    return _of_json(path) if suffix == ".json" else None


def _is_chat_template(content: bytes) -> bool:
    """A page with flashed messages has `messages`, too, and perhaps `role="alert"`."""
    return b"messages" in content and _ROLE.search(content) is not None


def _of_json(path: Path) -> str | None:
    from tunespec.templates.training_side import is_tokenizer_config

    if path.stat().st_size > _LARGEST or not _content(path, 64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None  # several objects, or none: the datasets' business
    if not isinstance(data, dict):
        return None
    if is_tokenizer_config(data):
        return "tokenizer"
    return "request" if _is_request(data) else None


def _is_request(data: Mapping[str, Any]) -> bool:
    """A request names its model and asks something, or it is a client's options; a record of a dataset is neither."""
    if isinstance(data.get("model"), str) and any(key in data for key in _ASKS):
        return not {"response", "completion", "choices", "answer"} & set(data)
    return isinstance(data.get("options"), Mapping) and any(
        key in data["options"] for key in ("stop", "num_predict", "num_ctx", "temperature")
    )


def _content(path: Path, limit: int = -1) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(limit)
    except OSError:
        return b""


def template_pairs(config: Config, files: Sequence[DataFile], datasets: Sequence[Dataset]) -> tuple[TemplatePair, ...]:
    """The pairs that the configuration and the files under the user's paths make.

    Raises:
        CannotJudgeError: for a file that the configuration names and that is not there, or is of another kind.
    """
    named = {
        key: _named(config, key) for key in ("training", "modelfile", "requests", "model") if key in config.template
    }
    formats = {"training": _TRAINING, "modelfile": ("modelfile",), "requests": ("request",), "model": ("gguf",)}
    replaced = {format_ for key in named for format_ in formats[key]}
    kept = [file for file in files if file.format not in replaced]
    return _pairs([*kept, *(file for own in named.values() for file in own)], datasets, config.plain_template)


def _named(config: Config, key: str) -> list[DataFile]:
    value = config.template[key]
    found = []
    for name in value if isinstance(value, list) else [value] if isinstance(value, str) else []:
        path = config.root / name
        kind = {"training": artefact(path), "requests": "request", "model": "gguf"}.get(key, "modelfile")
        if not path.is_file() or (key == "training" and kind not in _TRAINING):
            why = "no such file" if not path.is_file() else "no chat template and no tokenizer configuration"
            raise CannotJudgeError(f"{config.file}: template.{key}: {name}: {why}")
        found.append(DataFile(path, relative(path, config.root), None, str(kind)))
    return found


def _pairs(
    files: Sequence[DataFile], datasets: Sequence[Dataset], plain: PlainTemplate | None
) -> tuple[TemplatePair, ...]:
    """The files as pairs: each Modelfile with the nearest training template, the nearest requests and dataset.

    A training template that no Modelfile goes with is a pair of its own, with one side; so is a lone request.
    """
    trained = _without_shadowed([file for file in files if file.format in _TRAINING])
    models = [file for file in files if file.format == "gguf"]
    served = [file for file in files if file.format == "modelfile"]
    requests = [file for file in files if file.format == "request"]
    found, used = [], set()
    for modelfile in served:
        templates = [] if plain else nearest(modelfile, trained)
        near_models, asked = nearest(modelfile, models), _whose(modelfile, served, requests)
        ambiguous = _ambiguous(templates)
        own = [modelfile, *([] if ambiguous else templates), *(near_models if len(near_models) == 1 else []), *asked]
        used |= {file.shown for file in own}
        found.append(_pair(modelfile.shown, own, datasets, plain, ambiguous))
    rest = [file for file in (*trained, *models, *requests) if file.shown not in used]
    found += [_pair(file.shown, [file], datasets, None, "") for file in rest]
    if plain and not served:
        found.append(_pair("plain template", [], datasets, plain, ""))
    return tuple(sorted(found, key=lambda pair: pair.name))


def _pair(
    name: str, files: Sequence[DataFile], datasets: Sequence[Dataset], plain: PlainTemplate | None, ambiguous: str
) -> TemplatePair:
    near = _nearest(name, datasets, lambda dataset: dataset.files[0].shown)
    return TemplatePair(name, tuple(files), plain, near[0] if len(near) == 1 else None, ambiguous)


def _without_shadowed(files: Sequence[DataFile]) -> list[DataFile]:
    """Without the files that transformers does not read by themselves: the tokenizer's configuration counts for all."""
    configured = {file.path.parent for file in files if file.path.name == "tokenizer_config.json"}
    return [
        file
        for file in files
        if file.path.name == "tokenizer_config.json"
        or (
            (file.path.parent not in configured or not file.path.name.startswith("chat_template"))
            and (file.path.parent.parent not in configured or file.path.parent.name != "additional_chat_templates")
        )
    ]


def nearest(file: DataFile, others: Sequence[DataFile]) -> list[DataFile]:
    """Those of the others that share the longest path with the file."""
    return _nearest(file.shown, others, lambda other: other.shown)


def _nearest(name: str, others: Iterable[Any], path_of: Any) -> list[Any]:
    shared = [(_common(name, path_of(other)), other) for other in others]
    most = max((count for count, _ in shared), default=0)
    return [other for count, other in shared if count == most]


def _common(one: str, other: str) -> int:
    count = 0
    for a, b in zip(PurePosixPath(one).parts[:-1], PurePosixPath(other).parts[:-1], strict=False):
        if a != b:
            break
        count += 1
    return count


def _whose(modelfile: DataFile, served: Sequence[DataFile], requests: Sequence[DataFile]) -> list[DataFile]:
    """The requests that are nearer to this Modelfile than to any other."""
    return [request for request in requests if nearest(request, served)[:1] == [modelfile]]


def _ambiguous(templates: Sequence[DataFile]) -> str:
    if len(templates) < 2:
        return ""
    names = ", ".join(file.shown for file in templates[:3])
    return f"several training templates may be meant ({names}): name one as template.training in the configuration"
