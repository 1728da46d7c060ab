"""Texts hold nothing that a program left behind."""

from tunespec import expect, pitfall


@pitfall("D010", severity="error")
def test_markup_artifact(records, *, artifacts: float = 0.0, gaps: float = 0.0):
    r"""Texts hold traces of markup, escaping, encoding or templating that they do not speak about.

    Problem:
        What stands in the answers, the model will write: `<br>` and `&amp;` in a plain chat, `\n` where a line should
        end, `â€™` for an apostrophe, `{{name}}` for the user's name. Invisible characters cost tokens, change how words
        are split, and survive into whatever is copied from an answer. In prompts they are noise that real users never
        type.

    Prevention:
        Take the text of scraped pages with an HTML parser, decode each file once and with its own encoding, write JSON
        with a JSON writer, and render templates before the export.

    Fix:
        Tags and entities: take the text with an HTML parser, then `html.unescape` (twice where it was escaped twice).
        Escapes: decode the string once more. Mojibake: `ftfy.fix_text`. Invisible characters: remove them.
        Placeholders: fill them in or remove the record. HTML, templates and escapes that are the lesson belong in code
        fences or inline code, where they are not judged.

    Thresholds:
        artifacts: share of records that may hold an artefact of any kind; 0, since a program can remove them
        gaps: share of records that may hold an unfilled gap; 0

    Kinds:
        html_tag: {value} | a tag of HTML's formatting or layout outside code, Markdown tables and texts about HTML |
            the model answers in half HTML, which a chat shows as raw tags
        html_entity: {value} | an entity outside code and texts about HTML | the model writes the entity instead of the
            character
        literal_escape: {value} | a backslash and a letter or number where a line break, a tab, a quotation mark or
            another character should be; not in code, JSON, LaTeX, paths or lessons | the model prints backslashes
        mojibake: {value} | UTF-8 that was decoded as another encoding, or a character that was lost | the model learns
            words that do not exist
        control_character: {value} | a control character, ANSI code, zero-width or bidirectional character that has no
            function where it stands | tokens that nobody sees, in training and in every copied answer
        placeholder: {value} | a slot that a template program should have filled, or a mark for "no input" | the model
            answers with the placeholder
        unfilled_slot: {value} | a gap for a person to fill, in an answer that is no letter or template | the model
            leaves its work to the reader

    Sources:
        ftfy (badness, a heuristic for mojibake); The Unicode Standard 16.0, 23.2 (layout controls); CommonMark 0.31.2,
        6.6 (raw HTML); AlpacaDataCleaned (the leftovers `<noinput>` and `<nooutput>`); LlamaFactory data/README.md
        (identity.json, with {{name}} and {{author}}).
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="html_tag", mostly=1 - artifacts, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="html_entity", mostly=1 - artifacts),
        expect.ExpectColumnValuesToBeNull(column="literal_escape", mostly=1 - artifacts, severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="mojibake", mostly=1 - artifacts),
        expect.ExpectColumnValuesToBeNull(column="control_character", mostly=1 - artifacts),
        expect.ExpectColumnValuesToBeNull(column="placeholder", mostly=1 - artifacts),
        expect.ExpectColumnValuesToBeNull(column="unfilled_slot", mostly=1 - gaps, severity="warning"),
    ]
