"""What is evaluated are not only the usual cases."""

from tunespec import expect, pitfall


@pitfall("E003", severity="warning")
def test_untested_edge_cases(cases, *, least: int = 1, share: float = 0.01):
    """The evaluation set has no record of a kind of edge case that is trained.

    Problem:
        A score is an average over what is usual. Models fail at the edges: at the prompt of one word, the text in
        another language, the question that has no answer. A set without a kind of them says nothing about it, and
        the first to find out is a user.

    Prevention:
        Choose the evaluation set in two parts: most of it at random, and beside that some records of each kind of edge
        case that the training data has. Write probes for those that no record shows, and say in their `case` which
        kind each of them is.

    Fix:
        Move one of the named training records into the evaluation file, or write one of that kind; `tunespec review
        sample --edge-cases` draws more of them. Or write a probe with the kind's word as its `case` (`minimal`,
        `long`, `language`, `code`, `unicode`, `ambiguous`, `unanswerable`, `adversarial`, `rare`, `numeric`,
        `multi-turn`, `tools`) into a file beside the data. A record may be of several kinds. If a kind needs no test,
        `--ignore E003.untested_code`.

    Thresholds:
        least: evaluation records of each kind; 1, since without any nothing at all is known. A share of answers
            that are right needs more: set what your decision needs
        share: share of the training records that are of a kind, from which on it is asked for; 0.01. At least 5
            must be, and no kind is asked for of which a random set of the same size would hold fewer than `least`.
            Nothing is asked for below 30 training records, or 10 records and probes to evaluate on

    Kinds:
        untested_minimal: {value} | records whose prompts are a few words: 15 characters, or a twentieth of the median
            if that is more, and a third of it at most | "Hi" and an empty form are what users send first
        untested_long: {value} | records of more than 1,000 characters and five medians | what does not fit is cut off,
            and what was read long ago is forgotten
        untested_language: {value} | records in another language than most, by their column or their words | the
            answer comes in the wrong language, or is worse, and nobody reads it
        untested_code: {value} | records with a fenced block, or an answer that is code | one wrong character breaks
            it, which no other text shows
        untested_unicode: {value} | letters and symbols beyond ASCII and typographic signs; where those are usual,
            emoji, combining marks and writing from right to left | tokenizers and encodings break exactly there
        untested_ambiguous: {value} | records whose short answer asks back | the model guesses instead
        untested_unanswerable: {value} | records whose short answer says that it is not known or not in the text |
            the model invents an answer instead
        untested_adversarial: {value} | prompts that order the model to drop its instructions or hide text, and
            requests that are refused | whether it obeys, only an attack shows
        untested_rare: {value} | records of a topic, by their own column, with half of the records or fewer that each of
            three or more topics would have | averages hide what is seldom
        untested_numeric: {value} | records with several numbers in the prompt and one in the answer | numbers look
            right when they are wrong
        untested_multi_turn: {value} | records in which the user speaks more than once | what was said before is lost
            from the second turn on
        untested_tools: {value} | records with tools, calls or their results | a call that does not parse breaks the
            program around the model

    Sources:
        Ribeiro et al. 2020, Beyond Accuracy: Behavioral Testing of NLP Models with CheckList (ACL), which tests one
        capability at a time with a minimum of cases; Rajpurkar et al. 2018, Know What You Don't Know (ACL), on
        unanswerable questions. Kinds are told by what records hold, and questions nobody can answer by their answers.
        A random set of n records misses a kind that has the share p with the chance (1 - p)^n: 37 % where it would
        hold one.
    """
    del least, share  # the facts are computed from them
    return [
        expect.ExpectColumnValuesToBeNull(column="untested_minimal"),
        expect.ExpectColumnValuesToBeNull(column="untested_long"),
        expect.ExpectColumnValuesToBeNull(column="untested_language"),
        expect.ExpectColumnValuesToBeNull(column="untested_code"),
        expect.ExpectColumnValuesToBeNull(column="untested_unicode"),
        expect.ExpectColumnValuesToBeNull(column="untested_ambiguous"),
        expect.ExpectColumnValuesToBeNull(column="untested_unanswerable"),
        expect.ExpectColumnValuesToBeNull(column="untested_adversarial"),
        expect.ExpectColumnValuesToBeNull(column="untested_rare"),
        expect.ExpectColumnValuesToBeNull(column="untested_numeric"),
        expect.ExpectColumnValuesToBeNull(column="untested_multi_turn"),
        expect.ExpectColumnValuesToBeNull(column="untested_tools"),
    ]
