"""Addresses of servers, as users write them."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.faulty_server import ok, routed, serving, status
from tunespec.config import Config
from tunespec.discover_answers import with_given
from tunespec.errors import CannotJudgeError
from tunespec.inference.connect import connect
from tunespec.inference.endpoint import address, require_loopback
from tunespec.inference.errors import ServerError
from tunespec.subjects import ServedModel


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("HTTP://LocalHost:8000/", "http://LocalHost:8000"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"),
        ("127.0.0.1", "http://127.0.0.1:11434"),
        (":8080", "http://127.0.0.1:8080"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("[::]", "http://[::1]:11434"),
        ("[::1]:80", "http://[::1]:80"),
        ("http://example.com", "http://example.com:80"),
        ("https://example.com/ollama", "https://example.com:443/ollama"),
        (' "localhost" ', "http://localhost:11434"),
    ],
)
def test_an_address(written, url, monkeypatch):
    assert address(written) == url
    monkeypatch.setenv("OLLAMA_HOST", written)
    assert address(None) == url


def test_the_default(monkeypatch):
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    assert address(None) == "http://127.0.0.1:11434"


@pytest.mark.parametrize(
    "written",
    [
        "ftp://x",
        "x:99999",
        "x:0",
        "x:" + "9" * 5000,
        "x:\u0661",
        "[zz]",
        "[",
        "a b",
        "x?y",
        "http://x\ny",
        "x:y",
        "file:///etc",
    ],
)
def test_no_address(written):
    with pytest.raises(CannotJudgeError, match=r"is no address of a server, such as http://127\.0\.0\.1:11434$"):
        address(written)


def test_a_password_is_not_told():
    with pytest.raises(CannotJudgeError) as caught:
        address("http://me:secret@example.com")
    assert str(caught.value) == (
        "'http://...@example.com' is no address of a server, such as http://127.0.0.1:11434; "
        "a key goes into TUNESPEC_API_KEY"
    )


@example("[::1]")
@example("http://\u2100.example")  # NFKC makes a/c of it
@example("x/\u2100")
@given(st.text(st.sampled_from("ahtps:/[]@.%0159 \u2100\u00fc\x00\n-_"), max_size=16) | st.text(max_size=9))
def test_any_text_is_an_address_or_refused(written):
    try:
        url = urlsplit(address(written or "x"))
    except CannotJudgeError:
        return
    assert url.scheme in {"http", "https"}
    assert url.port
    assert url.hostname


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://127.8.9.1:1", "http://[::1]:1", "http://LOCALHOST:1/v1"])
def test_this_machine(url):
    require_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1:1",
        "http://[fe80::1]:1",
        "http://localhost.example.com:1",
        "http://127.0.0.1.example.com:1",
        "http://2130706433:1",
    ],
)
def test_another_machine(url):
    with pytest.raises(CannotJudgeError, match=r"is not this machine.*--remote"):
        require_loopback(url)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"probes": ["probes.jsonl"]}, "--probes needs --model NAME"),
        ({"record": "answers.jsonl"}, "--record needs --model NAME"),
        ({"host": "http://127.0.0.1:1"}, "--host needs --model NAME"),
        ({"api": "ollama"}, "--api needs --model NAME"),
        ({"remote": True, "api": "openai"}, "--api needs --model NAME"),
        ({"remote": True}, "--remote needs --model NAME"),
        ({"model": ""}, "--model needs the name of a model"),
        ({"model": " ", "host": "127.0.0.1"}, "--model needs the name of a model"),
    ],
)
def test_an_option_that_would_count_for_nothing(tmp_path, given, message):
    with pytest.raises(CannotJudgeError, match=f"^{message}"):
        with_given(Config(tmp_path), given)
    with pytest.raises(CannotJudgeError, match=r"^--model ") if "model" in given else nullcontext():
        with_given(Config(tmp_path, inference={"model": "m"}), given)


def test_options_that_need_no_model(tmp_path):
    configured = Config(tmp_path, inference={"probes": ["probes.jsonl"], "host": "127.0.0.1"})
    unset = {"model": None, "host": None, "api": None, "probes": (), "outputs": (), "record": None, "remote": False}
    assert with_given(configured, unset) == configured
    assert with_given(configured, unset | {"outputs": ["answers.jsonl"]}).inference["outputs"]


def test_the_wrong_interface_names_the_other():
    props = {"/v1/models": ok(b'{"data": []}')}
    missing = status(404, b'{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}')
    with serving(routed(props | {"/api/version": missing})) as url, pytest.raises(ServerError) as caught:
        connect(ServedModel("m", url, "ollama"), Config(Path.cwd())).describe()
    assert str(caught.value) == f"{url} answered 404: File Not Found (`--api openai`?)"
