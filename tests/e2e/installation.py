"""Drives an installation from outside: its commands, its processes, its database and its broker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar
from unittest import mock

import psycopg
import pypdf
import redis

from auditor import embedded
from auditor.embedded import processes
from auditor.embedded.session import SERVERS

T = TypeVar("T")
LEASE_SECONDS = "3"
PATIENCE = 300  # seconds, on a machine that does other things as well; nothing is measured with it


class Installation:
    """Runs in the environment that `installed` has prepared."""

    def __init__(self, var: Path, environment: dict[str, str]) -> None:
        self.var = var
        self.environment = environment

    def manage(self, *arguments: object, timeout: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            env=self.environment,
            cwd=embedded.checkout(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def audit(self, model: Path, data: Path, out: Path, *more: object) -> subprocess.CompletedProcess[str]:
        return self.manage("audit", "--model", model, "--data", data, "--out", out, "--plan", "quick", *more)

    def process(self, name: str, argv: list[str]) -> AbstractContextManager[subprocess.Popen[bytes]]:
        return processes.running(name, argv, env=self.environment, log=self.var / "log" / f"{name}.log")

    def worker(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        return self.process("worker", processes.worker_argv(2))

    def scheduler(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        return self.process("scheduler", processes.beat_argv())

    def shell(self, code: str) -> str:
        done = self.manage("shell", "--no-imports", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def rows(self, statement: str, *values: object) -> list[tuple]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(statement, values).fetchall()

    def empty_broker(self) -> None:
        redis.Redis.from_url(self.environment["CELERY_BROKER_URL"]).flushall()

    def start_run(self) -> str:
        """Start the audit that the fixture `undisturbed` has made, once more, and return the run's id."""
        return self.shell(
            "from auditor.audits.services import plan_named, run_start\n"
            "from auditor.registry.models import ModelVersion, ValidationSet\n"
            "print(run_start(model_version=ModelVersion.objects.get(model__name='Lesion detector A'),"
            "validation_set=ValidationSet.objects.get(name='32 films'), plan=plan_named('quick')).pk)"
        ).splitlines()[-1]

    def shards(self, run: str) -> list[str]:
        return [state for (state,) in self.rows("SELECT state FROM audits_shard WHERE run_id = %s", run)]

    def evidence(self, run: str) -> str:
        ((digest,),) = self.rows("SELECT evidence_digest FROM audits_run WHERE id = %s", run)
        return digest

    def reported(self, run: str) -> bool:
        return bool(self.rows("SELECT 1 FROM documents_report WHERE run_id = %s AND state = 'done'", run))


def until(condition: Callable[[], T], what: str) -> T:
    """Wait until a condition gives something that is true, and return that."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {PATIENCE} s")


def evidence_in(report: Path) -> bytes:
    """Return the evidence that is attached to a report."""
    (content,) = pypdf.PdfReader(report).attachments["evidence.json"]
    return content


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL a process and its children, as the kernel does when memory runs out or the power fails."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def installed(var: Path) -> Iterator[Installation]:
    """Keep servers up that are nobody else's, and leave the environment of the tests as it was."""
    own = {
        "RETRACE_VAR": str(var),
        "RETRACE_LEASE_SECONDS": LEASE_SECONDS,
        "RETRACE_STATIC": str(var / "static"),
    }
    with ExitStack() as servers:
        with mock.patch.dict(os.environ, own):
            for name in (*SERVERS, "STORAGE_URL", "RETRACE_SECRET_KEY"):
                os.environ.pop(name, None)
            servers.enter_context(embedded.environment())
            found = Installation(var, dict(os.environ))
        try:
            yield found
        finally:
            with mock.patch.dict(os.environ, own):
                servers.close()
                embedded.remove()
