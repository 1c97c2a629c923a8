"""Killed processes, restored backups, and a search for whatever remains of somebody who was erased."""

import json
import shutil
import signal
import subprocess
import sys
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from auditor.embedded.binaries import postgres_tools
from tests.decisions.drafts import RECIPIENT
from tests.decisions.erasing import LETTER, PERSONAL
from tests.decisions.scratch import scratch

DONE = ["erased", True, True, True, True]
# What a process leaves that is killed when the step begins: rows, key, input and certificate, in this order.
LEFT = {
    "commit": ["erased", True, False, False, False],
    "keys": ["erased", True, True, False, False],
    "documents": ["erased", True, True, True, False],
    "certificate": ["erased", True, True, True, False],
    "rows": ["recorded", False, False, False, False],
}


@pytest.fixture(scope="module", autouse=True)
def _database(django_db_setup, django_db_blocker):
    """Let the module know where the servers are; its databases are its own."""
    with django_db_blocker.unblock():
        yield


def run(environment: dict[str, str], *arguments: str, code: int = 0) -> list:
    done = subprocess.run(
        [sys.executable, "-m", "tests.decisions.eraser", *arguments],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if not code else []


def dumped(url: str, path: Path) -> str:
    subprocess.run([postgres_tools() / "pg_dump", "--no-owner", "--file", path, url], check=True, timeout=120)
    return path.read_text()


def restored(url: str, path: Path) -> str:
    """Fill a second database with a dump and return its address."""
    name = f"{url.rsplit('/', 1)[1]}_restored"
    with closing(psycopg.connect(f"{url.rsplit('/', 1)[0]}/postgres", autocommit=True)) as administrator:
        administrator.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        administrator.execute(f"CREATE DATABASE {name}")
    other = f"{url.rsplit('/', 1)[0]}/{name}"
    psql = [postgres_tools() / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", path, other]
    subprocess.run(psql, check=True, timeout=120, stdout=subprocess.DEVNULL)
    return other


def drop(url: str) -> None:
    with closing(psycopg.connect(f"{url.rsplit('/', 1)[0]}/postgres", autocommit=True)) as administrator:
        administrator.execute(f"DROP DATABASE {url.rsplit('/', 1)[1]} WITH (FORCE)")


def traces(content: bytes) -> list[str]:
    """Return which personal words stand in content, plain, in hexadecimal or in Base64."""
    found = []
    for word in PERSONAL:
        plain = word.encode()
        if any(form in content for form in (plain, plain.hex().encode(), b64encode(plain)[:-4])):
            found.append(word)
    return found


def contents(store: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(store.rglob("*")) if path.is_file())


def test_what_a_killed_process_leaves_is_finished(tmp_path):
    with scratch(tmp_path) as environment:
        run(environment, "prepare")
        for number, step in enumerate(LEFT, start=3):
            run(environment, "erase", step, step, code=-signal.SIGKILL)
            left, reconciled, now = run(environment, "after", str(number))
            assert left == LEFT[step], step
            again = 0 if step == "rows" else 1
            assert reconciled == [0, again, []], step
            assert now == (DONE if again else LEFT[step]), step
        run(environment, "erase", "rows")
        assert run(environment, "check") == [5, 5, None]


def test_nothing_of_a_person_remains_and_a_backup_brings_nothing_back(tmp_path):
    with scratch(tmp_path) as environment:
        run(environment, "prepare")
        url, store = environment["DATABASE_URL"], tmp_path / "store"
        before = dumped(url, tmp_path / "before.sql")
        assert traces(before.encode()) == []
        assert LETTER in contents(store)
        shutil.copytree(store, tmp_path / "old-store")
        readable = run(environment, "readable")
        assert [word for word in readable if traces(word.encode())]

        run(environment, "erase", PERSONAL[0])
        after = dumped(url, tmp_path / "after.sql")
        assert traces(after.encode()) == []
        assert RECIPIENT in after  # an organisation: the certificate says who was told
        assert traces(contents(store)) == []

        other = restored(url, tmp_path / "before.sql")
        try:
            old = environment | {
                "DATABASE_URL": other,
                "STORAGE_URL": (tmp_path / "old-store").as_uri(),
            }
            assert not [word for word in run(old, "readable") if traces(word.encode())]
            assert run(old, "state", "1") == ["recorded", False, True, False, False]
            assert run(old, "reconcile") == [1, 1, []]
            assert run(old, "state", "1") == DONE
            assert run(old, "check") == [1, 2, None]
            assert traces(contents(tmp_path / "old-store")) == []
            assert run(old, "reconcile") == [0, 0, []]
            # Whoever else was in the backup is there still.
            assert "commit" in run(old, "readable")
        finally:
            drop(other)


def test_another_database_does_not_lose_its_rows_to_keys_that_are_not_its_own(tmp_path):
    with scratch(tmp_path) as environment:
        run(environment, "prepare")
        strange = environment | {"RETRACE_KEYS": str(tmp_path / "other-keys")}
        (tmp_path / "other-keys").mkdir(mode=0o700)
        subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; from pathlib import Path; from django.conf import settings\n"
                "settings.configure(KEYS_DIR=Path(sys.argv[1]))\n"
                "from reports.keys.subjects import destroy_keys; destroy_keys(range(1, 9))",
                str(tmp_path / "other-keys"),
            ],
            check=True,
            cwd=settings.BASE_DIR,
        )
        run(strange, "reconcile", code=1)
        assert run(environment, "check") == [0, 0, None]
