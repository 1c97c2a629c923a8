"""A real web server of two workers on a database of its own, for tests that need sockets, threads and signals."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection, socket

import psutil

from tests.decisions.scratch import scratch

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Served:
    """Where the server is, the token of a system that may send, the digest of a model that is registered."""

    port: int
    token: str
    model: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def counted(self) -> dict:
        """Return how many decisions and entries there are, and what is wrong with the ledger."""
        return _said(self.environment, "count")


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    with scratch(folder) as environment:
        made = _said(environment, "prepare")
        with closing(socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        arguments = ("auditor.wsgi", f"--bind=127.0.0.1:{port}", "--workers=2", "--worker-class=gthread")
        with (folder / "web.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *arguments, "--threads=8", "--no-control-socket"],
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        try:
            _wait(port)
            yield Served(port, made["token"], made["model"], environment, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _said(environment: dict[str, str], task: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "tests.decisions.serving", task],
        env=environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _prepare() -> dict:
    from django.core.management import call_command

    from reports.decisions.systems import token_make
    from tests.decisions import drafts

    call_command("migrate", verbosity=0)
    return {"token": token_make(drafts.system())[1], "model": drafts.version().digest}


def _count() -> dict:
    from reports.decisions.models import Decision
    from reports.ledger.models import Entry
    from reports.ledger.services import ledger_break

    return {"decisions": Decision.objects.count(), "entries": Entry.objects.count(), "break": ledger_break()}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditor.settings")
    import django

    django.setup()
    sys.stdout.write(json.dumps({"prepare": _prepare, "count": _count}[sys.argv[1]]()))
