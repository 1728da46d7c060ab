"""D012's facts: what is unbalanced, and what only seems so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.texts import texts_of
from tunespec.facts.delimiters import delimiter_facts

QUESTION = "How does a tide come about?"
BROKEN = {
    "unbalanced_bracket": [
        "The moon (and the sun pulls the sea. It rises twice a day.",
        "The moon and the sun) pull the sea.",
        "The tide [in the bay rises. Boats float.",
        "The moon (see the chapter on gravity pulls.\n\nThe sun pulls too.",
        "月亮（和太阳吸引海水。潮水涨了。",
        "潮水涨了】很高。",
        "Le soleil (et la lune attirent la mer. Voilà.",
        "The moon ((twice) pulls the sea. It rises.",
    ],
    "unbalanced_quote": [
        'She said "the tide is rising and left. He stayed.',
        'The tide" is rising.',
        "She said “the tide is rising and left. He stayed.",
        "The tide” is “rising” now.",
        "Sie sagte: „Die Flut kommt. Dann ging sie.",
        "Il dit : « La mer monte. Puis il part.",
        'He wrote "ebb" and "flow. Both are right.',
    ],
    "unclosed_emphasis": [
        "The **moon pulls the sea.",
        "1. **Moon: it pulls.\n2. **Sun**: it pulls too.",
        "The moon** pulls the sea.",
        "The sea rises *slowly and falls. It is calm.",
        "- **Ebb: the fall\n- **Flow**: the rise",
        "**Summary: The moon pulls.\n\nThe sun pulls too.",
    ],
    "unclosed_code": [
        "Run `tide --now to see it. It prints the hour.",
        "Run tide --now` to see it.",
        "Use `ebb` and `flow to compare. Both work.",
    ],
    "broken_link": [
        "See [the tables](https://example.org/tides for more.",
        "See [the tables(https://example.org/tides) for more.",
        "See the tables](https://example.org/tides) for more.",
        "See ![a map](https://example.org/map.png for it.",
        "See [the tables]() for more.",
    ],
    "ragged_table": [
        "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 |",
        "| a | b |\n|---|---|\n| 1 | 2 | 3 |",
        "| a | b | c |\n|---|---|\n| 1 | 2 | 3 |",
        "So:\n\na | b\n--- | ---\n1 | 2\n3 | 4 | 5\n\nThat is all.",
        "| a | b |\n| :-- | --: |\n| `x` | y |\n| z | y | z |",
    ],
}
RIGHT = [
    ("list marks", "Two causes: 1) the moon, 2) the sun; a) near, b) far, iv) both.\n\n1) Ebb\n2) Flow\n3.1) Both"),
    ("options", "The answer is B) the moon. 答案是C）电影院。"),
    ("smileys", "The tide :) rises :-( and falls ;) =) :D 8-) <3 and (nice :) so."),
    ("smiley at the end", "All is well (really :)"),
    ("half-open intervals", "It lies in [0, 1) or (a, b], or ]-1, 1[, or [0; 5), or [n, n + 1)."),
    ("formulas", r"It is $[0, \infty)$ and \(f(x\) and \left( x \right] and \( a \)."),
    ("generics", "A vector<T> and a Map<K, List<V>> hold if x < y > z."),
    ("mixed widths", "月亮（moon) 和 (sun）吸引海水。"),
    ("nested", "The moon (near [very near] and (oddly) bright) pulls {so}."),
    ("over paragraphs", "(The moon pulls.\n\nThe sun pulls too.)"),
    ("bracket spoken about", 'Type "(" first, then ‘[’ and “)”.'),
    ("brackets as subject", "Every opening parenthesis ( needs a partner."),
    ("URL", "See https://en.wikipedia.org/wiki/Tide_(sea) and (https://example.org)."),
    ("faces", "It rises ¯\\_(ツ)_/¯ and (╯°□°)╯ falls (^_^) so."),
    ("references", "The moon[1] pulls [sic] the sea [2, 3]. - [x] done - [ ] open"),
    ("nines", "In the '90s and '80s, rock 'n' roll; the boys' toys; it’s ’twas."),
    ("inches", 'A 24" screen, 6\'2" tall, at 39° 50\' 12" north.'),
    ("several paragraphs", '"The moon pulls.\n\n"The sun pulls too.\n\n"Both pull," she said.'),
    ("several paragraphs, curly", "“The moon pulls.\n\n“The sun pulls too,” she said."),
    ("quotation over lines", '"Ebb and flow,\nflow and ebb."'),
    ("nested quotes", "\"She said 'the moon' twice,\" he wrote, “and ‘the sun’ once”."),
    ("German", "„Die Flut“ und ‚Ebbe‘, »so« nannte er „die ‚große‘ Flut“."),
    ("Swedish", "Han sade ”tidvatten” och ”ebb”."),
    ("French", "« La mer », dit-il, « monte ». L’eau d’aujourd’hui."),
    ("Japanese", "「潮」と『海』（うみ）【注】《本》"),
    ("Polish", "„Przypływ” i „odpływ”."),
    ("quote marks as subject", 'A quotation mark " opens a string.'),
    ("multiplication", "It is 2 * 3 and 4*5 and a ** b, 2**10 and x**2."),
    ("bullets", "* the moon\n* the sun\n  * both\n*so*"),
    ("role play", "*smiles softly* The tide *points at the sea* rises."),
    ("footnote", "The price* is fixed.\n\n*Without tax."),
    ("bold", "**Moon:** it pulls. **Sun**: it __pulls__ *too*. ***Both*** do."),
    ("bold code", "1. **`ebb`**: the fall\n2. **`flow` and `ebb`** rise"),
    ("rule", "Ebb\n\n***\n\nFlow\n\n* * *"),
    ("stars", "Rated **** by *****, and f*** too."),
    ("globs", "Match **/*.py or src/**, and pass **kwargs, *args."),
    ("names", "snake_case, __init__, _private and a_b_c."),
    ("backtick letter", "Hawai`i and O`ahu have tides."),
    ("TeX quotes", "The ``tide'' and `ebb' rise."),
    ("two ticks", "Use ``a ` b`` for it, or `x`."),
    ("links", '[a](https://en.wikipedia.org/wiki/Tide_(sea)) [b](<x y>) ![c](d.png "t") [d][1] [e](#f)\n\n[1]: x'),
    ("reference and aside", "The tide [1] (see below) rises; array[i](x)."),
    ("table", "| a | b |\n|:--|--:|\n| 1 | 2 |\n|  | 4 |"),
    ("escaped pipes", "| a | b |\n|---|---|\n| x \\| y | `p | q` |"),
    ("no outer pipes", "a | b\n--- | ---\n1 | 2\n\nx | y | z"),
    ("prices in a table", "| a | b |\n|---|---|\n| $8 | $2.50 |"),
    ("pipes in prose", "Use a | b, or a || b.\nThen p | q | r."),
    ("text under a table", "| a | b |\n|---|---|\n| 1 | 2 |\nThe sum is x | y | z."),
    ("fence", 'So:\n\n```python\nprint((1)\nx = "a\n```\n\nThat is all.'),
    ("inline code", 'Write `(` and `"` and `**` and `[a](` so.'),
    ("raw code", 'def tide(x):\n    return f(x[0])\n\nprint(tide(")"))\nx = [1, 2)'),
    ("marks of calculation", "He has 48/2 = <<48/2=24>>24 clips."),
    ("drawing", 'Look:\n\n /\\_/\\\n( o.o )\n > ^ <\nc(")_(")\n'),
    ("cut off", "The moon pulls (and so does the"),
    ("times of day", "At 5' 3 and 10', 6″ and 4′ it rises."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in BROKEN.items() for text in texts])
def test_what_is_broken_is_found(kind, text):
    facts = delimiter_facts(*texts_of((QUESTION, text)))
    assert {fact.name for fact in facts if fact.marks} == {kind}


@pytest.mark.parametrize("text", [pytest.param(case[1], id=case[0]) for case in RIGHT])
def test_what_is_right_is_not(text):
    facts = delimiter_facts(*texts_of((QUESTION, text)))
    assert [(fact.name, fact.marks) for fact in facts if fact.marks] == []


@given(st.sampled_from([text for texts in BROKEN.values() for text in texts]))
def test_a_fence_silences(text):
    facts = delimiter_facts(*texts_of((QUESTION, f"So:\n\n```\n{text}\n```\n")))
    assert [fact.name for fact in facts if fact.marks] == []


@given(st.lists(st.sampled_from(RIGHT), max_size=4))
def test_clean_records_change_nothing(clean):
    broken = [(QUESTION, texts[0]) for texts in BROKEN.values()]
    alone = delimiter_facts(*texts_of(*broken))
    together = delimiter_facts(*texts_of(*broken, *((QUESTION, case[1]) for case in clean)))
    assert [fact.marks for fact in alone] == [fact.marks for fact in together]


@given(
    st.recursive(st.just("tide"), lambda inner: st.builds("the {0} ({1}) is [{0}]".format, inner, inner), max_leaves=6)
)
def test_balanced_brackets_are_balanced(text):
    facts = delimiter_facts(*texts_of((QUESTION, f"{text}.")))
    assert [fact.name for fact in facts if fact.marks] == []


def test_prompts_are_not_judged():
    assert not any(fact.marks for fact in delimiter_facts(*texts_of(("How (so does it rise?", "By the moon."))))


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ('def f():\n    """"\n    Doc.\n    """\n', True),
        ("def f():\n    '''\n    Doc.\n    ''''\n", True),
        ('def f():\n    """\n    Doc.\n    """\n', False),
        ('def f():\n    """"Quoted" doc."""\n', False),
        ('x = """"""\n', False),
    ],
)
def test_a_docstring_has_three_quotes(prompt, found):
    facts = {fact.name: fact for fact in delimiter_facts(*texts_of((prompt, "pass")))}
    assert bool(facts["docstring_quote"].marks) == found


def test_nothing_to_look_at_has_a_reason():
    assert all(fact.reason and not fact.examined for fact in delimiter_facts(*texts_of()))
