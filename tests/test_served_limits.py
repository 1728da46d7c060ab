"""I001's facts of a served model: the limit and the context that the server itself says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.answer_sources import LIVE, answered, found, reasons, source_of
from tests.template_facts import sources_of, write_files
from tunespec.subjects import ServedModel

KINDS = ("no_limit", "limit_off", "limit_beyond_context")
FROM = "FROM ./model.gguf\n"
JINJA = "{% for m in messages %}{{ m.role }}: {{ m.content }}{% endfor %}"
OPEN = "a model that does not stop writes until 10 times the context is full"
NONE_SET = {"no_limit": [(0, f"the served model has no num_predict: {OPEN}")]}
BEYOND = "its num_predict is 8,000, and the context holds 4,096 tokens, prompt and answer together"


def served(**options):
    limit = options.get("num_predict", 0)
    return replace(LIVE, limit=limit if limit > 0 else None, options=options)


def source(folder, served, files=None):
    pairs = sources_of(write_files(folder / "pair", files)) if files else {}
    template = next(iter(pairs.values()), None)
    return source_of(folder, [answered("Where?", "Rome.")] * 2, served=served, template=template)


@pytest.mark.parametrize(
    ("options", "marks"),
    [
        ({}, NONE_SET),
        ({"num_predict": 1024}, {}),
        ({"num_predict": -1}, {"limit_off": [(0, f"the served model's num_predict is -1, which is no limit: {OPEN}")]}),
        ({"num_predict": 0}, {"limit_off": [(0, f"the served model's num_predict is 0, which is no limit: {OPEN}")]}),
        ({"num_predict": 8000}, {"limit_beyond_context": [(0, BEYOND)]}),
        ({"num_predict": 4096}, {"limit_beyond_context": [(0, BEYOND.replace("8,000", "4,096"))]}),
    ],
)
def test_what_the_server_says_of_its_limit(tmp_path, options, marks):
    assert found(source(tmp_path, served(**options)), *KINDS) == marks


def test_a_template_without_a_modelfile_says_nothing_of_limits(tmp_path):
    assert found(source(tmp_path, served(), {"chat_template.jinja": JINJA}), *KINDS) == NONE_SET


@pytest.mark.parametrize(
    ("more", "options", "kinds"),
    [
        ("", {}, []),
        ("PARAMETER num_predict -1\n", {"num_predict": -1}, []),
        ("PARAMETER num_predict 8000\nPARAMETER num_ctx 4096\n", {"num_predict": 8000}, []),
        ("PARAMETER num_predict 8000\n", {"num_predict": 8000}, ["limit_beyond_context"]),  # by the server's default
    ],
)
def test_what_a_modelfile_at_hand_says_is_told_there(tmp_path, more, options, kinds):
    modelfile = {"Modelfile": FROM + more}
    assert list(found(source(tmp_path, served(**options), modelfile), *KINDS)) == kinds


def test_the_callers_limit_counts_before_the_models(tmp_path):
    """Also where several callers set different ones, of which none is asked with."""
    sets = replace(served(), limit=300, given={"limit": "ask.py:3"})
    assert found(source(tmp_path, sets), *KINDS) == {}
    beyond = replace(sets, limit=8000)
    said = "the limit of ask.py:3 is 8,000, and the context holds 4,096 tokens, prompt and answer together"
    assert found(source(tmp_path, beyond), *KINDS) == {"limit_beyond_context": [(0, said)]}


def asking(*limits):
    return "import ollama\n" + "".join(
        f"ollama.chat(model='tuned', messages=[], options={{'num_predict': {limit}}})\n" if limit else
        "ollama.chat(model='tuned', messages=[])\n"
        for limit in limits
    )  # fmt: skip


@pytest.mark.parametrize(("limits", "kinds"), [((200, 300), []), ((200, None), ["no_limit"]), ((None,), ["no_limit"])])
def test_callers_that_all_set_a_limit_need_none_of_the_models(tmp_path, limits, kinds):
    folder = write_files(tmp_path / "asking", {"ask.py": asking(*limits)})
    (pair,) = sources_of(folder).values()
    one = source(tmp_path, served())
    one.subject = replace(one.subject, clients=pair.pair.of("script"))
    assert isinstance(one.subject, ServedModel)
    assert list(found(one, *KINDS)) == kinds
    assert list(found(source(tmp_path, served(), {"ask.py": asking(*limits), "t.jinja": JINJA}), *KINDS)) == kinds


def test_why_nothing_is_judged(tmp_path):
    recorded = reasons(source_of(tmp_path, [answered("Where?", "Rome.")], served=None), *KINDS)
    assert set(recorded.values()) == {"recorded outputs do not say which limit their model had"}
    other = replace(LIVE, limit=None, context=None, kind="openai", server="vLLM 0.12")
    assert reasons(source(tmp_path, other), *KINDS) == {
        "no_limit": "vLLM 0.12 does not say which limit a model itself has",
        "limit_off": "vLLM 0.12 does not say which limit a model itself has",
        "limit_beyond_context": "no limit is set, or vLLM 0.12 does not say how many tokens the context holds",
    }
    told = reasons(source(tmp_path, served(), {"Modelfile": FROM}), *KINDS)
    assert told["no_limit"] == "the Modelfile at hand says it: the table `limits` judges that"
    assert told["limit_off"] == "the served model has no limit of its own"
