"""Special tokens come from the template, never from the text."""

from tunespec import expect, pitfall


@pitfall("D011", severity="error")
def test_inconsistent_special_tokens(records, *, typed: float = 0.0, mixed: float = 0.0, forged: float = 0.0):
    """Special tokens or role marks are typed into texts, mixed between families, or used in some records only.

    Problem:
        A special token is an instruction to the model: here a turn ends, here another speaker begins. Typed into a
        text, it ends or opens turns where none are. A tokenizer of its own family makes the real token of it, one of
        another family a string of letters that the model learns to print. A role mark (`Human:`) in an answer teaches
        the model to ask the next question itself.

    Prevention:
        Store bare texts, and let the chat template add all tokens. Decode a model's outputs with
        `skip_special_tokens=True`, and cut them at the turn end. If templates are typed out, do it with one program.

    Fix:
        Take the token or the role mark off, or split the text into turns where it stands. A text that speaks about
        tokens may keep them in inline code or quotes, which is not judged.

    Thresholds:
        typed: share of records that may hold a special token; 0, since a chat template adds what belongs there
        mixed: share of records that may depart from the tokens of the others; 0, since one program types them
        forged: share of records that may hold another turn's role mark; 0

    Kinds:
        special_token: {value} | a special token of any family, or of your own tokenizer, in a text; in code, in quotes
            or in a sentence about it, it is fine | it opens or ends a turn in the middle of the text, or the model
            learns to print it
        mixed_families: {value} | a token of another family than the one that the texts are typed with | the model
            learns two templates, one of which is never asked for
        token_only_in_some: {value} | a token that begins or ends the sequence stands in some records only | whether
            the text begins or ends there becomes a matter of chance
        role_mark: {value} | an answer begins with a role mark or goes on as the other side; a prompt ends with the
            reply's mark. A dialogue that was asked for is fine | the model learns to speak for its user

    Sources:
        Hugging Face, Templates for chat models (tokens are added by the template, do not add them again); OpenAI,
        harmony response format; Llama 2 and 3 model cards, prompt formats; llama.cpp issue 7107 (doubled start
        token); BERT (Devlin et al. 2019), T5 (Raffel et al. 2020) and FIM (Bavarian et al. 2022) for sentinels.
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="special_token", mostly=1 - typed),
        expect.ExpectColumnValuesToBeNull(column="mixed_families", mostly=1 - mixed),
        expect.ExpectColumnValuesToBeNull(column="token_only_in_some", mostly=1 - mixed, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="role_mark", mostly=1 - forged, severity="warning"),
    ]
