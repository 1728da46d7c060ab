"""Training logs: every format is recognised by its content and read into the same rows, as far as the file goes."""

from __future__ import annotations

import json
import math
import struct
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import CORPORA
from tunespec.training.logs import FORMATS, LogError, read_log, recognise_log

LOGS = CORPORA / "training_logs"
NAN = float("nan")

STATE = {
    "best_global_step": 4,
    "best_metric": 1.1,
    "best_model_checkpoint": "./results/checkpoint-4",
    "epoch": 1.5,
    "eval_steps": 2,
    "global_step": 6,
    "log_history": [
        {"epoch": 0.5, "grad_norm": 1.2, "learning_rate": 1e-05, "loss": 1.6, "mean_token_accuracy": 0.6, "step": 2},
        {"epoch": 0.5, "eval_loss": 1.5, "eval_runtime": 3.1, "step": 2},
        {"epoch": 1.0, "grad_norm": NAN, "learning_rate": 5e-06, "loss": 0.0, "step": 4},
        {"epoch": 1.5, "step": 6, "total_flos": 1.0, "train_loss": 0.8, "train_runtime": 12.5},
    ],
    "logging_steps": 2,
    "max_steps": 12,
    "num_train_epochs": 3,
    "save_steps": 500,
    "stateful_callbacks": {
        "EarlyStoppingCallback": {
            "args": {"early_stopping_patience": 2, "early_stopping_threshold": 0.0},
            "attributes": {"early_stopping_patience_counter": 1},
        },
        "TrainerControl": {"args": {"should_training_stop": False}, "attributes": {}},
    },
    "train_batch_size": 8,
}
STATE_TEXT = json.dumps(STATE, indent=2, sort_keys=True)
LLAMAFACTORY = """\
{"current_steps": 500, "total_steps": 1000, "loss": 1.8535, "lr": 7.39e-05, "epoch": 0.22, "percentage": 50.0}
{"current_steps": 500, "total_steps": 1000, "eval_loss": NaN, "epoch": 0.22, "percentage": 50.0}
{"current_steps": 1000, "total_steps": 1000, "epoch": 0.44, "percentage": 100.0, "elapsed_time": "0:29:27"}
"""
TORCHTUNE = """\
Step 1 | loss:2.25 lr:0.0002 tokens_per_second_per_gpu:1234.5 grad_norm:tensor(3.5, device='cuda:0')
Step 1 | val_loss:2.5
Step 2 | loss:nan lr:0.0004 grad_norm:tensor(nan)
"""
TORCHTUNE_JSONL = '{"step": 1, "loss": 2.25, "lr": 0.0002, "grad_norm": 3.5}\n{"step": 1, "val_loss": 2.5}\n'
MISTRAL_TRAIN = '{"lr": 1e-05, "step": 1, "loss": 1.5, "percent_done": 100.0, "at": "2024-05-05T12:00"}\n'
MISTRAL_EVAL = '{"step": 1, "train_loss": 1.5, "perplexity": 4.9, "eval_loss": 1.6, "at": "2024-05-05T12:00:00"}\n'
MLX = """\
Loading pretrained model
Starting training..., iters: 20
Iter 1: Val loss 2.8, Val took 7.375s
Iter 10: Train loss \x1b[92mnan\x1b[0m, Learning Rate 1.000e-05, It/sec 1.770, Peak mem 1.830 GB
Iter 20: Train loss 0.124,
Learning Rate 2.000e-05,
Saved final weights to adapters/adapters.safetensors.
"""
MLX_TABLE = """\
  iter   train_loss     tok/s     tokens
     1    val 2.800    7.38s
    10    2.063 ▼    1,234      1.6k
    20    2.163 ▲    1,234     12.6k
  save  0000020_adapters.safetensors
"""
CONSOLE_4 = """\
Map: 100%|██████████| 1000/1000 [00:00<00:00, 5000 examples/s]
  0%|          | 0/40 [00:00<?, ?it/s]\r 25%|██▌       | 9/40 [00:09<00:31, 1.00s/it]
{'loss': 2.4072, 'learning_rate': 5.99e-05, 'epoch': 0.17}
 25%|██▌       | 10/40 [00:10<00:30, 1.00s/it]
  0%|          | 0/3 [00:00<?, ?it/s]\x1b[A
[2026-01-01 10:00:00] {'eval_loss': nan, 'eval_runtime': 2.1, 'epoch': 0.17}
 25%|██▌       | 10/40 [00:12<00:30, 1.00s/it]\r 50%|█████     | 20/40 [00:20<00:20, 1.00s/it]
{'loss': 1.5, 'learning_rate': 4.99e-05, 'epoch': 0.33}
 50%|█████     | 20/40 [00:20<00:20, 1.00s/it]
"""
CONSOLE_5 = (
    "{'loss': '3.816', 'grad_norm': '1.244', 'learning_rate': '0.04722', 'epoch': '0.3333'}\n"
    "{'eval_loss': '3.5', 'eval_runtime': '0.1', 'epoch': '0.3333'}\n"
    "{'train_runtime': '1.5', 'train_loss': '2.5', 'epoch': '1'}\n"
)
RESULTS = json.dumps({"epoch": 4.0, "train_loss": 0.29, "train_runtime": 20387.7}, indent=4)
SAMPLES = {
    "checkpoint-6__trainer_state.json": ("trainer_state", STATE_TEXT),
    "trainer_log.jsonl": ("llamafactory", LLAMAFACTORY),
    "log_1722.txt": ("torchtune", TORCHTUNE),
    "log_1722.jsonl": ("torchtune_jsonl", TORCHTUNE_JSONL),
    "metrics.train.jsonl": ("mistral", MISTRAL_TRAIN),
    "metrics.eval.jsonl": ("mistral", MISTRAL_EVAL),
    "train.log": ("mlx", MLX),
    "nohup.out": ("mlx", MLX_TABLE),
    "slurm-12.out": ("console", CONSOLE_4),
    "output.log": ("console", CONSOLE_5),
    "all_results.json": ("results", RESULTS),
}


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder, name):
    format_, content = SAMPLES[name]
    return read_log(written(folder, name, content), format_)


