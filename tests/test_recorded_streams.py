"""What clients of other servers have on disk: streams as they came, Responses, batches, samples of a harness.

The shapes are those of openai-python 3.51 (types/chat, types/responses), vLLM (vllm/entrypoints/openai/run_batch.py),
text-generation-inference (router/src/lib.rs) and lm-evaluation-harness 0.4.13 (lm_eval/evaluator.py,
lm_eval/loggers/evaluation_tracker.py).
"""

from __future__ import annotations

import json
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.answer_sources import found as marked
from tests.answer_sources import source_of
from tests.test_recorded import recorded, told
from tunespec.errors import CannotJudgeError
from tunespec.inference.answered import Call
from tunespec.inference.chunks import whole_answers
from tunespec.inference.recorded import read_recorded
from tunespec.inference.streams import Numbered
from tunespec.paths import files_under
from tunespec.reading import Row
from tunespec.recognise import recognise
from tunespec.shapes import Shapes
from tunespec.subjects import DataFile

USAGE = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}


def chunk(text, reason=None, *, name="chatcmpl-1", index=0, **more):
    choice = {"index": index, "delta": {"content": text, **more}, "logprobs": None, "finish_reason": reason}
    return {"id": name, "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def usage(name="chatcmpl-1"):
    return {"id": name, "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": USAGE}


ROME = [chunk("", role="assistant"), chunk("It is"), chunk(" Rome."), chunk(None, "length"), usage()]


def events(*values, named=False):
    """Server-sent events as `curl -N` writes them; some servers name each."""
    return b"".join(
        (b"event: %s\n" % value["type"].encode() if named else b"") + b"data: " + json.dumps(value).encode() + b"\n\n"
        for value in values
    )


def of_bytes(folder, content, name="outputs.jsonl"):
    path = folder / name
    path.write_bytes(content)
    return read_recorded((DataFile(path, path.name, None, "jsonl"),), Shapes())


def test_chunks_are_one_answer(tmp_path):
    found = recorded(tmp_path, *ROME, chunk("Paris.", name="chatcmpl-2"), chunk("", "stop", name="chatcmpl-2"))
    assert told(found.answered) == [("It is Rome.", "length", 3, 1), ("Paris.", "stop", None, 6)]
    assert [(one.id, one.reply.prompt_tokens) for one in found.answered] == [("chatcmpl-1", 9), ("chatcmpl-2", None)]
    assert found.unread == []
    assert recognise(tmp_path / "outputs.jsonl", Shapes()).kind == "outputs"


def test_answers_that_were_streamed_at_the_same_time(tmp_path):
    mixed = [part for name in ("a", "b") for part in [chunk("It is", name=name)]]
    mixed += [chunk(" Rome.", name="a"), chunk(" Oslo.", "stop", name="b"), chunk("", "stop", name="a"), usage("a")]
    found = recorded(tmp_path, *mixed)
    assert told(found.answered) == [("It is Rome.", "stop", 3, 1), ("It is Oslo.", "stop", None, 2)]


def test_each_choice_of_a_stream_is_an_answer(tmp_path):
    parts = [chunk("Ro"), chunk("Os", index=1), chunk("me.", "stop"), chunk("lo.", "length", index=1), usage()]
    found = recorded(tmp_path, *parts)
    assert [(one.id, one.reply.text, one.reply.ended) for one in found.answered] == [
        ("chatcmpl-1", "Rome.", "stop"),
        ("chatcmpl-1 choice 2", "Oslo.", "length"),
    ]


@pytest.mark.parametrize("done", [b"data: [DONE]\n\n", b"data:[DONE]\n\n", b"[DONE]\n", b""])
def test_events_as_they_came_over_the_wire(tmp_path, done):
    content = b": ping\n\n" + events(*ROME) + done + events(*ROME).replace(b"chatcmpl-1", b"chatcmpl-2") + done
    found = of_bytes(tmp_path, content)
    assert [text for text, *_ in told(found.answered)] == ["It is Rome.", "It is Rome."]
    assert found.answered[0].place.line == 3
    assert found.unread == []
    assert recognise(tmp_path / "outputs.jsonl", Shapes()).kind == "outputs"


def test_a_text_file_of_events_is_known(tmp_path):
    (tmp_path / "stream.txt").write_bytes(events(*ROME) + b"data: [DONE]\n\n")
    assert recognise(tmp_path / "stream.txt", Shapes())[1:] == ("", "outputs")


def test_a_text_file_of_events_is_found_in_its_folder(tmp_path):
    (tmp_path / "stream.txt").write_bytes(events(*ROME, named=False))
    (tmp_path / "named.txt").write_bytes(events(*(value | {"type": "x"} for value in ROME), named=True))
    (tmp_path / "notes.txt").write_text("data: of the second week\nsee data: {x}\n", encoding="utf-8")
    assert [path.name for path, _ in files_under(tmp_path, ["."])] == ["named.txt", "stream.txt"]


@pytest.mark.parametrize(
    "headers",
    [
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n",
        b"< HTTP/2 200\n< content-type: text/event-stream\n<\n",
        b"* Connected to localhost\n> POST /v1/chat/completions HTTP/1.1\n< HTTP/1.1 200 OK\n< id: 7\n\n",
    ],
)
def test_the_headers_before_events_are_no_lines(tmp_path, headers):
    found = of_bytes(tmp_path, headers + events(*ROME), "stream.txt")
    assert (told(found.answered)[0][0], found.unread) == ("It is Rome.", [])
    assert recognise(tmp_path / "stream.txt", Shapes())[1:] == ("", "outputs")
    assert [path.name for path, _ in files_under(tmp_path, ["."])] == ["stream.txt"]


def test_what_is_no_header_before_events_names_its_line(tmp_path):
    assert [lost.place.row for lost in of_bytes(tmp_path, b"torn {\n" + events(*ROME)).unread] == [0]


def test_lines_as_curl_writes_them_on_windows(tmp_path):
    found = of_bytes(tmp_path, (events(*ROME) + b"data: [DONE]\n\n").replace(b"\n", b"\r\n"))
    assert (told(found.answered), found.unread) == ([("It is Rome.", "length", 3, 1)], [])


def test_streams_without_a_name_of_their_own(tmp_path):
    """TGI and old proxies send the same, empty `id` for all."""
    parts = [chunk("Rome.", name=""), chunk("", "stop", name=""), chunk("Os", name=""), chunk("lo.", name="")]
    found = recorded(tmp_path, *parts)
    assert told(found.answered) == [("Rome.", "stop", None, 1), ("Oslo.", "broken", None, 3)]
    cut = of_bytes(tmp_path, events(*parts[2:]) + b"data: [DONE]\n\n" + events(*parts[:2]))
    assert [one.reply.text for one in cut.answered] == ["Oslo.", "Rome."]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_stream_that_was_cut_off_is_an_answer_that_is_cut_off(tmp_path, count):
    found = recorded(tmp_path, *ROME[:count])
    said = ("", "It is", "It is Rome.")[count - 1]
    assert told(found.answered) == [(said, "broken", None, 1)]
    source = source_of(tmp_path, found.answered, served=None)
    why = f"the answer is cut off after {len(said)} characters: what was written down has no end of it"
    assert marked(source, "aborted_answer") == {"aborted_answer": [(0, why)]}


def test_a_whole_stream_is_not_cut_off(tmp_path):
    source = source_of(tmp_path, recorded(tmp_path, *ROME).answered, served=None)
    assert set(marked(source, "aborted_answer")) == set()


@pytest.mark.parametrize("word", ["abort", "repetition", "error"])
def test_vllms_words_for_an_answer_that_it_broke_off(tmp_path, word):
    choice = {"index": 0, "message": {"content": "It"}, "finish_reason": word}
    body = {"id": "1", "object": "chat.completion", "choices": [choice]}
    assert told(recorded(tmp_path, body).answered) == [("It", "broken", None, 1)]


def test_an_error_in_a_stream_names_its_line(tmp_path):
    found = of_bytes(tmp_path, events(*ROME[:2], {"error": {"message": "KV cache is full", "code": 500}}))
    assert told(found.answered) == [("It is", "broken", None, 1)]
    assert [(one.place.line, one.why) for one in found.unread] == [
        (5, "holds no answer, but the error `KV cache is full`")
    ]


@pytest.mark.parametrize(
    "error", [{"error": {"message": "full"}}, {"error": "full"}, {"type": "error", "message": "f"}]
)
def test_a_file_of_streams_is_known_though_one_has_failed(tmp_path, error):
    of_bytes(tmp_path, events(*ROME, error, *ROME))
    assert recognise(tmp_path / "outputs.jsonl", Shapes()).kind == "outputs"
    (tmp_path / "outputs.jsonl").write_bytes(events(error, error))
    assert recognise(tmp_path / "outputs.jsonl", Shapes()).kind == "data"


def test_a_torn_event_names_its_line(tmp_path):
    found = of_bytes(tmp_path, events(*ROME[:2]) + b'data: {"id": "chatcm\n\n')
    assert [(one.place.line, one.why) for one in found.unread] == [(5, "the data of the event are no JSON object")]


def test_fields_of_events_are_no_lines_where_there_is_no_event(tmp_path):
    found = of_bytes(tmp_path, b"id: 7\n" + b"\n".join(json.dumps(part).encode() for part in ROME))
    assert [one.place.line for one in found.unread] == [1]


def test_calls_come_in_parts(tmp_path):
    first = {"index": 0, "id": "c", "type": "function", "function": {"name": "weather", "arguments": ""}}
    second = {"index": 0, "function": {"arguments": '{"place": "Faro"}'}}
    parts = [chunk(None, tool_calls=[first]), chunk(None, tool_calls=[second]), chunk(None, "tool_calls")]
    (one,) = recorded(tmp_path, *parts).answered
    assert (one.reply.text, one.reply.ended, one.reply.calls) == ("", "stop", (Call("weather", {"place": "Faro"}),))


def test_a_refusal_is_what_the_model_said(tmp_path):
    """OpenAI's models say it in a field of its own (types/chat/chat_completion_message.py)."""
    message = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"id": "1", "object": "chat.completion", "choices": [choice]}
    parts = [
        chunk(None, name="2", refusal="I cannot"),
        chunk(None, name="2", refusal=" help."),
        chunk(None, "stop", name="2"),
    ]
    found = recorded(tmp_path, body, *parts)
    assert [one.reply.text for one in found.answered] == ["I cannot help with that.", "I cannot help."]


