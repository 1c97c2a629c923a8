"""Looks at the embedded servers from outside, as the operating system sees them."""

import os
import subprocess
import sys
from pathlib import Path

from auditor.embedded import layout, postgres, redis
from auditor.embedded.liveness import first_number
from auditor.embedded.session import SERVERS
from auditor.embedded.state import State, load


def state(var: Path) -> State:
    found = load(layout.prepare(var).state)
    assert found is not None
    return found


def answering(var: Path) -> bool:
    known = state(var)
    return postgres.answers(known.postgres) and redis.answers(known.redis)


def running(var: Path) -> tuple[bool, bool]:
    found = layout.prepare(var)
    return postgres.running(found), redis.running(found)


def postmaster(var: Path) -> int:
    return first_number(layout.prepare(var).postgres / "postmaster.pid")


def query(var: Path, statement: str) -> str:
    port, password = state(var).postgres.port, state(var).postgres.password
    url = f"host=127.0.0.1 port={port} user=retrace dbname=retrace"
    done = subprocess.run(
        ["psql", "-X", "-A", "-t", "-c", statement, url],
        env={**os.environ, "PGPASSWORD": password},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def user(script: str) -> subprocess.Popen[str]:
    """Another command of the same checkout: a process that runs `script` inside the environment."""
    source = "import os, sys\nfrom auditor.embedded import environment\nwith environment():\n    " + script
    own = {name: value for name, value in os.environ.items() if name not in SERVERS}
    return subprocess.Popen(
        [sys.executable, "-c", source],
        env=own,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=layout.checkout(),
    )


WAIT = "print(os.environ['DATABASE_URL'], flush=True); sys.stdin.read()"
