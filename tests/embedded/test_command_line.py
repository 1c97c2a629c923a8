"""`python -m auditor.embedded`: a command's status is passed on, and every way out stops the servers."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auditor.embedded import layout
from tests.embedded import servers

BASE = [sys.executable, "-m", "auditor.embedded"]


def embedded(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*BASE, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=layout.checkout(),
        start_new_session=True,
    )


def test_status_of_the_command_is_passed_on(var: Path) -> None:
    done = embedded("exec", "--", "sh", "-c", 'test -n "$DATABASE_URL" && exit 7')
    assert done.communicate() == ("", "")
    assert done.returncode == 7
    assert servers.running(var) == (False, False)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signal_unwinds_without_a_traceback(var: Path, number: signal.Signals, status: int) -> None:
    command = embedded(
        "exec", "--", sys.executable, "-c", "import time; print(1, flush=True); time.sleep(600)"
    )
    command.stdout.readline()
    started = time.monotonic()
    if number == signal.SIGINT:  # a terminal sends it to the whole group
        subprocess.run(["kill", "-INT", "--", f"-{command.pid}"], check=True)
    else:
        command.send_signal(number)
    command.communicate()
    assert command.returncode == status
    assert time.monotonic() - started < 10
    assert servers.running(var) == (False, False)


def test_unknown_program_is_one_line(var: Path) -> None:
    done = embedded("exec", "--", "no-such-program")
    assert done.communicate()[1] == "no-such-program could not be started: No such file or directory.\n"
    assert done.returncode == 127
    assert servers.running(var) == (False, False)


def test_usage(var: Path) -> None:
    done = embedded("dance")
    assert "usage:" in done.communicate()[1]
    assert done.returncode == 2
