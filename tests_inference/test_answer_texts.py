"""Answers keep what the training texts had to keep: they end, go somewhere, and hold nothing broken."""

from tunespec import expect, pitfall


def _warnings(*kinds: str):
    return [expect.ExpectColumnValuesToBeNull(column=kind, severity="warning") for kind in kinds]


@pitfall("D001", severity="warning", of="missing-end-marker")
def test_cut_off_answer(answers):
    """An answer stops in the middle, and no limit made it.

    Problem:
        The model has learnt to stop there, from training answers that break off, or a stop sequence stands within what
        it wanted to say.

    Prevention:
        Train on answers that all end, as D001 asks of the training data, and give the model a limit above the longest.

    Fix:
        Look for training answers that stop in the middle, and for stop sequences that an answer may hold. What a limit
        cut off is I001's.

    Kinds:
        cut_off: {value} | an answer that ends in the middle of a sentence, where the training answers finish theirs;
            without training data, where at least 100 recorded answers do | its reader gets half of an answer

    Sources:
        Ollama 0.34.2: `done_reason` is `stop` for a model's own end and for a stop sequence, `length` for a limit.
    """
    return expect.ExpectColumnValuesToBeNull(column="cut_off")


@pitfall("D002", severity="error", of="inconsistent-format")
def test_shapeless_answer(answers):
    """An answer is empty, calls a tool wrongly, thinks without answering, or was recorded in an unreadable line.

    Problem:
        The caller gets nothing to show, or shows a thought as if it were the answer. An answer that cannot be read is
        judged by nobody.

    Prevention:
        Ask for a handful of answers after each training, as this test does, with the prompt that callers send.

    Fix:
        An empty answer: look at what the prompt ends with, and for a stop sequence with which the model begins. Think
        blocks: train with answers behind each of them, and let the server take them off. A wrong call: train on calls
        with the schemas that callers send, and on few tools that a small model can tell apart. A line that cannot be
        read: save what the server sends as it comes, one JSON object a line, and take out what is no answer.

    Kinds:
        empty_answer: {value} | an answer without a word, which calls no tool | the model ends at once, or a stop
            sequence ends it
        think_block: {value} | `<think>` opened and never closed, closed and never opened, or nothing after it | the
            user reads a thought, or no answer
        tool_call: {value} | a call of a tool that the request does not have, with arguments that are no JSON
            object, or that break the tool's schema | the program that runs the calls fails, or runs something else
        unreadable: {value} | a line of recorded outputs that is no JSON object, or holds no prompt and answer | all
            other tests pass over it

    Sources:
        DeepSeek-R1's and Qwen3's chat templates (the prompt may begin the thought); Ollama 0.34.2 (stop sequences are
        searched from the first character on).
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="empty_answer"),
        *_warnings("think_block", "tool_call"),
        expect.ExpectColumnValuesToBeNull(column="unreadable"),
    ]


@pitfall("D003", severity="warning", of="answer-length-outlier")
def test_rambling_answer(answers):
    """An answer goes round in circles, or on and on.

    Problem:
        It is the very failure by which fine-tuned models are known: nothing ends the answer, so that it says everything
        again. Probes are asked at temperature 0, where a model repeats itself most easily.

    Prevention:
        Keep loops and the longest ramblings out of the training answers, and stop training before the loss of the
        validation set rises.

    Fix:
        Look for training answers that repeat themselves or have no end, train for fewer epochs, or set a
        `repeat_penalty` in the Modelfile.

    Kinds:
        repetition: {value} | one sentence three times, a passage twice, or words in a loop, that nobody asked for; in
            an answer that a limit ended, lines four times in a row, too | the user reads the same again until a limit
            ends it
        longer_than_trained: {value} | an answer of more than twice the longest training answer, and of at least 200
            characters more | the model has left what it was trained on, and rambles

    Sources:
        Holtzman et al., The Curious Case of Neural Text Degeneration (2020): greedy decoding loops. Measured: of 4,167
        answers of public datasets, judged beside the other half of their dataset, none is twice as long as the longest
        there; of 43 answers of SmolLM2-135M, 24 ran into a limit of 256 tokens, 18 of them in a loop.
    """
    return _warnings("repetition", "longer_than_trained")


@pitfall("D008", severity="error", of="broken-code-block")
def test_broken_code_in_answer(answers):
    """An answer's code block is cut, or does not parse.

    Problem:
        Chat windows show everything behind an open fence as code, and programs that run what a model wrote fail.

    Prevention:
        Train on code that parses, and set a limit above the longest answer with code.

    Fix:
        Look for the same in the training answers. Code that does not parse may be beyond a small model: ignore that
        kind if nobody runs the code.

    Kinds:
        code_fence: {value} | a fence that is never closed, is closed by another kind of fence, or stands in one line
            with text | everything behind it is shown as code
        syntax_error: {value} | Python, JSON, TOML or YAML that the language's own parser refuses | it cannot be run
        lost_indentation: {value} | Python whose bodies are not indented | it cannot be run
        suspect_syntax: {value} | an error that a grammar finds in another language (with the extra `code`) | a
            compiler would refuse it, most likely

    Sources:
        See the same kinds on the training data.
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="code_fence"),
        *_warnings("syntax_error", "lost_indentation", "suspect_syntax"),
    ]


