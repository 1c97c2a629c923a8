"""Sending one signed message to one address: no redirect is followed, no more is read than the status."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from auditor.audits.notices.addresses import Target


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, under the name that was asked for."""

    def __init__(self, target: Target, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target = target

    def connect(self) -> None:
        """Connect, and speak TLS with a certificate for the name where the target is secure."""
        plain = socket.create_connection((self._target.address, self._target.port), self.timeout)
        if not self._target.secure:
            self.sock = plain
            return
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self._target.host)
        except BaseException:
            plain.close()
            raise


def post(target: Target, body: bytes, headers: Mapping[str, str], *, seconds: float) -> int:
    """Return the status that a receiver answers to a POST; raises OSError or HTTPException where it does not.

    Each wait lasts at most `seconds`, and the whole exchange three times that.
    """
    connection = _Pinned(target, seconds)
    with _deadline(connection, 3 * seconds):
        try:
            connection.request("POST", target.path, body=body, headers=dict(headers))
            return connection.getresponse().status
        finally:
            connection.close()


@contextmanager
def _deadline(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """End an exchange that drags on, byte by byte, by shutting its socket down."""

    def end() -> None:
        sock: socket.socket | None = connection.sock
        if sock is not None and sock.fileno() >= 0:
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
