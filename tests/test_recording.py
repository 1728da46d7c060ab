"""A model's answers, written down and read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.answer_sources import LIVE, answered, found, reasons, source_of
from tunespec.config import Config
from tunespec.errors import CannotJudgeError
from tunespec.findings import Place
from tunespec.inference.answered import Call, Reply, Served
from tunespec.inference.probe import are_probes
from tunespec.inference.recorded import is_recording, read_recorded
from tunespec.inference.recording import answer_of, open_recording, served_of, write_recording
from tunespec.inference.source import AnswerSource
from tunespec.inference.tables import GROUPS
from tunespec.progress import Progress
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile, Recording

SYSTEM = {"role": "system", "content": "The code name is Marigold."}
ASKED = answered(
    "What is the code name?",
    "It is Heron.",
    before=(SYSTEM,),
    expected={"must": ("Marigold",), "any": (), "must_not": (), "context": ("Marigold",), "secret": ()},
)
KINDS = [kind for group in GROUPS for kind in group.split()]
RUNAWAY = answered("Count.", "1, 2, 3", reason="length", runaway=True, own=False, case="long")


def written(folder, *answers):
    path = folder / "out" / "answers.jsonl"
    write_recording(path, answers, LIVE)
    return path


def read(path):
    return recorded(path).answered


def recorded(path):
    return read_recorded((DataFile(path, path.name, None, "jsonl"),), Shapes({}, {}))


def kept(one):
    expected = {key: texts for key, texts in one.expected.items() if texts}
    return replace(one, expected=expected, place=None)


WHOLE = Reply("It is Heron.", reason="stop", tokens=4, prompt_tokens=20, seconds=0.5, pieces=("It is", " Heron."))
REPLIES = {
    "answered": WHOLE,
    "cut": replace(WHOLE, reason="length"),
    "ended without saying why": replace(WHOLE, reason=""),
    "abandoned": replace(WHOLE, reason=None, abandoned=True),
    "thoughts without end": Reply("", pieces=(), thoughts=4160, tokens=4160, abandoned=True),
    "a stop that was told": replace(WHOLE, stop="### End"),
    "a token that was told": replace(WHOLE, stop=""),
    "broken off": replace(WHOLE, reason=None, tokens=None),
    "refused": Reply("", reason="refused", overlong=True),
    "overlong": replace(WHOLE, overlong=True),
    "calls": Reply("", reason="stop", calls=(Call("forecast_of", {"place": "Lisbon"}), Call("", "no JSON"))),
    "unknown": Reply("It is Heron.", noted=False),
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_what_was_written_is_read_again(tmp_path, reply):
    shown = replace(ASKED, reply=reply, rendered="You: What is the code name?", generated="You: What?")
    one = replace(shown, again=WHOLE, repeated=WHOLE, raw=replace(WHOLE, text="It is Heron.### End"))
    assert [kept(again) for again in read(written(tmp_path, one, RUNAWAY))] == [kept(one), kept(RUNAWAY)]


def test_tools_and_calls_are_read_again(tmp_path):
    call = {"id": "c1", "type": "function", "function": {"name": "forecast_of", "arguments": {"place": "Faro"}}}
    before = (
        {"role": "user", "content": "Rain?"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "Dry.", "tool_call_id": "c1", "name": "forecast_of"},
    )
    tools = ({"type": "function", "function": {"name": "forecast_of", "parameters": {"type": "object"}}},)
    one = replace(answered("And in Porto?", "", before=before), tools=tools, case="tools", reply=REPLIES["calls"])
    every = [replace(one, call=call) for call in (None, (), ("forecast_of",))]
    every.append(replace(one, reply=Reply("", reason="refused")))
    assert [kept(again) for again in read(written(tmp_path, *every))] == [kept(one) for one in every]


@given(question=st.text(min_size=1), text=st.text())
def test_any_text_survives(tmp_path_factory, question, text):
    one = answered(question, text)
    assert [kept(again) for again in read(written(tmp_path_factory.mktemp("any"), one))] == [kept(one)]


def test_the_columns_of_the_project_are_those_of_its_data(tmp_path):
    path = written(tmp_path, ASKED)
    file = DataFile(path, path.name, None, "jsonl")
    columns = Shapes({"prompt": "id", "answer": "model"}, {"user": "usager"})
    assert [kept(one) for one in read_recorded((file,), columns).answered] == [kept(ASKED)]


SERVED = Served(
    "tuned",
    "Ollama 0.34.2",
    "abc",
    "{{ .Prompt }}",
    "Be kind.",
    ("### End",),
    1024,
    4096,
    {"top_k": 40},
    rendering=True,
)
SILENT = Served("tuned", "vLLM", kind="openai")


@pytest.mark.parametrize("served", [SERVED, SILENT], ids=["Ollama", "vLLM"])
def test_what_the_server_said_is_read_again(tmp_path, served):
    path = tmp_path / "answers.jsonl"
    write_recording(path, [ASKED, RUNAWAY], served)
    read_again = recorded(path).served
    assert replace(read_again, asked=None) == served
    assert abs(datetime.now(UTC) - read_again.asked) < timedelta(minutes=1)


def test_a_prompt_with_a_date_is_foreseen_as_of_the_day_on_which_it_was_recorded(tmp_path):
    template = "{{ currentDate }}{{ range .Messages }} {{ .Content }}{{ end }}"
    served = replace(SERVED, template=template, system="", asked=datetime(2024, 2, 29, 12, tzinfo=UTC))
    path = tmp_path / "answers.jsonl"
    one = answered("Which day is it?", "Thursday.", rendered="2024-02-29 Which day is it?")
    write_recording(path, [one], served)
    source = source_of(tmp_path, recorded(path).answered, served=recorded(path).served)
    assert (found(source, "unforeseen_rendering"), reasons(source, "unforeseen_rendering")) == (
        {},
        {"unforeseen_rendering": None},
    )


def test_answers_of_several_models_tell_of_no_server(tmp_path):
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path, served in zip(paths, (SERVED, replace(SERVED, limit=None)), strict=True):
        write_recording(path, [ASKED, RUNAWAY], served)
    (tmp_path / "both.jsonl").write_bytes(b"".join(path.read_bytes() for path in paths))
    assert recorded(tmp_path / "both.jsonl").served is None
    line = orjson.loads(paths[0].read_bytes().splitlines()[0])
    (tmp_path / "foreign.jsonl").write_bytes(orjson.dumps({key: line[key] for key in line if key != "tunespec"}))
    assert recorded(tmp_path / "foreign.jsonl").served is None
    assert [one.reply.ended for one in recorded(tmp_path / "foreign.jsonl").answered] == [None]


@given(st.recursive(st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3), lambda inner: st.lists(
    inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["served", "name", "server", "stops", "limit", "ended", "pieces", "again", "text", "rendered", "options"]
    ), inner, max_size=5), max_leaves=20))  # fmt: skip
def test_a_recording_that_somebody_edited_is_read_as_far_as_it_tells(told):
    messages = [None, {}, {"role": "user"}]
    line = {"id": 1, "model": "m", "digest": "", "messages": messages, "reply": "Yes.", "must": [" ", "Yes"]}
    one = answer_of(line | {"tunespec": told}, Place("a.jsonl", 1, 0, ""))
    assert one.messages == ({"role": "", "content": ""}, {"role": "user", "content": ""})
    assert (one.reply.text, one.expected) == ("Yes.", {"must": ("Yes",)})
    assert served_of(line | {"tunespec": told}) is None or told["served"]


CODE = "```python\nprint('It is Heron"
LIVE_ANSWERS = (
    replace(ASKED, reply=REPLIES["refused"]),
    replace(ASKED, reply=REPLIES["overlong"], rendered="What is the code name?"),
    replace(ASKED, reply=replace(REPLIES["abandoned"], text=CODE, pieces=tuple(CODE))),
    replace(ASKED, reply=replace(REPLIES["broken off"], text=CODE, pieces=tuple(CODE))),
    replace(ASKED, reply=replace(WHOLE, tokens=2000)),
    replace(ASKED, reply=replace(WHOLE, text="It is Heron.### End and on")),
    replace(ASKED, again=replace(WHOLE, text="It is"), repeated=ASKED.reply, raw=replace(WHOLE, text="It is Heron")),
    RUNAWAY,
)


@pytest.mark.parametrize("limit", [None, 1024])
def test_a_recording_is_judged_as_the_live_model_was(tmp_path, limit):
    served = replace(SERVED, limit=limit, template="{{ range .Messages }}{{ .Content }}{{ end }}")
    path = tmp_path / "answers.jsonl"
    write_recording(path, LIVE_ANSWERS, served)
    live = found(source_of(tmp_path, LIVE_ANSWERS, served=served), *KINDS)
    assert {"aborted_answer", "truncated_context", "lost_context", "stream_differs", "unheard_stop"} <= set(live)
    assert ("endless_answer" if limit is None else "limit_not_kept") in live
    assert "code_fence" not in live
    source = source_of(tmp_path, recorded(path).answered, served=recorded(path).served)
    assert found(source, *KINDS) == live
    subject = Recording(path.name, (DataFile(path, path.name, None, "jsonl"),))
    profile = AnswerSource(subject, Config(tmp_path), Progress()).described()["profile"]
    assert (profile["server"], profile["limit"], profile["deterministic"]) == ("Ollama 0.34.2", limit, True)


def test_a_recording_is_known_by_its_content_and_is_no_probe_file(tmp_path):
    records = [orjson.loads(line) for line in written(tmp_path, ASKED, RUNAWAY).read_bytes().splitlines()]
    assert all(map(is_recording, records))
    assert not are_probes(records)


def test_a_recording_is_judged_by_what_its_probes_expected(tmp_path):
    source = source_of(tmp_path, read(written(tmp_path, ASKED)), served=None)
    assert found(source, "missed_expectation") == {
        "missed_expectation": [(0, "`one` does not hold `Marigold`, though the system message says it")]
    }


def test_a_file_that_cannot_be_written_is_told_before_the_model_is_asked(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CannotJudgeError, match=r"--record .*answers.jsonl: "):
        open_recording(tmp_path / "file" / "answers.jsonl")


def test_an_older_recording_stays_until_there_is_a_new_one(tmp_path):
    path = written(tmp_path, ASKED)
    open_recording(path)
    assert [one.id for one in read(path)] == [ASKED.id]
    (path.parent / "empty.jsonl").touch()
    open_recording(path.parent / "empty.jsonl")


def test_what_is_no_file_is_not_replaced(tmp_path):
    with pytest.raises(CannotJudgeError, match=r"--record .*: this is no file"):
        open_recording(tmp_path)