def text_part(text, reason=None):
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": reason}
    return {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m", "choices": [choice]}


def test_a_streamed_text_completion(tmp_path):
    found = recorded(tmp_path, text_part("It is"), text_part(" Rome."), text_part("", "stop"))
    assert told(found.answered) == [("It is Rome.", "stop", None, 1)]
    whole = recorded(tmp_path, text_part("Rome.", "stop"), text_part("Oslo.", "stop"))
    assert [one.reply.text for one in whole.answered] == ["Rome.", "Oslo."]


def token(text, whole=None, details=None, *, special=False):
    told_of = {"id": 5, "text": text, "logprob": -0.1, "special": special}
    return {"index": 1, "token": told_of, "generated_text": whole, "details": details}


def test_the_tokens_of_text_generation_inference(tmp_path):
    details = {"finish_reason": "eos_token", "generated_tokens": 3, "input_length": 9}
    whole = [token("Ro"), token("me."), token("</s>", "Rome.", details, special=True)]
    found = of_bytes(tmp_path, events(*whole, token("Os"), token("lo")).replace(b"data: ", b"data:"))
    assert told(found.answered) == [("Rome.", "stop", 3, 1), ("Oslo", "broken", None, 7)]
    asked = {"inputs": "Which city?", "parameters": {"max_new_tokens": 3}}
    body = {"generated_text": "Rome.", "details": details | {"finish_reason": "length"}}
    (one,) = recorded(tmp_path, {"request": asked, "response": body}).answered
    assert (one.question, one.reply.text, one.reply.ended, one.reply.tokens) == ("Which city?", "Rome.", "length", 3)


def response(text, status="completed", **more):
    output = [
        {"type": "reasoning", "id": "rs", "summary": []},
        {
            "type": "message",
            "role": "assistant",
            "phase": "commentary",
            "content": [{"type": "output_text", "text": "Hm"}],
        },
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text, "annotations": []}]},
    ]
    counts = {"input_tokens": 9, "output_tokens": 3, "total_tokens": 12}
    return {"id": "resp_1", "object": "response", "created_at": 1.0, "model": "m", "status": status, "error": None,
            "incomplete_details": None, "instructions": None, "output": output, "prompt": None, "text": {},
            "usage": counts, "tools": [], **more}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "ended"),
    [
        (response("Rome."), "stop"),
        (response("Rome.", "incomplete", incomplete_details={"reason": "max_output_tokens"}), "length"),
        (response("Rome.", "incomplete", incomplete_details={"reason": "content_filter"}), None),
        (response("Rome.", "cancelled"), "broken"),
        (response("Rome.", max_output_tokens=4), "stop"),
        (response("Rome.", max_output_tokens=3), "length"),  # Ollama 0.34 says `completed` there, too
    ],
)
def test_a_response(tmp_path, body, ended):
    found = recorded(tmp_path, body)
    assert told(found.answered) == [("Rome.", ended, 3, 1)]
    assert (found.answered[0].question, found.answered[0].reply.prompt_tokens) == ("", 9)
    assert recognise(tmp_path / "outputs.jsonl", Shapes()).kind == "outputs"


