"""Answers have a length that fits the question, and content that fits the length."""

from tunespec import expect, pitfall


@pitfall("D003", severity="warning")
def test_answer_length_outlier(
    records,
    *,
    short: float = 0.0,
    long: float = 0.0,
    walls: float = 0.0,
    repeated: float = 0.0,
    filler: float = 0.25,
):
    """Answers are too short or too long for what was asked, go round in circles, or open with one filler.

    Problem:
        A model learns the length of answers more readily than their content. Some one-word answers to open questions
        teach it to dodge, endless ones teach it never to end, and a loop teaches the very failure by which fine-tuned
        models are known: repeating a sentence until the token limit. Long answers with structure are valuable and never
        flagged; neither are short ones to questions that ask for a word, a number, a choice.

    Prevention:
        Look at the shortest and the longest answers of every export. Cap the generation of synthetic answers by an end
        token, not by a length, and drop what reached the limit. Take openings such as "Sure, here is" off.

    Fix:
        too_short: write the answer, or drop the record. too_long and unstructured: cut what rambles, and give the rest
        paragraphs or a list. repetition: cut the answer before the second copy, or drop the record. filler_opening:
        remove the opening sentence from the answers.

    Thresholds:
        short: share of records that may have a too short answer; 0, since each is a record of the wrong lesson
        long: share of records that may be outliers in length without structure (modified z-score above 3.5, and six
            times the usual length, after Iglewicz and Hoaglin); 0
        walls: share of records that may have a paragraph of more than 2,500 characters (a page); 0
        repeated: share of records that may repeat a sentence three times or end in a loop; 0
        filler: share of the answers from which their fillers are told; 0.25, since one opening in four is a habit that
            the model takes over, and public sets of careful answers stay below

    Kinds:
        too_short: {value} | no word ("...", "N/A"), an evasion ("idk"), or a word where the prompt asks for an
            explanation, a text, a program | the model learns to dodge the question
        too_long: {value} | a rambling answer far outside the dataset's spread, without paragraph or list | the model
            learns never to come to an end, and the loss is dominated by few records
        unstructured: {value} | a wall of text | the model learns to answer in a form that nobody reads
        repetition: {value} | one sentence three times, a passage twice, or words in a loop, that no prompt asked
            for | loops are learnt from few examples, and then fill the context
        filler_opening: {value} | "Sure", "Certainly", "As an AI language model" and their like | every answer of the
            model will begin with it, which costs tokens and reads as evasive

    Sources:
        Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): modified z-score, 3.5; Holtzman et al., The
        Curious Case of Neural Text Degeneration (2020): loops; Singhal et al., A Long Way to Go: Investigating Length
        Correlations in RLHF (2023); Tunstall et al., Zephyr (2023), section 4: stock phrases filtered from UltraChat.
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="too_short", mostly=1 - short),
        expect.ExpectColumnValuesToBeNull(column="too_long", mostly=1 - long),
        expect.ExpectColumnValuesToBeNull(column="unstructured", mostly=1 - walls),
        expect.ExpectColumnValuesToBeNull(column="repetition", mostly=1 - repeated, severity="error"),
        expect.ExpectColumnValuesToBeNull(column="filler_opening"),
    ]
