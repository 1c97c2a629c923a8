"""Is that process still ours? Process ids are reused, so a number alone proves nothing."""

import os
import signal
import socket
import time
from pathlib import Path


def free_port() -> int:
    """Return a loopback port that was free a moment ago; the caller retries when it is gone."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_ours(pid: int, marker: Path) -> bool:
    """Return whether a live process carries our path in its arguments; a zombie carries nothing."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    return os.fsencode(marker) in arguments


def is_taken(pid: int) -> bool:
    """Return whether any process, a zombie included, has this id."""
    return pid > 0 and Path(f"/proc/{pid}").exists()


def first_number(path: Path) -> int:
    """Return the process id on the first line of a pid file, or 0 where it has none."""
    try:
        return int(path.read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return 0


def gone(pid: int, marker: Path, seconds: float) -> bool:
    """Wait until our process has ended; return whether it did in time."""
    deadline = time.monotonic() + seconds
    while is_ours(pid, marker):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def end(pid: int, marker: Path, *, seconds: float = 10, first: signal.Signals = signal.SIGTERM) -> None:
    """End our process: ask with `first`, wait, then SIGKILL. Does nothing to anybody else's process."""
    for number in (first, signal.SIGKILL):
        if not is_ours(pid, marker):
            return
        os.kill(pid, number)
        if gone(pid, marker, seconds):
            return
