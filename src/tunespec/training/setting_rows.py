"""Rows of the table of settings: one for each setting of a run, written or not, and for each other key as needed."""

from __future__ import annotations

from dataclasses import dataclass

from tunespec.findings import Place
from tunespec.templates.rows import Rows
from tunespec.training.run_spec import RunSpec
from tunespec.training.setting import Setting


@dataclass
class SettingRows:
    """The rows of a run's settings, which facts examine and mark by the setting's canonical name."""

    spec: RunSpec
    rows: Rows
    _numbers: dict[str, int]
    _keys: dict[str, int]

    @classmethod
    def of(cls, spec: RunSpec, rows: Rows) -> SettingRows:
        """A row for each setting."""
        numbers = {setting.name: rows.add_place(setting.place) for setting in spec}
        own = {one.key: numbers[one.name] for one in spec if one.is_written and one.path == spec.written.file.shown}
        return cls(spec, rows, numbers, own)

    def examine(self, fact: str, *names: str) -> Setting | None:
        """The first of these settings whose value is known, counted as looked at by the fact; None if none is."""
        for name in names:
            setting = self.spec.setting(name)
            if setting is not None and setting.is_known:
                self.rows.examine(fact)
                return setting
        return None

    def mark(self, fact: str, name: str, text: str) -> None:
        """Something was found in a setting, which the fact has examined."""
        setting = self.spec.settings[name]
        is_here = setting.line is not None and setting.path == self.spec.written.file.shown
        self.rows.mark(fact, self._numbers[name], self._with_cell(text, setting.key if is_here else ""))

    def mark_key(self, fact: str, key: str, text: str) -> None:
        """The same for a key of the configuration as it is written; its row is made where no setting has one."""
        written = self.spec.written
        if key not in self._keys:
            place = Place(written.file.shown, written.line(key), None, f"{written.file.shown}:{key}")
            self._keys[key] = self.rows.add_place(place)
        self.rows.mark(fact, self._keys[key], self._with_cell(text, key))

    def _with_cell(self, text: str, key: str) -> str:
        """What was found, with the cell of a notebook that it stands in."""
        cell = self.spec.written.cell(key)
        return f"{text} ({cell})" if cell else text

    def skip(self, facts: str, reason: str) -> None:
        """These facts (with blanks between) have nothing to look at, unless something else did."""
        self.rows.skip(facts.split(), reason)
