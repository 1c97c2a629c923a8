"""A decision is recorded once, whole and sealed, or refused with a reason."""

import base64
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from auditor.common.digest import sha256
from auditor.common.errors import Corrupt, NotFound, Refused
from auditor.common.store import Store
from reports.decisions.errors import Conflict, DecidedLater, SubjectErased, UnknownModel
from reports.decisions.models import Decision, Subject
from reports.decisions.queries import decision_numbered, decisions_about, decisions_referenced
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.recording.record import record, record_good, record_many
from reports.decisions.sealed import opened_input, opened_record
from reports.keys.subjects import destroy_keys
from reports.ledger.models import Entry
from reports.ledger.services import ledger_break
from tests.decisions import drafts
from tests.decisions.drafts import IDENTIFIER, NOW, OPERATOR, RECIPIENT, REFERENCE

pytestmark = pytest.mark.django_db


def parsed(**changes) -> DecisionDraft:
    import json

    return DecisionDraft.parse(json.dumps(drafts.body(**changes)).encode(), name="line 3")


def test_a_decision_is_in_the_register_and_in_the_ledger():
    sender = drafts.system()
    made = record(sender, drafts.draft(), now=NOW)
    found = decision_numbered(made.decision)
    assert (found.state, found.outcome, found.entry, found.recorded_at) == (
        "recorded",
        "refer",
        made.entry,
        NOW,
    )
    assert (found.threshold, found.policy_version, str(found.retention_until)) == (
        0.5,
        "2026-1",
        "2036-03-01",
    )
    entry = Entry.objects.get(position=made.entry)
    assert (entry.kind, entry.subject) == ("decision", found.content)
    assert entry.body == {
        "decision": found.pk,
        "sequence": 0,
        "event": "recorded",
        "state": "recorded",
        "system": sender.pk,
        "model": drafts.version().digest,
        "subject": found.content,
    }
    assert ledger_break() is None


def test_what_is_sealed_is_what_was_handed_in():
    made = record(drafts.system(), drafts.draft(), now=NOW)
    assert opened_record(decision_numbered(made.decision)) == drafts.draft()


def test_a_repeat_is_the_same_decision_and_other_content_a_conflict():
    sender = drafts.system()
    made = record(sender, drafts.draft(), now=NOW)
    again = record(sender, drafts.draft(), now=NOW + timedelta(days=1))
    assert again == made._replace(repeated=True)
    for change in ({"outcome": "home"}, {"subject": "somebody else"}, {"threshold": None}):
        with pytest.raises(Conflict, match=REFERENCE):
            record(sender, drafts.draft(**change), now=NOW)
    assert (Decision.objects.count(), Subject.objects.count(), Entry.objects.count()) == (1, 1, 1)


def test_a_repeat_may_be_spelled_otherwise():
    sender = drafts.system()
    made = record(sender, drafts.draft(), now=NOW)
    spelled = drafts.draft(reference=f" {REFERENCE} ", decided_at="2026-03-02T09:55:00+01:00")
    assert record(sender, spelled, now=NOW) == made._replace(repeated=True)


def test_another_system_may_use_the_same_reference():
    first = record(drafts.system(), drafts.draft(), now=NOW)
    second = record(drafts.system("triage"), drafts.draft(outcome="home"), now=NOW)
    assert first.decision != second.decision
    assert [found.pk for found in decisions_referenced(REFERENCE)] == [first.decision, second.decision]
    assert decisions_referenced("nothing") == []


def test_one_identifier_is_one_person_only_within_a_scheme():
    senders = [
        drafts.system("a"),
        drafts.system("b"),
        drafts.system("c", "patient number"),
        drafts.system("d", "patient number"),
    ]
    made = [record(sender, drafts.draft(), now=NOW).decision for sender in senders]
    a, b, c, d = (Decision.objects.get(pk=number).subject_id for number in made)
    assert len({a, b, c}) == 3
    assert c == d
    assert {found.pk for found in decisions_about(IDENTIFIER)} == set(made)


