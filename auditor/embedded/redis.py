"""The private Redis: the doorbell between the web process, the scheduler and the workers."""

import secrets
import socket
import time
from pathlib import Path

from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.embedded import account, liveness
from auditor.embedded.binaries import redis_server
from auditor.embedded.layout import Layout
from auditor.embedded.state import Service, write_private

ATTEMPTS = 6
# Nothing is written to disk: what the doorbell forgets, the rows in Postgres remember.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
daemonize yes
set-proc-title no
dir "{directory}"
pidfile "{directory}/redis.pid"
logfile "{directory}/redis.log"
save ""
appendonly no
maxmemory-policy noeviction
"""


class RedisError(RetraceError):
    """Redis did not start; the sentence names the log."""


def start(layout: Layout) -> Service:
    """Start Redis on a free loopback port with a new password. Raises RedisError, ServiceMissingError."""
    stop(layout)
    account.private_directory(layout.redis)
    for _ in range(ATTEMPTS):
        service = Service(liveness.free_port(), secrets.token_urlsafe(24), 0)
        _configure(layout, service)
        account.run([redis_server(), _configuration(layout)])
        if _ready(service):
            return Service(service.port, service.password, _pid(layout))
        stop(layout)
    raise RedisError(
        say("Redis did not start; the end of %(log)s says why.", log=str(layout.redis / "redis.log"))
    )


def answers(service: Service) -> bool:
    """Return whether our Redis lets us in with our password."""
    request = f"AUTH {service.password}\r\nPING\r\n".encode()
    try:
        with socket.create_connection(("127.0.0.1", service.port), timeout=5) as line:
            line.sendall(request)
            reply = b""
            while reply.count(b"\r\n") < 2 and (part := line.recv(256)):
                reply += part
    except OSError:
        return False
    return reply == b"+OK\r\n+PONG\r\n"


def running(layout: Layout) -> bool:
    """Return whether the process of our directory is alive."""
    return liveness.is_ours(_pid(layout), _configuration(layout))


def stop(layout: Layout) -> None:
    """Stop our Redis where it runs."""
    liveness.end(_pid(layout), _configuration(layout))
    (layout.redis / "redis.pid").unlink(missing_ok=True)


def _configure(layout: Layout, service: Service) -> None:
    path = _configuration(layout)
    text = CONFIGURATION.format(port=service.port, password=service.password, directory=layout.redis)
    write_private(path, text)
    account.give(path)


def _ready(service: Service, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not answers(service):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _configuration(layout: Layout) -> Path:
    return layout.redis / "redis.conf"


def _pid(layout: Layout) -> int:
    return liveness.first_number(layout.redis / "redis.pid")
