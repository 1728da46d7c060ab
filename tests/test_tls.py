"""Servers behind TLS on this machine, with certificates of one's own; and keys, which nobody ever gets to read."""

from __future__ import annotations

import json
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from tests.conftest import run_tunespec, write_jsonl
from tests.faulty_server import last, lines, ok, piece, routed, serving, status
from tests.test_openai_dialects import ASKED, CHAT, VLLM, events
from tests.test_wire import ABOUT
from tunespec.config import Config
from tunespec.errors import CannotJudgeError
from tunespec.inference.connect import connect
from tunespec.inference.errors import ServerError
from tunespec.inference.exchange import Request
from tunespec.inference.wire import Wire
from tunespec.subjects import ServedModel

OLLAMA = ABOUT | {"/api/chat": ok(lines(piece("Par"), last("is.")))}
KEY = "sk-of-this-server-0123456789"
WHOLE = ok(lines({"choices": [{"index": 0, "message": {"content": " Paris."}, "finish_reason": "stop"}]}))
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    """The authority, in the file that the environment names."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


def certified(authority, *names, **more):
    """What a server needs that has such a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or ("127.0.0.1",)), **more).configure_cert(context)
    return context


def server_at(url, api=""):
    return connect(ServedModel("m", url, api), Config(Path.cwd(), inference={"silence": 0.5}))


def all_of(url):
    server = server_at(url)
    return server.describe(), server.ask(ASKED)


def refused(url):
    with pytest.raises(CannotJudgeError) as caught:
        server_at(url, "openai").describe()
    return str(caught.value).replace(url, "SERVER")


@pytest.mark.parametrize(("routes", "name"), [(VLLM, "vLLM 0.11.0"), (OLLAMA, "Ollama 0.34.2")], ids=["vLLM", "Ollama"])
def test_an_authority_of_ones_own(trusted, routes, name):
    with serving(routed(routes), certified(trusted)) as url:
        server = server_at(url)
        assert (server.describe().server, server.ask(ASKED).text.strip()) == (name, "Paris.")


UNKNOWN = "SERVER cannot be trusted: unable to get local issuer certificate"
HINT = "; SSL_CERT_FILE names the file of an authority of one's own"


def test_an_authority_that_nobody_knows(authority, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with serving(routed(VLLM), certified(authority)) as url:
        assert refused(url) == UNKNOWN + HINT


def test_a_certificate_that_another_authority_gave(trusted):
    with serving(routed(VLLM), certified(trustme.CA())) as url:
        assert refused(url) == UNKNOWN + HINT


def test_a_certificate_that_is_its_own_authority(authority, tmp_path, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.private_key_pem.write_to_path(tmp_path / "own.pem")
    authority.cert_pem.write_to_path(tmp_path / "own.pem", append=True)
    context.load_cert_chain(tmp_path / "own.pem")
    with serving(routed(VLLM), context) as url:
        assert refused(url) == "SERVER cannot be trusted: self-signed certificate" + HINT


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ((("localhost",), {}), "IP address mismatch, certificate is not valid for '127.0.0.1'"),
        (((), {"not_after": YESTERDAY}), "certificate has expired"),
    ],
    ids=["another name", "too old"],
)
def test_a_wrong_certificate(trusted, made, why):
    names, more = made
    with serving(routed(VLLM), certified(trusted, *names, **more)) as url:
        assert refused(url) == f"SERVER cannot be trusted: {why}"


def test_a_file_of_authorities_that_is_none(authority, tmp_path, monkeypatch):
    with serving(routed(VLLM), certified(authority)) as url:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent.pem"))
        assert refused(url) == f"SSL_CERT_FILE names no file with certificates: {tmp_path / 'absent.pem'}"
        (tmp_path / "absent.pem").write_text("none\n", encoding="utf-8")
        assert refused(url) == f"SSL_CERT_FILE names no file with certificates: {tmp_path / 'absent.pem'}"


def test_a_server_without_tls():
    with serving(routed(VLLM)) as url:
        sentence = refused(url.replace("http:", "https:")).replace("https:", "http:").replace(url, "SERVER")
    assert sentence.startswith("SERVER does not speak TLS (")
    assert sentence.endswith("): is it http:// there?")


def test_a_server_with_tls_only(authority):
    with serving(routed(VLLM), certified(authority)) as url:
        assert refused(url.replace("https:", "http:")).partition(" ")[2].startswith(("closed", "does not speak HTTP"))


