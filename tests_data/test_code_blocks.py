"""Code blocks are whole, well-formed and fenced."""

from tunespec import expect, pitfall


@pitfall("D008", severity="error")
def test_broken_code_block(records, *, broken: float = 0.0, suspect: float = 0.0):
    """An answer's code block is cut, mixed up with the text, or does not parse.

    Problem:
        A model writes code as it has seen it. Fences that do not close teach it to leave blocks open, so that chat
        windows show prose as code and programs that take the block out of the answer find none. Code with a syntax
        error teaches the error; no reader can tell whether the author or a converter made it, and a converter makes
        thousands (lost indentation, straightened or doubled quotes, escaped underscores).

    Prevention:
        Convert HTML to Markdown with a converter that keeps `<pre>` as it is, check exports by parsing them, and cut
        long answers at the end of a sentence, never within a block.

    Fix:
        Close or remove the fence of the named block; take the code anew from its source where indentation or quotes
        were lost; name the block's real language, or `text` for output and pseudo-code. Broken code that is shown on
        purpose is recognised by what the prompt or the text before it says ("Wrong:", "Before:", a comment).

    Thresholds:
        broken: share of records that may have a broken block; 0, since each is a mistake of a converter or an author
        suspect: share of records that may have a suspect block or code without a fence; 0

    Kinds:
        code_fence: {value} | a fence is never closed, is closed by another kind of fence, or stands in one line with
            text | the model learns to leave blocks open, and everything behind it is shown as code
        syntax_error: {value} | the language's own parser refuses a block of Python, JSON, TOML or YAML, also as a
            fragment, a session or a notebook's cell | the model learns code that does not run
        lost_indentation: {value} | a block of Python whose bodies are not indented | the code cannot run, and the
            model learns to write Python flat
        suspect_syntax: {value} | a grammar finds an error in JavaScript, TypeScript, Java, Go or Rust, or
            brackets or quotes that do not match in C, C++ or SQL (with the extra `code`) | it is code that a compiler
            would refuse, most likely
        unfenced_code: {value} | an answer is code without a fence, where at least 80 % of the answers with code fence
            it | whether code is fenced becomes a matter of chance, and programs that take it out find none

    Sources:
        CommonMark 0.31.2, section 4.5 (fenced code blocks); Python's ast, json and tomllib; YAML by libyaml;
        tree-sitter's grammars; SemCoder (Ding et al. 2024, arXiv:2406.01006) and OctoPack (Muennighoff et al. 2023,
        arXiv:2308.07124), which parse or run code before training on it.
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="code_fence", mostly=1 - broken),
        expect.ExpectColumnValuesToBeNull(column="syntax_error", mostly=1 - broken),
        expect.ExpectColumnValuesToBeNull(column="lost_indentation", mostly=1 - broken),
        expect.ExpectColumnValuesToBeNull(column="suspect_syntax", mostly=1 - suspect, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="unfenced_code", mostly=1 - suspect, severity="warning"),
    ]
