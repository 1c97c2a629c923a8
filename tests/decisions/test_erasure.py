"""Erasure: all or nothing of a subject, then the key, the documents and a certificate that anybody can check."""

import json

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from auditor.common.errors import NotFound, Refused
from auditor.common.store import Store
from reports.decisions import state as s
from reports.decisions.actors import officer
from reports.decisions.erasure import finishing
from reports.decisions.erasure.certificate import certificate, certificate_check
from reports.decisions.erasure.finishing import erasures_finish
from reports.decisions.erasure.reconciling import erasures_reconcile
from reports.decisions.erasure.services import decision_erase, subject_empty, subject_erase
from reports.decisions.errors import SubjectKept
from reports.decisions.models import Cause, Decision, Erasure, Event, Subject, VaultPin
from reports.decisions.recording.record import record
from reports.decisions.sealed import opened_record
from reports.decisions.subjects import subjects_named
from reports.decisions.transitions import event_apply
from reports.keys.subjects import destroy_keys, destroyed_count, destroyed_ranges, is_destroyed
from reports.keys.vault import VaultUnusable
from reports.ledger.models import Entry
from reports.ledger.services import ledger_break, ledger_verifier
from tests.decisions import drafts
from tests.decisions.drafts import IDENTIFIER, NOW, RECIPIENT
from tests.decisions.erasing import LATER, LETTER, asked, subject, told_subject

pytestmark = pytest.mark.django_db


@pytest.fixture
def decisions(ada) -> list[int]:
    return told_subject(ada)


def stored() -> list[bytes]:
    return [path.read_bytes() for path in Store.at(settings.STORAGE_URL).root.glob("*/*")]


def test_a_subject_is_erased_with_everything_about_them(decisions, ada):
    number = subject()
    assert LETTER in stored()
    erasure = subject_erase(number, asked(ada), now=LATER)
    assert set(Decision.objects.values_list("state", flat=True)) == {"erased"}
    assert not any(bytes(row.sealed) for row in Decision.objects.all())
    assert Subject.objects.get().pseudonym is None
    assert Subject.objects.get().erased_at == LATER
    assert is_destroyed(number)
    assert stored() == []
    assert subjects_named(IDENTIFIER) == []
    assert (erasure.ground, erasure.cause, erasure.decisions) == ("b", Cause.REQUEST, decisions)
    assert VaultPin.objects.get().destroyed == destroyed_count() == 1
    assert ledger_break() is None
    with pytest.raises(Refused, match="is erased already"):
        subject_erase(number, asked(ada), now=LATER)


def test_whoever_comes_again_is_somebody_new(decisions, ada):
    number = subject()
    subject_erase(number, asked(ada), now=LATER)
    again = record(drafts.SendingSystem.objects.get(), drafts.draft(), now=LATER)
    assert Decision.objects.get(pk=again.decision).subject_id != number


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (s.HoldPlaced, s.Code.HELD),
        (s.Restricted, s.Code.RESTRICTED),
        (s.Contested, s.Code.ROUND_OPEN),
    ],
)
def test_one_decision_that_cannot_be_erased_keeps_all(decisions, ada, event, code):
    more = {s.HoldPlaced: {"hold": "case 7"}, s.Contested: {"received_at": NOW}}.get(event, {})
    event_apply(decisions[1], event(actor=officer(ada), reason="asked", **more), now=NOW)
    entries = Entry.objects.count()
    with pytest.raises(
        SubjectKept, match=f"Nothing of subject {subject()} was erased. .*{decisions[1]}"
    ) as raised:
        subject_erase(subject(), asked(ada), now=LATER)
    assert [(one.decision, one.code) for one in raised.value.hindrances] == [(decisions[1], code)]
    assert opened_record(Decision.objects.get(pk=decisions[0])).subject == IDENTIFIER
    assert Entry.objects.count() == entries
    assert not Erasure.objects.exists()
    assert not is_destroyed(subject())
    assert LETTER in stored()


@pytest.mark.parametrize("changes", [{"reason": " "}, {"ground": "g"}, {"ground": ""}])
def test_an_erasure_without_a_reason_or_ground_is_refused(decisions, ada, changes):
    with pytest.raises(Refused, match=r"Give the reason|is no ground"):
        subject_erase(subject(), asked(ada, **changes), now=LATER)
    assert not Erasure.objects.exists()


