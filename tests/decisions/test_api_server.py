"""The API behind a real web server: bodies that are too large, broken off or in chunks; workers killed; races."""

import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from socket import create_connection

import pytest

from auditor.client import Register
from tests.client.described import decision
from tests.decisions.serving import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


def lines(server: Served, name: str, count: int) -> bytes:
    bodies = [decision(server.model, reference=f"{name}-{n}") for n in range(count)]
    return b"".join(json.dumps(body).encode() + b"\n" for body in bodies)


def asked(server: Served, body, path: str = "/decisions:batch", **headers: str) -> tuple[int, dict]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    kind = "application/x-ndjson" if path.endswith("batch") else "application/json"
    connection.request(
        "POST",
        "/api/v1" + path,
        body,
        {"Authorization": f"Bearer {server.token}", "Content-Type": kind} | headers,
        encode_chunked=headers.get("Transfer-Encoding") == "chunked",
    )
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


@pytest.mark.parametrize("path", ["/decisions", "/decisions:batch"])
def test_a_gibibyte_is_refused_before_it_is_sent(server, path):
    kind = "application/json" if path == "/decisions" else "application/x-ndjson"
    with create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(
            f"POST /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {2**30}\r\n\r\n".encode()
        )
        told = b""
        while b"urn:retrace:problem:too_large" not in told and (more := line.recv(65536)):
            told += more
    assert b" 413 " in told.split(b"\r\n")[0]
    assert b"urn:retrace:problem:too_large" in told


def test_a_body_without_an_end_is_refused_at_the_limit(server):
    sent = 0
    with create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(
            f"POST /api/v1/decisions:batch HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token}\r\n"
            "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        chunk = b"100000\r\n" + b"x" * 2**20 + b"\r\n"
        try:
            while sent < 2**30:
                line.sendall(chunk)
                sent += 2**20
        except OSError:
            pass
        else:
            pytest.fail("a gibibyte was taken")
    assert 64 * 2**20 <= sent < 256 * 2**20
    assert asked(server, b"")[0] == 200  # the server goes on


def test_a_body_in_chunks_is_taken(server):
    content = lines(server, "chunks", 50)
    pieces = (content[start : start + 1000] for start in range(0, len(content), 1000))
    status, told = asked(server, pieces, **{"Transfer-Encoding": "chunked"})
    assert (status, told["recorded"]) == (200, 50)


def test_what_broke_off_is_not_recorded(server):
    before = server.counted()
    content = lines(server, "broken", 5)
    with create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(
            f"POST /api/v1/decisions:batch?on_error=keep HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {server.token}\r\nContent-Type: application/x-ndjson\r\n"
            f"Content-Length: {len(content) + 100}\r\n\r\n".encode()
            + content
        )
        line.shutdown(1)
        told = line.recv(65536)
    assert not told or b" 400 " in told.split(b"\r\n")[0]
    assert server.counted() == before


def test_without_a_length_or_chunks_there_is_no_body(server):
    with create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(
            f"POST /api/v1/decisions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token}\r\n"
            "Content-Type: application/json\r\nConnection: close\r\n\r\n".encode()
        )
        assert b" 411 " in line.recv(65536).split(b"\r\n")[0]


def test_one_key_at_the_same_moment_is_one_request(server):
    before = server.counted()
    content = lines(server, "race", 20)
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda _: asked(server, content, **{"Idempotency-Key": "race"}), range(8)))
    assert {status for status, _ in told} == {200}
    assert len({json.dumps(answer) for _, answer in told}) == 1
    assert server.counted()["decisions"] == before["decisions"] + 20


def test_one_key_with_other_content_at_the_same_moment_is_refused(server):
    before = server.counted()
    contents = [lines(server, f"clash-{n}", 20) for n in range(4)]
    with ThreadPoolExecutor(4) as threads:
        told = list(
            threads.map(lambda content: asked(server, content, **{"Idempotency-Key": "clash"}), contents)
        )
    assert sorted(status for status, _ in told) == [200, 409, 409, 409]
    assert server.counted()["decisions"] == before["decisions"] + 20


def test_what_was_acknowledged_is_there_once_when_workers_are_killed(server):
    before = server.counted()
    register = Register(server.url, server.token, attempts=12)

    def sent(name: int) -> list[int]:
        return [
            register.record(decision(server.model, reference=f"kill-{name}-{n}")).decision for n in range(40)
        ]

    with ThreadPoolExecutor(4) as threads:
        futures = [threads.submit(sent, name) for name in range(4)]
        for _ in range(5):
            time.sleep(0.4)
            server.workers()[0].kill()
        numbers = [number for future in futures for number in future.result()]
    after = server.counted()
    assert len(set(numbers)) == 160
    assert after["decisions"] == before["decisions"] + 160
    assert after["entries"] == before["entries"] + 160
    assert after["break"] is None