def curve(log, *names):
    """The rows as lists of step, line and the values of these names, NaN as None."""
    rows = []
    for row in log.rows:
        values = [row.values.get(name) for name in names]
        rows.append([row.step, row.line, *(None if v is not None and math.isnan(v) else v for v in values)])
    return rows


@pytest.mark.parametrize("name", SAMPLES)
def test_a_log_is_recognised_by_its_content(tmp_path, name):
    format_, content = SAMPLES[name]
    assert recognise_log(written(tmp_path, name, content)) == format_
    assert format_ in FORMATS


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("package.json", '{"name": "x", "loss": 1}'),
        ("train.jsonl", '{"prompt": "a", "answer": "b"}'),
        ("scores.jsonl", '{"step": 1, "note": "loss"}'),
        ("notes.txt", "The loss fell.\nStep 1 | open the door\n{'loss': 'mean_squared_error'}"[:40]),
        ("README.md", MLX),
        ("train.py", "print({'loss': 1.0})"),
        ("model.bin", b"\0\0\0"),
        ("lm_eval.json", '{"results": {"arc": {"acc": 0.5}}}'),
        ("empty.log", ""),
        ("array.json", "[1]"),
    ],
)
def test_other_files_are_no_logs(tmp_path, name, content):
    assert recognise_log(written(tmp_path, name, content)) is None


def test_what_cannot_be_opened_is_no_log(tmp_path):
    assert recognise_log(tmp_path / "absent.log") is None
    assert recognise_log(written(tmp_path, "broken.json.gz", b"no gzip")) is None
    with pytest.raises(LogError, match=r"absent\.log: cannot be read"):
        read_log(tmp_path / "absent.log", "console")


def test_rows_far_behind_the_head_are_found(tmp_path):
    assert recognise_log(written(tmp_path, "run.log", "tokenising\n" * 20_000 + CONSOLE_5)) == "console"