@pytest.fixture
def project(tmp_path, monkeypatch):
    write_jsonl(tmp_path / "probes.jsonl", [{"id": "first", "messages": [{"role": "user", "content": "Where?"}]}])
    (tmp_path / "tunespec.toml").write_text("[inference]\nsilence = 2\n", encoding="utf-8")
    monkeypatch.setenv("TUNESPEC_API_KEY", KEY)
    return tmp_path


def checked(project, url, *more):
    given = ("--model=m", f"--host={url}", "--probes=probes.jsonl", "--record=out.jsonl", "--report=json=report.json")
    return run_tunespec(
        "check", "probes.jsonl", "--select=I001,I002,I003", "-n0", "--junit=junit.xml", *given, *more, cwd=project
    )


def everything(project, done):
    """All that a run left behind, and printed."""
    files = (path.read_bytes() for path in project.rglob("*") if path.is_file())
    return b"\n".join([*files, done.stdout.encode(), done.stderr.encode()])


def test_a_check_over_tls(project, trusted):
    requests = []

    def answer(path, request):
        requests.append(request)
        return [WHOLE] if b'"stream":false' in request else routed(VLLM)(path, request)

    with serving(answer, certified(trusted)) as url:
        done = checked(project, url)
    assert done.returncode == 0, done.stderr + done.stdout
    assert json.loads((project / "out.jsonl").read_bytes())["reply"] == " Paris."
    assert all(f"Authorization: Bearer {KEY}\r\n".encode() in request for request in requests)
    assert KEY.encode() not in everything(project, done)


def test_a_check_that_must_not_trust_its_server(project, trusted):
    with serving(routed(VLLM), certified(trusted, "other.example")) as url:
        done = checked(project, url)
    assert done.returncode == 2
    assert f"{url} cannot be trusted: IP address mismatch, certificate is not valid for '127.0.0.1'" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


TELLING = f"Incorrect API key provided: {KEY}. It is no key of ours"


@pytest.mark.parametrize(
    "routes",
    [
        {"/v1/models": status(401, lines({"error": {"message": TELLING, "code": "invalid_api_key"}}))},
        {"/v1/models": status(500, f"{'so ' * 60}{TELLING}".encode())},
        {"/v1/models": ok(TELLING.encode())},
        {"/v1/models": f"HTTP/1.1 {TELLING}\r\n\r\n".encode()},
        VLLM | {CHAT: status(403, lines({"error": TELLING}))},
        VLLM | {CHAT: ok(events({"error": {"message": TELLING}}))},
        VLLM | {CHAT: ok(f"error: {TELLING}\n\n".encode())},
        VLLM | {CHAT: ok(f"{TELLING}\n\n".encode())},
        VLLM | {CHAT: status(302, headers=f"Location: https://example.com/?key={KEY}\r\n")},
        ABOUT | {"/api/chat": ok(lines({"error": TELLING}))},
        ABOUT | {"/api/version": ok(TELLING.encode()), "/v1/models": status(500, TELLING.encode())},
    ],
)
def test_a_server_that_tells_the_key(monkeypatch, routes):
    """LiteLLM's proxy does so ("Received API Key = sk-...")."""
    monkeypatch.setenv("TUNESPEC_API_KEY", KEY)
    with serving(routed(routes)) as url, pytest.raises(CannotJudgeError) as caught:
        all_of(url)
    assert KEY[:9] not in f"{caught.value!r} {caught.value}"


def test_a_check_of_a_server_that_tells_the_key(project):
    with serving(routed(VLLM | {CHAT: status(403, lines({"error": TELLING}))})) as url:
        done = checked(project, url)
    assert (done.returncode, "answered 403: Incorrect API key provided: ..." in done.stdout) == (2, True)
    assert KEY.encode() not in everything(project, done)


def test_a_key_is_in_no_picture_of_what_is_sent():
    headers = (("Authorization", f"Bearer {KEY}"),)
    assert KEY not in repr(Wire("http://127.0.0.1", headers=headers)) + repr(Request("GET", "/", headers=headers))


def test_the_key_in_a_sentence_is_hidden():
    wire = Wire("http://127.0.0.1", headers=(("Authorization", f"Bearer {KEY}"),))
    with pytest.raises(ServerError, match=r"sent something that is no JSON object: 'key \.\.\.'$"):
        wire.parsed(f"key {KEY}".encode())
