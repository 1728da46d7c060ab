"""The user sees the answer, and nothing of what stands around it."""

from tunespec import expect, pitfall


@pitfall("I002", severity="error")
def test_untrimmed_output(answers):
    """An answer shows what belongs around it: its end marker, a token, a header, or what the model said after its end.

    Problem:
        A fine-tuned model writes more than its answer: the end marker of its training, and, where nothing ends it
        there, the header of the next question, that question, and an answer to it. The server cuts that off at its stop
        sequences. Where it does not, or where a program takes the model's raw text, the user reads `### End`, or a
        dialogue that nobody held.

    Prevention:
        Ask through the server, with the end marker of the training among its stop sequences. Whoever generates without
        a server cuts the raw text with `tunespec.trim(text, stops, finish_reason)`, and a stream with
        `tunespec.Trimmer`: both cut where Ollama does.

    Fix:
        Recorded outputs: cut them where they are made, before they are shown, scored or trained on. A served model: add
        what the finding names to its stop sequences (`PARAMETER stop` in the Modelfile). A token that is shown as text
        is none of the vocabulary: look at the tokenizer of the GGUF file. If answers are to hold such a text, training
        answers hold it, too: name the training data, and it counts as meant.

    Kinds:
        end_marker_shown: {value} | an answer that shows the mark with which training ends each answer, though it is
            among the stop sequences, or in a recorded output; or that ends with the beginning of this mark (`### En`,
            three characters at least) | every user reads it at the end of every answer
        text_after_end: {value} | the same, with more text behind it | the model answered, ended, and went on: with a
            question that nobody asked
        header_shown: {value} | an answer with a header of its own template (`### Question:`), or with the mark of
            another turn (`User:`, a line that is `assistant` alone, as decoding without special tokens leaves it) | it
            goes on into the next turn, or repeats the header that the prompt already had
        special_token_shown: {value} | a special token in the prose of an answer, other than in a sentence about tokens,
            or a tokenizer's own spelling (`<0x0A>`, `Ġthe`) | it was to be a token, or to be decoded, and is read as
            text
        stream_differs: {value} | an answer that is another one when it is streamed, twice the same | whoever streams
            shows something else than whoever waits
        trim_differs: {value} | an answer that is not its raw text cut at the stop sequences | the server, or what
            stands before it, cuts by another law than it says

    Sources:
        llama.cpp b10970, tools/server/server-context.cpp (process_token: text is sent up to a stop sequence); Ollama
        0.34.2, server/routes.go. Measured on a server of that version: tests/test_live_trimming.py. Beginnings of 14
        usual marks: none of 50,911 public answers ends with one.
    """
    kinds = ("end_marker_shown", "text_after_end", "header_shown", "special_token_shown", "stream_differs")
    return [
        *(expect.ExpectColumnValuesToBeNull(column=kind) for kind in kinds),
        expect.ExpectColumnValuesToBeNull(column="trim_differs", severity="warning"),
    ]
