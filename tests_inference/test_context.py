"""What a prompt says beside its question reaches the model, and is used."""

from tunespec import expect, pitfall


@pitfall("I003", severity="error")
def test_ignored_context(answers, *, ignored: float = 0.5):
    """The model answers as if its context were not there.

    Problem:
        A model that was tuned on bare questions answers from memory: it does not look at the system message, at the
        document in the prompt, at what was said before. Or it never gets them: a template without `.System` drops the
        system message, and a prompt that is longer than the context is shortened by the server, silently.

    Prevention:
        Train with the context that the model is served with: records with a system message, with documents, with
        several turns. Set `num_ctx` to hold the longest prompt and its answer.

    Fix:
        `lost_context`: repair the template (`tunespec render` shows it). `truncated_context`: raise `num_ctx`, or send
        less. `ignored_fact`: put probes of that form into the training data. Each probe's `must`, `any` and `must_not`
        are compared without case, as whole words, with any white space and typography, and numbers with or without
        separators; negations are not understood ("it is not Oslo" holds "Oslo").

    Thresholds:
        ignored: share of the specification's probes with context above which ignoring it is an error; 0.5, since of the
            specification's 10 SmolLM2 with 135 million parameters ignores 2, and a model that does not look all

    Kinds:
        lost_context: the prompt that the server renders lacks {value} | a text that a probe names as its context and
            that is not in the prompt which the model gets | the model cannot use what it never sees
        truncated_context: {value} | a probe of your own that does not fit into the context with its answer; Ollama
            drops whole messages, the oldest first, then the middle of the text | the model answers a question that
            nobody asked, in part
        small_context: {value} | one of the specification's probes, the longest of which has 1,000 words, does not fit
            into the context | nor will a long document of your users
        mostly_ignored: {value} | most of the specification's probes with context (of three at least) are answered
            without using it; reported once, for all | the model has not learned to look at its context
        ignored_fact: the answer to {value} | the answer to one of the specification's probes does not hold what only
            its context says | the model answers from memory, where it was told
        missed_expectation: the answer to {value} | the answer to a probe of your own is not as the probe says, or does
            not call a tool that the probe says | the model does not answer what you expect of it
        unexpected_answer: the answer to {value} | the answer to one of the specification's probes, without context, is
            not as expected: common knowledge, an edge case | the model may be narrow on purpose; if not, it forgot
        unrelated_answer: {value} | a prose answer of 25 words or more shares no telling word with its question; not
            where code, a translation or something invented is asked for, nor in scripts without blanks between words |
            the model talks of something else

    Sources:
        Ollama 0.34.2, server/prompt.go and llm/llama_server.go (what is dropped), measured on that version: nothing in
        an answer tells that its prompt was shortened, `truncate: false` refuses it. unrelated_answer, measured: it
        names 14 of 13,098 real pairs of public datasets, and of the same pairs shuffled 86 % of those that it judges.
    """
    return [
        *(
            expect.ExpectColumnValuesToBeNull(column=kind)
            for kind in ("lost_context", "truncated_context", "mostly_ignored", "missed_expectation")
        ),
        *(
            expect.ExpectColumnValuesToBeNull(column=kind, severity="warning")
            for kind in ("small_context", "ignored_fact", "unexpected_answer", "unrelated_answer")
        ),
    ]


@pitfall("I003", severity="warning", of="ignored-context")
def test_empty_context(records, *, missing: float = 0.0):
    """Records of a dataset with a place for contexts refer to a context that they do not have.

    Problem:
        "According to the passage, ..." with an empty passage teaches the model that it needs none: it learns to answer
        from memory, and does the same when the passage is there.

    Prevention:
        Join contexts and questions by key, and drop records whose context was not found.

    Fix:
        Fill the record's context, drop the record, or let its answer say that the text is missing.

    Thresholds:
        missing: share of records that may lack their context; 0, since none is of use

    Kinds:
        empty_context: {value} | the first prompt refers to a text, a picture, a table or code, and the context column
            that the dataset has is empty or absent in this record; or its own place for one (`Context:`, `### Passage`,
            `<document>`) is empty or says `None`, where at least twice as many records (five at least) fill theirs, and
            its answer does not say that something is missing; English | the model learns to make it up

    Sources:
        Rajpurkar et al. 2018, Know What You Don't Know (arXiv 1806.03822: a model that never sees a missing answer
        always makes one up). Of 3,490 records of public datasets without their input, it names 1, which is right; of
        the 43 places for a context in 50,911 public records, all of them filled, it calls none empty.
    """
    return expect.ExpectColumnValuesToBeNull(column="empty_context", mostly=1 - missing)
