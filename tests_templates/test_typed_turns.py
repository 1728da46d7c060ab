"""Nobody speaks for another role by typing its header."""

from tunespec import expect, pitfall


@pitfall("T004", severity="error", of="prompt-injection")
def test_typed_turns(renders):
    """A template lets a user write what only the template may write.

    Problem:
        A chat template puts a user's text between headers that make it a turn. Where it evaluates that text, or lets
        a typed header pass that the training kept out, a user can write the system's or the assistant's turn.

    Prevention:
        Insert contents as values, never as a part of the template's source. Take control texts out of contents on both
        sides, or on neither.

    Fix:
        Write `{{ .Content }}` or `{{ message.content }}`, and never a content as the format of `printf`, nor as the
        text in which something is replaced. Tokenize contents with special tokens switched off.

    Kinds:
        evaluated_content: {value} | the template takes what a user typed for code, or for a format | such questions
            arrive garbled, and a user writes more than the own turn
        unprotected_turn: {value} | the training template takes typed headers away, the server's does not | the model
            never saw one in a user's text, and now takes it for a turn

    Sources:
        Measured: of 82 real templates that render two questions as texts, none escapes its own headers in a user's
        content, and none evaluates it. So a template that merely lets headers pass, as all do, is not reported.
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="evaluated_content"),
        expect.ExpectColumnValuesToBeNull(column="unprotected_turn", severity="warning"),
    ]
