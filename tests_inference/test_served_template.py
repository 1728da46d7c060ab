"""The prompt that reaches the model is the one that it was trained on, by the server's own word."""

from tunespec import expect, pitfall

BREAKS = (
    "bos_doubled",
    "no_value",
    "system_lost",
    "history_differs",
    "generation_prompt_differs",
    "turn_header_differs",
    "content_differs",
    "tools_unseen",
)
DISTURBS = (
    "whitespace_differs",
    "system_moved",
    "system_injected",
    "tools_differ",
    "date_differs",
    "unforeseen_rendering",
    "generate_differs",
    "tokens_differ",
    "other_modelfile",
)


@pitfall("T003", severity="error", of="template-mismatch")
def test_served_template(answers):
    """The server itself renders another prompt than the training template does.

    Problem:
        The Modelfile beside the training may not be the one that the model was created with, and a server may take
        another template than the Modelfile's: its own for this model, or the one in the model file. What counts is what
        the server renders.

    Prevention:
        Create the model anew whenever its Modelfile changes, and let this test ask the server that your users ask.

    Fix:
        `ollama show --modelfile NAME` says which template the server has. If it is the Modelfile's, mend that:
        `tunespec render` shows both sides. If it is not, `ollama create NAME -f Modelfile` again.

    Kinds:
        bos_doubled: the server itself renders it so: {value} | the prompt begins with the token that the tokenizer
            adds again; if the configured `tokenizer` counts as many tokens as the server, it does not | the model sees
            two of them, as in no training text
        no_value: the server itself renders it so: {value} | Go's words for a variable that is not set | the model reads
            `<no value>` in each prompt
        system_lost: the server itself renders it so: {value} | one side drops the system prompt | the model never gets
            it, or got none in training
        history_differs: the server itself renders it so: {value} | earlier turns are written otherwise | the model
            loses the thread from the second question on
        generation_prompt_differs: the server itself renders it so: {value} | the text that asks for the answer differs
            | the model begins where no training answer began
        turn_header_differs: the server itself renders it so: {value} | the header of a turn is spelt otherwise | the
            roles are not the trained ones
        content_differs: the server itself renders it so: {value} | what a user wrote does not arrive, or is changed on
            the way | the model is asked something else
        tools_unseen: {value} | Ollama refuses requests with tools for a model whose template has no `.Tools`; or no
            tool of a probe of your own stands in the prompt that the server renders, nor in the training's | the model
            cannot call what nobody names to it; your users get an error, or an answer from memory
        whitespace_differs: the server itself renders it so: {value} | only blanks or line breaks differ | the model
            reads other tokens than in training
        system_moved: the server itself renders it so: {value} | the system prompt stands in another place | the model
            looks for it elsewhere
        system_injected: the server itself renders it so: {value} | one side adds a system prompt of its own | answers
            follow a text that nobody trained
        tools_differ: the server itself renders it so: {value} | tools or calls are written otherwise | calls fail, or
            are written in a wrong form
        date_differs: the server itself renders it so: {value} | one side writes the day, or each its own | every answer
            depends on the day
        unforeseen_rendering: {value} | the server does not render its own template as tunespec does | this version of
            the server has rules that tunespec does not know: what it says of the Modelfile may be wrong for this server
        generate_differs: {value} | /api/generate and /api/chat write two prompts for one question | which of them the
            model gets depends on the client
        tokens_differ: {value} | the server's number of tokens for its prompt is not that of the configured `tokenizer`,
            with the BOS if training texts begin with one, and without if they do not | the model file adds a BOS that
            training did not have, or lacks the one that it had, or splits texts otherwise: its quality suffers, and no
            text shows why
        other_modelfile: the model was not created from the Modelfile at hand: {value} | template, system message, stop
            sequences, `num_predict` or `num_ctx` of the server's model are not those of the Modelfile beside the
            training | what was found in that Modelfile, or was not, says nothing about the model that users ask

    Sources:
        Ollama 0.34.2 (`_debug_render_only`; server/images.go, PreferChatTemplate: a model file's own template may win);
        its integration/generate_jinja_test.go holds both endpoints to one text.
    """
    return [
        *(expect.ExpectColumnValuesToBeNull(column=kind) for kind in BREAKS),
        *(expect.ExpectColumnValuesToBeNull(column=kind, severity="warning") for kind in DISTURBS),
    ]
