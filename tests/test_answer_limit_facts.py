"""I001's facts: an answer and its limit, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.answer_sources import LIVE, answered, found, reasons, source_of
from tunespec.inference.answered import Reply

KINDS = ("endless_answer", "unended_answer", "limit_not_kept", "cut_at_limit", "mostly_cut", "aborted_answer")
HIGH, NONE = replace(LIVE, limit=4096), replace(LIVE, limit=None)
LLAMA_CPP = replace(NONE, server="llama.cpp b10970", kind="llama.cpp")
VLLM = replace(NONE, server="vLLM 0.12", kind="openai")
GUARD = 1040


def one(reason=None, pieces=GUARD, abandoned=False, thoughts=0, **more):
    texts = tuple("on " for _ in range(pieces))
    counts = {"tokens": pieces + thoughts, "thoughts": thoughts}
    reply = Reply("".join(texts), reason, pieces=texts, abandoned=abandoned, **counts)
    return replace(answered("Go on?", ""), reply=reply, **more)


def broken(*texts):
    return replace(answered("Go on?", ""), reply=Reply("".join(texts), pieces=texts))


HUNG_UP, BROKEN = one(abandoned=True), one(pieces=100)


@pytest.mark.parametrize(
    ("answer", "served", "kind", "said"),
    [
        (HUNG_UP, HIGH, "unended_answer", "no end after 1,040 pieces, and the limit is 4,096 tokens; we hung up"),
        (HUNG_UP, LIVE, "limit_not_kept", "1,040 tokens, where the limit is 1,024"),
        (HUNG_UP, NONE, "endless_answer", "no end after 1,040 pieces, and no limit is set; we hung up"),
        (
            HUNG_UP,
            VLLM,
            "endless_answer",
            "no end after 1,040 pieces, and neither server nor `max_tokens` says a limit; we hung up",
        ),
        (one("length"), HIGH, "cut_at_limit", "the limit ended the answer after 1,040 tokens, the model did not"),
        (
            BROKEN,
            LIVE,
            "aborted_answer",
            "the server broke the answer off after 100 pieces: it does that when one piece repeats",
        ),
        (
            BROKEN,
            LLAMA_CPP,
            "aborted_answer",
            "the server broke the answer off after 100 pieces, before the model ended it",
        ),
    ],
)
def test_an_answer_without_its_own_end(tmp_path, answer, served, kind, said):
    assert found(source_of(tmp_path, [answer], served=served), *KINDS) == {kind: [(0, said)]}


OFF = "the server broke the answer off after"
REPEATS = ": it does that when one piece repeats"


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([" Oslo"], f"{OFF} 1 piece, before the model ended it"),
        ([], f"{OFF} 0 pieces, before the model ended it"),
        (["Oslo", *["a"] * 29], f"{OFF} 30 pieces, before the model ended it"),
        (["Oslo", *["a", " a"] * 15], f"{OFF} 31 pieces{REPEATS}"),
        (["Oslo", *["a", "b"] * 15], f"{OFF} 31 pieces, before the model ended it"),
        ([*["a"] * 40, "b"], f"{OFF} 41 pieces, before the model ended it"),
    ],
)
def test_a_piece_that_repeats_is_named_only_where_one_does(tmp_path, texts, said):
    """Ollama compares the pieces without their blanks; its older versions take 30 of them."""
    assert found(source_of(tmp_path, [broken(*texts)]), *KINDS) == {"aborted_answer": [(0, said)]}


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (0, "no end after 4,160 pieces of thought, and no limit is set; we hung up"),
        (7, "no end after 4,160 pieces of thought and 7 of text, and no limit is set; we hung up"),
    ],
)
def test_thoughts_without_end(tmp_path, pieces, said):
    thinking = one(pieces=pieces, thoughts=4160, abandoned=True)
    assert found(source_of(tmp_path, [thinking], served=NONE), *KINDS) == {"endless_answer": [(0, said)]}
    more = {"limit_not_kept": [(0, f"{4160 + pieces:,} tokens, where the limit is 1,024")]}
    assert found(source_of(tmp_path, [thinking]), *KINDS) == more


def test_an_answer_that_is_meant_to_have_no_end(tmp_path):
    meant = replace(HUNG_UP, runaway=True)
    assert found(source_of(tmp_path, [meant], served=HIGH), *KINDS) == {}
    why = reasons(source_of(tmp_path, [meant], served=HIGH), *KINDS)
    assert why["unended_answer"] == "every answer is meant to have no end"
    assert list(found(source_of(tmp_path, [meant], served=NONE), *KINDS)) == ["endless_answer"]


def test_reasons_are_those_of_what_was_judged(tmp_path):
    """A live model's answers do say why they ended."""
    why = reasons(source_of(tmp_path, [HUNG_UP], served=NONE), *KINDS)
    assert why["cut_at_limit"] == "no answer came to an end, of those that are meant to have one"
    assert why["unended_answer"] == "an answer without an end is an endless one where no limit is known"
    recorded = [replace(one(), reply=Reply("Rome.", noted=False))]
    why = reasons(source_of(tmp_path, recorded, served=None), *KINDS)
    assert why["cut_at_limit"] == "the recorded outputs do not say why they ended (done_reason, finish_reason)"
    assert why["unended_answer"] == "recorded outputs do not say what their server was told"


@pytest.mark.parametrize(
    ("cut", "ended", "kinds"),
    [(2, 0, {"cut_at_limit"}), (2, 2, {"cut_at_limit"}), (3, 3, {"cut_at_limit"}), (3, 2, {"mostly_cut"})],
)
def test_a_model_that_does_not_end_by_itself(tmp_path, cut, ended, kinds):
    answers = [one("stop", pieces=9)] * ended + [one("length")] * cut
    marks = found(source_of(tmp_path, answers, served=HIGH), *KINDS)
    assert set(marks) == kinds
    assert marks.get("mostly_cut", [(ended, "")])[0][0] == ended


def test_runaways_do_not_count_as_answers_that_do_not_end(tmp_path):
    meant = [one("length", runaway=True)] * 3
    assert found(source_of(tmp_path, [*meant, one("stop", pieces=9)], served=HIGH), *KINDS) == {}