def test_the_state_of_the_trainer(tmp_path):
    log = read(tmp_path, "checkpoint-6__trainer_state.json")
    assert curve(log, "loss", "eval_loss", "grad_norm") == [
        [2, 9, 1.6, None, 1.2],
        [2, 17, None, 1.5, None],
        [4, 23, 0.0, None, None],
        [6, 30, None, None, None],
    ]
    assert math.isnan(log.rows[2].values["grad_norm"])
    assert log.rows[3].values["train_loss"] == 0.8
    assert (log.max_steps, log.num_train_epochs, log.epoch, log.global_step) == (12, 3, 1.5, 6)
    assert (log.best_metric, log.best_step, log.best_checkpoint) == (1.1, 4, "./results/checkpoint-4")
    assert (log.eval_steps, log.save_steps, log.logging_steps, log.train_batch_size) == (2, 500, 2, 8)
    assert (log.early_stopping.patience, log.early_stopping.threshold, log.early_stopping.counter) == (2, 0.0, 1)
    assert log.finished
    assert not log.cut_off


def test_every_key_of_the_state_is_optional(tmp_path):
    log = read_log(written(tmp_path, "trainer_state.json", '{"log_history": []}'), "trainer_state")
    assert (log.rows, log.max_steps, log.finished, log.early_stopping, log.cut_off) == ((), None, False, None, False)
    with pytest.raises(LogError, match=r"trainer_state\.json: it holds no `log_history`"):
        read_log(written(tmp_path, "trainer_state.json", '{"global_step": 5}'), "trainer_state")


def test_the_best_step_of_older_versions_is_in_the_name_of_its_checkpoint(tmp_path):
    for named, step in (("out/checkpoint-200", 200), (r"C:\out\checkpoint-300", 300), ("out/best", None)):
        content = json.dumps({"best_model_checkpoint": named, "log_history": []})
        assert read_log(written(tmp_path, "trainer_state.json", content), "trainer_state").best_step == step


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.6, 0.8, 0.99])
def test_a_state_that_is_cut_off_keeps_its_whole_rows(tmp_path, kept):
    text = STATE_TEXT[: int(len(STATE_TEXT) * kept)]
    log = read_log(written(tmp_path, "trainer_state.json", text), "trainer_state")
    assert log.cut_off
    whole = [row for row in read(tmp_path, "checkpoint-6__trainer_state.json").rows if row.line]
    assert [row[:2] for row in log.rows] == [row[:2] for row in whole[: len(log.rows)]]
    assert len(log.rows) == text.count("}") or len(log.rows) == 4
    assert (log.best_metric, log.global_step) == (1.1, 6)  # the keys before the history
    assert log.last_step == (log.rows[-1].step if log.rows else 6)


def test_llamafactory(tmp_path):
    log = read(tmp_path, "trainer_log.jsonl")
    assert curve(log, "loss", "learning_rate") == [[500, 1, 1.8535, 7.39e-05], [500, 2, None, None]]
    assert math.isnan(log.rows[1].values["eval_loss"])
    assert (log.max_steps, log.global_step, log.epoch, log.finished) == (1000, 1000, 0.44, True)


def test_a_line_that_is_still_written_is_no_defect(tmp_path):
    content = LLAMAFACTORY[:-1].replace("percentage", "percentage", 1)[:-20]
    log = read_log(written(tmp_path, "trainer_log.jsonl", content), "llamafactory")
    assert (len(log.rows), log.cut_off, log.unread, log.finished) == (2, True, 0, False)
    broken = LLAMAFACTORY.replace('"eval_loss"', "eval_loss")
    log = read_log(written(tmp_path, "trainer_log.jsonl", broken), "llamafactory")
    assert (len(log.rows), log.cut_off, log.unread) == (1, False, 1)


def test_torchtune(tmp_path):
    log = read(tmp_path, "log_1722.txt")
    assert curve(log, "loss", "eval_loss", "grad_norm") == [
        [1, 1, 2.25, None, 3.5],
        [1, 2, None, 2.5, None],
        [2, 3, None, None, None],
    ]
    assert math.isnan(log.rows[2].values["grad_norm"])
    assert curve(read(tmp_path, "log_1722.jsonl"), "loss", "eval_loss") == [[1, 1, 2.25, None], [1, 2, None, 2.5]]


def test_mistral_finetune(tmp_path):
    train, evaluated = read(tmp_path, "metrics.train.jsonl"), read(tmp_path, "metrics.eval.jsonl")
    assert curve(train, "loss", "learning_rate") == [[1, 1, 1.5, 1e-05]]
    assert curve(evaluated, "loss", "eval_loss", "train_loss") == [[1, 1, 1.5, 1.6, None]]
    assert (train.finished, evaluated.finished) == (True, False)


