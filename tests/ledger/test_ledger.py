"""What entered the ledger stays, in its order, and any change shows."""

import copy

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.digest import sha256
from reports.ledger.chain import GENESIS, Link, first_break, link_hash
from reports.ledger.models import Entry
from reports.ledger.services import ledger_append, ledger_break


def append(*numbers: int) -> list[Entry]:
    return [ledger_append(kind="test", subject=sha256(b"%d" % n), body={"n": n}) for n in numbers]


@pytest.mark.django_db
def test_entries_follow_one_another():
    first, second = append(1, 2)
    assert (first.position, first.previous) == (1, GENESIS)
    assert (second.position, second.previous) == (2, first.hash)
    assert ledger_break() is None
    assert second.body["subject"] == second.subject


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET kind = 'other'",
        "UPDATE ledger_entry SET hash = hash",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
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
    assert Entry.objects.count() == 2


@pytest.mark.django_db
def test_python_refuses_too():
    (entry,) = append(1)
    with pytest.raises(TypeError, match="never deleted"):
        entry.delete()
    entry.kind = "other"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.save()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tamper", "sentence"),
    [
        ("UPDATE ledger_entry SET body = '{}' WHERE position = 2", "Entry 2 was altered"),
        (
            "UPDATE ledger_entry SET recorded_at = '2000-01-01T00:00:00Z' WHERE position = 3",
            "Entry 3 was altered",
        ),
        ("DELETE FROM ledger_entry WHERE position = 2", "Entry 2 is missing; entry 3 stands in its place"),
        ("DELETE FROM ledger_entry WHERE position = 1", "Entry 1 is missing"),
    ],
)
def test_an_administrator_who_disables_the_triggers_leaves_a_break(tamper, sentence):
    append(1, 2, 3)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute(tamper)
    assert sentence in (ledger_break() or "")


def chain(bodies: list[dict]) -> list[Link]:
    links, previous = [], GENESIS
    for position, body in enumerate(bodies, start=1):
        whole = {"position": position, "previous": previous, "kind": "k", "body": body, "recorded_at": "t"}
        links.append(Link(position, previous, "k", body, "t", link_hash(**whole)))
        previous = links[-1].hash
    return links


BODIES = st.lists(
    st.dictionaries(st.text(max_size=3), st.integers(-9, 9), max_size=3), min_size=1, max_size=6
)


@given(bodies=BODIES, data=st.data())
def test_every_single_change_is_found(bodies, data):
    links = chain(bodies)
    assert first_break(links) is None
    at = data.draw(st.integers(0, len(links) - 1))
    link = links[at]
    what = data.draw(st.sampled_from(["body", "kind", "recorded_at", "hash", "previous", "gone", "twice"]))
    changed = copy.copy(links)
    if what == "gone":
        del changed[at]
        if at == len(links) - 1:
            return  # a missing tail needs a witness outside of the chain
    elif what == "twice":
        changed.insert(at, link)
    elif what == "body":
        changed[at] = link._replace(body={**link.body, "more": 1})
    else:
        changed[at] = link._replace(**{what: "0" * 64})
        if what == "previous" and at == 0:
            return  # that is what the first entry has
    assert first_break(changed) is not None
