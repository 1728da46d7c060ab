"""Every answer speaks the language of its prompt, and the dataset that of its declaration."""

from tunespec import expect, pitfall


@pitfall("D009", severity="warning")
def test_mixed_languages(
    records,
    *,
    languages: tuple[str, ...] = (),
    second_language: float = 0.15,
    second_domain: float = 0.2,
    answers: float = 0.0,
    undeclared: float = 0.0,
    scripts: float = 0.0,
    mixtures: float = 0.0,
):
    """Languages, scripts or domains are mixed, and nothing says which is which.

    Problem:
        A model that was asked in one language and answered in another learns to switch by chance. A Cyrillic letter in
        a Latin word is another token, and looks the same to every reviewer. Languages and domains that share a dataset
        without a mark are balanced by nobody, and the smaller one is forgotten, or leaks into the other.

    Prevention:
        Keep the language and the domain of each record in a column (`language`, `topic`), filter by it before training,
        and say in the configuration which languages are meant: `languages = ["en", "de"]`.

    Fix:
        Translate or remove the named answers; where another language is meant, let the prompt ask for it. Retype words
        of two scripts. For a mixture add the column, or train one adapter for each part.

    Thresholds:
        languages: codes of the languages that answers may be in (`["en", "de"]`); by default none is declared
        second_language: share of records in a second language from which on a dataset is a mixture; 0.15, above the
            tenth or so that general instruction sets hold of other languages
        second_domain: the same for a second domain; 0.2, since such sets hold more code and mathematics
        answers: share of records that may be answered in another language than they ask in; 0
        undeclared: share of records in a language that neither the configuration nor their column names; 0
        scripts: share of records with stray letters or words of another script in an answer; 0
        mixtures: share of records (one for each mixture) that may report a mixture of the whole dataset; 0

    Kinds:
        answer_language: {value} | prompt and answer are surely in two languages: function words, script and a model
            agree; no translation, no language named, no piece of it in the prompt | the model learns to switch the
            language by chance
        undeclared_language: {value} | the answer is surely in another language than the configuration, or the record's
            own column, declares | the model learns a language that nobody asked for
        script_mixture: {value} | letters of another script inside a word, or words of another script in Latin prose
            without quotation marks, gloss or a subject that explains them | the tokens are not those of the word that a
            reader sees, and the model learns to write them
        mixed_languages: {value} | a second language has a considerable share of the dataset, without a column or
            configuration that declares it; one finding for the dataset | nobody balances the shares, and the model
            forgets or confuses the smaller language
        mixed_domains: {value} | code, mathematics and prose share the dataset likewise, without a topic column | the
            smaller domain is learnt too little, or spills into the answers of the other

    Sources:
        Marchisio et al. 2024, Understanding and Mitigating Language Confusion in LLMs (arXiv 2406.20052); Unicode
        Technical Standard 39 (confusables); Dong et al. 2024, How Abilities in LLMs are Affected by SFT Data
        Composition (arXiv 2310.05492); py3langid (language identification, BSD-3-Clause).
    """
    del languages, second_language, second_domain  # they choose what the facts are computed from
    return [
        expect.ExpectColumnValuesToBeNull(column="answer_language", mostly=1 - answers),
        expect.ExpectColumnValuesToBeNull(column="undeclared_language", mostly=1 - undeclared),
        expect.ExpectColumnValuesToBeNull(column="script_mixture", mostly=1 - scripts),
        expect.ExpectColumnValuesToBeNull(column="mixed_languages", mostly=1 - mixtures),
        expect.ExpectColumnValuesToBeNull(column="mixed_domains", mostly=1 - mixtures),
    ]
