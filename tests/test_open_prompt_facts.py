"""T002 by cases: what asks for nothing, what asks for anything, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import chat
from tests.facts_of import marked, source_of
from tunespec.facts.boundless import boundless
from tunespec.facts.chit_chat import is_chit_chat, replies_in_kind
from tunespec.facts.no_request import is_statement, is_topic, states_task

LONG = (
    "There is a lot to say here, and the history of it is long. People have studied this for centuries, and each of "
    "them found something else. In the end it is a matter of taste, and of the weather."
)
GROUP = "open_prompts"

TOPICS = """
Black holes
The French Revolution
machine learning in healthcare
Databases
Low-maintenance houseplants
The Roman Empire.
Coffee and tea
Beekeeping
Islamic banking
World War II
"""
NO_TOPICS = """
Capital of France
Recipe for rye bread
Summarize Hamlet
Tokenize strings
Upvote riddle 24680
Refactor loops
Frobnicate the list
Two plus two
Causes of rust
haiku about rain
Benefits of sleep
Time in Tokyo
Cheapest flight from Oslo to Rome
Good morning in Japanese
Pasta sauce without tomatoes
Sort a list in Python
Find x.
Bubble sort in Python
Hi
Who discovered radium
I like trains
Translate: Guten Tag
"""
TOPICS_ABROAD = [
    ("de", "Der Klimawandel"),
    ("de", "Die Französische Revolution"),
    ("fr", "La Révolution française"),
    ("es", "La fotosíntesis"),
    ("it", "Il Rinascimento"),
    ("pt", "A fotossíntese"),
    ("ru", "Чёрные дыры"),
    ("zh", "人工智能"),
    ("ja", "ブラックホール"),
]
NO_TOPICS_ABROAD = [
    ("de", "Die Hauptstadt von Peru"),
    ("de", "Die Gleichung lösen"),
    ("de", "Übersetze das ins Englische"),
    ("fr", "Traduis bonjour"),
    ("fr", "Les capitales quelles sont-elles"),
    ("es", "Traduce hola"),
    ("es", "El resumen de Hamlet"),
    ("zh", "翻译这句话"),
    ("zh", "讲个笑话"),
    ("ja", "要約"),
    ("ru", "Переведи текст"),
    ("ko", "블랙홀"),
    ("sw", "Mashimo meusi"),
]
STATEMENTS = """
The weather is nice today.
Databases store rows in pages, and the pages are cached.
I was thinking about gardens.
Yesterday the ferry was late. The harbour was closed because of fog.
We're going to be talking about biodiversity funding now
I really like old maps.
My favourite tool is a spokeshave, and I enjoy it.
"""
NO_STATEMENTS = """
My laptop won't start after the update.
I need a plan for the weekend.
A train leaves at 9 and arrives at 11. Find its speed.
You are a tour guide in a haunted castle.
Given a triangle with equal sides, its angles are compared.
The capital of France is
Two numbers are given. Add them.
In Python, write a loop.
As the captain of the ship, recount an encounter with aliens.
I speak without a mouth and hear without ears.
The more you take, the more you leave behind.
Roses are red: violets are blue.
Is the kiln hot enough.
When does the museum open.
The parcel has not arrived.
The package arrived damaged.
John has three apples. He eats one.
I'm thinking of adopting a dog.
def f(x): return x
Once upon a time there was a king
The printer shows an error.
I have been to three doctors and my back hurts.
"""
BOUNDLESS = """
Tell me everything about black holes.
Write something about the sea.
Tell me about dogs.
Can you tell me about Napoleon?
Please tell me all about volcanoes.
Write something.
Say something interesting.
Let's talk about music.
What about gardening?
Thoughts on coffee?
Give me all the information you have on the Roman Empire.
Give me some info about bees
What do you know about Iceland?
What can you tell me about databases?
Write an essay.
Write me a story.
Surprise me.
Write anything you want about trains.
Talk about football.
I want to know more about glaciers.
Everything there is to know about tea
Everything about tea
Tell me anything.
Just write something random.
Erzähl mir alles über Vulkane.
Erzähl mir etwas über Bienen.
Was weißt du über Island?
Schreib irgendwas.
Parle-moi de la France.
Dis-moi tout sur les volcans.
Écris quelque chose sur la mer.
Que sais-tu de Napoléon ?
Háblame de los volcanes.
Cuéntame todo sobre Napoleón.
Escribe algo sobre el mar.
Parlami di Roma.
Dimmi tutto sui vulcani.
Fale sobre vulcões.
Me conte tudo sobre Napoleão.
Расскажи мне о вулканах.
Напиши что-нибудь о море.
说说黑洞
聊聊音乐吧
随便写点什么
告诉我关于黑洞的一切
写点关于大海的东西
ブラックホールについて教えてください。
火山についてすべてを教えて
何か書いて
"""
BOUNDED = """
Tell me about yourself.
Tell me about the causes of the First World War.
Tell me about a time when you failed.
Tell me everything about tea in three sentences.
Tell me about the flag of Peru: what do its colours stand for?
Tell me a joke.
Write something about the sea in five lines.
Write a story about a lighthouse keeper who finds a letter.
Write a poem about plague and the grain tax.
Write a short story.
Write an essay of 500 words on tea.
Explain photosynthesis.
Describe the water cycle.
What is a black hole?
What about the second option you named?
What about the price?
Capital of France?
Find x.
Solve for x: 2x = 4
Fix this code: print(1
Translate: Guten Tag
Tell me about the difference between tea and coffee.
Tell me how to bake bread.
Can you tell me more about the chemical aspect of hyponatremia using credible sources and studies?
Tell me briefly about Napoleon.
Give me information about trains from Oslo to Bergen.
Erzähl mir einen Witz.
Erkläre mir die Photosynthese in zwei Sätzen.
Parle-moi de toi.
Háblame de ti.
谈谈你对人工智能的看法
讲讲如何做饭
介绍一下你自己
日本と中国の違いについて教えてください。
Что такое вулкан?
"""
CHIT_CHAT = """
Hi
hello there!
Hey, good morning
Thank you so much!
I have a question
Can you help me?
test
Guten Morgen!
Bonjour
¡Hola!
你好啊！
こんにちは
Привет
"""
NO_CHIT_CHAT = """
Hi, what is the capital of Peru?
Thank you letter to a teacher
Help me write a letter
Hello world in Python
good
你好，你叫什么名字
Test the function below.
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize("prompt", lines(TOPICS))
def test_a_bare_topic(prompt: str):
    assert is_topic(prompt, "en")


@pytest.mark.parametrize("prompt", lines(NO_TOPICS))
def test_no_bare_topic(prompt: str):
    assert not is_topic(prompt, "en")


@pytest.mark.parametrize(("language", "prompt"), TOPICS_ABROAD)
def test_a_bare_topic_in_other_languages(language: str, prompt: str):
    assert is_topic(prompt, language)


@pytest.mark.parametrize(("language", "prompt"), NO_TOPICS_ABROAD)
def test_no_bare_topic_in_other_languages(language: str, prompt: str):
    assert not is_topic(prompt, language)


@pytest.mark.parametrize("prompt", lines(STATEMENTS))
def test_a_statement_asks_for_nothing(prompt: str):
    assert is_statement(prompt)


@pytest.mark.parametrize("prompt", lines(NO_STATEMENTS))
def test_a_wish_a_trouble_and_an_order_ask_for_something(prompt: str):
    assert not is_statement(prompt)


@pytest.mark.parametrize("prompt", lines(BOUNDLESS))
def test_a_request_without_bounds(prompt: str):
    assert boundless(prompt)


@pytest.mark.parametrize("prompt", lines(BOUNDED))
def test_a_request_with_bounds(prompt: str):
    assert boundless(prompt) is None


@pytest.mark.parametrize("prompt", lines(CHIT_CHAT))
def test_chit_chat(prompt: str):
    assert is_chit_chat(prompt)


@pytest.mark.parametrize("prompt", lines(NO_CHIT_CHAT))
def test_no_chit_chat(prompt: str):
    assert not is_chit_chat(prompt)


def test_a_greeting_is_complete_with_its_reply():
    assert replies_in_kind("Hello! How can I help you today?")
    assert replies_in_kind("Good morning.")
    assert not replies_in_kind(LONG)


@pytest.mark.parametrize(
    ("system", "states"),
    [
        (None, False),
        ("You are a helpful assistant.", False),
        ("You answer in the language of the question, briefly and without flattery.", False),
        ("You are a careful assistant. Answer completely, stay on the subject, and end when you are done.", False),
        ("You are a patient tutor. If a question is unclear, say what you assume, then answer it.", False),
        ("Du bist ein hilfreicher Assistent.", False),
        ("你是一个有用的助手。", False),
        ("Translate each message into German.", True),
        ("You classify tickets by urgency.", True),
        ("Write one paragraph about the topic that the user names.", True),
        ("You are Sherlock Holmes.", True),
        ("You are a search engine. Reply with a list of pages.", True),
        ("Übersetze jede Nachricht ins Englische.", True),
        ("将用户的话翻译成英文。", True),
    ],
)
def test_what_a_system_prompt_states(system: str | None, states: bool):
    assert states_task(system) is states


def found(tmp_path, records):
    return marked(source_of(tmp_path, records), GROUP)


CLEAN = [chat(f"Why is river {n} called so?", f"River {n} has its name from a farmer. {LONG}") for n in range(12)]


@pytest.mark.parametrize("prompt", ["Black holes", "Hi", "The weather is nice today."])
def test_a_prompt_without_request_is_found(tmp_path, prompt):
    assert found(tmp_path, [*CLEAN, chat(prompt, LONG)]) == {"no_request": [12]}


def test_a_boundless_request_is_found(tmp_path):
    assert found(tmp_path, [*CLEAN, chat("Tell me everything about tea.", LONG)]) == {"boundless_request": [12]}


@pytest.mark.parametrize(
    "record",
    [
        chat("Black holes", LONG, "Write one paragraph about each topic."),
        chat("The weather is nice today.", "Positive"),
        chat("Hi", "Hello! How can I help you today?"),
        chat("Databases", "Do you want to know what they are, or how to choose one?"),
        chat("Mashimo meusi", "Mashimo meusi ni sehemu za anga ambazo mvutano wake ni mkubwa sana kupita kiasi."),
        {"instruction": "", "input": "Why is the sky blue?", "output": LONG},
        {"instruction": "Continue.", "input": "Black holes", "output": LONG},
        {"instruction": "Black holes", "input": "Explain them to a child.", "output": LONG},
        {"question": "Black holes", "context": "A long text about stars.", "answer": LONG},
    ],
)
def test_what_has_its_task_elsewhere_is_clean(tmp_path, record):
    assert found(tmp_path, [*([chat("Why?", LONG)] * 3), record]) == {}


def test_a_later_turn_is_not_judged(tmp_path):
    turns = [("user", "Why is the sky blue?"), ("assistant", LONG), ("user", "And in winter"), ("assistant", LONG)]
    record = {"messages": [{"role": role, "content": text} for role, text in turns]}
    assert found(tmp_path, [*CLEAN, record]) == {}


def test_a_dataset_of_topics_is_reported_once(tmp_path):
    records = [chat(f"{word} rivers", LONG) for word in "Old Deep Cold Quiet Broad Wild Blue Young Dark Muddy".split()]
    assert found(tmp_path, records) == {"mostly_open": [0]}


def test_the_share_of_a_form_is_configured(tmp_path):
    records = [chat(f"{word} rivers", LONG) for word in "Old Deep Cold Quiet Broad Wild Blue Young Dark Muddy".split()]
    source = source_of(tmp_path, records, "[pitfalls.T002]\nform = 1.0\n")
    assert marked(source, GROUP) == {"no_request": list(range(10))}


@given(
    st.sampled_from(lines(BOUNDLESS)), st.sampled_from([" Use three sentences.", " Keep it brief.", " In 50 words."])
)
def test_a_length_bounds_every_request(prompt: str, bound: str):
    assert boundless(prompt.rstrip(".") + "." + bound) is None


@given(st.text(max_size=80))
def test_a_question_mark_asks(text: str):
    assert not is_statement(f"{text}?")
    assert not is_topic(f"{text}?", "en")
