"""A team's own probes ask for something definite, as its prompts do."""

from tunespec import expect, pitfall


@pitfall("T002", severity="warning", of="open-ended-prompt")
def test_open_probe(answers):
    """A probe that asks for nothing, or for anything: no answer to it is wrong.

    Problem:
        "Black holes" or "Tell me everything about Paris" as a probe measures nothing: whatever comes back will do. The
        specification's own probes are not judged, nor yours whose `case` is minimal, ambiguous, unanswerable or
        adversarial.

    Prevention:
        Write probes as users ask, with a clear instruction and the expected format.

    Fix:
        Say in the probe what the answer does, or name its `case`.

    Kinds:
        no_request: {value} | a probe of your own without question, order, wish or trouble | its answer cannot be wrong
        boundless_request: {value} | "tell me everything about", with neither length nor format nor scope | its answer
            has no end to be judged
        mostly_open: {value} | most of your probes are open; reported once, for all | the probes judge nothing

    Sources:
        As for the prompts of a dataset.
    """
    return [
        expect.ExpectColumnValuesToBeNull(column=kind) for kind in ("no_request", "boundless_request", "mostly_open")
    ]
