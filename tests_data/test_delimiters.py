"""Answers close what they open."""

from tunespec import expect, pitfall


@pitfall("D012", severity="warning")
def test_unbalanced_delimiters(records, *, unbalanced: float = 0.0, markdown: float = 0.0):
    """Answers have brackets, quotation marks or Markdown without a partner.

    Problem:
        A model copies the form of its answers to the letter. A bracket or quotation mark that stays open is a small
        flaw in one answer; in many, the model stops closing them, and a bold mark, backtick, link or table that breaks
        off spoils how the whole answer is shown.

    Prevention:
        Render the answers once as the users will see them. Cut texts at the ends of sentences or blocks, never at a
        number of characters.

    Fix:
        Add the missing sign, or remove the surplus one, in the named records. A sign that is spoken about belongs in
        inline code or quotation marks, where it is not judged.

    Thresholds:
        unbalanced: share of records that may have a bracket or quotation mark without a partner; 0
        markdown: share of records that may have broken Markdown; 0

    Kinds:
        unbalanced_bracket: {value} | a bracket without a partner in prose; marks of list items, smileys, intervals and
            formulas need none | the model learns to leave brackets open
        unbalanced_quote: {value} | a quotation mark without a partner; quotations of several paragraphs, inches and
            apostrophes need none | the model learns quotations without end
        unclosed_emphasis: {value} | `**` or `*` without a partner in its block | the chat shows stars, or the rest of
            the paragraph in bold
        unclosed_code: {value} | a backtick without a partner in its block; fences are D008's | the chat shows the
            backtick, and code as prose
        broken_link: {value} | a link that lacks one of its brackets or its address | the chat shows the address in
            brackets instead of a link
        ragged_table: {value} | a table whose rows have different numbers of cells | cells vanish or move to another
            column when the table is rendered
        docstring_quote: {value} | four or five quotation marks alone in a line of code, in prompts too | code with one
            quotation mark too many is copied as it stands

    Sources:
        CommonMark 0.31.2, 6 (code spans, emphasis, links); GitHub Flavored Markdown 0.29, 4.10 (tables); The Chicago
        Manual of Style, 13.30 (quotations of several paragraphs); bigcode-project/octopack, "Remove spurious double
        quotation mark" (HumanEval/142).
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="unbalanced_bracket", mostly=1 - unbalanced),
        expect.ExpectColumnValuesToBeNull(column="unbalanced_quote", mostly=1 - unbalanced),
        expect.ExpectColumnValuesToBeNull(column="unclosed_emphasis", mostly=1 - markdown),
        expect.ExpectColumnValuesToBeNull(column="unclosed_code", mostly=1 - markdown),
        expect.ExpectColumnValuesToBeNull(column="broken_link", mostly=1 - markdown),
        expect.ExpectColumnValuesToBeNull(column="ragged_table", mostly=1 - markdown),
        expect.ExpectColumnValuesToBeNull(column="docstring_quote", mostly=1 - unbalanced),
    ]
