"""Addresses of servers, as users write them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tunespec.errors import CannotJudgeError
from tunespec.inference.endpoint import address, require_loopback


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
