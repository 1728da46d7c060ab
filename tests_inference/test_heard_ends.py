"""The server hears where the model ends."""

from tunespec import expect, pitfall


@pitfall("T001", of="missing-stop-sequence", severity="error")
def test_heard_ends(answers):
    """The served model writes its end, and the server goes on.

    Problem:
        What the files say need not be what runs: a model was created before its Modelfile was mended, or from another
        one, or a program in between sends a list of its own. Then the model writes its end marker as it was taught, and
        the answer goes on behind it.

    Prevention:
        Create the model anew after each change of its Modelfile, and put probes to it: `tunespec check --model NAME`.

    Fix:
        `ollama show NAME --parameters` lists the stop sequences that count. Write what the finding names into the
        Modelfile as `PARAMETER stop`, byte by byte, and create the model anew.

    Kinds:
        unheard_end: {value} | a live answer with the text that ends each training answer, which is none of the stop
            sequences that the server has | the model ended, and nobody heard it: the user reads the marker, and often
            what the model said next
        unheard_stop: {value} | a live answer with one of the model's own stop sequences in it | the server has the
            stop sequence and does not end there

    Sources:
        Ollama's /api/show (the stop sequences that count if a request sends none), and the same probe asked again with
        `stop: []`, which tells a stop sequence from a token that ends generation.
    """
    return [expect.ExpectColumnValuesToBeNull(column=kind) for kind in ("unheard_end", "unheard_stop")]
