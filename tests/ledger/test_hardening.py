"""After hardening, the application's role is denied every change of the ledger, and goes on appending."""

import shutil

import psycopg
import pytest

from auditor.embedded import postgres
from auditor.embedded.layout import prepare
from tests.ledger.installation import Installation


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server of its own whose superuser can log in."""
    layout, access = prepare(tmp_path_factory.mktemp("server")), postgres.ACCESS
    postgres.ACCESS = access + "host all postgres 127.0.0.1/32 trust\n"
    try:
        yield postgres.start(layout, None)
    finally:
        postgres.ACCESS = access
        postgres.stop(layout)
        shutil.rmtree(layout.home)


@pytest.fixture(scope="module")
def log(server, tmp_path_factory):
    made = Installation(
        f"postgres://retrace:{server.password}@127.0.0.1:{server.port}/retrace",
        tmp_path_factory.mktemp("keys"),
        RETRACE_ADMIN_DATABASE_URL=f"postgres://postgres@127.0.0.1:{server.port}/retrace",
    )
    assert made.run("manage.py", "migrate", "-v0")[0] == 0
    made.append("before", count=3)
    for _ in range(2):  # it may be repeated
        status, _, err = made.ledger("harden")
        assert status == 0, err
    return made


@pytest.mark.parametrize(
    "statement",
    [
        f"{statement} {table}{rest}"
        for table in ("ledger_entry", "ledger_node")
        for statement, rest in [
            ("UPDATE", " SET hash = hash"), ("DELETE FROM", ""), ("TRUNCATE", ""), ("DROP TABLE", " CASCADE"),
            ("ALTER TABLE", " DISABLE TRIGGER USER"), ("GRANT UPDATE ON", " TO retrace"),
        ]
    ]
    + [
        "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP SCHEMA public CASCADE",
        "SET ROLE retrace_ledger",
        "DROP DATABASE retrace",
    ],
)  # fmt: skip
def test_what_the_application_is_denied(log, statement):
    if statement.startswith("GRANT"):
        log.ask(statement)  # Postgres warns that nothing was granted
        statement = "UPDATE ledger_entry SET hash = hash"
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"permission denied|must be owner"):
        log.ask(statement)


def test_what_the_application_goes_on_with(log):
    log.append("after", count=3)
    log.ask(
        "CREATE TABLE another (entry bigint REFERENCES ledger_entry)",
        "INSERT INTO another SELECT max(position) FROM ledger_entry",
        "DROP TABLE another",
    )
    assert log.ledger("verify")[0] == 0
    assert log.run("manage.py", "migrate", "-v0")[0] == 0


def test_a_superuser_cannot_be_hardened(log, server):
    status, _, err = Installation(
        log.environ["RETRACE_ADMIN_DATABASE_URL"],
        log.environ["RETRACE_KEYS"],
        RETRACE_ADMIN_DATABASE_URL=log.environ["RETRACE_ADMIN_DATABASE_URL"],
    ).ledger("harden")
    assert status == 1
    assert "is a superuser" in err
