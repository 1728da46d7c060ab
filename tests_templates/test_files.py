"""Modelfiles, requests and templates say what they seem to say, and the server hears it."""

from tunespec import expect, pitfall


@pitfall("T003", severity="error", of="template-mismatch")
def test_silent_change(files):
    """A file says one thing, and the server takes another, or nothing.

    Problem:
        A Modelfile looks like a Dockerfile and is none: it knows no escapes, takes `#` as a comment only at the
        beginning of a line, drops characters that are not printable, and keeps carriage returns. None of that gives a
        word of warning. A request with a key that the server does not know is answered all the same, without the key.
        So the prompt that the model gets is not the one that stands in the file, and nobody sees it.

    Prevention:
        Quote texts of several lines with three double quotes, write real line breaks, put each comment on a line of
        its own, save with LF line ends. Write the TEMPLATE out: what the server puts in its place changes with its
        version. Put the chat template of the training into the model file: from 0.30 on, Ollama takes that one and not
        the TEMPLATE wherever it can more, as the base model's with its tools mostly can. Send `system` as a message to
        the chat endpoint, and options inside `options`.

    Fix:
        Change the line that the finding names. `ollama show --modelfile NAME` shows what the server has taken. For a
        TEMPLATE that is passed over, run the server with `OLLAMA_GO_TEMPLATE=1`, or let the model file have the
        training's chat template or none, or let the TEMPLATE write what it lacks: `.Tools`, `.ToolCalls`, and turns of
        the role `tool`. Write `{{ if .ToolCalls }}{{ range .ToolCalls }}`, not the `range` alone, and first within it
        what the model begins a call with, such as `<tool_call>`.

    Kinds:
        refused_by_server: {value} | a Modelfile, an instruction or a request that the server refuses | nothing is
            created or answered until it is mended
        unreadable_file: {value} | a chat template, tokenizer configuration, model file or request that cannot be
            read | what cannot be read is neither trained nor compared
        altered_template: {value} | a TEMPLATE with escapes, comments, carriage returns, or characters that the server
            drops or cannot read | every prompt holds what the training never had
        swallowed_instruction: {value} | an instruction that belongs to the text of the quoted value before it | it
            has no effect, and its words stand in the text
        outranked_template: {value} | a TEMPLATE that Ollama from 0.30 on does not use: the chat template in the model
            file knows tools or reasoning, which the TEMPLATE does not, and writes something else than the training |
            the model is asked in a form that it never saw
        tool_calls_unread: {value} | a TEMPLATE that does not tell Ollama how tool calls begin: it reads that only from
            the first text within `{{ if .ToolCalls }}` | the client gets no tool call, but its text, in part twice, or
            nothing
        foreign_template: {value} | a training configuration with the template of other models | no turn begins and ends
            as the model knows it, unless it is served with that template, too
        foreign_serving_template: {value} | a configuration that answers with a maker's model and the template of other
            models | no turn begins and ends as the model knows it
        ignored_text: {value} | a text of a request under a key that the endpoint does not have | the model is asked
            without it, and answers as if it did not exist
        bypassed_template: {value} | a request that brings a template of its own, or a raw prompt that nobody rendered |
            the model is asked in a form that the Modelfile does not show
        ignored_key: {value} | another key or option that the server does not know there | the setting has no effect
        newline_around_template: {value} | a TEMPLATE that begins or ends with a line break of its own, where no
            training template is there to compare with | the prompt has a token that the training may not have had
        replaced_instruction: {value} | an instruction that a later one replaces, or a TEMPLATE that a RENDERER makes
            useless | its text or value never counts
        empty_value: {value} | an empty TEMPLATE or SYSTEM over a model that brings its own | the model's own stays,
            where none was meant
        substituted_template: {value} | no TEMPLATE, and what the server puts in its place writes conversations in
            another form than the training | the model is asked in a form that it never saw
        altered_text: {value} | a SYSTEM or MESSAGE with escapes, comments, carriage returns, or characters that the
            server drops or cannot read | the model reads another text than the one that was written
        odd_parameter: {value} | a PARAMETER that the server ignores, or takes as a command | it does not do what its
            name says

    Sources:
        Ollama 0.34.2: parser/parser.go, api/types.go (Options.FromMap), template/template.go (Named), server/routes.go,
        server/images.go (shouldPreferChatTemplate: which template is taken), tools/template.go (parseTag: the beginning
        of tool calls).
        Measured on a server of that version; the requests of ollama issues 9666 and 10857.
    """
    broken = (
        "refused_by_server",
        "unreadable_file",
        "altered_template",
        "swallowed_instruction",
        "outranked_template",
        "ignored_text",
        "tool_calls_unread",
        "foreign_serving_template",
    )
    doubtful = (
        "ignored_key",
        "bypassed_template",
        "newline_around_template",
        "replaced_instruction",
        "empty_value",
        "substituted_template",
        "foreign_template",
    )
    return [
        *(expect.ExpectColumnValuesToBeNull(column=kind) for kind in broken),
        *(expect.ExpectColumnValuesToBeNull(column=kind, severity="warning") for kind in doubtful),
        expect.ExpectColumnValuesToBeNull(column="altered_text", severity="info"),
        expect.ExpectColumnValuesToBeNull(column="odd_parameter", severity="info"),
    ]


