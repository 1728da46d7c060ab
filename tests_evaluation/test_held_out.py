"""There is data to evaluate on, enough of it, and like the data to come."""

from tunespec import expect, pitfall


@pitfall("E001", severity="error")
def test_missing_validation_set(splits, *, least: int = 10, share: float = 0.01, distance: float = 0.25):
    """There is no validation data, too little of it, or data of another kind.

    Problem:
        Without held-out records nobody sees the moment at which training turns from learning into memorising: the
        training loss falls on. With a handful of records the score is noise, and with records of another kind it
        measures something else than what the model will be asked.

    Prevention:
        Hold 5 to 10 % of the records out before training, at random, after deduplication, and split by prompt (or
        conversation, source, user). Keep the split in files, so that every run is measured on the same records.

    Fix:
        Put a `validation.jsonl` beside the named `train.jsonl` (or name the files under
        `[tool.tunespec.datasets.NAME]`). Too small: hold more records out. Different: draw the records at random from
        all data instead of taking its end, or say under `[tool.tunespec.ignore]` why another distribution is meant.
        A trainer that splits the file itself (`val_size`, `val_set_size`) is asked by its configuration, if that is
        among the files (or `--training FILE`).

    Thresholds:
        least: records that a validation or test split must have; 10, since with fewer one answer moves a score by more
            than 10 points (below 200 training records 5 % of them are enough)
        share: share of the training records that it must have, unless it has 200; 0.01
        distance: how far two distributions may lie apart; 0.25, a quarter of the records, and always what chance
            explains once in 1,000 times

    Kinds:
        missing_validation: {value} | a training split with no validation or test split beside it, nor a training
            configuration that holds records out or names other data; a single file given alone is not judged |
            overtraining stays unseen until the model is in use
        small_validation: {value} | fewer records than `least`, or than the `share` of the training data, in a split or
            by a training configuration | a score over so few answers changes by chance from run to run
        different_validation: {value} | answer lengths (Kolmogorov-Smirnov), topics of the records' own column, or
            languages (total variation) further apart than `distance`, with 30 records on each side | the score
            says little about what the model was trained for

    Sources:
        Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, section 7.2 (validation data); Kohavi 1995,
        A Study of Cross-Validation and Bootstrap (IJCAI); Massey 1951, The Kolmogorov-Smirnov Test for Goodness of
        Fit. The standard error of a share measured on n answers is at most 1 / (2 sqrt(n)): 16 points for 10, 3.5 for
        200.
    """
    del least, share, distance  # the facts are computed from them
    return [
        expect.ExpectColumnValuesToBeNull(column="missing_validation"),
        expect.ExpectColumnValuesToBeNull(column="small_validation", severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="different_validation", severity="warning"),
    ]
