"""Every prompt asks one thing, holds what it speaks of, and has one answer."""

from tunespec import expect, pitfall


@pitfall("D007", severity="warning")
def test_ambiguous_question(
    records,
    *,
    conflicting: float = 0.0,
    contradicting: float = 0.0,
    several: float = 0.0,
    missing: float = 0.0,
    hedged: float = 0.0,
):
    """Prompts that leave open what is asked, or answers that leave open what is right.

    Problem:
        From one prompt with two answers a model learns an average that is neither, and answers by chance. From a prompt
        about a text that is not there it learns to make the text up. From "It depends." it learns to decide nothing.

    Prevention:
        Merge sources by prompt before training and keep one answer for each. Write prompts that stand alone. Where
        several answers are right (a joke, a name), keep them in few, or say in the prompt what makes them differ.

    Fix:
        Conflict: choose the better answer, merge both, or make the prompts differ. Several questions: one record for
        each, or several turns. Missing reference, missing choices: put the material into the prompt, or let the answer
        ask for it. Hedge: say on what it depends, and what follows then.

    Thresholds:
        conflicting: share of records that may answer an earlier record's prompt differently; 0
        contradicting: share of records whose label or number may contradict an earlier record's; 0, since one is wrong
        several: share of records that may ask three or more unrelated questions at once; 0
        missing: share of records whose prompt may speak of material, or of choices, that are not there; 0
        hedged: share of records whose answer may only hedge; 0

    Kinds:
        contradicting_label: {value} | one prompt with two labels, two numbers, yes and no; the prompts of the dataset
            are otherwise not repeated, and no prompt asks for chance | at most one is right: the model learns a wrong
            fact, and loses confidence in the right one
        conflicting_answer: {value} | the user turns are equal but for case, hyphens and punctuation, system prompt,
            tools and context are equal, the answers differ | the model learns an average of both, and answers by chance
        several_questions: {value} | three or more questions without a common subject in one prompt | the answer
            mixes subjects, and the model learns to leave some out
        missing_reference: {value} | the first prompt speaks of a text, a picture, a table, code, or an earlier turn;
            none is in it or beside it, and the answer does not ask for it | the model learns to make it up
        hedged_answer: {value} | a short answer of which every clause only hedges, and that the prompt does not offer |
            the model learns to decide nothing
        choices_missing: {value} | a prompt asks to choose, or an answer is a choice's letter, and there are no choices
            | the model learns to guess a letter

    Sources:
        OpenAI, Fine-tuning best practices (conflicting and ambiguous examples; consistency of annotators); Northcutt
        et al. 2021, Pervasive Label Errors in Test Sets (arXiv 2103.14749); Min et al. 2020, AmbigQA (arXiv
        2004.10645); Zhou et al. 2023, LIMA (arXiv 2305.11206).
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="contradicting_label", mostly=1 - contradicting, severity="error"),
        expect.ExpectColumnValuesToBeNull(column="conflicting_answer", mostly=1 - conflicting),
        expect.ExpectColumnValuesToBeNull(column="several_questions", mostly=1 - several),
        expect.ExpectColumnValuesToBeNull(column="missing_reference", mostly=1 - missing),
        expect.ExpectColumnValuesToBeNull(column="hedged_answer", mostly=1 - hedged),
        expect.ExpectColumnValuesToBeNull(column="choices_missing", mostly=1 - missing),
    ]
