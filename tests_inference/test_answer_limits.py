"""Every answer ends: by itself, or at a limit that is kept."""

from tunespec import expect, pitfall


@pitfall("I001", severity="error", of="unlimited-output")
def test_endless_answer(answers):
    """An answer has no end: nothing stops the model, and no limit does.

    Problem:
        A fine-tuned model that misses its end goes on until somebody stops it: a machine that is busy for minutes, a
        user who reads the same sentence a hundred times.

    Prevention:
        Give the model a limit above the longest good answer (`PARAMETER num_predict 1024`), beside its stop sequences.

    Fix:
        Set `num_predict` in the Modelfile, or in the `options` of each request. Behind OpenAI's interface each request
        has `max_tokens`, and so has `[tool.tunespec.inference]`, with which the probes are asked. An answer that ends
        at the limit was cut off: look at its stop sequences first, then raise the limit.

    Kinds:
        endless_answer: {value} | an answer without an end in sight, of a model without a limit | one such question
            keeps the server busy until somebody stops it
        unended_answer: {value} | no end after 1,024 tokens, or 4,096 of thought, of a model whose limit is higher: the
            test waits no longer | such an answer keeps the server busy for long, and nobody has seen how it ends
        limit_not_kept: {value} | an answer longer than the model's limit | the limit protects nobody
        cut_at_limit: {value} | an answer that the limit ended | it breaks off in the middle, and the model did not
            learn to end, or is not heard when it does
        mostly_cut: {value} | more than half of the answers (three at least), all meant to end, were ended by the limit;
            reported once, for all | the model does not end by itself: every answer is a runaway
        aborted_answer: {value} | an answer that broke off: the server gave no reason, or a recorded stream lacks its
            last piece | the model repeats itself until the server has enough, or the reader gets half an answer
        no_limit: {value} | the server says that the model has no limit, its Modelfile is not at hand, and not each
            caller that is at hand sets one | one answer that does not end keeps the server busy for minutes
        limit_off: {value} | the server says that the model's own limit is 0 or less | it is written as if it were a
            limit, and an answer that does not end runs on
        limit_beyond_context: {value} | a limit that is not below the context with which the server loads the model |
            the context is full before the limit counts: the server drops the beginning, or ends in the middle

    Sources:
        Ollama, llm/llama_server.go: an answer is broken off after 100 equal tokens (0.34.2; older ones: after 30,
        without a word).
    """
    return [
        *(
            expect.ExpectColumnValuesToBeNull(column=kind)
            for kind in ("endless_answer", "mostly_cut", "limit_not_kept", "limit_off")
        ),
        *(
            expect.ExpectColumnValuesToBeNull(column=kind, severity="warning")
            for kind in (
                "unended_answer",
                "cut_at_limit",
                "aborted_answer",
                "no_limit",
                "limit_beyond_context",
            )
        ),
    ]
