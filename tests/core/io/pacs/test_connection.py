"""What a server may answer instead: one sentence each, without addresses and identifiers."""

from __future__ import annotations

import http.server
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import InputError
from core.io.pacs.connection import BrokenConnection, connect
from core.io.pacs.fetch import Wanted, fetch_series
from core.io.pacs.search import Query, check_uid, search_instances, search_series, search_studies
from core.io.pacs.settings import PacsSettings

NAME = "DOE^JANE"
QUERY = Query(patient_id="P4711")


class Answer(http.server.BaseHTTPRequestHandler):
    """One fixed answer to everything; notes what was asked."""

    status, body, kind, length = 200, b"[]", "application/dicom+json", -1
    location = ""
    seen: list[tuple[str, str]]

    def do_GET(self) -> None:
        type(self).seen.append((self.path, str(self.headers.get("Authorization", ""))))
        self.send_response(self.status)
        self.send_header("Content-Type", self.kind)
        if self.location:
            self.send_header("Location", self.location)
        self.send_header("Content-Length", str(len(self.body) if self.length < 0 else self.length))
        self.end_headers()
        self.wfile.write(self.body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


@contextmanager
def answering(tls: ssl.SSLContext | None = None, **what: object) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    handler = type("Fixed", (Answer,), {**what, "seen": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is meant
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], handler.seen  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _search(port: int, scheme: str = "http", **more: object) -> None:
    client = connect(PacsSettings(f"{scheme}://127.0.0.1:{port}/dicom-web", **more))  # type: ignore[arg-type]
    try:
        search_studies(client, QUERY)
    finally:
        client._session.close()


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ({"status": 401}, "expected credentials that it accepts, got refused with status 401"),
        ({"status": 404}, "got status 404"),
        ({"status": 400}, "got status 400"),
        ({"status": 503}, "got status 503"),
        ({"status": 302, "location": "http://127.0.0.1:1/elsewhere"}, "got sent on to another"),
        ({"body": f"<html>{NAME}</html>".encode(), "kind": "text/html"}, "expected an answer in DICOMweb"),
        ({"body": f'{{"{NAME}": 1'.encode()}, "expected an answer in DICOMweb"),
        ({"body": b'[{"00080061": [1]}]'}, "expected an answer in DICOMweb"),
        ({"body": b"[", "length": 500}, "got"),
    ],
)
def test_faults_are_one_sentence(what: dict[str, object], sentence: str, caplog: pytest.LogCaptureFixture) -> None:
    with answering(**what) as (port, seen), pytest.raises(InputError, match=sentence) as caught:
        _search(port)
    assert len(seen) == 1
    assert not {NAME, "P4711", "127.0.0.1", "elsewhere"} & set(str(caught.value).replace(",", " ").split())
    assert str(caught.value).count("\n") == 0
    assert not caplog.records


def test_no_server_is_a_broken_connection() -> None:
    with answering() as (port, _):
        pass
    with pytest.raises(BrokenConnection, match="expected an answer, got none"):
        _search(port)


def test_the_environment_sends_it_nowhere_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login jane password other\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with answering() as (port, seen):
        _search(port)
        _search(port, token="t0ken")
    assert [authorization for _, authorization in seen] == ["", "Bearer t0ken"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_must_be_trusted(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key),
         "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with answering(tls=context) as (port, seen):
        with pytest.raises(InputError, match="expected a certificate that this machine trusts"):
            _search(port, "https")
        assert seen == []
        _search(port, "https", authority=certificate)
        assert len(seen) == 1


@pytest.mark.parametrize("uid", ["", "1..2", "1.2/../3", "1.2.3\n", "9" * 65, NAME])
def test_what_is_no_uid_never_becomes_part_of_an_address(uid: str) -> None:
    with pytest.raises(InputError, match="expected its DICOM UID") as caught:
        check_uid(uid, "study")
    assert NAME not in str(caught.value)
    with answering() as (port, seen):
        client = connect(PacsSettings(f"http://127.0.0.1:{port}"))
        for ask in (lambda: search_series(client, uid), lambda: search_instances(client, "1.2", uid)):
            with pytest.raises(InputError):
                ask()
    assert seen == []


def test_a_server_that_names_no_uid_or_nothing_is_not_followed(tmp_path: Path) -> None:
    wanted = Wanted("1.2", "1.3")
    bodies = (b'[{"00080018": {"vr": "UI", "Value": ["../../x"]}}]', b"[]")
    for body, sentence in zip(bodies, ("instance: expected", "got 0"), strict=True):
        with answering(body=body) as (port, _):
            client = connect(PacsSettings(f"http://127.0.0.1:{port}"))
            with pytest.raises(InputError, match=sentence):
                fetch_series(client, wanted, tmp_path, lambda *_: None)
            client._session.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong", [{"date": "2020-01-01"}, {"modality": "CT*"}, {"patient_id": "A*"}, {"patient_id": "9" * 65}]
)
def test_queries_that_ask_too_much_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError):
        Query(**wrong)


def test_descriptions_cannot_command_a_terminal() -> None:
    body = b'[{"0020000D": {"Value": ["1.2"]}, "00081030": {"Value": ["CT\\u001b[2J liver\\u0007"]}}]'
    with answering(body=body) as (port, _):
        client = connect(PacsSettings(f"http://127.0.0.1:{port}"))
        (study,) = search_studies(client, Query())
        client._session.close()
    assert (study.description, study.date, study.series) == ("CT[2J liver", "", None)
