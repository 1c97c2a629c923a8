"""A process of ours ends with its block, and takes everything that it started with it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auditor.embedded import processes

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, os.environ["EXTRA"], flush=True)
time.sleep(600)
"""


def ended(pid: int) -> bool:
    """True for a process that is gone, or that only waits to be collected."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() == b""
    except (FileNotFoundError, ProcessLookupError):
        return True


def first_line(path: Path) -> str:
    deadline = time.monotonic() + 10
    while not (text := path.read_text(encoding="utf-8")).endswith("\n"):
        assert time.monotonic() < deadline, "the process said nothing"
        time.sleep(0.02)
    return text.splitlines()[0]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RETRACE_VAR", str(tmp_path))
    return tmp_path / "log" / "job.log"


def test_whole_group_of_a_stubborn_process_is_killed(log: Path) -> None:
    with processes.running(
        "job", [sys.executable, "-c", STUBBORN], env={"EXTRA": "seen"}, grace=0.2
    ) as process:
        grandchild, extra = first_line(log).split()
        assert extra == "seen"
        assert os.getsid(process.pid) == process.pid
    assert process.returncode == -9
    deadline = time.monotonic() + 5
    while not ended(int(grandchild)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ended(int(grandchild))


def test_polite_process_may_finish_its_work(log: Path) -> None:
    polite = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: (print('saved'), sys.exit(3))); "
        "print('ready', flush=True); time.sleep(600)"
    )
    with processes.running("job", [sys.executable, "-c", polite]) as process:
        assert first_line(log) == "ready"
    assert process.returncode == 3
    assert log.read_text(encoding="utf-8").splitlines() == ["ready", "saved"]


def test_process_ends_when_the_block_fails(log: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        processes.running("job", [sys.executable, "-c", "import time; time.sleep(600)"]) as process,
    ):
        raise ZeroDivisionError
    assert process.returncode == -15


def test_two_workers_never_share_a_name() -> None:
    assert processes.worker_argv(2)[-1] != processes.worker_argv(2)[-1]


def test_a_process_ends_when_whoever_started_it_is_killed(log: Path) -> None:
    starter = (
        "import sys, time\nfrom auditor.embedded import processes\n"
        "with processes.running('job', [sys.executable, '-c', 'import time; time.sleep(600)']) as job:\n"
        "    print(job.pid, flush=True)\n    time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 5
    while not ended(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ended(child)
