"""What a training run is told to do: the settings of its configuration files under one set of names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tunespec.training.framework import Derive, Framework, Key
from tunespec.training.setting import Setting, shown
from tunespec.training.written import ANY, Written

AUTO = "auto"


@dataclass(frozen=True)
class RunSpec:
    """The settings of one run.

    Args:
        framework: whose configuration it is.
        written: its file.
        settings: canonical name -> setting, of all that the framework has. What only a file beside it writes is taken
            from there.
        beside: what other files say of the run (DeepSpeed's configuration, the launcher's).
    """

    framework: Framework
    written: Written
    settings: Mapping[str, Setting]
    beside: tuple[RunSpec, ...] = ()

    def __iter__(self) -> Iterator[Setting]:
        return iter(self.settings.values())

    def setting(self, name: str) -> Setting | None:
        """A setting, None if the framework has none of this name."""
        return self.settings.get(name)

    def value(self, name: str) -> Any:
        """Its value; None where it is off, not known, or the framework has none."""
        found = self.settings.get(name)
        return found.value if found is not None else None

    def number(self, name: str) -> float | int | None:
        """Its value as a number; None where it is none."""
        found = self.value(name)
        return found if isinstance(found, int | float) and not isinstance(found, bool) else None

    def is_known(self, name: str) -> bool:
        """Whether the framework has the setting, and its value is known."""
        found = self.settings.get(name)
        return found is not None and found.is_known

    @property
    def method(self) -> str:
        """What is trained: ``full``, ``lora``, ``qlora``, ``dora`` ...; empty if that is not known."""
        return str(self.value("method") or "")

    @property
    def objective(self) -> str:
        """``sft``, ``pretrain``, ``dpo``, ``kto``, ``reward`` ...; empty if that is not known."""
        return str(self.value("objective") or "")


def spec_of(framework: Framework, written: Written, beside: Sequence[RunSpec] = ()) -> RunSpec:
    """The settings that a configuration says, with the framework's defaults for the others."""
    settings = {name: _setting(name, key, framework, written) for name, key in framework.keys.items()}
    for name, derive in framework.derived.items():
        settings[name] = _made(name, derive, framework, written)
    for other in beside:
        told = {setting.name: setting for setting in other if setting.is_written}
        settings |= {name: one for name, one in told.items() if name not in settings or not settings[name].is_written}
    return RunSpec(framework, written, settings, tuple(beside))


def own_settings(spec: RunSpec) -> RunSpec:
    """The settings of the trainer's own configuration, without what files beside it write."""
    return spec_of(spec.framework, spec.written) if spec.beside else spec


def _setting(name: str, key: Key, framework: Framework, written: Written) -> Setting:
    own = next((one for one in (key.key, *key.or_else) if written.has(one)), key.key)
    if (why := _why_unknown(own, written)) is not None:
        return _unknown(name, own, why, written)
    value = written.get(own)
    if value is None and key.null_is_off and written.has(own):
        return Setting(name, own, None, written.file.shown, written.line(own), "written")
    if value is None:  # not written, or empty: `warmup_steps:` says nothing
        return _default(name, own, key.default, framework, written)
    read = key.read(value)
    if _is_left_open(value) and read in (None, value):
        return _unknown(name, own, value, written)
    if read == key.default and framework.is_dump(written):
        return _default(name, own, read, framework, written)
    said = written.said.get(own, "")
    return Setting(name, _whole(own, written), read, written.file.shown, written.line(own), "written", said)


def _made(name: str, derive: Derive, framework: Framework, written: Written) -> Setting:
    """What several keys say together; a message shows what the one that decides is in the file."""
    key, value = derive(written)
    if (why := _why_unknown(key, written)) is not None:
        return _unknown(name, key, why, written)
    own = written.get(key) if key else None
    if _is_left_open(own):
        return _unknown(name, key, str(own), written)
    if own is None or (framework.is_dump(written) and value == derive(written.without(key))[1]):
        return _default(name, key, value, framework, written)
    other = own != value and isinstance(own, str | int | float)
    told = shown(own) if other else ""
    said = written.said.get(key, "")
    return Setting(name, _whole(key, written), value, written.file.shown, written.line(key), "written", said, told)


def _default(name: str, key: str, value: Any, framework: Framework, written: Written) -> Setting:
    line = written.line(key) if written.has(key) else None
    return Setting(name, _whole(key, written), value, written.file.shown, line, "default", framework.version)


def _whole(key: str, written: Written) -> str:
    """A key as the user finds it in the file."""
    return f"{written.prefix}{key}" if key else ""


def _why_unknown(key: str, written: Written) -> str | None:
    """Why only a run would tell what a key is; where a call unpacks a dict, each key that it does not write."""
    if key in written.unknown or written.has(key):
        return written.unknown.get(key)
    inner, _, _ = key.rpartition(".")
    return written.unknown.get(f"{inner}.{ANY}" if inner else ANY)


def _is_left_open(value: Any) -> bool:
    """Whether a value stands for another: `auto`, and OmegaConf's `${...}`."""
    return isinstance(value, str) and (value == AUTO or "${" in value)


def _unknown(name: str, key: str, why: str, written: Written) -> Setting:
    return Setting(name, _whole(key, written), None, written.file.shown, written.line(key), "unknown", why)