@pytest.mark.parametrize(
    "given",
    ["Which city?", [{"role": "user", "content": [{"type": "input_text", "text": "Which city?"}]}]],
    ids=["text", "items"],
)
def test_a_response_beside_its_request(tmp_path, given):
    tool = {"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": True}
    asked = {"instructions": "Be brief.", "input": given, "tools": [tool]}
    call = {"type": "function_call", "call_id": "c", "name": "weather", "arguments": '{"place": "Faro"}'}
    body = response("") | {"output": [call]}
    (one,) = recorded(tmp_path, {"custom_id": "city", "request": asked, "response": body}).answered
    assert one.messages == ({"role": "system", "content": "Be brief."}, {"role": "user", "content": "Which city?"})
    assert (one.id, one.reply.calls) == ("city", (Call("weather", {"place": "Faro"}),))
    assert one.tools[0]["function"] == {"name": "weather", "parameters": {"type": "object"}}


def test_a_batch_of_responses_and_of_vllm(tmp_path):
    """vLLM writes the same lines; one of a request that failed has a body without an answer."""
    body = {"status_code": 200, "request_id": "r", "body": response("Rome.")}
    chat = {"id": "1", "object": "chat.completion", "choices": [{"index": 0, "message": {"content": "Oslo."}}]}
    wrong = {"status_code": 400, "request_id": "r", "body": {"error": {"message": "too long", "code": 400}}}
    lines = [
        {"id": f"vllm-{at}", "custom_id": f"request-{at}", "response": told_of, "error": None}
        for at, told_of in enumerate((body, {"request_id": "r", "body": chat}, wrong))
    ]
    found = recorded(tmp_path, *lines)
    assert [(one.id, one.reply.text) for one in found.answered] == [("request-0", "Rome."), ("request-1", "Oslo.")]
    assert [one.why for one in found.unread] == ["holds no answer, but the error `too long`"]


