"""A backup that was restored and a log that was rewritten contradict what was pinned outside."""

import json

import pytest
from django.core import mail
from django.core.management import call_command

from auditor.common.errors import Corrupt, Refused, RetraceError
from reports.ledger.pinning.places import place
from reports.ledger.pinning.services import pin
from reports.ledger.services import ledger_append
from reports.ledger.tasks import pin_ledger
from tests.ledger.installation import installed


@pytest.fixture
def log(db, tmp_path, settings):
    settings.LOG_NAME = "retrace.example/log"
    ledger_append(kind="test", subject="a", body={})


@pytest.fixture
def outside(tmp_path):
    """A live installation that pins to a file and to a second database."""
    with (
        installed(tmp_path / "keys", "pins") as (second, _),
        installed(tmp_path / "keys", "live") as (live, server),
    ):
        live.environ["RETRACE_PINS"] = f"file://{tmp_path}/pins {second.address}"
        yield live, second, server, tmp_path / "pins"


def backed_up(live, server) -> str:
    server.execute(f"CREATE DATABASE {live.name}_old TEMPLATE {live.name}")
    return f"{live.name}_old"


def restored(live, server, backup: str) -> None:
    server.execute(f"DROP DATABASE {live.name} WITH (FORCE)")
    server.execute(f"ALTER DATABASE {backup} RENAME TO {live.name}")


def test_a_restored_backup_is_rolled_back_and_growing_on_does_not_hide_it(outside):
    live, second, server, file = outside
    live.append("first", count=5)
    backup = backed_up(live, server)
    live.append("lost", count=4)
    status, out, err = live.ledger("pin")
    assert (status, out.splitlines()) == (0, [str(file), f"127.0.0.1/{second.name}"]), err
    status, out, err = live.ledger("verify")
    assert status == 0
    assert out.startswith("retrace.example/log\n9\n")
    assert err.count("1 pins continued") == 2
    restored(live, server, backup)
    status, _, err = live.ledger("verify")
    assert status == 1
    assert "rolled back: a checkpoint is of 9 entries, and it has 5" in err
    assert str(file) in err
    live.append("other", count=7)
    status, _, err = live.ledger("verify")
    assert status == 1
    assert "was rewritten: its first 9 entries" in err
    status, _, err = live.ledger("pin")
    assert status == 1
    assert len(file.read_text().splitlines()) == 1  # what contradicts the pins is not pinned
    file.unlink()
    status, _, err = live.ledger("verify")
    assert status == 1
    assert f"127.0.0.1/{second.name}" in err  # whoever takes one place away has another to reckon with


def test_entries_rewritten_together_with_their_tree_are_a_fork(outside):
    live, _, _, _ = outside
    live.append("first", count=6)
    assert live.ledger("pin")[0] == 0
    tables = ("ledger_entry", "ledger_node")
    live.ask(*[f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables])
    live.ask(*[f"DELETE FROM {table}" for table in tables])
    live.append("forged", count=8)
    live.environ["RETRACE_PINS"], pins = "", live.environ["RETRACE_PINS"]
    assert live.ledger("verify")[0] == 0  # by itself the log is whole
    live.environ["RETRACE_PINS"] = pins
    status, _, err = live.ledger("verify")
    assert status == 1
    assert "was rewritten: its first 6 entries" in err


def test_a_second_database_may_hold_the_pins_under_a_role_that_can_only_add(outside):
    live, second, _, _ = outside
    assert live.ledger("pin")[0] == 0
    assert live.ledger("pin")[0] == 0
    assert second.ask("SELECT number FROM retrace_pin ORDER BY 1") == [(1,), (2,)]


def test_a_mailbox_gets_the_checkpoint(log, settings, tmp_path):
    settings.LEDGER_PINS = ["mailto:auditor@example.org"]
    pin_ledger()
    (message,) = mail.outbox
    ((name, note, _),) = message.attachments
    assert (message.to, name) == (["auditor@example.org"], "checkpoint.txt")
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(note)
    call_command("ledger", "verify", since=kept)


def test_a_place_that_fails_is_named_after_the_others_got_theirs(log, settings, tmp_path, monkeypatch):
    settings.LEDGER_PINS = [f"file://{tmp_path}/none/pins", f"file://{tmp_path}/pins"]
    with pytest.raises(RetraceError, match="none/pins could not be used for pins: No such file"):
        pin()
    assert len((tmp_path / "pins").read_text().splitlines()) == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(RetraceError, match="mail server did not take"):
        place("mailto:a@example.org").keep("note")
    with pytest.raises(RetraceError, match=r"127\.0\.0\.1/x could not be used"):
        place("postgres://u:secret@127.0.0.1:1/x").kept()


def test_pins_that_somebody_changed_are_told(log, settings, tmp_path):
    file = tmp_path / "pins"
    settings.LEDGER_PINS = [f"file://{file}"]
    pin()
    line = json.loads(file.read_text())
    line["checkpoint"] = line["checkpoint"].replace("\n1\n", "\n0\n")
    file.write_text(json.dumps(line) + "\n")
    with pytest.raises(Refused, match="not over this text"):
        call_command("ledger", "verify")
    file.write_text("half a li")
    with pytest.raises(Corrupt, match="something else than pinned"):
        pin()


@pytest.mark.parametrize(
    "address", ["ftp://a/b", "pins", "file://host/pins", "mailto:nobody", "postgres://host"]
)
def test_addresses_of_no_place_are_refused(address):
    with pytest.raises(Refused, match="RETRACE_PINS"):
        place(address)


def test_nothing_set_is_said(log):
    assert pin() == []
    with pytest.raises(Refused, match="No place"):
        call_command("ledger", "pin")
