"""What a crash leaves behind does not stop the next user."""

import os
import signal
from pathlib import Path

from auditor import embedded
from auditor.embedded import layout
from tests.embedded import servers


def test_killed_user_leaves_servers_that_the_next_one_joins(var: Path) -> None:
    crashed = servers.user(servers.WAIT)
    crashed.stdout.readline()
    before = servers.postmaster(var)
    crashed.kill()
    crashed.communicate()
    assert servers.running(var) == (True, True)
    with embedded.environment():
        assert servers.postmaster(var) == before
        assert servers.answering(var)
    assert servers.running(var) == (False, False)


def test_killed_servers_are_started_again_with_their_data(var: Path) -> None:
    with embedded.environment():
        servers.query(var, "create table kept as select 42 as n")
        os.kill(servers.postmaster(var), signal.SIGKILL)
        os.kill(servers.state(var).redis.pid, signal.SIGKILL)
        with_servers_dead = servers.user("print(os.environ['DATABASE_URL'])")
        assert with_servers_dead.communicate()[0].startswith("postgres://")
        assert with_servers_dead.returncode == 0
        assert servers.query(var, "select n from kept") == "42"


def test_pid_file_that_names_somebody_else_is_not_believed(var: Path) -> None:
    with embedded.environment():
        pass
    stale = layout.prepare(var).postgres / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n0\n5432\n\n127.0.0.1\n\nready\n", encoding="utf-8")
    with embedded.environment():
        assert servers.answering(var)


def test_forgotten_password_is_replaced(var: Path) -> None:
    with embedded.environment():
        servers.query(var, "create table kept as select 42 as n")
    (var / "embedded.json").unlink()
    with embedded.environment():
        assert servers.query(var, "select n from kept") == "42"


def test_interrupted_initialisation_is_begun_again(var: Path) -> None:
    half = layout.prepare(var).home / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n", encoding="utf-8")
    with embedded.environment():
        assert servers.answering(var)


def test_stop_ends_what_a_killed_user_left(var: Path) -> None:
    crashed = servers.user(servers.WAIT)
    crashed.stdout.readline()
    crashed.kill()
    crashed.communicate()
    assert embedded.stop() is True
    assert servers.running(var) == (False, False)
    assert embedded.stop() is False