def test_both_dialects_of_mlx(tmp_path):
    old, new = read(tmp_path, "train.log"), read(tmp_path, "nohup.out")
    assert curve(old, "eval_loss", "loss", "learning_rate") == [
        [1, 3, 2.8, None, None],
        [10, 4, None, None, 1e-05],
        [20, 5, None, 0.124, 2e-05],
    ]
    assert math.isnan(old.rows[1].values["loss"])
    assert (old.max_steps, old.finished) == (20, True)
    assert curve(new, "eval_loss", "loss") == [[1, 2, 2.8, None], [10, 3, None, 2.063], [20, 4, None, 2.163]]


def test_the_console_of_transformers_4_takes_its_steps_from_the_progress_bar(tmp_path):
    log = read(tmp_path, "slurm-12.out")
    assert curve(log, "loss", "eval_loss") == [[10, 3, 2.4072, None], [10, 6, None, None], [20, 8, 1.5, None]]
    assert math.isnan(log.rows[1].values["eval_loss"])
    assert (log.max_steps, log.epoch, log.finished) == (40, 0.33, False)


def test_the_console_of_transformers_5_quotes_its_numbers(tmp_path):
    log = read(tmp_path, "output.log")
    assert curve(log, "loss", "grad_norm", "eval_loss", "train_loss") == [
        [None, 1, 3.816, 1.244, None, None],
        [None, 2, None, None, 3.5, None],
        [None, 3, None, None, None, 2.5],
    ]
    assert (log.epoch, log.finished) == (1, True)


def test_a_console_without_bars_tells_its_steps_in_its_last_row(tmp_path):
    """transformers rounds a run's seconds, and its steps per second, to three digits or more behind the point."""
    end = "{'train_runtime': 1.6393, 'train_samples_per_second': 780.824, 'train_steps_per_second': 97.603, 'epoch': 2}"
    log = read_log(written(tmp_path, "run.log", f"{{'loss': 2.5, 'epoch': 1.0}}\n{end}\n"), "console")
    assert (log.max_steps, log.last_step, log.finished) == (160, 160, True)
    odd = end.replace("97.603", "inf")
    assert read_log(written(tmp_path, "odd.log", f"{{'loss': 2.5}}\n{odd}\n"), "console").last_step is None


def launch(*epochs, rate=2e-5, end=False):
    """What a console shows of a launch: its rows at these epochs, without bars."""
    rows = "".join(f"{{'loss': {3 - epoch:.4g}, 'learning_rate': {rate}, 'epoch': {epoch}}}\n" for epoch in epochs)
    return rows + f"{{'train_runtime': 10.0, 'train_loss': 1.5, 'epoch': {epochs[-1]}}}\n" * end


@pytest.mark.parametrize(
    ("text", "lines", "earlier", "finished"),
    [
        (launch(0.2, 0.4, 0.6, rate=2e-3) + "KeyboardInterrupt\n" + launch(0.2, 0.4, end=True), [5, 6, 7], 3, True),
        (launch(0.5, 1, end=True) + launch(0.5), [4], 3, False),  # it is the first one that ended
        (launch(0.2, 0.4, 0.6) + launch(0.4, 0.6, end=True), [1, 4, 5, 6], 2, True),  # resumed at epoch 0.2
        (launch(0.2, 0.4) + launch(0.6, 0.8), [1, 2, 3, 4], 0, False),  # resumed where it was
        (launch(0.33, 0.33, 0.34), [1, 2, 3], 0, False),  # epochs are rounded
    ],
)
def test_of_launches_in_one_console_the_last_counts(tmp_path, text, lines, earlier, finished):
    log = read_log(written(tmp_path, "nohup.out", text), "console")
    assert ([row.line for row in log.rows], log.earlier, log.finished) == (lines, earlier, finished)
    assert log.epoch == log.rows[-1].epoch


