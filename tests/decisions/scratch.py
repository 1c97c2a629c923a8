"""A database of its own, with committed rows, for tests in which several processes record at once."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tests.databases import own_database


@contextmanager
def scratch(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of processes that work on an empty database, which the first of them migrates."""
    with own_database("scratch") as (address, _):
        yield os.environ | {
            "DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "auditor.settings",
            "RETRACE_KEYS": str(folder / "keys"),
            "STORAGE_URL": (folder / "store").as_uri(),
        }


def start(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """Start `python -m tests.decisions.racer` and return it once it stands at the start."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.decisions.racer", *arguments],
        env=environment,
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def race(*processes: subprocess.Popen[str]) -> list:
    """Let processes go at once and return what each answers."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return [json.loads(answer) for answer in answers]
