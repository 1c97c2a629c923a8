"""A ledger in a database of its own, worked on by processes of their own: what copies, restores and roles need."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.databases import own_database

ROOT = Path(__file__).parents[2]
APPEND = """
import sys, django
django.setup()
from django.db import transaction
from reports.ledger.services import Draft, ledger_append_many
who, times, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for n in range(times):
    with transaction.atomic():
        ledger_append_many([Draft("test", who, {"n": n, "of": m}) for m in range(count)])
"""


class Installation:
    """A database of an address, with keys in a folder."""

    def __init__(self, address: str, keys: Path, **more: str) -> None:
        self.address = address
        self.environ = os.environ | {
            "DATABASE_URL": address, "RETRACE_KEYS": str(keys), "RETRACE_EMBEDDED": "0",
            "RETRACE_LOG_NAME": "retrace.example/log", "DJANGO_SETTINGS_MODULE": "auditor.settings", **more,
        }  # fmt: skip

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=self.environ, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def ledger(self, *arguments: str) -> tuple[int, str, str]:
        return self.run("manage.py", "ledger", *arguments)

    def appender(self, who: str, times: int = 1, count: int = 1) -> subprocess.Popen[str]:
        return self.start("-c", APPEND, who, str(times), str(count))

    def append(self, who: str, times: int = 1, count: int = 1) -> None:
        status, _, err = self.run("-c", APPEND, who, str(times), str(count))
        assert status == 0, err

    def ask(self, *statements: str) -> list[tuple]:
        with psycopg.connect(self.address, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []

    @property
    def name(self) -> str:
        return urlsplit(self.address).path[1:]


@contextmanager
def installed(keys: Path, name: str, **more: str) -> Iterator[tuple[Installation, psycopg.Connection]]:
    """Yield an installation on a new database, and a connection to the server that is not to it."""
    with own_database(name) as (address, server):
        made = Installation(address, keys, **more)
        status, _, err = made.run("manage.py", "migrate", "ledger", "-v0")
        assert status == 0, err
        yield made, server
