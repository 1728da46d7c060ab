"""People looked at enough of what the model says, or learns, and were content with it."""

from tunespec import expect, pitfall


@pitfall("E002", severity="warning")
def test_unreviewed_outputs(
    reviews, *, least: int = 30, accepted: float = 0.9, days: int = 365, agreement: float = 0.667
):
    """Nobody, too few, or nobody of late looked at what the model says; or those who did were not content.

    Problem:
        A loss curve and a test suite do not see an answer that is fluent, complete and wrong. Only somebody who knows
        the subject does, and a fine-tuned model is in use for months before that somebody is a customer.

    Prevention:
        Record the model's answers (`tunespec check --model NAME --record outputs.jsonl`), draw a sample of them
        (`tunespec review sample`) and judge it (`tunespec review`): one key for each answer. Keep the review log in
        git, beside the data. Let a second person judge the same answers. Review the training records in the same way
        before the first run: `tunespec review data/train.jsonl`.

    Fix:
        Too few or too old: `tunespec review` goes on where it stopped, and asks for what nobody judged. Rejected:
        mend the records that teach it (the notes say what is wrong), train again, record and review the new model.
        Disagreement: talk about the answers on which reviewers differ, write down what "complete" or "concise" means
        for you, and judge those again: a later judgement of the same reviewer counts instead of the earlier one.

    Thresholds:
        least: records or outputs that must have been judged, or all if there are fewer; 30: if not one of so many is
            bad, then fewer than 10 % are, with a certainty of 95 % (the rule of three)
        accepted: share of those judged that must be accepted, by more than half of their reviewers; 0.9, since a tenth
            is the largest share of bad items that acceptance sampling plans for (ISO 2859-1)
        days: age after which judgements count no more as recent; 365, as management systems are audited yearly
            (ISO/IEC 42001)
        agreement: least Krippendorff's alpha of the reviewers; 0.667, below which he draws no conclusion from them

    Kinds:
        too_few_reviewed: {value} | fewer records or outputs of this dataset, this recording, this model are judged than
            `least` | what nobody read may be wrong in every answer
        outdated_review: {value} | enough are judged, but too few of them in the last `days` | what users ask and what
            is right has changed since
        rejected_share: {value} | more are rejected than `accepted` allows; counted once ten are judged (or all, if
            there are fewer) and no further judgement can change it | people who looked at it would not give these
            answers to a user
        disagreement: {value} | reviewers of the same answers agree little more than chance would make them; ten answers
            with two reviewers at least, three of them disputed | the accepted share then says who
            reviewed, not how good the answers are
        misdated_review: {value} | a day that is yet to come, or on which the outputs were not there yet | a judgement
            of something else, or a clock that is wrong
        foreign_review: {value} | judgements of another model, or of records and outputs that are not there any more;
            told once | they count for nothing now; it may be the log of something else
        unreadable_review: {value} | a line that is no judgement: broken JSON, a conflict that git left, an unknown key,
            a day that is none | somebody's judgement is lost

    Sources:
        Hanley, Lippman-Hand 1983, If Nothing Goes Wrong, Is Everything All Right? (JAMA 249): the rule of three.
        Krippendorff 2004, Content Analysis, section 11.4 (alpha >= .800; .667 for tentative conclusions). Feinstein,
        Cicchetti 1990, High agreement but low kappa (J. Clin. Epidemiol. 43): why a few disputes do not count.
        ISO 2859-1: acceptance quality limits end at 10 percent nonconforming.
    """
    del least, accepted, days, agreement  # the facts are computed from them
    return [
        *(
            expect.ExpectColumnValuesToBeNull(column=kind)
            for kind in ("too_few_reviewed", "outdated_review", "disagreement", "misdated_review")
        ),
        *(
            expect.ExpectColumnValuesToBeNull(column=kind, severity="error")
            for kind in ("rejected_share", "unreadable_review")
        ),
        expect.ExpectColumnValuesToBeNull(column="foreign_review", severity="info"),
    ]