def test_powershell_writes_a_console_as_utf_16(tmp_path):
    path = written(tmp_path, "output.log", CONSOLE_5.replace("\n", "\r\n").encode("utf-16"))
    assert recognise_log(path) == "console"
    assert [row.line for row in read_log(path, "console").rows] == [1, 2, 3]


def test_final_results(tmp_path):
    log = read(tmp_path, "all_results.json")
    assert [dict(row.values) for row in log.rows] == [{"train_loss": 0.29, "train_runtime": 20387.7}]
    assert (log.epoch, log.finished) == (4, True)
    with pytest.raises(LogError, match="it is no JSON object with final results"):
        read_log(written(tmp_path, "all_results.json", "[]"), "results")


def record(step, **scalars):
    """The framed records of one step, as an event file has them; checksums are not looked at."""
    pb = pytest.importorskip("tensorboard.compat.proto.summary_pb2")
    from tensorboard.compat.proto.event_pb2 import Event

    framed = b""
    for tag, value in scalars.items():
        summary = pb.Summary(value=[pb.Summary.Value(tag=tag.replace("__", "/"), simple_value=value)])
        data = Event(step=step, summary=summary).SerializeToString()
        framed += struct.pack("<QI", len(data), 0) + data + b"\0\0\0\0"
    return framed


def test_event_files(tmp_path):
    content = record(2, train__loss=1.5, train__grad_norm=NAN, train__epoch=0.5, eval__loss=1.25, eval__runtime=1.0)
    content += record(4, train__train_loss=0.75, train__total_flos=1e12)
    path = written(tmp_path, "events.out.tfevents.17.host.1.0", content)
    assert recognise_log(path) == "tensorboard"
    log = read_log(path, "tensorboard")
    assert curve(log, "loss", "eval_loss", "train_loss") == [
        [2, None, 1.5, None, None],
        [2, None, None, 1.25, None],
        [4, None, None, None, 0.75],
    ]
    assert (log.rows[0].epoch, math.isnan(log.rows[0].values["grad_norm"]), log.finished) == (0.5, True, True)
    cut = read_log(written(tmp_path, path.name, content[:-30]), "tensorboard")
    assert (cut.cut_off, len(cut.rows), cut.finished) == (True, 3, True)


def test_other_frameworks_name_their_scalars_otherwise(tmp_path):
    content = record(1, **{"train.loss": 1.5, "eval.eval_loss": 1.25}) + record(2, loss=1.0, lr=0.5, val_loss=2.0)
    log = read_log(written(tmp_path, "events.out.tfevents.1", content), "tensorboard")
    assert curve(log, "loss", "eval_loss", "learning_rate") == [
        [1, None, 1.5, None, None],
        [1, None, None, 1.25, None],
        [2, None, 1.0, None, 0.5],
        [2, None, None, 2.0, None],
    ]


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto.event_pb2", None)
    path = written(tmp_path, "events.out.tfevents.1", b"")
    with pytest.raises(LogError, match=r"need the extra tensorboard \(pip install 'tunespec\[tensorboard\]'\)"):
        read_log(path, "tensorboard")


@given(st.binary(max_size=300), st.sampled_from(sorted(FORMATS)))
def test_any_bytes_are_read_or_refused(tmp_path_factory, data, format_):
    path = written(tmp_path_factory.mktemp("logs"), "trainer_state.json", data)
    read_or_refused(path, format_)
    for name in ("x.log", "x.json", "x.jsonl"):
        recognise_log(written(path.parent, name, data))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*STATE, "step", "loss"]), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(STATE)), JSON, min_size=3) | JSON)
def test_any_json_is_read_or_refused(tmp_path_factory, value):
    path = written(tmp_path_factory.mktemp("logs"), "trainer_state.json", json.dumps(value))
    for format_ in ("trainer_state", "results", "llamafactory", "torchtune_jsonl", "mistral"):
        read_or_refused(path, format_)
    recognise_log(path)


@given(st.sampled_from(sorted(SAMPLES)), st.floats(0, 1))
def test_any_truncation_keeps_the_rows_before_it(tmp_path_factory, name, share):
    format_, content = SAMPLES[name]
    path = written(tmp_path_factory.mktemp("logs"), name, content)
    whole = read_log(path, format_).rows
    data = content.encode()
    log = read_or_refused(written(path.parent, name, data[: int(len(data) * share)]), format_)
    if log is not None and len(log.rows) > 1:
        assert repr([row.values for row in log.rows[:-1]]) == repr([row.values for row in whole[: len(log.rows) - 1]])