STREAM = [
    {"type": "response.created", "response": response("", "in_progress") | {"output": []}, "sequence_number": 0},
    {"type": "response.output_text.delta", "item_id": "m", "delta": "It is", "sequence_number": 1},
    {"type": "response.output_text.delta", "item_id": "m", "delta": " Rome.", "sequence_number": 2},
    {"type": "response.output_text.done", "item_id": "m", "text": "It is Rome.", "sequence_number": 3},
    {"type": "response.completed", "response": response("It is Rome."), "sequence_number": 4},
]


def test_the_events_of_a_response(tmp_path):
    found = of_bytes(tmp_path, events(*STREAM, *STREAM[:2], *STREAM, named=True))
    assert told(found.answered) == [
        ("It is Rome.", "stop", 3, 2),
        ("It is", "broken", 3, 17),
        ("It is Rome.", "stop", 3, 23),
    ]
    assert found.unread == []
    failed = {"type": "error", "code": "e", "message": "the server is full", "param": None, "sequence_number": 2}
    cut = of_bytes(tmp_path, events(*STREAM[:2], failed))
    assert [one.why for one in cut.unread] == ["holds no answer, but the error `the server is full`"]


def sample(prompt, *answers, filtered=None, name="none", number=0, **more):
    return {
        "doc_id": number,
        "doc": {"question": "Which city?", "answer": "Rome"},
        "target": "Rome",
        "arguments": {"gen_args_0": {"arg_0": prompt, "arg_1": {"until": ["\n\n"], "max_gen_toks": 64}}},
        "resps": [list(answers)],
        "filtered_resps": [filtered or answers[0]],
        "filter": name,
        "metrics": ["exact_match"],
        "doc_hash": "d",
        "prompt_hash": "p",
        "target_hash": "t",
        "exact_match": 0.0,
        **more,
    }


def test_samples_of_the_harness(tmp_path):
    """Each of a task's filters logs the same answers again; the answer is that which none has shortened."""
    chat = ['[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Where?"}]']
    found = recorded(
        tmp_path,
        sample("Question: Which city?\nAnswer:", "It is Rome.", filtered="Rome", name="strict-match"),
        sample(chat, "In Oslo.", number=1, name="strict-match"),
        sample("Question: Which city?\nAnswer:", "It is Rome.", filtered="Rome.", name="flexible-extract"),
        sample(chat, "In Oslo.", number=1, name="flexible-extract"),
    )
    assert [(one.id, one.reply.text, one.question, one.reply.ended) for one in found.answered] == [
        ("0", "It is Rome.", "Question: Which city?\nAnswer:", None),
        ("1", "In Oslo.", "Where?", None),
    ]
    assert found.answered[1].messages[0] == {"role": "system", "content": "Be brief."}
    assert recognise(tmp_path / "outputs.jsonl", Shapes()).kind == "outputs"


