"""Pairs of records, and of prompts, that say almost the same: computed once, shared by D004 and D005."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from tunespec.findings import Mark
from tunespec.progress import Progress
from tunespec.records import Records
from tunespec.similarity import Pair
from tunespec.similarity.candidates import candidate_pairs
from tunespec.similarity.context import without_shared_context
from tunespec.similarity.documents import Documents, Tokens, tokenize
from tunespec.similarity.frames import without_shared_frame
from tunespec.similarity.verify import LEAST_SIMILARITY, Verifier
from tunespec.splits import TRAINED
from tunespec.text import same_words

BENCHMARK = "benchmark"  # the split of rows that belong to a benchmark, not to the dataset


class Alike:
    """Similarity among a dataset's records. Rows of a training split come before the others in every pair."""

    def __init__(self, records: Records, progress: Progress) -> None:
        """Nothing is computed before it is asked for."""
        self.records = records
        self._progress = progress

    @cached_property
    def rows(self) -> list[int]:
        """Readable rows with some text, training first, else in file order."""
        splits, contents = self.records.splits, self.records.contents
        return sorted((r for r, c in enumerate(contents) if c), key=lambda r: (splits[r] not in TRAINED, r))

    @cached_property
    def asked(self) -> Sequence[str]:
        """What each record asks, see ``Records.asked``."""
        return self.records.asked()

    @cached_property
    def prompts(self) -> dict[int, str]:
        """Row -> what it asks, in the form that leakage compares, where it asks something."""
        return {row: text for row, text in self._compared({row: self.asked[row] for row in self.rows}).items() if text}

    @cached_property
    def openings(self) -> dict[int, str]:
        """Row -> first prompt of a conversation with several, in that form."""
        firsts: dict[int, str] = {}
        metadata = self.records.metadata
        for row in self.rows:
            conversation = self.records.conversations[row]
            asked = [turn.text for turn in conversation.turns if turn.role == "user"] if conversation else []
            if len(asked) > 1:
                firsts[row] = f"{asked[0]}\n{context}" if (context := metadata[row].get("context")) else asked[0]
        return self._compared(firsts)

    def _compared(self, asked: Mapping[int, str]) -> dict[int, str]:
        """Without case and punctuation, and apart where another picture is shown: it makes another question."""
        texts = dict(zip(asked, same_words(list(asked.values())), strict=True))
        metadata = self.records.metadata
        return texts | {row: f"{texts[row]}\0{metadata[row]['shown']}" for row in texts if "shown" in metadata[row]}

    def near_mark(self, related: int, similarity: float) -> Mark:
        """The value of every ``near_*`` fact: the place of the related row and the similarity."""
        place = self.records.places[related]
        return Mark(f"{place} (similarity {similarity:.2f})", place, similarity, LEAST_SIMILARITY)

    def compare_all(self) -> None:
        """Find the pairs of records and of prompts at the same time: the work releases Python's lock mostly."""
        _ = self.prompts, self._prompt_words, self._answer_words  # what both need
        with ThreadPoolExecutor(1) as pool:
            prompts = pool.submit(lambda: self.prompt_pairs)
            _ = self.record_pairs
            prompts.result()

    @cached_property
    def record_pairs(self) -> list[Pair]:
        """``(row, earlier row, similarity)`` of near-duplicate records, one row per distinct content and split."""
        distinct: dict[object, int] = {}
        for row in self.rows:
            distinct.setdefault((self.records.contents[row], self.records.splits[row]), row)
        columns = [(self.asked, self._prompt_words), (self.records.answers, self._answer_words)]
        rows = list(distinct.values())
        return self._pairs(rows, columns, [self.records.contents[row] for row in rows], "comparing records")

    @cached_property
    def prompt_pairs(self) -> list[Pair]:
        """The same for prompts alone, one row per distinct prompt and split; only pairs between splits are sought."""
        distinct: dict[object, int] = {}
        for row, prompt in self.prompts.items():
            distinct.setdefault((prompt, self.records.splits[row]), row)
        columns = [(self.asked, self._prompt_words)]
        rows = list(distinct.values())
        different = [self.prompts[row] for row in rows]
        outside = [place for place, row in enumerate(rows) if self.records.splits[row] not in TRAINED]
        return self._pairs(rows, columns, different, "comparing prompts", focus=outside)

    @cached_property
    def _prompt_words(self) -> Tokens:
        return self._tokenized(self.asked)

    @cached_property
    def _answer_words(self) -> Tokens:
        return self._tokenized(self.records.answers)

    def _tokenized(self, texts: Sequence[str]) -> Tokens:
        self._progress("splitting texts into words", len(texts))
        return tokenize(texts)

    def _pairs(
        self,
        rows: Sequence[int],
        columns: Sequence[tuple[Sequence[str], Tokens]],
        different: Sequence[object],
        doing: str,
        focus: Sequence[int] | None = None,
    ) -> list[Pair]:
        self._progress(doing, len(rows))
        texts = [[column[row] for row in rows] for column, _ in columns]
        documents = Documents(tuple(words.take(rows) for _, words in columns))
        verifier = Verifier(documents, texts)
        found = []
        candidates = candidate_pairs(documents, focus)
        for later, earlier in verifier.possible(candidates).tolist():
            if different[later] != different[earlier] and not self._contradict(rows[later], rows[earlier]):
                similarity = verifier.similarity(later, earlier)
                if similarity is not None:
                    found.append((later, earlier, round(similarity, 4)))
        kept = without_shared_frame(without_shared_context(found, texts[0], candidates), documents, candidates)
        return [(rows[later], rows[earlier], similarity) for later, earlier, similarity in kept]

    def _contradict(self, one: int, other: int) -> bool:
        """Whether two records show different pictures, or rate an answer differently.

        They do where labels (KTO), or chosen and rejected, are turned round.
        """
        metadata = self.records.metadata
        if metadata[one].get("shown") != metadata[other].get("shown"):
            return True
        a, b = self.records.conversations[one], self.records.conversations[other]
        if a is None or b is None:
            return False
        return a.label != b.label or (a.rejected is not None and a.rejected == b.turns and b.rejected == a.turns)
