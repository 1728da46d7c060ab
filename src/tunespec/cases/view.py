"""The records whose kinds of edge case are looked for, with the texts that tell them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from tunespec.records import Records
    from tunespec.sources import RecordSource


@dataclass(frozen=True)
class View:
    """Some rows of a dataset; what is usual is read off those that are ``trained`` on.

    Args:
        source: the dataset.
        trained: rows of its training records.
        tested: rows of its evaluation records.
    """

    source: RecordSource
    trained: frozenset[int]
    tested: frozenset[int]

    @property
    def records(self) -> Records:
        """All records of the dataset."""
        return self.source.records

    @cached_property
    def rows(self) -> list[int]:
        """The rows that are looked at, in order."""
        return sorted(self.trained | self.tested)

    def of(self, *roles: str) -> pl.DataFrame:
        """Their passages of some roles, see ``Passages.of``."""
        return self._own(self.source.passages.of(*roles))

    @cached_property
    def prompts(self) -> pl.DataFrame:
        """``row``, ``text`` (without template), ``prose`` and ``size`` of each prompt, in the order of the turns."""
        import polars as pl

        from tunespec.answer_types import text_size
        from tunespec.facts.exchanges import without_template

        frame = self.of("prompt").select("row", without_template(self.records, pl.col("text")).alias("text"), "prose")
        return frame.with_columns(size=text_size(pl.col("text")))

    @cached_property
    def answers(self) -> pl.DataFrame:
        """The answers among them that training imitates, see ``taught_answers``."""
        return self._own(self.source.answers)

    @cached_property
    def spoken(self) -> pl.DataFrame:
        """Their prompts and answers with their languages; code has none."""
        import polars as pl

        code = self.answers.filter(pl.col("type") == "code")
        return self._own(self.source.spoken).join(code, on=["row", "turn"], how="anti", maintain_order="left")

    def trained_share(self, rows: Collection[int]) -> float:
        """The share (0 to 1) of the training records that are among some rows."""
        return len(self.trained.intersection(rows)) / (len(self.trained) or 1)

    def _own(self, frame: pl.DataFrame) -> pl.DataFrame:
        import polars as pl

        rows = pl.DataFrame({"row": self.rows}, schema={"row": pl.UInt32})
        return frame.join(rows, on="row", how="semi", maintain_order="left")


def rows_of(frame: pl.DataFrame) -> set[int]:
    """The distinct rows of a table of texts."""
    return set(frame["row"].to_list())