def test_there_is_nobody_of_that_number(ada):
    with pytest.raises(NotFound):
        subject_erase(77, asked(ada))


def test_the_certificate_says_what_is_gone_and_holds(decisions, ada):
    erasure = subject_erase(subject(), asked(ada), now=LATER)
    content = certificate(erasure.pk)
    found = certificate_check(content, [ledger_verifier()])
    assert found["destroyed"]["key_of_subject"] is True
    assert found["destroyed"]["decisions"] == decisions
    assert len(found["destroyed"]["inputs"]) == len(found["destroyed"]["documents"]) == 1
    assert found["article"] == "GDPR Art. 17(1)(b)"
    assert found["by"] == {"kind": "officer", "user": "ada"}
    assert found["completed_at"] == "2026-03-05T09:00:00Z"
    assert [(one["recipient"], one["told_at"]) for one in found["recipients"]] == [
        (RECIPIENT, "2026-03-02T09:00:00Z"),
        ("west-registry", None),
    ]
    kinds = [one["kind"] for one in found["entries"]]
    assert kinds == ["decision"] * 2 + ["decision-event"] * 5 + ["erasure"]
    hashes = dict(Entry.objects.values_list("position", "hash"))
    assert all(hashes[one["position"]] == one["hash"] for one in found["entries"])
    assert any("recipients" in sentence for sentence in found["out_of_reach"])


def test_a_certificate_that_was_altered_is_refused(decisions, ada):
    content = json.loads(certificate(subject_erase(subject(), asked(ada), now=LATER).pk))
    content["statement"]["reason"] = "another"
    for altered in (json.dumps(content).encode(), b"{}", b"[", b"[]", b'{"statement": {}, "proof": 7}'):
        with pytest.raises(Refused, match=r"was altered|not a certificate"):
            certificate_check(altered, [ledger_verifier()])


def test_another_entry_of_the_log_is_no_certificate(decisions, ada):
    erasure = subject_erase(subject(), asked(ada), now=LATER)
    content = json.loads(certificate(erasure.pk))
    from reports.ledger.services import ledger_proof

    content["proof"] = ledger_proof(Entry.objects.get(pk=erasure.entry))
    with pytest.raises(Refused, match="was altered"):
        certificate_check(json.dumps(content).encode(), [ledger_verifier()])


def test_before_it_is_complete_there_is_no_certificate(decisions, ada):
    erasure = subject_empty(subject(), asked(ada), now=LATER)
    assert not is_destroyed(subject())
    with pytest.raises(Refused, match="is not complete yet"):
        certificate(erasure.pk)
    with pytest.raises(NotFound):
        certificate(erasure.pk + 1)
    assert erasures_reconcile(now=LATER)[:2] == (0, 1)
    assert is_destroyed(subject())
    assert certificate_check(certificate(erasure.pk), [ledger_verifier()])["erasure"] == erasure.pk
    assert erasures_reconcile(now=LATER)[:2] == (0, 0)


def test_one_of_several_decisions_keeps_the_key_and_the_last_takes_it(decisions, ada):
    first = decision_erase(decisions[0], asked(ada), now=LATER)
    assert not first.whole
    assert not is_destroyed(subject())
    assert opened_record(Decision.objects.get(pk=decisions[1])).subject == IDENTIFIER
    found = certificate_check(certificate(first.pk), [ledger_verifier()])
    assert found["destroyed"]["key_of_subject"] is False
    assert any("stay readable in backups" in sentence for sentence in found["out_of_reach"])
    with pytest.raises(SubjectKept, match="is erased"):
        decision_erase(decisions[0], asked(ada), now=LATER)
    assert decision_erase(decisions[1], asked(ada), now=LATER).whole
    assert is_destroyed(subject())
    assert Subject.objects.get().erased_at == LATER


