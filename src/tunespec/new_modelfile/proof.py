"""Whether a Modelfile asks as the training does: tunespec's own tests of the pair that it makes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tunespec.config import Config
from tunespec.sources import RecordSource
from tunespec.subjects import DataFile, TemplatePair
from tunespec.templates.comparison import COMPARED
from tunespec.templates.rows import Rows
from tunespec.templates.source import TemplateSource
from tunespec.templates.tables import TABLES

TRIMS = "trimmed_content"
_OF_WHAT_IS_WRITTEN = frozenset({*COMPARED, "broken_template", "refused_by_server", "altered_template", "altered_text"})


@dataclass(frozen=True)
class Proof:
    """What the tests of a pair find, ``kind -> text`` of the first finding, and how many conversations they compare."""

    found: Mapping[str, str]
    compared: int

    @property
    def difference(self) -> str | None:
        """What tells the Modelfile from the training, if anything does."""
        return next((f"{kind}: {text}" for kind, text in self.found.items() if kind in _OF_WHAT_IS_WRITTEN), None)

    @property
    def others(self) -> Mapping[str, str]:
        """What else they find of the training data, the training template and the model, each in one line."""
        found = {kind: text.partition("\n")[0] for kind, text in self.found.items()}
        return {kind: text for kind, text in found.items() if kind not in {*_OF_WHAT_IS_WRITTEN, TRIMS}}


def prove(content: str, pair: TemplatePair, config: Config, records: RecordSource | None) -> Proof:
    """Judge a Modelfile's content as if it were the one of the pair; nothing is left on the disk."""
    with tempfile.TemporaryDirectory(prefix="tunespec-") as folder:
        path = Path(folder) / "Modelfile"
        path.write_bytes(content.encode())
        own = replace(pair, files=(*pair.files, DataFile(path, pair.name, None, "modelfile")))
        source = TemplateSource(own, config, records)
        found: dict[str, str] = {}
        compared = 0
        for made in TABLES.values():
            rows = Rows(made.facts)
            made.fill(source, rows)
            for fact in rows.found():
                if fact.marks:
                    found[fact.name] = next(iter(fact.marks.values())).text
                if fact.name == "refused_conversation":
                    compared = fact.examined
        return Proof(found, compared)
