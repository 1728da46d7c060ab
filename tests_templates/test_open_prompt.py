"""Every prompt asks for something, and says for how much."""

from tunespec import expect, pitfall


@pitfall("T002", severity="warning")
def test_open_ended_prompt(records, *, silent: float = 0.0, boundless: float = 0.0, form: float = 0.5):
    """Prompts that ask for nothing, or for anything: the answer has no measure.

    Problem:
        From "Black holes" or "Write something" with 300 words behind it a model learns that any text answers any
        prompt. It rambles, and does not know when its answer is complete, since no prompt ever said so.
        Judged are the first prompts of a dataset's conversations, and your own probes of a served model.

    Prevention:
        Write prompts with a clear instruction and the expected format: what to do, with what, how long, in which form.
        Where all prompts are bare inputs (reviews to classify, sentences to translate), let a system prompt or a
        template state the task.

    Fix:
        Say in the prompt what the answer does: "Explain in three sentences what a black hole is." Or state the task in
        a system prompt. A greeting with a short greeting as its answer is no finding.

    Thresholds:
        silent: share of records whose first prompt may ask for nothing; 0, since small talk that is answered as small
            talk does not count, and what counts is rare: 6 of 42,000 prompts of public datasets, 4 in 1,000 of chats
        boundless: share of records whose first prompt may ask without any bounds; 0, since the repair is three words
        form: share of open prompts above which they are the dataset's form and are reported once; 0.5, most of them

    Kinds:
        no_request: {value} | a first prompt without question, order, wish or trouble: a bare topic, a statement, or a
            greeting that is answered at length; not where the system prompt states the task, the answer is a value, or
            the answer asks back; English, and topics in eight other languages | the model learns to talk at length when
            nothing was asked
        boundless_request: {value} | "tell me everything about", "write something", "what about", with neither length
            nor format nor scope; in nine languages | the model learns that an answer has no end
        mostly_open: {value} | most prompts of the dataset are open, so their form alone says what is wanted; reported
            once, for all | the model does not know the task when a prompt has another form

    Sources:
        OpenAI, Prompt engineering (be specific about context, outcome, length, format, style); Anthropic, Prompt
        engineering: Be clear and direct; Zhou et al. 2023, LIMA (arXiv 2305.11206: prompts with clear tasks, answers of
        one style); Wang et al. 2023, Self-Instruct (arXiv 2212.10560: instructions as verb and object).
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="no_request", mostly=1 - silent),
        expect.ExpectColumnValuesToBeNull(column="boundless_request", mostly=1 - boundless),
        expect.ExpectColumnValuesToBeNull(column="mostly_open"),
    ]