@pitfall("D009", severity="warning", of="mixed-languages")
def test_answer_in_another_language(answers):
    """An answer is in another language than its question.

    Problem:
        A model that was fine-tuned in one language answers in it, whatever it is asked in.

    Prevention:
        Ask in each language that users write in, with probes of your own.

    Fix:
        Add training answers in the languages that users write in, or say in the system prompt in which to answer.

    Kinds:
        answer_language: {value} | question and answer are surely in two languages, and nothing asks for that | the
            user may not be able to read it

    Sources:
        Marchisio et al. 2024, Understanding and Mitigating Language Confusion in LLMs (arXiv 2406.20052).
    """
    return expect.ExpectColumnValuesToBeNull(column="answer_language")


@pitfall("D010", severity="error", of="markup-artifact")
def test_artifact_in_answer(answers):
    """An answer holds traces of markup, escaping, encoding or templating.

    Problem:
        What stood in the training texts, the model writes. Nothing behind it takes it out.

    Prevention:
        Clean the training texts: D010 finds the same there.

    Fix:
        Clean the training answers and train again. Until then take it out of the answers with the same program.

    Kinds:
        html_tag: {value} | a tag of HTML outside code and texts about HTML | a chat shows it as it is
        html_entity: {value} | an entity outside code and texts about HTML | a chat shows it as it is
        literal_escape: {value} | a backslash and a letter where a line break or another character should be | a chat
            shows the backslash
        mojibake: {value} | UTF-8 that was decoded as another encoding, or a character that was lost | words that do
            not exist
        control_character: {value} | a control character, or an invisible one that has no function there | it survives
            into whatever is copied from the answer
        placeholder: {value} | a slot that a template program should have filled, or a mark for "no input" | the user
            reads the template
        unfilled_slot: {value} | a gap for a person to fill, in an answer that is no letter or template | the model
            leaves its work to the reader

    Sources:
        See the same kinds on the training data.
    """
    return [
        *(
            expect.ExpectColumnValuesToBeNull(column=kind)
            for kind in ("html_entity", "mojibake", "control_character", "placeholder")
        ),
        *_warnings("html_tag", "literal_escape", "unfilled_slot"),
    ]


@pitfall("D012", severity="warning", of="unbalanced-delimiters")
def test_open_delimiter_in_answer(answers):
    """An answer has a bracket, a quotation mark or Markdown without a partner.

    Problem:
        It is a small flaw in one answer; a broken table, link or bold mark spoils how the whole answer is shown.

    Prevention:
        Clean the training answers: D012 finds the same there.

    Fix:
        Look for the same in the training answers: the model copies their form to the letter.

    Kinds:
        unbalanced_bracket: {value} | a bracket without a partner in prose | its reader looks for the other one
        unbalanced_quote: {value} | a quotation mark without a partner | where the quotation ends, nobody knows
        unclosed_emphasis: {value} | `**` or `*` without a partner | the chat shows stars, or the rest in bold
        unclosed_code: {value} | a backtick without a partner | the chat shows the backtick, and code as prose
        broken_link: {value} | a link that lacks one of its brackets or its address | the chat shows no link
        ragged_table: {value} | a table whose rows have different numbers of cells | cells vanish or move
        docstring_quote: {value} | four or five quotation marks alone in a line of code | the code does not run

    Sources:
        See the same kinds on the training data.
    """
    return _warnings(
        "unbalanced_bracket",
        "unbalanced_quote",
        "unclosed_emphasis",
        "unclosed_code",
        "broken_link",
        "ragged_table",
        "docstring_quote",
    )
