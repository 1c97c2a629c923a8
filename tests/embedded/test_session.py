"""The servers start with the first user, are shared, and stop with the last."""

import os
import stat
from pathlib import Path

import pytest

from auditor import embedded
from auditor.embedded.session import HalfConfiguredError
from tests.embedded import servers


def test_servers_answer_inside_and_are_gone_outside(var: Path) -> None:
    with embedded.environment():
        assert servers.answering(var)
        assert os.environ["DATABASE_URL"].startswith("postgres://retrace:")
        assert os.environ["STORAGE_URL"] == (var / "store").as_uri()
        assert os.environ["RETRACE_KEYS"] == str(var / "keys")
    assert servers.running(var) == (False, False)
    assert "DATABASE_URL" not in os.environ


def test_data_and_key_outlive_a_restart(var: Path) -> None:
    with embedded.environment():
        servers.query(var, "create table kept as select 42 as n")
        key = os.environ["RETRACE_SECRET_KEY"]
    with embedded.environment():
        assert servers.query(var, "select n from kept") == "42"
        assert os.environ["RETRACE_SECRET_KEY"] == key


def test_last_one_out_stops_the_servers(var: Path) -> None:
    *others, last = users = [servers.user(servers.WAIT) for _ in range(4)]
    addresses = {user.stdout.readline() for user in users}
    assert len(addresses) == 1
    assert "" not in addresses
    for user in others:
        user.communicate()
    assert servers.running(var) == (True, True)
    assert servers.answering(var)
    last.communicate()
    assert servers.running(var) == (False, False)


def test_secrets_are_private_and_in_no_argument_list(var: Path) -> None:
    with embedded.environment():
        known = servers.state(var)
        passwords = {known.postgres.password, known.redis.password}
        for command in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                arguments = command.read_bytes().decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            assert not [secret for secret in passwords if secret in arguments]
        for name in ("embedded.json", "secret-key"):
            assert stat.S_IMODE((var / name).stat().st_mode) == 0o600


def test_role_of_the_application_is_no_superuser(var: Path) -> None:
    with embedded.environment():
        question = "select rolsuper, rolcreatedb from pg_roles where rolname = current_user"
        assert servers.query(var, question) == "f|t"


def test_named_servers_are_left_alone(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/one")
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://elsewhere/0")
    with embedded.environment():
        assert os.environ["DATABASE_URL"] == "postgres://elsewhere/one"
        assert "STORAGE_URL" not in os.environ
    assert not var.exists()


def test_half_a_configuration_is_refused(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/one")
    with pytest.raises(HalfConfiguredError, match="CELERY_BROKER_URL is not"), embedded.environment():
        pass
