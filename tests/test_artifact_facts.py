"""D010's facts: what is an artefact, and what only resembles one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.texts import texts_of
from tunespec.facts.artifacts import artifact_facts

QUESTION = "How does a tide come about?"
ARTIFACTS = {
    "html_tag": [
        "The moon pulls the sea.<br>The sun pulls too.",
        "<p>The moon pulls the sea.</p>",
        'Read <a href="https://example.org/tides">this page</a> first.',
        "There are <b>two</b> tides a day.",
        "- the moon</li>\n- the sun</li>",
        "The <SPAN class=x>moon</SPAN> pulls the sea.",
        "The moon <!-- check this --> pulls the sea.",
    ],
    "html_entity": [
        "Salt &amp; water",
        "The height is &lt; 2 m.",
        "the sea&#39;s surface",
        "the sea&#x27;s surface",
        "Wait&nbsp;for the ebb.",
        "Caf&eacute; am Meer",
        "She said &quot;ebb&quot;.",
        "Salt &amp;amp; water",
        "Salt &amp;lt;br&amp;gt; water",
        "Wind &#8211; and waves",
        "The moon&rsquo;s pull",
    ],
    "literal_escape": [
        r"The moon pulls the sea.\nThe sun pulls too.",
        r"The moon pulls the sea.\n\nThe sun pulls too.",
        r"The moon pulls the sea.\r\nThe sun pulls too.",
        r"Causes:\n- the moon\n- the sun",
        r"the moon.\nthen the sun",
        r"Name:\tTide",
        r"Caf\u00e9 am Meer",
        r"caf\xe9 by the sea",
        r"She said \"ebb\" and left.",
        r"See https:\/\/example.org\/tides for more.",
        r"涨潮。\n退潮。",
        r"The causes are\r\nthe moon and the sun.",
        r"The moon pulls the sea,\r\nand the sun pulls too.",
        r"the moon\tthe sun\tthe wind",
        r"the moon\n\nthe sun",
        r"The moon pulls the sea.\rThe sun pulls too.",
        r"It\'s the moon that pulls.",
        r"The moon pulls the sea.\\nThe sun pulls too.",
        r"the moon and\/or the sun",
        r"It pulls the sea.\tThe sun pulls too.",
    ],
    "mojibake": [
        "The moonâ€™s pull",
        "The moonâ\x80\x99s pull",
        "CafÃ© am Meer",
        "20Â°C at noon",
        "â€œEbbâ€\x9d and flow",
        "Ð¿Ñ€Ð¸Ð²ÐµÑ‚, Ð¼Ð¸Ñ€",
        "ä½ å¥½ï¼Œä¸–ç•Œ",
        "Wind \ufffd and waves",
        "锟斤拷锟斤拷",
        "KÃ¶ln liegt am Rhein",
    ],
    "control_character": [
        "The moon\u200b pulls the sea.",
        "The moon\u00a0pulls\u2060the sea.",
        "The moon \x07pulls the sea.",
        "The \x1b[31mmoon\x1b[0m pulls the sea.",
        "The [1;31mmoon[0m pulls the sea.",
        r"The \x1b[31mmoon\x1b[0m pulls the sea.",
        "The moon\ufeff pulls the sea.",
        "The \u202emoon pulls\u202c the sea.",
        "The moon\u200f pulls the sea.",
        "The moon\u200d pulls the sea.",
        "The moon\u200c pulls the sea.",
        "The height is 3 \times 4 m.".replace("\\t", "\t"),
        "A half is \x0crac{1}{2}.",
        "Line one\x0bline two",
        "The moon \x00 pulls the sea.",
        "The moon\u2028pulls the sea.",
        "The moon \ufffcpulls the sea.",
        "The moon \x7f pulls the sea.",
        "The moon pulls the wa\u00adter of the o\u00adcean.",
    ],
    "placeholder": [
        "Hello {{name}}, the moon pulls the sea.",
        "Hello {{ user_name }}, the moon pulls the sea.",
        "Hello {{first name}}, the moon pulls the sea.",
        "<noinput>",
        "The moon <nooutput>",
        "{% if user %}The moon pulls.{% endif %}",
        "The cause is [object Object].",
        "[deleted]",
        "N/A",
        "nan",
        "NaN",
        "None",
        "null",
        "[removed]",
        "undefined",
        "No input",
        "No output.",
        "(empty)",
        "<NA>",
        "TBD",
        "...",
    ],
    "unfilled_slot": [
        "Well, [INSERT NAME], the moon pulls the sea.",
        "[Insert explanation here]",
        "Hello [Your Name], the moon pulls the sea.",
        "Hello {name}, the moon pulls the sea.",
        "Hello <your name>, the moon pulls the sea.",
        "TODO: explain the sun's part.",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
        "Thanks for asking, {user_name}!",
        "Hello ${name}, the moon pulls the sea.",
        "Dear {customer}, the moon pulls the sea.",
        "The moon of {planet} pulls the sea.",
        "Hello <<NAME>>, the moon pulls the sea.",
        "Hello <NAME>, the moon pulls the sea.",
        "Hello <name>, the moon pulls the sea.",
        "Hello [NAME], the moon pulls the sea.",
        "Hello %s, the moon pulls the sea.",
        "Hello %(name)s, the moon pulls the sea.",
        "Hello $NAME, the moon pulls the sea.",
        "Hello %NAME%, the moon pulls the sea.",
        "Hello @@NAME@@, the moon pulls the sea.",
        "Hello __NAME__, the moon pulls the sea.",
        "Hello {0}, the moon pulls the sea.",
    ],
}
RIGHT = [
    ("Java generics", "How do I declare a list?", "Write List<String> or vector<T>; Map<K, V> has two of them."),
    ("arrows", QUESTION, "The moon <-- pulls --> the sea <!> so."),
    ("comparisons", QUESTION, "If x < y > z holds, then a<b and b>c."),
    ("autolinks", QUESTION, "See <https://example.org/tides> or write to <user@example.org>."),
    (
        "HTML lesson",
        "What does the <p> tag do in HTML?",
        "It opens a paragraph: <p>Text</p>. Write &lt;p&gt; to show it.",
    ),
    ("HTML asked for", "Write an HTML page that greets.", "<html>\n<body>\n<p>Hello</p>\n</body>\n</html>"),
    ("fence", "Show me a page.", "Here:\n\n```html\n<p>Hi &amp; bye</p>\n```\n\nThat is all."),
    ("inline code", QUESTION, "The tag `<br>` and the entity `&amp;` and `\\n` and `{{name}}` are code."),
    ("tilde fence", "Show me a page.", "Here:\n\n~~~\n<p>{{ name }}</p>\n~~~\n"),
    ("JSX in a fence", "Write a React component.", "```jsx\nconst A = () => <div>{name}</div>;\n```"),
    ("breaks in a table", QUESTION, "| a | b |\n|---|---|\n| x<br>y | z |"),
    ("chemistry", QUESTION, "Water is H<sub>2</sub>O, and 10<sup>3</sup> is a thousand. Press <kbd>Ctrl</kbd>."),
    ("names with &", QUESTION, "AT&T, R&D; Q&A, Marks & Spencer and B&B."),
    ("C references", "What is a reference in C++?", "Take the address: p = &value; q = &amplitude; then use it."),
    ("query string", QUESTION, "Open https://example.org/?a=1&copy=2&lt=3 in a browser."),
    ("LaTeX", QUESTION, r"The gradient \(\nabla f\) times $\theta$ is \times \nu \text{max} \tan \neq \rho."),
    ("LaTeX rows", QUESTION, "\\begin{align}a &= b \\\\\n c &= d\\end{align}"),
    ("Windows paths", QUESTION, r"Save it to C:\new\test\readme.txt or \\server\notes\today."),
    ("relative path", QUESTION, r"Open src\test\notes.txt and bin\run."),
    ("regex lesson", r"What does \d+\t match?", r"A regex: digits, then a tab; \n matches a newline."),
    ("escape lesson", r"What is \n?", r"An escape for a newline. Write \t for a tab, \u00e9 for é."),
    ("quoted in code", "How do I print two lines in Python?", 'Call print("one\\ntwo") once.'),
    ("JSON", "Give me JSON.", '{"text": "one\\ntwo \\u00e9"}'),
    ("accents", QUESTION, "São Paulo, AÇÃO, Ärger, Škoda, naïve, Ångström, PÃO E ÁGUA, coração, não."),
    ("French spacing", QUESTION, "Vraiment\u00a0? Oui\u202f! «\u00a0Bonjour\u00a0», dit-il\u00a0: c’est l’été."),
    ("German quotes", QUESTION, "„Ebbe“ und »Flut«, sagte sie – »ja«."),
    ("Vietnamese", QUESTION, "Thủy triều lên xuống hai lần mỗi ngày, tôi là người Việt Nam."),
    ("degrees", QUESTION, "At 20 °C, ± 2 %, 5 µm, 10 £, § 3, ½ cup, 3 × 4."),
    ("Russian", QUESTION, "Прилив и отлив бывают дважды в день: «вода» поднимается."),
    ("Greek", QUESTION, "Η παλίρροια έρχεται δύο φορές την ημέρα."),
    ("emoji", QUESTION, "A family 👨‍👩‍👧‍👦, a runner 🏃🏽‍♀️, a heart ❤️‍🔥, a flag 🏳️‍🌈, a sign ✌🏾 and ☀️."),
    (
        "Scottish flag",
        QUESTION,
        "The flag \U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f waves.",
    ),
    ("Persian", QUESTION, "می\u200cخواهم کتاب\u200cها را بخوانم."),
    ("Hindi", QUESTION, "क्\u200dष और र्\u200dय"),
    ("Arabic with marks", QUESTION, "المد والجزر\u200f (Tide)\u200f مرتان\u061c."),
    ("Hebrew isolates", QUESTION, "הים \u2067גאות\u2069 ושפל."),
    ("Thai", QUESTION, "น้ำ\u200bขึ้น\u200bน้ำลง"),
    ("ligatures", QUESTION, "The ﬁrst ﬂow"),
    ("tabs and newlines", QUESTION, "a\tb\r\nc"),
    ("Jinja lesson", "How do I print a variable in Jinja?", "Write {{ name }}, or {% if name %}...{% endif %}."),
    ("Vue lesson", "How does Vue show a value?", "With {{ message }} in the template."),
    ("LaTeX braces", QUESTION, r"It is x^{{n}} and \frac{{a}}{{b}} and {{x}}^2."),
    ("sets", QUESTION, "The set {a, b} and the path /users/{id} and {x}."),
    ("letter template", "Write a letter of application.", "Dear [Manager],\n\nI apply.\n\nSincerely,\n[Your Name]"),
    ("email template", "Draft an email template.", "Subject: Hello {name}\n\nBest, [YOUR NAME]"),
    ("todo list", "How do I keep a to-do list?", "Write TODO: at the top."),
    ("todo word", QUESTION, "Todo está bien. The TODO app has [x] and [ ] boxes."),
    ("interval in metres", QUESTION, "The depth lies in [5m, 10m]."),
    ("mojibake lesson", "Why do I see â€™?", "UTF-8 was decoded as Latin-1, so â€™ stands for an apostrophe."),
    ("zero-width lesson", "What is a zero-width space?", "It is the character between these bars: |\u200b|."),
    ("none of them", "Which moons of Venus are there? If there are none, say none.", "None"),
    ("null in code", "What does the function return for an empty list?", "None"),
    ("a value", "Extract the name of the author, or N/A.", "N/A"),
    ("options", "Which is it?\nA) moon\nB) sun\nNone", "The moon pulls the sea."),
    ("set in braces", "What is the union of the sets {moon} and {sun}?", "It is {moon, sun}, and {moon} is a part."),
    ("tickers", QUESTION, "The share $NAMX rose, $TSLA fell, and $5 is cheap."),
    ("percents", QUESTION, "About 50%s of it, and 20 %d."),
    ("format lesson", "What does %s do in a format string?", "It stands for text: Hello %s."),
    ("XML", "Write the record as XML.", "<name>Ann</name>"),
    ("Python names", QUESTION, "The method __init__ and the file __name__ are special."),
    ("Python escape", QUESTION, r"The folder src	ools holds it."),
    ("masks", QUESTION, "The <mask> stands for a word, as <city> does."),
    ("footnotes", QUESTION, "The moon pulls[1] the sea [sic] [citation needed]."),
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in ARTIFACTS.items() for text in texts])
def test_an_artifact_is_found(kind, text):
    facts = artifact_facts(*texts_of((QUESTION, text)))
    assert {fact.name for fact in facts if fact.marks} == {kind}


@pytest.mark.parametrize(("prompt", "answer"), [pytest.param(*case[1:], id=case[0]) for case in RIGHT])
def test_what_is_right_is_not(prompt, answer):
    facts = artifact_facts(*texts_of((prompt, answer)))
    assert [(fact.name, fact.marks) for fact in facts if fact.marks] == []


@pytest.mark.parametrize("kind", ["html_tag", "html_entity", "literal_escape", "placeholder", "unfilled_slot"])
@given(st.data())
def test_a_fence_silences(kind, data):
    text = data.draw(st.sampled_from(ARTIFACTS[kind]))
    facts = artifact_facts(*texts_of((QUESTION, f"So:\n\n```\n{text}\n```\n")))
    assert [fact.name for fact in facts if fact.marks] == []


@given(st.lists(st.sampled_from(RIGHT), max_size=4))
def test_clean_records_change_nothing(clean):
    spoilt = [(QUESTION, texts[0]) for texts in ARTIFACTS.values()]
    alone = artifact_facts(*texts_of(*spoilt))
    together = artifact_facts(*texts_of(*spoilt, *(case[1:] for case in clean)))
    assert [fact.marks for fact in alone] == [fact.marks for fact in together]


def test_an_artifact_in_a_prompt_counts():
    facts = {fact.name: fact for fact in artifact_facts(*texts_of(("What is salt &amp; pepper?", "Spices.")))}
    assert facts["html_entity"].marks[0].text == "holds the HTML entity `&amp;` in a prompt"


def test_nothing_to_look_at_has_a_reason():
    assert all(fact.reason and not fact.examined for fact in artifact_facts(*texts_of()))


@pytest.mark.parametrize("given", ["N/A", "none", "No input", "nan", "null", "<noinput>", "Input: None"])
def test_an_input_that_says_that_there_is_none_is_found(given):
    facts = artifact_facts(*texts_of((f"Name a moon.\n{given}", "Europa is one.")))
    assert [fact.name for fact in facts if fact.marks] == ["placeholder"]


@pytest.mark.parametrize("slot", ["{planet}", "<<PLANET>>", "[INSERT PLANET]", "<your planet>", "${planet}", "[TOPIC]"])
def test_a_prompt_with_a_gap_is_found(slot):
    facts = artifact_facts(*texts_of((f"How many moons does {slot} have?", "It has two, and both are small.")))
    assert [fact.name for fact in facts if fact.marks] == ["unfilled_slot"]


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("Fill the gap: The {animal} barks.", "The dog barks."),
        ("Write it in the format {name}: {age}.", "Ann: 5"),
        ("Replace [NAME] by Ann: Hello [NAME]!", "Hello Ann!"),
        ("How do I use {name} in an f-string?", "Write f before the quotation mark."),
        ("Say hello to {name}.", "Hello {name}!"),
    ],
)
def test_a_prompt_that_speaks_of_its_gap_has_none(prompt, answer):
    facts = artifact_facts(*texts_of((prompt, answer)))
    assert [fact.name for fact in facts if fact.marks] == []


def test_a_long_mark_is_cut():
    from tunespec.facts.artifact_markup import html_entity
    from tunespec.facts.artifact_slots import placeholder

    said = placeholder("x" * 100_000, ""), html_entity(f"a &{'amp;' * 5_000}lt; b", "")
    assert all(one is not None and len(one) < 100 for one in said)


def test_a_label_of_the_dataset_is_no_placeholder():
    facts = artifact_facts(*texts_of(*[(f"Tone of {n}?", "none" if n % 3 else "glad") for n in range(30)]))
    assert [fact.name for fact in facts if fact.marks] == []
