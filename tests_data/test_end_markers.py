"""Every answer ends, and the model can learn where."""

from tunespec import expect, pitfall


@pitfall("D001", severity="error")
def test_missing_end_marker(records, *, marker: str = "", missing: float = 0.0):
    """Answers do not end in the one way that the model shall learn to end.

    Problem:
        A model learns to stop from the mark that stands at the end of every answer. Where the mark is missing, it
        learns to go on: it rambles until the limit, or asks and answers the next question itself.

    Prevention:
        Let one program append the marker, or the chat template its turn end, to every answer.

    Fix:
        Append the marker to the named answers.

    Thresholds:
        marker: the end marker of the answers (`### End`); by default the one that at least half of them share
        missing: share of answers that may lack it; 0, since the marker is appended by a program

    Kinds:
        missing_end_marker: {value} | an answer without the marker that the others end with | the model learns that an
            answer may go on

    Sources:
        OpenAI, Preparing your dataset (each completion should end with a fixed stop sequence).
    """
    del marker  # it chooses what the facts are computed from
    return [expect.ExpectColumnValuesToBeNull(column="missing_end_marker", mostly=1 - missing)]
