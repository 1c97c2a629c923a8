"""The database itself keeps what the register holds, whoever asks."""

import pytest
from django.db import DatabaseError, connection, transaction

from reports.decisions.actors import officer
from reports.decisions.models import Decision, Event, Idempotency, SendingSystem, Subject, Token
from reports.decisions.state import Restricted
from reports.decisions.transitions import event_apply
from tests.decisions import drafts
from tests.decisions.drafts import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rows() -> None:
    sender = drafts.system()
    number = drafts.recorded(sender)
    ada = drafts.person("ada")
    event_apply(number, Restricted(actor=officer(ada), reason="asked"), now=NOW)
    Token.objects.create(system=sender, prefix="rt_abc", sha256="0" * 64, created_at=NOW)
    Idempotency.objects.create(system=sender, key="k", body="b", answer={}, at=NOW)
    execute(
        "SET CONSTRAINTS ALL IMMEDIATE"
    )  # no table with checks to come is emptied, with or without a trigger


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


OTHER = {
    "system_id": "system_id + 1",
    "subject_id": "subject_id + 1",
    "model_version_id": "model_version_id + 1",
    "reference_index": "'x'",
    "sealed": "'x'",
    "content": "'x'",
    "sealed_input": "'x'",
    "input_digest": "'x'",
    "outcome": "'x'",
    "policy_version": "'x'",
    "threshold": "0.1",
    "decided_at": "now()",
    "recorded_at": "now()",
    "retention_until": "NULL",
    "entry": "entry + 1",
    "id": "id + 1",
}
MOVING = {"state", "restricted", "due", "superseded_by_id"}


def test_every_column_of_a_decision_is_spoken_for():
    assert {field.attname for field in Decision._meta.concrete_fields} == OTHER.keys() | MOVING


@pytest.mark.parametrize("column", OTHER)
def test_what_was_recorded_of_a_decision_stays(column):
    with pytest.raises(DatabaseError, match="keeps what was recorded"):
        execute(f"UPDATE decisions_decision SET {column} = {OTHER[column]}")


@pytest.mark.parametrize("column", sorted(OTHER.keys() - {"sealed", "reference_index", "content", "outcome"}))
def test_erasure_is_no_excuse_for_other_changes(column):
    emptied = "state = 'erased', sealed = '', reference_index = '', content = '', outcome = ''"
    with pytest.raises(DatabaseError, match="keeps what was recorded"):
        execute(f"UPDATE decisions_decision SET {emptied}, {column} = {OTHER[column]}")


def test_erasure_empties_all_of_it_once():
    with pytest.raises(DatabaseError, match="keeps what was recorded"):
        execute("UPDATE decisions_decision SET state = 'erased'")
    execute(
        "UPDATE decisions_decision SET state = 'erased', sealed = '', reference_index = '', content = '', outcome = ''"
    )
    for statement in ("state = 'recorded'", "restricted = false", "outcome = ''"):
        with pytest.raises(DatabaseError, match="keeps what was recorded"):
            execute(f"UPDATE decisions_decision SET {statement}")


def test_the_projection_moves():
    execute("UPDATE decisions_decision SET state = 'contested', restricted = true, due = now()")
    assert Decision.objects.get().state == "contested"


@pytest.mark.parametrize("model", [Decision, Event, Subject, SendingSystem, Token])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_no_row_is_removed(model, statement):
    with pytest.raises(DatabaseError, match="keeps what it has"):
        execute(statement.format(model._meta.db_table))
    assert model.objects.exists()
    with pytest.raises(TypeError, match="never deleted"):
        model.objects.first().delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions_event SET kind = kind",
        "UPDATE decisions_idempotency SET answer = '1'",
        "UPDATE decisions_subject SET pseudonym = 'x'",
        "UPDATE decisions_subject SET pseudonym = NULL",
        "UPDATE decisions_subject SET erased_at = now()",
        "UPDATE decisions_subject SET number = 9, pseudonym = NULL, erased_at = now()",
        "UPDATE decisions_sendingsystem SET name = 'x'",
        "UPDATE decisions_sendingsystem SET scheme = 'x'",
        "UPDATE decisions_token SET sha256 = 'x'",
    ],
)
def test_no_row_is_changed(statement):
    with pytest.raises(DatabaseError, match="is refused"):
        execute(statement)


def test_what_ends_ends_once():
    execute("UPDATE decisions_sendingsystem SET disabled_at = now()")
    execute("UPDATE decisions_sendingsystem SET disabled_at = NULL")
    execute("UPDATE decisions_token SET revoked_at = now(), last_used_at = now()")
    execute("UPDATE decisions_token SET last_used_at = now()")
    execute("UPDATE decisions_subject SET pseudonym = NULL, erased_at = now()")
    for statement in (
        "UPDATE decisions_token SET revoked_at = NULL",
        "UPDATE decisions_subject SET erased_at = now()",
    ):
        with pytest.raises(DatabaseError, match="is refused"):
            execute(statement)
