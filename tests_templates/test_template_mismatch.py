"""What the model is asked at inference is what it was trained on, byte for byte."""

from tunespec import expect, pitfall

BREAKS = (
    "broken_template",
    "refused_record",
    "bos_doubled",
    "no_value",
    "system_lost",
    "history_differs",
    "generation_prompt_differs",
    "turn_header_differs",
    "content_differs",
    "refused_conversation",
    "tools_unseen",
)
DISTURBS = (
    "whitespace_differs",
    "system_moved",
    "system_injected",
    "system_differs",
    "history_injected",
    "tools_differ",
    "date_differs",
)
WORTH_KNOWING = ("trimmed_content",)


@pitfall("T003", severity="error")
def test_template_mismatch(renders):
    """The server writes a conversation in another form than the training did.

    Problem:
        A fine-tuned model knows one form of conversation: that of its training texts, with their headers, line breaks
        and ends. Asked in another form it answers worse, in ways that no log shows: it ignores the system prompt,
        loses the thread, or never stops. Of the template pairs that a popular exporter ships, half are not equal.

    Prevention:
        Keep one template, and derive the other from it. Compare both on conversations with and without a system prompt
        and with a history, as this test does, whenever one of them changes.

    Fix:
        `tunespec render` shows both sides with visible whitespace and the first difference. Change the Modelfile, since
        the model is trained already: its TEMPLATE, or its SYSTEM, which must be the system prompt of the training. What
        Go's templates cannot do (trim a text, write JSON in another order) the chat template must leave, before the
        training.

    Kinds:
        broken_template: {value} | a template that writes no conversation at all | nothing can be trained, or asked
        refused_record: {value} | records whose roles the training template refuses, such as a system prompt for Gemma |
            a trainer stops at them, or drops them without a word
        bos_doubled: {value} | the server's template writes the token that begins a text, which the tokenizer adds
            anyway | the model sees two of them, as in no training text
        no_value: {value} | Go's words for a variable that is not set | the model reads `<no value>` in each prompt
        system_lost: {value} | one side drops the system prompt | the model never gets it, or got none in training
        history_differs: {value} | earlier turns are written otherwise | the model loses the thread from the second
            question on
        generation_prompt_differs: {value} | the text that asks for the answer differs | the model begins where no
            training answer began
        turn_header_differs: {value} | the header of a turn is spelt otherwise | the roles are not the trained ones
        content_differs: {value} | what a user wrote does not arrive, or is changed on the way | the model is asked
            something else
        refused_conversation: {value} | the server's template fails where the training's does not | users get an error
        tools_unseen: {value} | the records declare tools, and no template writes them | the model learns to call what
            nobody names to it, and cannot tell which tools a request offers
        whitespace_differs: {value} | only blanks or line breaks differ | the model reads other tokens than in training
        system_moved: {value} | the system prompt stands in another place | the model looks for it elsewhere
        system_injected: {value} | one side adds a system prompt of its own | answers follow a text that nobody trained
        system_differs: {value} | the server adds another system prompt than the training had | answers follow a text
            that nobody trained
        history_injected: {value} | the Modelfile's MESSAGE instructions are a history that no training record begins
            with | examples for a base model lead a fine-tuned one away from its training; if they are meant, ignore
            this kind
        tools_differ: {value} | tools or calls are written otherwise | calls fail, or are written in a wrong form
        date_differs: {value} | one side writes the day, or each its own | the model reads a text that it was not
            trained on, and every answer depends on the day
        trimmed_content: {value} | one side trims what was written in a message | it matters only where texts begin or
            end with blanks

    Sources:
        Ollama 0.34.2 (template/template.go: three ways of execution; server/routes.go: SYSTEM before a conversation
        without a system message, MESSAGE before every one). transformers 5.24 (apply_chat_template). Measured: 15 of 27
        pairs of an exporter are not equal, 6 of them in whitespace only. A date alone never differed in them: it stood
        in a preamble of several lines. Llama 3's and Gemma's own chat templates trim contents.
    """
    return [
        *(expect.ExpectColumnValuesToBeNull(column=kind) for kind in BREAKS),
        *(expect.ExpectColumnValuesToBeNull(column=kind, severity="warning") for kind in DISTURBS),
        *(expect.ExpectColumnValuesToBeNull(column=kind, severity="info") for kind in WORTH_KNOWING),
    ]
