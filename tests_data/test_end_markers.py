"""Every answer ends, and the model can learn where."""

from tunespec import expect, pitfall


@pitfall("D001", severity="error")
def test_missing_end_marker(
    records,
    *,
    marker: str = "",
    tokenizer: str = "",
    max_length: int = 0,
    missing: float = 0.0,
    cut_off: float = 0.0,
    truncated: float = 0.0,
):
    """Answers do not end in the one way that the model shall learn to end.

    Problem:
        A model learns to stop from what stands at the end of every answer: a marker, or the turn end that the chat
        template writes. Where it is missing, misspelt or cut away by the length limit, the model learns to go on: it
        rambles until the limit, or asks and answers the next question itself. An answer that stops in the middle
        teaches to stop in the middle.

    Prevention:
        Let one program append the marker, or the chat template its turn end, to every answer. Generate answers with a
        generous limit and drop those whose finish reason is `length`. Count tokens with the model's own tokenizer
        before training.

    Fix:
        Append the marker to the named answers, and take off the second one and what stands after it. In chat records
        take off the end token: the template writes it. Finish or drop the answers that break off. Shorten or split
        the records that exceed the limit, or raise it.

    Thresholds:
        marker: the end marker of the answers (`### End`); by default the one that at least half of them share
        tokenizer: path of the model's `tokenizer.json`; needs `pip install tunespec[tokenizers]`
        max_length: tokens of a record that the trainer keeps (TRL `max_length`, Axolotl `sequence_len`, LlamaFactory
            `cutoff_len`); 0 leaves it unchecked
        missing: share of answers whose marker may be missing or wrong; 0, since the marker is appended by a program
        cut_off: share of answers that may stop in the middle; 0, since each of them teaches just that
        truncated: share of records that may exceed max_length; 0, since what is cut away is the end

    Kinds:
        missing_end_marker: {value} | an answer without the marker that the others end with | the model learns that an
            answer may go on
        doubled_end_marker: {value} | the end marker stands twice at an answer's end | the model learns to write it and
            go on
        text_after_end_marker: {value} | text stands after the end marker | the model learns that the marker ends
            nothing
        misspelt_end_marker: {value} | a near miss of the marker: other case, other blanks, a slip, another marker |
            the stop sequence does not match it, so the answer goes on
        end_marker_in_prompt: {value} | the end marker stands in a prompt | the model meets the marker where nothing
            ends, and a server that stops at it may stop on an echo
        redundant_end_marker: {value} | an end marker at the end of a chat's answers, where the template writes its
            own, or of single answers | the model learns two ends, and the one in the text shows up in answers
        truncated_end: {value} | a record has more tokens than the trainer keeps; counted without the template's own,
            so it is a lower bound | the end token is cut away, and the model never sees this answer end
        cut_off: {value} | an answer stops in the middle of a sentence, in a dataset whose answers finish theirs | the
            model learns to stop in the middle
        length_spike: {value} | at least 5 answers and 1 % of all have exactly one length, few are longer, and they
            stop in the middle | their generator's limit cut them, and the model learns to stop there

    Sources:
        OpenAI, Preparing your dataset (each completion should end with a fixed stop sequence); TRL
        docs/source/sft_trainer.md (max_length, eos_token); huggingface/trl issues 1623 and 6668 (texts without an end
        token, truncation that removes it); Axolotl prompt_tokenizers.py (appends EOS only below max_length).
    """
    del marker, tokenizer, max_length  # they choose what the facts are computed from
    return [
        expect.ExpectColumnValuesToBeNull(column="missing_end_marker", mostly=1 - missing),
        expect.ExpectColumnValuesToBeNull(column="doubled_end_marker", mostly=1 - missing),
        expect.ExpectColumnValuesToBeNull(column="text_after_end_marker", mostly=1 - missing),
        expect.ExpectColumnValuesToBeNull(column="misspelt_end_marker", mostly=1 - missing),
        expect.ExpectColumnValuesToBeNull(column="end_marker_in_prompt", mostly=1 - missing, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="redundant_end_marker", mostly=1 - missing, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="truncated_end", mostly=1 - truncated),
        expect.ExpectColumnValuesToBeNull(column="cut_off", mostly=1 - cut_off, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="length_spike", mostly=1 - cut_off, severity="warning"),
    ]
