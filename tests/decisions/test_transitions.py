"""Events are kept in their order, with entries, and move the register; refusals and faults leave no trace."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from auditor.common.errors import Corrupt, NotFound, Refused
from auditor.common.store import Store
from reports.decisions import state as s
from reports.decisions.actors import officer, reviewer
from reports.decisions.errors import EventRefused
from reports.decisions.models import Decision, Event
from reports.decisions.records import record_of
from reports.decisions.sealed import opened_event, opened_record
from reports.decisions.transitions import Change, event_apply, events_apply
from reports.keys.subjects import KeyDestroyed, destroy_keys, subject_key
from reports.ledger.models import Entry
from reports.ledger.services import ledger_break
from tests.decisions import drafts
from tests.decisions.drafts import NOW, OPERATOR, RECIPIENT

pytestmark = pytest.mark.django_db
SECRET = "I was at work that day-klp"


@pytest.fixture
def number() -> int:
    return drafts.recorded()


@pytest.fixture
def ada():
    return officer(drafts.person("ada"))


@pytest.fixture
def bob():
    return drafts.person("bob")


@pytest.fixture
def proof() -> str:
    return Store.at(settings.STORAGE_URL).put(b"proof of sending")


def contested(actor, **changes) -> s.Contested:
    return s.Contested(**{"actor": actor, "reason": SECRET, "received_at": NOW} | changes)


def assigned(actor, name="bob", **changes) -> s.ReviewAssigned:
    return s.ReviewAssigned(actor=actor, reviewer=s.Reviewer(name, "declared by the board", **changes))


def stored(number: int) -> s.Record:
    return record_of(Decision.objects.get(pk=number), Event.objects.filter(decision=number))


def test_an_event_is_kept_sealed_with_its_entry(number, ada):
    event = contested(ada)
    applied = event_apply(number, event, now=NOW)
    kept, row = Event.objects.get(), Decision.objects.get()
    assert (kept.sequence, kept.kind, kept.actor, kept.user.username) == (1, "contested", "officer", "ada")
    assert (kept.state, kept.due, kept.entry) == ("contested", row.due, applied.entry)
    assert opened_event(kept, subject_key(row.subject_id)) == event
    assert (row.state, row.due) == ("contested", applied.record.due)
    assert row.due.isoformat() == "2026-04-02T21:59:59.999999+00:00"
    entry = Entry.objects.get(position=applied.entry)
    assert entry.kind == "decision-event"
    assert entry.body == {
        "decision": number,
        "sequence": 1,
        "event": "contested",
        "state": "contested",
        "restricted": False,
        "due": "2026-04-02T21:59:59Z",
        "subject": entry.subject,
    }
    assert SECRET.encode() not in bytes(kept.sealed)
    assert ledger_break() is None


def test_a_whole_round(number, ada, bob, proof):
    steps = [
        contested(ada),
        s.Acknowledged(actor=ada),
        s.Extended(actor=ada, reason="many requests", evidence=proof, months=2),
        assigned(ada),
        s.Corrected(actor=reviewer(bob), reason="wrong image", outcome="home"),
        s.SubjectNotified(actor=ada, evidence=proof),
        s.RecipientNotified(actor=ada, evidence=proof, recipient=RECIPIENT),
    ]
    states = []
    for day, event in enumerate(steps):
        applied = event_apply(number, event, now=NOW + timedelta(days=day))
        assert stored(number) == applied.record
        states.append(Decision.objects.get().state)
    assert states == [
        "contested",
        "contested",
        "contested",
        "under_review",
        "corrected",
        "corrected",
        "notified",
    ]
    assert Decision.objects.get().due is None
    assert [event.due is not None for event in Event.objects.all()] == [True, False, True, *[False] * 4]
    assert Event.objects.get(sequence=3).due.date().isoformat() == "2026-06-02"
    assert Entry.objects.count() == 8


def test_the_operator_of_a_decision_does_not_review_it(number, ada):
    event_apply(number, contested(ada), now=NOW)
    for event in (assigned(ada, OPERATOR), assigned(ada, known_as=(OPERATOR.upper(),))):
        with pytest.raises(EventRefused, match="name another reviewer") as raised:
            event_apply(number, event, now=NOW)
        assert raised.value.code is s.Code.REVIEWER_TOOK_PART


def test_a_refusal_leaves_no_trace(number, ada):
    with pytest.raises(EventRefused) as raised:
        event_apply(number, s.Acknowledged(actor=ada), now=NOW)
    assert raised.value.code is s.Code.NOT_CONTESTED
    assert (Event.objects.count(), Entry.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    ("event", "error", "sentence"),
    [
        (s.Restricted(actor=s.Actor(s.ActorKind.OFFICER, "nobody"), reason="r"), Refused, "name nobody"),
        (s.Superseded(actor=s.Actor(s.ActorKind.SYSTEM, "none"), successor=1), Refused, "name none"),
        (s.Superseded(actor=s.Actor(s.ActorKind.SYSTEM, "scoring"), successor=10**9), NotFound, "1000000000"),
        (
            s.Retraced(actor=s.Actor(s.ActorKind.CLOCK), outcome=s.Outcome.REPRODUCED, evidence="x"),
            Refused,
            "its SHA-256",
        ),
        (
            s.Retraced(actor=s.Actor(s.ActorKind.CLOCK), outcome=s.Outcome.REPRODUCED, evidence="a" * 64),
            NotFound,
            "no document",
        ),
    ],
)
def test_what_an_event_names_there_must_be(number, event, error, sentence):
    with pytest.raises(error, match=sentence):
        event_apply(number, event, now=NOW)
    assert not Event.objects.exists()


def test_a_decision_that_there_is_not(ada):
    with pytest.raises(NotFound, match="no decision 12345"):
        event_apply(12345, contested(ada), now=NOW)


def test_many_events_at_once_in_their_order(ada):
    sender = drafts.system()
    numbers = [drafts.recorded(sender, reference=f"r-{n}") for n in range(30)]
    changes = [Change(number, contested(ada)) for number in numbers]
    changes += [Change(numbers[3], s.Acknowledged(actor=ada)), Change(numbers[4], contested(ada))]
    with CaptureQueriesContext(connection) as queries:
        answers = events_apply(changes, now=NOW)
    assert len(queries) < 20
    assert isinstance(answers[-1], EventRefused)
    assert answers[-2].record.contest.acknowledged
    assert [answer.entry for answer in answers[:-1]] == list(range(31, 62))
    assert set(Decision.objects.values_list("state", flat=True)) == {"contested"}
    assert list(Event.objects.filter(decision=numbers[3]).values_list("sequence", flat=True)) == [1, 2]
    assert ledger_break() is None


def test_a_successor_is_linked(number, ada):
    other = drafts.recorded(reference="its successor")
    event_apply(number, s.Superseded(actor=s.Actor(s.ActorKind.SYSTEM, "scoring"), successor=other), now=NOW)
    assert Decision.objects.get(pk=number).superseded_by_id == other
    assert Event.objects.get().system.name == "scoring"
    assert stored(number).superseded_by == other


def test_erasure_empties_the_decision_and_ends_it(number, ada):
    event_apply(number, s.Erased(actor=ada, reason="Art. 17(1)(a)"), now=NOW)
    row = Decision.objects.get()
    assert (row.state, bytes(row.sealed), row.reference_index, row.content, row.outcome) == (
        "erased",
        b"",
        "",
        "",
        "",
    )
    with pytest.raises(Refused, match="is erased"):
        opened_record(row)
    destroy_keys([row.subject_id])
    with pytest.raises(EventRefused) as raised:
        event_apply(number, contested(ada), now=NOW)
    assert raised.value.code is s.Code.ERASED
    assert stored(number).state is s.State.ERASED
    assert ledger_break() is None


def test_several_erased_decisions_have_no_reference_in_common(ada):
    sender = drafts.system()
    for name in ("a", "b"):
        event_apply(drafts.recorded(sender, reference=name), s.Erased(actor=ada, reason="asked"), now=NOW)
    assert Decision.objects.filter(state="erased", reference_index="").count() == 2


def test_a_key_that_is_gone_before_its_time_is_said(number, ada):
    destroy_keys([Decision.objects.get().subject_id])
    with pytest.raises(KeyDestroyed):
        event_apply(number, contested(ada), now=NOW)


def test_a_register_that_was_tampered_with_is_noticed(number, ada):
    event_apply(number, contested(ada), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE decisions_decision SET state = 'notified', due = NULL")
    with pytest.raises(Corrupt, match="stands elsewhere than its events lead to"):
        event_apply(number, contested(ada), now=NOW)
