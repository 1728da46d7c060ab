"""The model stops where its training ends an answer, and nowhere else."""

from tunespec import expect, pitfall

CERTAIN = (
    "unstopped_turn_end",
    "endless_token",
    "misspelt_stop",
    "empty_stop",
    "missing_turn_end",
    "untrained_turn_end",
    "doubled_reasoning",
)
LIKELY = (
    "unlisted_turn_end",
    "lost_stop",
    "stop_in_answers",
    "cutting_token",
    "stop_in_header",
    "misspelt_header",
    "misspelt_token",
    "prefix_stop",
    "unstable_prefix",
    "untrained_prompt",
)


@pitfall("T001", severity="error")
def test_missing_stop_sequence(stops):
    """The model writes its end, and nobody hears it: an answer runs on, or is cut off.

    Problem:
        A fine-tuned model ends its answers with what its training put there: a token of the chat template, or a text
        such as `### End`. The server ends at the tokens that it knows as ends, and at the stop sequences that it was
        told. Where the two do not meet, the model goes on: it invents the next question, answers it, and so on until
        the limit. Where they meet too often, answers are cut off. And an end that the loss never saw is never written.

    Prevention:
        Write the end marker of the training as `PARAMETER stop` into the Modelfile, in the same spelling, and repeat
        the whole list in every client that sends a list of its own: it replaces the Modelfile's. A program that runs
        the model itself hears no Modelfile: give it the same list, as `stop` of vLLM's `SamplingParams` and of
        llama-cpp-python, as `stop_strings` (with `tokenizer`) of transformers. Train with a chat template whose
        `{% generation %}` holds the turn end.

    Fix:
        Add the stop sequence, mend its spelling, delete empty ones. A control token that the engine does not know as
        an end must be the model's EOS (or EOT) when the GGUF file is written: the converter reads `eos_token` in
        `tokenizer_config.json`. Take stop texts out of training answers, or choose another marker. Calls and requests
        that name another model are not judged: name yours (`--model`, or the folder of the Modelfile) where a project
        asks several. Without a Modelfile they are compared with the nearest chat template; one in another folder may
        ask another model, so that what is found of it is a warning. So is what is found of a program that runs the
        model itself, unless it loads the folder in which the chat template lies, and of one that asks a server of its
        network by OpenAI's client (vLLM, llama.cpp's, LM Studio). Nothing is said where a call's ends are not all
        known, where the program looks for the end in the answer itself, and of the servers of known providers.

    Kinds:
        unstopped_turn_end: {value} | the text that ends each answer is not among the stop sequences that count, or
            those of a program that runs the model itself | the model writes its end marker and goes on, until the limit
        unlisted_turn_end: {value} | the same, of what looks like a token, where the tokenizer's configuration lists no
            such token, and neither the model file nor `tokenizer.json` is there to say whether the vocabulary has it;
            or in a call that may ask another model | if it is text, the model writes it and goes on
        endless_token: {value} | the turn end is a control token that neither the model's metadata nor the engine
            names as an end | the engine shows no text for it, so that a stop sequence never sees it
        misspelt_stop: {value} | a stop sequence that is nearly the turn end: other case, blanks or signs | stop
            sequences are compared byte by byte, so that the answer runs on
        misspelt_token: {value} | a stop sequence that is nearly the token that ends answers, or nearly the turn end in
            a call that may ask another model | stop sequences are compared byte by byte, so that it guards nothing;
            answers end only where a token of the model's ends them, if one does
        empty_stop: {value} | a stop sequence without text | it is found at once, and every answer is empty
        lost_stop: {value} | a request's stop list that lacks one of the Modelfile's, other than tokens at which the
            engine ends anyway | the server takes the request's list instead of the Modelfile's, not beside it
        missing_turn_end: {value} | the training template puts nothing behind an answer | the model is never shown how
            an answer ends
        untrained_turn_end: {value} | the turn end is outside the part that the loss counts | the model is shown the
            end and never learns to write it
        doubled_reasoning: {value} | an answer with its reasoning is rendered with a second, empty think block | the
            model learns to think twice, or not at all
        stop_in_answers: {value} | a stop sequence stands within training answers | the model learnt to write it in
            the middle, and the server cuts the answer off there
        cutting_token: {value} | a token that the engine takes as an end stands within training answers | the tokenizer
            makes the token of the text, and the answer ends there
        stop_in_header: {value} | a stop sequence is a part of the header that the model itself writes before its
            answer | the model has stopped before it said anything
        misspelt_header: {value} | a stop sequence that is nearly what begins a turn, and matches nothing | it should
            end an answer that runs on into the next turn, and never does
        prefix_stop: {value} | one stop sequence begins with another | the longer one is never reached, and the
            shorter one may end answers that should go on
        unreachable_stop: {value} | a stop sequence that this model cannot write | it looks like a safeguard and is
            none; often the list belongs to another model
        unstable_prefix: {value} | a conversation that goes on is rendered with another beginning | the model is asked
            with a history that it was not trained on
        untrained_prompt: {value} | the prompt that asks for an answer is the beginning of no training text | the model
            is asked in a form that it never saw

    Sources:
        Ollama 0.34.2 (server/create.go: a list replaces the inherited one; runner: stop sequences are searched in
        the text). llama.cpp b10970, src/llama-vocab.cpp (which tokens end generation). TRL 1.16,
        is_chat_template_stop_token_trained and is_chat_template_prefix_preserving. transformers 5.24,
        generation/configuration_utils.py (stop_strings, eos_token_id); vLLM, sampling_params.py (stop, ignore_eos).
    """
    return [
        *(expect.ExpectColumnValuesToBeNull(column=kind) for kind in CERTAIN),
        *(expect.ExpectColumnValuesToBeNull(column=kind, severity="warning") for kind in LIKELY),
        expect.ExpectColumnValuesToBeNull(column="unreachable_stop", severity="info"),
    ]
