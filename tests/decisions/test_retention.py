"""What is past its retention goes by itself; a legal hold stops it, and is listed."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from auditor.celery import app
from auditor.common.errors import Refused
from reports.decisions import state as s
from reports.decisions.actors import officer
from reports.decisions.erasure.retention import retention_list, retention_sweep
from reports.decisions.erasure.services import Asked, subject_empty
from reports.decisions.models import Cause, Decision, Erasure
from reports.decisions.sealed import opened_record
from reports.decisions.transitions import event_apply
from reports.keys import vault
from reports.keys.subjects import is_destroyed
from tests.decisions import drafts
from tests.decisions.drafts import NOW

pytestmark = pytest.mark.django_db
AFTER = datetime(2030, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def sender():
    return drafts.system()


def kept(sender, subject: str, until: str | None) -> int:
    retention = {"until": until, "reason": "the law"}
    return drafts.recorded(sender, subject=subject, reference=f"{subject}-{until}", retention=retention)


def of(number: int) -> Decision:
    return Decision.objects.get(pk=number)


def test_subjects_of_whom_nothing_is_to_be_kept_are_erased_in_one_change_of_the_vault(sender, monkeypatch):
    gone = [kept(sender, f"person-{n}", "2030-01-01") for n in range(5)]
    stays = [kept(sender, "today", "2030-01-02"), kept(sender, "forever", None)]
    changes = []
    monkeypatch.setattr(
        vault, "_replace", lambda *given, real=vault._replace: (changes.append(1), real(*given))
    )
    assert retention_sweep(now=AFTER) == (5, 0, [])
    assert len(changes) == 1
    assert all(is_destroyed(of(number).subject_id) for number in gone)
    assert not any(is_destroyed(of(number).subject_id) for number in stays)
    assert {of(number).state for number in stays} == {"recorded"}
    assert {(one.cause, one.ground, one.actor) for one in Erasure.objects.all()} == {
        (Cause.RETENTION, "a", "clock")
    }
    assert not Erasure.objects.filter(completion=None).exists()
    assert retention_sweep(now=AFTER) == (0, 0, [])


def test_a_day_ends_in_the_zone_of_the_installation(sender):
    number = kept(sender, "person", "2030-01-01")
    assert retention_sweep(now=datetime(2030, 1, 1, 22, 59, tzinfo=UTC)).subjects == 0
    assert of(number).state == "recorded"
    assert retention_sweep(now=datetime(2030, 1, 1, 23, 1, tzinfo=UTC)).subjects == 1


def test_one_decision_goes_while_another_is_kept(sender):
    old, new = kept(sender, "person", "2030-01-01"), kept(sender, "person", "2031-01-01")
    assert retention_sweep(now=AFTER) == (0, 1, [])
    assert (of(old).state, opened_record(of(new)).subject) == ("erased", "person")
    assert not is_destroyed(of(new).subject_id)
    assert retention_sweep(now=datetime(2031, 1, 2, tzinfo=UTC)) == (1, 0, [])
    assert is_destroyed(of(new).subject_id)


def test_a_legal_hold_stops_it_and_is_listed(sender, ada):
    held, beside = kept(sender, "person", "2030-01-01"), kept(sender, "person", "2029-01-01")
    event_apply(held, s.HoldPlaced(actor=officer(ada), reason="lawsuit", hold="case 7"), now=NOW)
    listed = [(one.decision.pk, one.sentence) for one in retention_list(now=AFTER)]
    assert [number for number, _ in listed] == [beside, held]
    assert listed[0][1] == ""
    assert "legal hold lies on" in listed[1][1]
    assert of(beside).state == "recorded"
    swept = retention_sweep(now=AFTER)
    assert swept[:2] == (0, 1)
    assert [one.decision.pk for one in swept.stopped] == [held]
    assert "case 7" in swept.stopped[0].sentence
    assert opened_record(of(held)).subject == "person"
    event_apply(held, s.HoldLifted(actor=officer(ada), reason="over", hold="case 7"), now=AFTER)
    assert retention_sweep(now=AFTER)[:2] == (1, 0)
    assert is_destroyed(of(held).subject_id)


def test_who_gets_a_decision_to_keep_in_between_is_not_erased(sender):
    number = kept(sender, "person", "2030-01-01")
    kept(sender, "person", "2035-01-01")
    asked = Asked(by=s.Actor(s.ActorKind.CLOCK), reason="over", ground="a")
    with pytest.raises(Refused, match="is to be kept for longer"):
        subject_empty(of(number).subject_id, asked, past=AFTER.date(), now=AFTER)


def test_the_command_lists_and_sweeps(sender, ada):
    past = {"until": "2026-03-10", "reason": "x"}
    held = drafts.recorded(sender, subject="held", reference="held", retention=past)
    drafts.recorded(sender, subject="free", reference="free", retention=past)
    event_apply(held, s.HoldPlaced(actor=officer(ada), reason="lawsuit", hold="case 7"), now=NOW)
    assert "Will be erased" in said("retention", "--list")
    assert f"{held}\t2026-03-10\tA legal hold lies" in said("retention", "--list")
    assert "1 subjects erased" in said("retention")
    assert said("retention", "--list").count("\n") == 1


def test_the_schedule_has_tasks_that_there_are(settings):
    app.loader.import_default_modules()
    assert {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()} <= app.tasks.keys()


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("decisions", *arguments, stdout=out)
    return out.getvalue()
