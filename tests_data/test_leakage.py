"""Evaluation data was not trained on."""

from tunespec import expect, pitfall


@pitfall("D004", severity="error")
def test_split_leakage(records, *, against: tuple[str, ...] = (), exact: float = 0.0, near: float = 0.0):
    """Evaluation records, or benchmark questions, stand in the training data.

    Problem:
        A model that has seen the evaluation data scores well without having learnt the task. The validation loss falls,
        early stopping fires too late, and the numbers collapse on real prompts.

    Prevention:
        Deduplicate first, split afterwards, and split by prompt (or by conversation, source, user): all answers to one
        prompt belong to one split. Compare with the benchmarks that you will report.

    Fix:
        Remove the named evaluation records, or their counterparts in training. For `benchmark_prompt` remove the
        named record from the dataset.

    Thresholds:
        against: benchmark or evaluation files (paths or globs) that no record's prompt may come from; none by default
        exact: share of records that may leak exactly; 0, since a single leak already flatters the score
        near: share of records that may leak almost; 0, and only a warning: related questions may be meant

    Kinds:
        leaked_record: the same record is in training at {value} | prompt and answer equal a training record, without
            case, hyphens and punctuation at the edges of words
        leaked_prompt: the same prompt is in training at {value} | the user turns, with the context or picture that they
            are about, equal those of a training record likewise, or the first exchange of a conversation does
        benchmark_prompt: its prompt is a benchmark's: {value} | the user turns equal those of a record of `against`
        near_leaked_record: almost the same record is in training at {value} | verified as for near_duplicate_of
        near_leaked_prompt: almost the same prompt is in training at {value} | the user turns alone, verified likewise
        near_benchmark_prompt: its prompt is almost a benchmark's: {value} | the user turns alone, verified likewise

    Sources:
        Elangovan et al. 2021, Memorization vs. Generalization: Quantifying Data Leakage (arXiv 2102.01818); Sainz et
        al. 2023, NLP Evaluation in Trouble: data contamination (arXiv 2310.18018); Brown et al. 2020, GPT-3, app. C.
    """
    del against  # it chooses what the facts are computed from, not what is expected of them
    return [
        expect.ExpectColumnValuesToBeNull(column="leaked_record", mostly=1 - exact),
        expect.ExpectColumnValuesToBeNull(column="leaked_prompt", mostly=1 - exact),
        expect.ExpectColumnValuesToBeNull(column="benchmark_prompt", mostly=1 - exact),
        expect.ExpectColumnValuesToBeNull(column="near_leaked_record", mostly=1 - near, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="near_leaked_prompt", mostly=1 - near, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="near_benchmark_prompt", mostly=1 - near, severity="warning"),
    ]
