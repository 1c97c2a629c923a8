"""The processes of the product itself: a worker, the scheduler, the web server - each in its own session."""

import ctypes
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from auditor.embedded.layout import checkout, var_directory

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"


def worker_argv(concurrency: int) -> list[str]:
    """Return the command of a Celery worker with that many child processes, under a name of its own."""
    name = f"retrace-{os.getpid()}-{secrets.token_hex(3)}@%h"
    return [
        *_celery("worker"),
        "--pool=prefork",
        f"--concurrency={concurrency}",
        "--without-gossip",
        "--without-mingle",
        "--loglevel=INFO",
        "-n",
        name,
    ]


def beat_argv() -> list[str]:
    """Return the command of the scheduler, which reads its schedules from the database."""
    return [*_celery("beat"), "--scheduler", SCHEDULER, "--pidfile=", "--loglevel=INFO"]


def web_argv(port: int) -> list[str]:
    """Return the command of the web server on a loopback port: one process, eight threads."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "auditor.wsgi",
        f"--bind=127.0.0.1:{port}",
        "--workers=1",
        "--worker-class=gthread",
        "--threads=8",
        "--no-control-socket",
    ]


def log_directory() -> Path:
    """Return where the processes write what they say."""
    return var_directory() / "log"


@contextmanager
def running(
    name: str,
    argv: Sequence[str],
    env: dict[str, str] | None = None,
    log: Path | None = None,
    grace: float = 10,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process in a session of its own while the block runs, its output in var/log/<name>.log.

    `env` is added to our environment. On exit the process gets SIGTERM and `grace` seconds to finish;
    then its whole group is killed. Yields the process, so that a caller can ask whether it still lives.
    """
    path = log or log_directory() / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as sink:
        process = subprocess.Popen(
            list(argv),
            env={**os.environ, **(env or {})},
            cwd=checkout(),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
    try:
        yield process
    finally:
        _end(process, grace)


def _end_with_parent() -> None:
    """Ask the kernel to send SIGTERM when whoever started this process is gone, even by SIGKILL."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(process: subprocess.Popen[bytes], grace: float) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        _await_exit(process, grace)
    finally:
        _kill_group(process.pid)
        process.wait()


def _await_exit(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait for the exit without reaping: the id stays taken, so the group can be killed safely after."""
    deadline = time.monotonic() + seconds
    how = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while process.returncode is None and os.waitid(os.P_PID, process.pid, how) is None:
        if time.monotonic() > deadline:
            return
        time.sleep(0.05)


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # the group ended by itself


def _celery(command: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "auditor", command]
