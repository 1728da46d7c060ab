"""No record teaches what another one teaches already."""

from tunespec import expect, pitfall


@pitfall("D005", severity="error")
def test_duplicate_record(records, *, exact: float = 0.0, near: float = 0.0):
    """Two records of one split teach the same thing twice.

    Problem:
        Repeated records are memorised instead of generalised from, and cost training time for nothing. A model repeats
        a sequence that it saw ten times far more often than one that it saw once. In an evaluation split a repetition
        counts one case several times.

    Prevention:
        Deduplicate after every merge of sources and every generation round, before splitting.

    Fix:
        Keep the named first record and remove the others. To repeat a record on purpose (oversampling), say so in the
        trainer's sampling weights, not by copying lines.

    Thresholds:
        exact: share of records that may repeat another exactly; 0, since every repetition is removable
        near: share of records that may almost repeat another; 0, and only a warning: paraphrases may be meant

    Kinds:
        duplicate_of: repeats {value} | equal prompt and answer after whitespace normalisation, and the same context or
            picture beside them; ids and other metadata do not count
        near_duplicate_of: almost repeats {value} | word Jaccard of 0.6 or more without the sentences that the dataset
            shares, rare words weighing more, in prompt and answer alike; not the same exercise with other numbers, one
            template filled in twice, or two questions about one context | near-repetitions are memorised like exact
            ones, and survive an exact deduplication

    Sources:
        Lee et al. 2022, Deduplicating Training Data Makes Language Models Better (arXiv 2107.06499); Carlini et al.
        2023, Quantifying Memorization Across Neural Language Models (arXiv 2202.07646); Broder 1997 (MinHash). The
        similarity threshold is measured in docs/accuracy.md.
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="duplicate_of", mostly=1 - exact),
        expect.ExpectColumnValuesToBeNull(column="near_duplicate_of", mostly=1 - near, severity="warning"),
    ]