def test_an_unknown_model_is_named():
    with pytest.raises(UnknownModel, match="f" * 64) as raised:
        record(drafts.system(), drafts.draft(model="f" * 64), now=NOW)
    assert (raised.value.code, raised.value.digest) == ("unknown_model", "f" * 64)
    assert not Subject.objects.exists()


def test_a_decision_of_the_day_after_tomorrow_is_refused():
    with pytest.raises(DecidedLater):
        record(drafts.system(), drafts.draft(decided_at=(NOW + timedelta(days=2)).isoformat()), now=NOW)


def test_a_disabled_system_records_nothing():
    sender = drafts.system()
    sender.disabled_at = NOW
    sender.save()
    with pytest.raises(Refused, match="disabled"):
        record(sender, drafts.draft(), now=NOW)


def test_a_batch_is_recorded_whole_or_not_at_all():
    sender = drafts.system()
    batch = drafts.many(6)
    batch[4] = drafts.draft(model="f" * 64, reference="bad")
    with pytest.raises(UnknownModel) as raised:
        record_many(sender, batch, now=NOW)
    assert raised.value.place == 4
    assert (Decision.objects.count(), Subject.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_a_batch_of_which_the_good_ones_are_kept():
    sender = drafts.system()
    record(sender, drafts.draft(reference="case-1", outcome="other"), now=NOW)
    batch = [*drafts.many(3), drafts.draft(model="f" * 64, reference="bad"), *drafts.many(1)]
    first, conflict, third, unknown, again = record_good(sender, batch, now=NOW)
    assert isinstance(conflict, Conflict)
    assert isinstance(unknown, UnknownModel)
    assert again == first._replace(repeated=True)
    assert Decision.objects.count() == 3
    assert third.entry == first.entry + 1
    assert ledger_break() is None


def test_one_reference_twice_in_a_batch():
    sender = drafts.system()
    first, second, third = record_good(
        sender, [drafts.draft(), drafts.draft(outcome="home"), drafts.draft()], now=NOW
    )
    assert isinstance(second, Conflict)
    assert third == first._replace(repeated=True)
    unknown = drafts.draft(model="f" * 64, reference="x")
    assert [type(one) for one in record_good(sender, [unknown, unknown], now=NOW)] == [UnknownModel] * 2


def test_nothing_handed_in_is_nothing_recorded():
    assert record_many(drafts.system(), [], now=NOW) == []


def test_a_batch_takes_a_fixed_number_of_queries():
    sender = drafts.system()
    counts = []
    for batch in (drafts.many(10), drafts.many(1000, start=100)):
        with CaptureQueriesContext(connection) as queries:
            record_many(sender, batch, now=NOW)
        counts.append(len(queries))
    assert counts[0] <= 20
    assert counts[1] <= counts[0] + 2


def test_an_uploaded_input_is_sealed_in_the_store():
    content = b"pixels of patient-4711-zyx"
    handed = drafts.draft(input={"content": base64.b64encode(content).decode(), "media_type": "image/png"})
    sender = drafts.system()
    found = decision_numbered(record(sender, handed, now=NOW).decision)
    assert content not in Store.at(settings.STORAGE_URL).get(found.sealed_input)
    assert opened_input(found) == content
    assert opened_record(found).input.sha256 == sha256(content)
    assert found.input_digest not in ("", sha256(content))
    assert record(sender, handed, now=NOW).repeated
    other = drafts.draft(input={"content": base64.b64encode(b"else").decode(), "media_type": "image/png"})
    with pytest.raises(Conflict):
        record(sender, other, now=NOW)


def test_an_input_that_was_only_named_cannot_be_opened():
    found = decision_numbered(record(drafts.system(), drafts.draft(), now=NOW).decision)
    with pytest.raises(NotFound, match="only named"):
        opened_input(found)


def test_an_input_that_was_exchanged_cannot_be_opened():
    sender = drafts.system()
    a, b = (
        decision_numbered(
            record(
                sender,
                drafts.draft(reference=name, input={"content": base64.b64encode(name.encode()).decode()}),
                now=NOW,
            ).decision
        )
        for name in ("a", "b")
    )
    a.sealed_input = b.sealed_input
    with pytest.raises(Corrupt):
        opened_input(a)
    a.sealed = b.sealed
    with pytest.raises(Corrupt):
        opened_record(a)


def test_a_subject_whose_key_is_gone_gets_no_new_decision():
    sender = drafts.system()
    made = record(sender, drafts.draft(), now=NOW)
    destroy_keys([Decision.objects.get(pk=made.decision).subject_id])
    for handed in (drafts.draft(), drafts.draft(reference="another")):
        with pytest.raises(SubjectErased):
            record(sender, handed, now=NOW)


def test_an_erased_subject_who_comes_again_is_somebody_new():
    sender = drafts.system()
    record(sender, drafts.draft(), now=NOW)
    Subject.objects.update(pseudonym=None, erased_at=NOW)
    record(sender, drafts.draft(reference="another"), now=NOW)
    assert Subject.objects.count() == 2


def everything_stored() -> str:
    """Return every row of the register and the ledger as the database itself writes it."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND (table_name LIKE 'decisions_%' OR table_name LIKE 'ledger_%')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            found += [text for (text,) in cursor.fetchall()]
    return "\n".join(found)


def test_nothing_personal_lies_in_the_clear():
    content = b"pixels of patient-4711-zyx"
    record(drafts.system(), drafts.draft(input={"content": content, "reference": "pacs://1.2-tuv"}), now=NOW)
    stored = everything_stored()
    assert "scoring" in stored
    clear = (IDENTIFIER, REFERENCE, OPERATOR, RECIPIENT, "pacs://1.2-tuv", "section 630f", "malignant")
    for secret in (*clear, sha256(content), sha256(IDENTIFIER.encode()), sha256(REFERENCE.encode())):
        assert secret not in stored
        assert secret.encode().hex() not in stored
    store = Store.at(settings.STORAGE_URL).root
    kept = b"".join(path.read_bytes() for path in store.rglob("*") if path.is_file())
    assert kept
    for secret in (*clear, content.decode()):
        assert secret.encode() not in kept


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reference": " "}, "line 3, field reference: string should have at least 1"),
        ({"reference": "a\nb"}, "line 3, field reference: text has characters that cannot be printed"),
        ({"subject": "x" * 201}, "field subject: string should have at most 200"),
        ({"model": "abc"}, "field model: string should match pattern"),
        ({"scores": {}}, "field scores: "),
        ({"scores": {"a": "high"}}, "field scores.a: input should be a valid number"),
        ({"decided_at": "2026-03-02T08:55:00"}, "field decided_at: input should name its time zone"),
        ({"decided_at": "yesterday"}, "field decided_at: input should be a date and time such as"),
        ({"decided_at": "0001-01-01T00:00:00+10:00"}, "field decided_at: the year should be"),
        ({"input": {}}, "field input: give the input's bytes"),
        (
            {"input": {"content": "not base64!"}},
            "field input.content: the input's bytes should be given in Base64",
        ),
        ({"input": {"content": "AAAA", "sha256": "a" * 64}}, "do not have the SHA-256"),
        ({"human": {"involvement": "none", "operator": "dan"}}, "name the operator where a human took part"),
        ({"human": {"involvement": "decision"}}, "name the operator where a human took part"),
        ({"recipients": ["a", "a"]}, "field recipients: a name comes twice"),
        ({"retention": {"until": "2020-01-01", "reason": "law"}}, "the retention ends before the decision"),
        (
            {"retention": {"until": "soon", "reason": "law"}},
            "retention.until: input should be a date such as",
        ),
        ({"legal_basis": "a\x00b"}, "field legal_basis: text has characters that cannot be kept"),
        ({"surname": "Doe"}, "field surname: extra inputs are not permitted"),
    ],
)
def test_a_mistake_is_named_with_its_field(changes, sentence):
    with pytest.raises(Refused) as raised:
        parsed(**changes)
    assert sentence in raised.value.sentence