@pitfall("T001", severity="error", of="missing-stop-sequence")
def test_altered_stop(files):
    r"""A stop sequence is written, and the server has another one, or none.

    Problem:
        Stop sequences are compared byte by byte. What a Modelfile takes for the text of a stop is not what it seems
        to be: `\n` are two characters, single quotes belong to the text, and a list is one long text. And a request
        whose `stop` stands beside `options` is answered with the stops that the Modelfile has.

    Prevention:
        Write one `PARAMETER stop "..."` for each stop sequence, in double quotes, without a comment behind it. Send
        stops as a list of strings: inside `options` to Ollama's own endpoints, as `stop` to OpenAI's.

    Fix:
        Change the line that the finding names. A stop with a line break has a real one within the quotes.

    Kinds:
        altered_stop: {value} | a stop sequence with an escape, a list, other quotes, a comment, a carriage return or
            characters that the server drops | the text that the model writes never equals it, so that nothing stops
        unread_stop: {value} | a request's stops under a key that the server does not know there, or in a form that it
            refuses | the request is refused, or answered with other stops
        repeated_stop: {value} | a stop sequence that stands there twice | the second one changes nothing; another may
            have been meant

    Sources:
        Ollama 0.34.2: parser/parser.go (no escapes, no lists), api/types.go (`stop` must be an array of strings).
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="altered_stop"),
        expect.ExpectColumnValuesToBeNull(column="unread_stop"),
        expect.ExpectColumnValuesToBeNull(column="repeated_stop", severity="info"),
    ]


@pitfall("T004", severity="error", of="prompt-injection")
def test_hostile_template(files):
    """A chat template does what none needs to do: it reaches outside, or asks for an enormous text.

    Problem:
        A chat template is a program that runs on every machine that loads the model, before the first answer. Model
        files from elsewhere bring theirs along, and there were loaders that executed them without a sandbox.

    Prevention:
        Read the chat template of each model before you load it; take models from their makers.

    Fix:
        Do not load the model with a program that you do not know to render in a sandbox. Replace the template by the
        one of the model's maker, and ask where the file came from.

    Kinds:
        hostile_template: {value} | a chat template that reads Python's internals, loads other templates, calls
            Python's functions or asks for enormous numbers | it runs code, or uses up the memory, wherever it is
            rendered without bounds

    Sources:
        CVE-2024-34359 (llama-cpp-python executed chat templates of model files); CVE-2024-56201, CVE-2024-56326 and
        CVE-2025-27516 (ways out of Jinja's sandbox). The template is read, never executed, to tell this.
    """
    return expect.ExpectColumnValuesToBeNull(column="hostile_template")