def test_a_document_that_somebody_else_names_is_kept_and_said(decisions, ada):
    letter = Event.objects.exclude(evidence="").first().evidence
    other = drafts.recorded(reference="of somebody else", subject="another person")
    event_apply(
        other, s.SubjectNotified(actor=officer(ada), evidence=letter, matter=s.Matter.ERASURE), now=NOW
    )
    erasure = subject_erase(subject(), asked(ada), now=LATER)
    assert stored() == [LETTER]
    assert json.loads(erasure.statement)["documents_kept_for_others"] == [letter]


def test_what_a_restored_store_brings_back_is_removed_again(decisions, ada):
    subject_erase(subject(), asked(ada), now=LATER)
    Store.at(settings.STORAGE_URL).put(LETTER)
    erasures_reconcile()
    assert stored() == [LETTER]
    erasures_reconcile(store=True)
    assert stored() == []


def test_an_erasure_is_not_completed_over_a_broken_ledger_and_others_are(decisions, ada, monkeypatch):
    drafts.recorded(reference="of somebody else", subject="another person")
    broken = subject_empty(subject(), asked(ada), now=LATER)
    good = subject_empty(Subject.objects.order_by("-pk")[0].pk, asked(ada), now=LATER)
    monkeypatch.setattr(finishing, "BATCH", 1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET recorded_at = 'x' WHERE position = %s", [broken.entry])
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
    finished = erasures_finish(now=LATER)
    assert [one.pk for one in finished.done] == [good.pk]
    assert [(one.erasure.pk, "does not follow" in one.sentence) for one in finished.waiting] == [
        (broken.pk, True)
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions_erasure SET reason = 'x'",
        "UPDATE decisions_erasure SET completion = NULL",
        "UPDATE decisions_erasure SET statement = '{}'",
        "DELETE FROM decisions_erasure",
        "TRUNCATE decisions_erasure CASCADE",
        "UPDATE decisions_vaultpin SET destroyed = 0",
        "UPDATE decisions_vaultpin SET fingerprint = 'x'",
        "UPDATE decisions_vaultpin SET index = 'x'",
        "DELETE FROM decisions_vaultpin",
        "TRUNCATE decisions_vaultpin",
    ],
)
def test_erasures_and_the_pin_stay(decisions, ada, statement):
    subject_erase(subject(), asked(ada), now=LATER)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(DatabaseError, match="is refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_keys_of_another_installation_and_older_copies_are_refused(decisions, ada, settings, tmp_path):
    import shutil

    own, old = settings.KEYS_DIR, tmp_path / "old"
    shutil.copytree(own, old)
    subject_erase(subject(), asked(ada), now=LATER)
    sender = drafts.SendingSystem.objects.get()
    settings.KEYS_DIR = old
    with pytest.raises(VaultUnusable, match="older copy: it has destroyed 0 keys, and 1 were"):
        record(sender, drafts.draft(), now=NOW)
    settings.KEYS_DIR = tmp_path / "another"
    with pytest.raises(VaultUnusable, match="is gone; restore"):
        record(sender, drafts.draft(), now=NOW)
    with pytest.raises(VaultUnusable):
        erasures_reconcile()
    mixed = tmp_path / "mixed"
    shutil.copytree(own, mixed)
    (mixed / "pseudonyms.key").unlink()
    settings.KEYS_DIR = mixed
    with pytest.raises(VaultUnusable, match=r"key of pseudonyms in .*mixed is another"):
        record(sender, drafts.draft(), now=NOW)
    settings.KEYS_DIR = own
    assert record(sender, drafts.draft(), now=NOW).decision


def test_an_older_copy_is_refused_before_anything_is_opened(decisions, ada, settings, tmp_path):
    import shutil

    other = drafts.recorded(reference="of somebody else", subject="another person")
    shutil.copytree(settings.KEYS_DIR, tmp_path / "old")
    subject_erase(subject(), asked(ada), now=LATER)
    settings.KEYS_DIR = tmp_path / "old"
    with pytest.raises(VaultUnusable, match="older copy"):
        opened_record(Decision.objects.get(pk=other))


def test_ranges_of_destroyed_numbers():
    assert destroyed_ranges() == []
    destroy_keys([0, 3, 4, 5, 2**32 - 1])
    assert destroyed_ranges() == [(0, 0), (3, 5), (2**32 - 1, 2**32 - 1)]
