"""``tunespec.trim``: a raw text is cut where the server cuts it, whole and as a stream."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.stop_law import engine
from tunespec import Trimmer, trim

# Few letters, so that stop sequences overlap, begin and are contained in each other; é takes two bytes.
TEXTS = st.text("ab#é\n", max_size=30)
STOPS = st.lists(st.text("ab#é\n", min_size=1, max_size=4), max_size=4)
REASONS = st.sampled_from(["stop", "length", None])
ENGINES = st.sampled_from(["llama-server", "runner"])


def streamed(pieces, stops, reason="stop", **more):
    trimmer = Trimmer(stops, **more)
    return [*(trimmer.feed(piece) for piece in pieces), trimmer.finish(reason)]


def nested(stops):
    """Whether one stop sequence stands within another, neither at its beginning nor at its end."""
    return any(one in other[1:-1] for one in stops for other in stops)


@pytest.mark.parametrize(
    ("text", "stops", "reason", "answer"),
    [
        # Measured on Ollama 0.34.2 with a scripted model.
        (" Paris is the capital.\n### End\n", ["### End"], "stop", " Paris is the capital.\n"),
        (" Paris is the capital.\n### End\n", [], "stop", " Paris is the capital.\n### End\n"),
        (" Paris is the capital.\n### End\n", [""], "stop", ""),
        (" Paris.\n##", ["### End"], "stop", " Paris.\n##"),
        (" Paris.\n##", ["### End"], "length", " Paris.\n"),
        (" Paris.\n##", ["### End"], None, " Paris.\n"),
        # The text behind the first one counts no more, whatever the list's order.
        ("a User: b ### End", ["### End", "User:"], "stop", "a "),
        # Of two that end in one place, the one that begins first.
        ("a\nUser: b", ["User:", "\nUser:"], "stop", "a"),
        # Everything since the engine last sent something is held back, not only the longest beginning.
        ("a ######", ["### End"], "length", "a "),
        ("a ###### b", ["### End"], "length", "a ###### b"),
        ("a ######", ["### End"], "stop", "a ######"),
        ("", ["### End"], "stop", ""),
        # Complete within another: the first that is complete.
        ("a ### End ###", ["### End ###", "End"], "stop", "a ### "),
    ],
)
def test_an_answer_is_what_the_server_sends(text, stops, reason, answer):
    assert trim(text, stops, reason) == answer


def test_the_engine_before_0_30_sends_what_it_held_back_and_goes_by_its_list():
    assert trim("Paris.\n##", ["### End"], "length", engine="runner") == "Paris.\n##"
    assert trim("a\nUser: b", ["User:", "\nUser:"], engine="runner") == "a\n"
    assert trim("Paris.\n##", ["### End"], None, engine="runner") == "Paris.\n"


def test_a_stream_shows_what_cannot_be_a_marker_at_once():
    assert streamed(["It is ", "blue", ".\n#", "## ", "End", "\nmore"], ["### End"]) == [
        "It is ",
        "blue",
        ".\n",
        "",
        "",
        "",
        "",
    ]
    assert streamed(["C", "#", " is", " it"], ["### End"]) == ["C", "", "# is", " it", ""]


def test_a_stop_given_as_one_text_is_refused():
    with pytest.raises(TypeError, match=r"a list of texts, not one text: \['### End'\]"):
        trim("a", "### End")


@given(TEXTS, STOPS, REASONS, ENGINES)
def test_the_law_is_the_engine_s_with_one_character_in_each_token(text, stops, reason, name):
    assert trim(text, stops, reason, engine=name) == engine(text, stops, reason, name)


@given(st.lists(TEXTS), STOPS)
@example(["a", "##b"], ["##", "b#"])
def test_whatever_the_tokens_are_a_finished_answer_is_the_engine_s(tokens, stops):
    if not nested(stops):
        assert trim("".join(tokens), stops) == engine(tokens, stops, "stop")


@given(st.lists(TEXTS), STOPS)
def test_at_the_limit_an_engine_with_longer_tokens_can_only_lose_more(tokens, stops):
    if not nested(stops):
        assert trim("".join(tokens), stops, "length").startswith(engine(tokens, stops, "length"))


@given(st.lists(TEXTS), STOPS, REASONS, ENGINES)
def test_any_split_into_pieces_gives_the_same(pieces, stops, reason, name):
    assert "".join(streamed(pieces, stops, reason, engine=name)) == trim("".join(pieces), stops, reason, engine=name)


@given(TEXTS, STOPS, REASONS, ENGINES)
def test_an_answer_is_a_beginning_of_the_text_without_a_stop_sequence(text, stops, reason, name):
    answer = trim(text, stops, reason, engine=name)
    assert text.startswith(answer)
    assert not any(stop in answer for stop in stops)


@given(TEXTS, STOPS, ENGINES)
def test_a_trimmed_answer_stays_as_it_is(text, stops, name):
    answer = trim(text, stops, engine=name)
    assert trim(answer, stops, engine=name) == answer


@given(st.lists(TEXTS), STOPS, st.lists(TEXTS))
def test_nothing_shown_is_withdrawn_and_no_beginning_of_a_marker_is_shown(pieces, stops, more):
    trimmer = Trimmer(stops)
    shown = "".join(map(trimmer.feed, pieces))
    assert trim("".join([*pieces, *more]), stops, "length").startswith(shown)
    if not trimmer.stopped:
        assert not any(shown.endswith(stop[:count]) for stop in stops for count in range(1, len(stop)))