def test_samples_with_several_answers_and_of_an_older_harness(tmp_path):
    old = sample("Where?", "Oslo.") | {"arguments": [["Where?", {"until": ["\n"]}]], "doc_id": 1}
    found = recorded(tmp_path, sample("Which city?", "Rome.", "Oslo."), old)
    assert [(one.id, one.reply.text) for one in found.answered] == [
        ("0", "Rome."),
        ("0 choice 2", "Oslo."),
        ("1", "Oslo."),
    ]


@pytest.mark.parametrize("arguments", [[[]], [{}], [3], {"gen_args_0": {}}, {"gen_args_0": []}, 3, None])
def test_samples_whose_arguments_are_none(tmp_path, arguments):
    found = recorded(tmp_path, sample("Where?", "Oslo."), sample("Where?", "x", number=1) | {"arguments": arguments})
    assert [one.id for one in found.answered] == ["0"]
    assert [one.place.line for one in found.unread] == [2]


@pytest.mark.parametrize(
    ("responses", "said"), [([None], []), ([3], []), ([["x", None, 3]], ["x"]), ([[None]], []), (["x"], ["x"])]
)
def test_samples_whose_answers_are_no_texts(tmp_path, responses, said):
    found = recorded(tmp_path, sample("Where?", "Oslo."), sample("Where?", "x", number=1) | {"resps": responses})
    assert [one.reply.text for one in found.answered[1:]] == said
    assert bool(found.unread) == (not said)


def test_samples_that_only_rate_given_texts(tmp_path):
    rated = sample("Which city?", "(-1.5, 'True')")
    rated["arguments"] = {
        f"gen_args_{at}": {"arg_0": "Which city?", "arg_1": city} for at, city in enumerate(("Rome", "Oslo"))
    }
    why = "line 1 holds no answer of the model's: it rated texts that the task gave it"
    with pytest.raises(CannotJudgeError, match=why):
        recorded(tmp_path, rated)
    assert recognise(tmp_path / "outputs.jsonl", Shapes()).format == ""


def delta(said):
    return {"type": "response.output_text.delta", "delta": said}


@pytest.mark.parametrize("part", [chunk, text_part, token, delta])
def test_a_long_stream_takes_no_square_of_its_parts(part):
    rows = [Numbered(at, Row(at + 1, part("a"))) for at in range(8_000)]
    begun = process_time()
    assert len(list(whole_answers(rows))) == 1
    assert process_time() - begun < 2


def test_lines_of_several_kinds_in_one_file(tmp_path):
    """What is known is read, and what is not is named by its line."""
    found = recorded(tmp_path, *ROME, {"note": "by hand"}, response("Rome."), sample("Where?", "In Oslo."), [1, 2])
    assert [one.reply.text for one in found.answered] == ["It is Rome.", "Rome.", "In Oslo."]
    (note, listing) = found.unread
    assert (note.place.line, note.why) == (6, "holds no prompt and answer: its columns are note")
    assert (listing.place.line, listing.why.partition(" (byte")[0]) == (9, "not a JSON object but a list")


def test_a_file_without_any_answer_names_its_first_line(tmp_path):
    with pytest.raises(CannotJudgeError, match=r"has a prompt and an answer: line 1 holds no prompt and answer"):
        recorded(tmp_path, {"note": "by hand"}, {"note": "again"})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["index", "text", "content"]), inner),
    max_leaves=5,
)
SHAPES = [*ROME, *STREAM, response("Rome."), sample("Where?", "Oslo."), token("a"), text_part("a")]


FIELDS = st.sampled_from(SHAPES).flatmap(
    lambda shape: st.tuples(st.just(shape), st.sampled_from(sorted(shape)), VALUES)
)
HARNESS = sample("Where?", "Oslo.")


@given(st.lists(FIELDS, min_size=1, max_size=4))
@example([(HARNESS, "arguments", [[]])])
@example([(HARNESS, "arguments", [{}])])
@example([(HARNESS, "arguments", [3])])
@example([(HARNESS, "arguments", [[None, {"until": []}]])])
def test_whatever_a_field_holds(tmp_path_factory, fields):
    changed = [shape | {key: value} for shape, key, value in fields]
    try:
        found = recorded(tmp_path_factory.mktemp("any"), *changed)
    except CannotJudgeError:
        return
    assert all(isinstance(one.reply.text, str) for one in found.answered)
