"""Asking the API as a sending system does, through Django's own handler or over a socket."""

import json
from collections.abc import Iterable

from django.test import Client

from reports.decisions.models import SendingSystem
from reports.decisions.systems import token_make
from tests.decisions import drafts

ONE, BATCH = "/api/v1/decisions", "/api/v1/decisions:batch"


def token(system: SendingSystem | None = None) -> str:
    return token_make(system or drafts.system())[1]


def headers(secret: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"} | more


def ndjson(bodies: Iterable[dict]) -> bytes:
    return b"".join(json.dumps(body).encode() + b"\n" for body in bodies)


def bodies(count: int, start: int = 0, **changes) -> list[dict]:
    return [
        drafts.body(reference=f"case-{n}", subject=f"person-{n}", **changes)
        for n in range(start, start + count)
    ]


def post_one(secret: str, body: dict | bytes, *, kind: str = "application/json", **more: str):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(ONE, content, content_type=kind, headers=headers(secret, **more))


def post_lines(secret: str, content: bytes, query: str = "", **more: str):
    return Client().post(
        BATCH + query, content, content_type="application/x-ndjson", headers=headers(secret, **more)
    )


def problem(response) -> tuple[int, str]:
    """Return a problem's status and the end of its type, having checked its form (RFC 9457)."""
    assert response.headers["Content-Type"] == "application/problem+json"
    told = response.json()
    assert told["status"] == response.status_code
    assert told["title"]
    assert told["detail"].endswith(".")
    return response.status_code, told["type"].removeprefix("urn:retrace:problem:")
