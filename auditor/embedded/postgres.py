"""The private Postgres: initialised, started, asked and stopped as the service account."""

import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.embedded import account, liveness
from auditor.embedded.binaries import postgres_tools
from auditor.embedded.layout import Layout
from auditor.embedded.state import Service, write_private

NAME = "retrace"  # of the role and of the database
ATTEMPTS = 6
# The superuser has no password and so cannot log in at all; only the application's role can.
ACCESS = f"host all {NAME} 127.0.0.1/32 scram-sha-256\n"


class PostgresError(RetraceError):
    """Postgres did not initialise or start; the sentence names the log."""


def start(layout: Layout, password: str | None) -> Service:
    """Start Postgres on a free loopback port and return it; raises PostgresError, ServiceMissingError.

    A password that is no longer known is replaced. What a crash left behind is cleared first.
    """
    _clear(layout)
    known = password if layout.postgres.exists() else None
    password = known or secrets.token_urlsafe(24)
    if not layout.postgres.exists():
        _initialise(layout, password)
    elif known is None:
        _set_password(layout.postgres, password)
    for attempt in range(ATTEMPTS):
        service = Service(liveness.free_port(), password, 0)
        if _launched(layout, service.port) and answers(service):
            return Service(service.port, password, _pid(layout))
        _clear(layout)
        time.sleep(0.3 * attempt)
    raise PostgresError(say("Postgres did not start; the end of %(log)s says why.", log=str(_log(layout))))


def answers(service: Service) -> bool:
    """Return whether our Postgres lets us in with our password."""
    argv: list[str | Path] = [
        postgres_tools() / "psql", "-X", "-A", "-t", "-h", "127.0.0.1", "-p", str(service.port),
        "-U", NAME, "-d", NAME, "-c", "select 1",
    ]  # fmt: skip
    secret = {"PGPASSWORD": service.password, "PGCONNECT_TIMEOUT": "5"}
    return account.run(argv, environ=secret).stdout.strip() == "1"


def running(layout: Layout) -> bool:
    """Return whether the process of our data directory is alive."""
    return liveness.is_ours(_pid(layout), layout.postgres)


def stop(layout: Layout) -> None:
    """Stop our Postgres where it runs: clients are disconnected, the data is left clean."""
    liveness.end(_pid(layout), layout.postgres, seconds=30, first=signal.SIGINT)


def _initialise(layout: Layout, password: str) -> None:
    """Build the cluster beside its place and move it there when it is complete."""
    fresh = layout.home / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    account.private_directory(fresh)
    done = account.run(
        [postgres_tools() / "initdb", "-D", fresh, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
         "--auth=trust", "--no-instructions"],
        seconds=180,
    )  # fmt: skip
    if done.returncode:
        raise PostgresError(
            say(
                "Postgres could not initialise %(place)s: %(problem)s.",
                place=str(fresh),
                problem=_last_line(done.stderr),
            )
        )
    write_private(fresh / "pg_hba.conf", ACCESS)
    account.give(fresh / "pg_hba.conf")
    _set_password(fresh, password)
    fresh.rename(layout.postgres)


def _set_password(data: Path, password: str) -> None:
    """Create the role and its database where missing and set the password, with the server offline."""
    statements = (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{NAME}') "
        f"THEN CREATE ROLE {NAME}; END IF; END $$",
        f"ALTER ROLE {NAME} LOGIN CREATEDB NOSUPERUSER PASSWORD '{password}'",
        f"CREATE DATABASE {NAME} OWNER {NAME}",
    )
    done = account.run([postgres_tools() / "postgres", "--single", "-D", data, "postgres"],
                       stdin="\n".join(statements) + "\n")  # fmt: skip
    if done.returncode:
        raise PostgresError(
            say(
                "Postgres could not prepare its role in %(place)s: %(problem)s.",
                place=str(data),
                problem=_last_line(done.stderr),
            )
        )


def _launched(layout: Layout, port: int) -> bool:
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories=''"
    argv: list[str | Path] = [
        postgres_tools() / "pg_ctl",
        "start",
        "-w",
        "-t",
        "60",
        "-D",
        layout.postgres,
        "-o",
        options,
    ]
    try:
        return account.run(argv, log=_log(layout), seconds=90).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _clear(layout: Layout) -> None:
    """End what is left of an earlier run and drop a pid file whose number now belongs to someone else.

    Any other stale pid file stays: Postgres judges it itself and waits for orphans that still write.
    """
    liveness.end(_pid(layout), layout.postgres, first=signal.SIGQUIT)
    if liveness.is_taken(_pid(layout)):
        (layout.postgres / "postmaster.pid").unlink()


def _pid(layout: Layout) -> int:
    return liveness.first_number(layout.postgres / "postmaster.pid")


def _log(layout: Layout) -> Path:
    return layout.logs / "postgres.log"


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it said nothing"
