"""What entered the ledger stays, in its order, and any change shows."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

from auditor.common.canonical import canonical
from auditor.common.digest import sha256
from auditor.common.errors import Corrupt, Refused
from auditor.common.merkle import leaf_hash
from reports.ledger.checkpoint import Checkpoint, open_checkpoint
from reports.ledger.models import Entry, Node
from reports.ledger.note import VerifierKey
from reports.ledger.proof import Proof
from reports.ledger.services import (
    Draft,
    ledger_append,
    ledger_append_many,
    ledger_break,
    ledger_checkpoint,
    ledger_continues,
    ledger_proof,
    ledger_verifier,
)
from tests.reference import merkle as reference

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(tmp_path, settings) -> None:
    settings.KEYS_DIR = tmp_path / "keys"
    settings.LOG_NAME = "retrace.example/log"


def draft(n: int) -> Draft:
    return Draft("test", sha256(b"%d" % n), {"n": n, "ünïcode": ["é", None, True, {"a": 10**12}]})


def append(*numbers: int) -> list[Entry]:
    return [ledger_append(**draft(n)._asdict()) for n in numbers]


def contents() -> list[bytes]:
    """The leaves by their definition, from the rows alone."""
    return [
        canonical({"position": e.position, "kind": e.kind, "body": e.body, "recorded_at": e.recorded_at})
        for e in Entry.objects.order_by("position")
    ]


def tamper(*statements: str) -> None:
    with connection.cursor() as cursor:
        for table in ("ledger_entry", "ledger_node"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)


def test_entries_count_from_one_and_carry_the_hashes_of_their_leaves():
    first, second = append(1, 2)
    assert (first.position, second.position) == (1, 2)
    assert second.body["subject"] == second.subject
    assert [entry.hash for entry in (first, second)] == [leaf_hash(one).hex() for one in contents()]


def test_the_tree_is_that_of_all_entries_however_they_came():
    append(1, 2, 3)
    many = ledger_append_many([draft(n) for n in range(4, 22)])
    append(22)
    assert [entry.position for entry in many] == list(range(4, 22))
    assert ledger_append_many([]) == []
    head = open_checkpoint(ledger_checkpoint(), [ledger_verifier()])
    assert head == Checkpoint("retrace.example/log", 22, reference.tree_hash(contents()))
    assert Node.objects.count() == 22 - (22).bit_count()
    assert ledger_break() is None


def test_an_empty_ledger_has_a_head():
    assert open_checkpoint(ledger_checkpoint(), [ledger_verifier()]).root == reference.tree_hash([])
    assert ledger_break() is None


def test_a_proof_holds_offline_for_its_entry_alone():
    entries = ledger_append_many([draft(n) for n in range(13)])
    key = VerifierKey.parse(str(ledger_verifier()))
    for entry, content in zip(entries, contents(), strict=True):
        proof = Proof.parse(ledger_proof(entry))
        assert (proof.index, proof.extra) == (entry.position - 1, content)
        assert list(proof.path) == reference.path(proof.index, contents())
        assert proof.check(content, [key]).size == 13
        with pytest.raises(Refused, match="does not lead"):
            proof.check(content.replace(b"test", b"tess"), [key])


def test_a_proof_reads_few_rows_and_an_append_writes_few():
    ledger_append_many([draft(n) for n in range(1023)])
    with CaptureQueriesContext(
        connection,
    ) as queries:
        (entry,) = append(1023)
    assert len(queries) <= 7
    assert Node.objects.count() == 1023
    with CaptureQueriesContext(connection) as queries:
        ledger_proof(entry)
    assert len(queries) == 2


def test_a_proof_of_a_broken_tree_is_not_given():
    *_, entry = append(1, 2, 3)
    tamper("UPDATE ledger_node SET hash = sha256('')")
    with pytest.raises(Corrupt, match="ledger verify"):
        ledger_proof(Entry.objects.get(position=1))
    tamper("DELETE FROM ledger_node")
    with pytest.raises(Corrupt, match="lacks the hash over its entries 1 to 2"):
        ledger_proof(entry)
    with pytest.raises(Corrupt, match="lacks the hash over its entries 1 to 2"):
        append(4)


@pytest.mark.parametrize("body", [{"a": 0.5}, {"a": [{"b": 1.0}]}, {"a": 2**53 + 1}])
def test_numbers_that_a_database_may_spell_otherwise_are_refused(body):
    with pytest.raises(ValueError, match=r"fraction|exact"):
        ledger_append(kind="test", subject="", body=body)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET kind = 'other'",
        "UPDATE ledger_entry SET hash = hash",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
        "UPDATE ledger_node SET hash = hash",
        "DELETE FROM ledger_node",
        "TRUNCATE ledger_node",
    ],
)
def test_the_database_refuses_to_change_what_is_recorded(statement):
    append(1, 2)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert (Entry.objects.count(), Node.objects.count()) == (2, 1)


def test_python_refuses_too():
    entry, _ = append(1, 2)
    for row in (entry, Node.objects.get()):
        with pytest.raises(TypeError, match="never deleted"):
            row.delete()
    entry.kind = "other"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.save()


FORGED = leaf_hash(b"forged").hex()


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE ledger_entry SET body = '{}' WHERE position = 2", "Entry 2 was altered: its content"),
        (
            "UPDATE ledger_entry SET body = '{\"n\": 1e300}' WHERE position = 2",
            "Entry 2 was altered: its content",
        ),
        ("UPDATE ledger_entry SET kind = 'k' WHERE position IN (5, 7)", "Entry 5 was altered"),
        (
            "UPDATE ledger_entry SET recorded_at = '2000-01-01T00:00:00Z' WHERE position = 3",
            "Entry 3 was altered",
        ),
        (f"UPDATE ledger_entry SET hash = '{FORGED}' WHERE position = 9", "Entry 9 was altered"),
        ("UPDATE ledger_entry SET subject = 'x' WHERE position = 3", "Entry 3 was altered: it is filed"),
        ("DELETE FROM ledger_entry WHERE position = 2", "Entry 2 is missing; entry 3 stands in its place"),
        ("DELETE FROM ledger_entry WHERE position = 1", "Entry 1 is missing"),
        ("DELETE FROM ledger_entry WHERE position > 7", "entry 7 is the last: those after it are missing"),
        ("DELETE FROM ledger_entry", "reaches to entry 8, but entry 0 is the last"),
        ("UPDATE ledger_node SET hash = sha256('') WHERE level = 1 AND index = 2", "entries 5 to 6"),
        ("UPDATE ledger_node SET hash = sha256('') WHERE level = 3", "entries 1 to 8"),
        ("DELETE FROM ledger_node WHERE level = 2 AND index = 1", "entries 5 to 8"),
        ("INSERT INTO ledger_node (level, index, hash) VALUES (1, 4, sha256(''))", "reaches to entry 10"),
    ],
)
def test_an_administrator_who_disables_the_triggers_leaves_a_break(statement, sentence):
    ledger_append_many([draft(n) for n in range(9)])
    tamper(statement)
    assert sentence in (ledger_break() or "")


@pytest.mark.parametrize("position", range(1, 9))
def test_an_entry_forged_together_with_its_hash_does_not_fit_the_tree(position):
    ledger_append_many([draft(n) for n in range(9)])
    leaf = Entry.objects.get(position=position).leaf._replace(kind="forged")
    tamper(f"UPDATE ledger_entry SET kind = 'forged', hash = '{leaf.hash}' WHERE position = {position}")
    first = (position - 1) // 2 * 2 + 1
    assert f"follows from entries {first} to {first + 1}" in (ledger_break() or "")


def test_a_break_is_found_in_any_batch(monkeypatch):
    monkeypatch.setattr("reports.ledger.check.BATCH", 4)
    ledger_append_many([draft(n) for n in range(23)])
    assert ledger_break() is None
    tamper("UPDATE ledger_node SET hash = sha256('') WHERE level = 4")
    assert "entries 1 to 16" in (ledger_break() or "")
    tamper("UPDATE ledger_entry SET kind = 'k' WHERE position = 14")
    assert "Entry 14" in (ledger_break() or "")


def test_a_log_rewritten_from_the_start_is_shown_by_an_earlier_checkpoint():
    append(1, 2, 3)
    earlier = open_checkpoint(ledger_checkpoint(), [ledger_verifier()])
    append(4, 5)
    assert ledger_continues(earlier) is None
    tamper("DELETE FROM ledger_entry", "DELETE FROM ledger_node")
    append(1, 2)
    assert ledger_break() is None
    assert "rolled back" in (ledger_continues(earlier) or "")
    append(9, 4, 5)
    assert ledger_break() is None
    assert "rewritten" in (ledger_continues(earlier) or "")


def test_the_command_checks_and_prints_a_checkpoint(capsys, tmp_path):
    append(1, 2, 3)
    call_command("ledger", "checkpoint")
    earlier = tmp_path / "checkpoint"
    earlier.write_text(capsys.readouterr().out)
    append(4)
    call_command("ledger", "verify", since=earlier)
    assert open_checkpoint(capsys.readouterr().out, [ledger_verifier()]).size == 4
    with pytest.raises(Refused, match="could not be read"):
        call_command("ledger", "verify", since=tmp_path / "none")
    tamper("UPDATE ledger_entry SET kind = 'k' WHERE position = 4")
    with pytest.raises(Corrupt, match="Entry 4 was altered"):
        call_command("ledger", "verify")


def test_the_keys_are_printed_for_verifiers(capsys):
    call_command("keys")
    found = capsys.readouterr().out
    assert f"ledger key   {ledger_verifier()}\n" in found
    assert "PRIVATE" not in found
    assert found.endswith("-----END CERTIFICATE-----\n")


def migrate(name: str) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("ledger", name)])


def test_a_chain_becomes_a_tree_and_nothing_else_changes():
    ledger_append_many([draft(n) for n in range(9)])
    before = list(Entry.objects.values())
    migrate("0002_append_only")
    with connection.cursor() as cursor:
        cursor.execute("SELECT previous, hash FROM ledger_entry ORDER BY position")
        chain = cursor.fetchall()
    assert [previous for previous, _ in chain] == ["0" * 64, *[hash_ for _, hash_ in chain[:-1]]]
    migrate("0003_merkle_tree")
    assert list(Entry.objects.values()) == before
    assert ledger_break() is None
    for table in ("ledger_entry", "ledger_node"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE {table} SET hash = hash")


def test_a_chain_that_is_broken_is_not_made_whole():
    append(1, 2, 3)
    migrate("0002_append_only")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET kind = 'k' WHERE position = 2")
    with pytest.raises(Corrupt, match="broken at entry 2"):
        migrate("0003_merkle_tree")