@pytest.mark.parametrize("content", ["[" * 100_000, '{"log_history": [' + "[" * 100_000, "9" * 10_000, '{"a": 1e999}'])
def test_json_that_no_reader_likes(tmp_path, content):
    path = written(tmp_path, "trainer_state.json", content)
    for format_ in ("trainer_state", "results", "llamafactory"):
        read_or_refused(path, format_)
    recognise_log(path)


@pytest.mark.parametrize("step", ["1" + "0" * 30, "1e30", "1" + "0" * 400, "Infinity"])
def test_a_number_that_no_run_reaches_is_no_step(tmp_path, step):
    """The report's JSON holds 64 bits."""
    state = f'{{"log_history": [{{"step": {step}, "loss": 1.0}}], "global_step": {step}, "max_steps": {step}}}'
    log = read_log(written(tmp_path, "trainer_state.json", state), "trainer_state")
    assert [(row.step, row.values) for row in log.rows] == [(None, {"loss": 1.0})]
    assert (log.last_step, log.max_steps) == (None, None)


def read_or_refused(path, format_):
    try:
        return read_log(path, format_)
    except LogError:
        return None


needs_corpora = pytest.mark.skipif(not LOGS.exists(), reason="the corpora are not beside this checkout")


@needs_corpora
@pytest.mark.parametrize(
    ("name", "format_", "rows", "last_step"),
    [
        ("ashish-chatbot/trainer_state.json", "trainer_state", 75, 750),
        ("mistral-translator/trainer_state.json", "trainer_state", 867, 8660),
        ("mistral-translator/checkpoint-1000__trainer_state.json", "trainer_state", 100, 1000),
        ("mistral-translator/trainer_log.jsonl", "llamafactory", 866, 8660),
        ("mistral-translator/all_results.json", "results", 1, None),
        ("mt5-azerbaijani/trainer_state.json", "trainer_state", 770, 7000),
        ("nsllm/trainer_log.jsonl", "llamafactory", 435, 2178),
        ("nsllm/trainer_state.json", "trainer_state", 436, 2178),
        ("trainer_state_viz/trainer_state.json", "trainer_state", 216, 12030),
    ],
)
def test_real_logs(name, format_, rows, last_step):
    path = LOGS / name
    assert recognise_log(path) == format_
    log = read_log(path, format_)
    assert (len(log.rows), log.last_step, log.cut_off, log.unread) == (rows, last_step, False, 0)


@needs_corpora
def test_lines_of_a_real_state_are_those_where_its_rows_begin():
    path = LOGS / "mt5-azerbaijani" / "trainer_state.json"
    text = path.read_text(encoding="utf-8").split("\n")
    log = read_log(path, "trainer_state")
    begins = [(row.line or 0) - 1 for row in log.rows]
    assert {text[at].strip() for at in begins} == {"{"}
    for at, row in zip(begins, log.rows, strict=True):
        assert f'"step": {row.step}' in "".join(text[at : at + 13])


@needs_corpora
def test_two_logs_of_one_run_have_the_same_curve():
    states, lines = (
        read_log(LOGS / "nsllm" / name, format_)
        for name, format_ in (("trainer_state.json", "trainer_state"), ("trainer_log.jsonl", "llamafactory"))
    )
    assert [r.values["loss"] for r in states.rows if "loss" in r.values] == [r.values["loss"] for r in lines.rows]


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("mlx", "\n" * 200_000),
        ("mlx", "train " + "1," * 100_000),
        ("torchtune", "Step 1 | " + "a" * 100_000),
        ("torchtune", "Step 1 | " + "a:tensor(" * 20_000),
        ("console", "{'loss': " * 50_000 + "1/2 [" * 50_000),
        ("trainer_state", '"log_history": [' * 50_000),
    ],
)
def test_no_text_takes_long(tmp_path, format_, text):
    """Patterns that look at a text again from each of its characters take minutes for these."""
    start = time.process_time()
    read_log(written(tmp_path, "a.log", text), format_)
    assert time.process_time() - start < 2
