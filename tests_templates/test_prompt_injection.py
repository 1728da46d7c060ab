"""No text takes over the conversation, and no answer gives it away."""

from tunespec import expect, pitfall


@pitfall("T004", severity="error")
def test_prompt_injection(
    records, *, hidden: float = 0.0, forged: float = 0.0, orders: float = 0.0, leaks: float = 0.0
):
    """A prompt hijacks the model, or an answer gives its prompt away, and the model learns that this is right.

    Problem:
        A model does what its training answers did. Where they follow an order to ignore the instructions, it learns
        that the last text wins, and every web page that it reads later can command it. Control tokens in a user's text
        become real turns when a tokenizer reads them, and Unicode tags carry orders that no reviewer sees. Answers that
        repeat their prompt teach the model to tell its system prompt, and to spend its tokens on echoes.

    Prevention:
        Strip tag characters and control tokens from whatever users, pages and tools wrote, before it becomes a record.
        Tokenize contents with special tokens switched off. Train refusals: an attack with an answer that stays with its
        task is good data, and is not reported.

    Fix:
        Hidden text: delete the characters. Forged turns: split them into real messages, or write the tokens as code.
        Obeyed and unrefused orders: rewrite the answer so that it keeps to its instructions, or remove the record.
        Leaks: cut the repeated prompt from the answer (often a generation that was stored together with its prompt).

    Thresholds:
        hidden: share of records that may hold invisible text; 0, since nobody means it
        forged: share of records whose users or tools may type turns of a chat template; 0, since it is removable
        orders: share of records with a hijacking order that is not refused; 0, as few as 250 poisoned documents suffice
        leaks: share of records whose answers may repeat their prompt; 0

    Kinds:
        hidden_text: {value} | Unicode tag characters outside the flags of England, Scotland, Wales and their kin, or a
            run of variation selectors | reviewers see nothing, the tokenizer reads every character
        forged_turn: {value} | the end of a turn and the header of another role in the text of a user or tool; code and
            questions about templates do not count | the tokenizer makes a real turn of it, in another role's name
        obeyed_injection: {value} | an order to drop or tell the instructions, and an answer that certainly obeys: it
            says the wanted words, tells the system prompt, speaks as the unbound persona | the model learns to obey
            whoever speaks last
        hijacking_instruction: {value} | an order to drop or tell the instructions, in a prompt or a tool's result, that
            the answer does not refuse; what is quoted, or is to be classified, does not count | unless the answer
            keeps to its task on purpose, the model learns to obey whoever speaks last
        prompt_leak: {value} | twelve words in a row of the system prompt, or the whole prompt at the head of the
            answer; not where the task is to repeat, correct, continue or quote | the model learns to echo, and to tell
            secrets

    Sources:
        Perez and Ribeiro 2022, Ignore Previous Prompt (arXiv 2211.09527); Greshake et al. 2023, indirect prompt
        injection (arXiv 2302.12173); Shen et al. 2023, Do Anything Now (arXiv 2308.03825); Souly et al. 2025, Poisoning
        attacks on LLMs require a near-constant number of poison samples (arXiv 2510.07192); OWASP LLM01:2025 and
        LLM07:2025; Unicode Technical Standard 51 (tag sequences).
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="hidden_text", mostly=1 - hidden),
        expect.ExpectColumnValuesToBeNull(column="forged_turn", mostly=1 - forged),
        expect.ExpectColumnValuesToBeNull(column="obeyed_injection", mostly=1 - orders),
        expect.ExpectColumnValuesToBeNull(column="hijacking_instruction", mostly=1 - orders, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="prompt_leak", mostly=1 - leaks, severity="warning"),
    ]
