"""Requests that are repeated until they are answered: a kept connection, growing pauses, one key for all attempts."""

import http.client
import json
import random
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from auditor.client.errors import Refused, Unreachable

AGAIN = frozenset({429, 500, 502, 503, 504})
"""Answers after which the same request is sent again; its key keeps it from being acted on twice."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_LONGEST_ANSWER = 64 * 2**20


class Transport:
    """A way to one Retrace; threads may share it, each has a connection of its own."""

    def __init__(
        self, url: str, token: str, *, timeout: float, attempts: int, context: ssl.SSLContext | None
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address such as https://retrace.example")
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, parts.port
        self._path = parts.path.rstrip("/") + "/api/v1"
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._timeout, self._attempts, self._context = timeout, attempts, context
        self._mine = threading.local()

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of an answer; raises Refused, and Unreachable after the last attempt."""
        for attempt in range(1, self._attempts + 1):
            kept = getattr(self._mine, "connection", None) is not None
            try:
                status, pause, content = self._once(method, path, body, headers or {})
            except (OSError, http.client.HTTPException) as error:
                self.close()
                # A connection that was kept may have been closed meanwhile, which says nothing of Retrace.
                why, pause = f"{type(error).__name__}: {error}", 0.0 if kept else None
            else:
                if status not in AGAIN:
                    return _read(status, content)
                why = f"it answered {status}"
            if attempt < self._attempts:
                time.sleep(_pause(attempt) if pause is None else min(pause, _LONGEST_PAUSE))
        raise Unreachable(f"Retrace at {self._host} was asked {self._attempts} times in vain ({why}).")

    def close(self) -> None:
        """Close this thread's connection; the next request opens another."""
        connection = getattr(self._mine, "connection", None)
        if connection is not None:
            connection.close()
            self._mine.connection = None

    def _once(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, float | None, bytes]:
        connection = getattr(self._mine, "connection", None)
        if connection is None:
            connection = self._mine.connection = self._connect()
        connection.request(method, self._path + path, body or None, {**self._headers, **headers})
        answer = connection.getresponse()
        content = answer.read(_LONGEST_ANSWER)
        return answer.status, _seconds(answer.headers.get("Retry-After")), content

    def _connect(self) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=self._timeout, context=self._context
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)


def _read(status: int, content: bytes) -> Any:
    try:
        answer = json.loads(content)
    except ValueError:
        answer = {"detail": f"What answered {status} is not Retrace: it sent no JSON."}
        status = max(status, 400)
    if status >= 300:
        raise Refused(status, answer if isinstance(answer, dict) else {})
    return answer


def _pause(attempt: int) -> float:
    """Return a pause that doubles with each attempt, half of it by chance so that many clients do not come at once."""
    whole: float = min(_FIRST_PAUSE * 2 ** (attempt - 1), _LONGEST_PAUSE)
    return whole * random.uniform(0.5, 1)


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isascii() and header.isdigit() else None
