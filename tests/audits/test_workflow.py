"""Findings are seen to by steps that stay, and closed only by a run that shows that they are gone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction

from auditor.audits.models import FindingStep, Run, ThresholdChange, TrackedFinding
from auditor.audits.queries import predecessor
from auditor.audits.services import plan_own, run_compare, run_start
from auditor.audits.workflow import (
    finding_accept,
    finding_assign,
    finding_close,
    finding_reopen,
    findings_track,
)
from auditor.common.clock import utc_now
from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.plans import plan_of
from reports.documents.comparing import comparison_of
from reports.documents.people import declared_of_findings, fixed_plan
from tests import rows
from tests.audits import comparing
from tests.audits.finished import finished

pytestmark = pytest.mark.django_db
TODAY = utc_now().date()


def accuracy(run) -> TrackedFinding:
    return run.tracked.get(finding="accuracy")


def kinds(finding: TrackedFinding) -> list[str]:
    return list(finding.steps.values_list("kind", flat=True))


def test_a_finished_run_opens_each_of_its_findings_once():
    run = finished(right=20)
    ids = list(run.tracked.order_by("place").values_list("finding", flat=True))
    assert ids[0] == "accuracy"
    assert set(run.tracked.values_list("state", flat=True)) == {"open"}
    findings_track(run)
    assert run.tracked.count() == len(ids) == FindingStep.objects.count()


def test_every_step_is_kept_with_who_and_why(ada):
    finding = accuracy(finished(right=20))
    finding_assign(finding, owner=ada, due=TODAY, by=ada)
    finding_accept(finding, reason=" known and mended soon ", by=ada)
    finding_reopen(finding, reason="not mended", by=ada)
    finding.refresh_from_db()
    assert (finding.state, finding.owner, finding.due) == ("open", ada, TODAY)
    assert kinds(finding) == ["found", "assigned", "accepted", "reopened"]
    assert finding.steps.get(kind="accepted").reason == "known and mended soon"
    assert set(finding.steps.exclude(kind="found").values_list("by__username", flat=True)) == {"ada"}
    assert finding.overdue(TODAY + timedelta(days=1))
    assert not finding.overdue(TODAY)


def test_a_later_run_without_the_finding_closes_it(ada):
    run, later = finished(right=20, ago=5), finished(right=40, ago=1)
    finding = accuracy(run)
    finding_close(finding, follow_up=later, by=ada)
    finding.refresh_from_db()
    assert finding.state == "closed"
    assert finding.steps.get(kind="closed").follow_up == later
    with pytest.raises(Refused, match="is closed"):
        finding_accept(finding, reason="x", by=ada)


def refused_close(finding, ada, follow_up, words):
    with pytest.raises(Refused, match=words):
        finding_close(finding, follow_up=follow_up, by=ada)
    finding.refresh_from_db()
    assert (finding.state, kinds(finding)) == ("open", ["found"])


def test_a_run_that_does_not_show_it_closes_nothing(ada):
    finding = accuracy(finished(right=20, ago=5))
    refused_close(finding, ada, finished(right=19, ago=1), "fires in the follow-up audit as well")
    refused_close(finding, ada, finished(right=40, ago=9), "started before this finding")
    refused_close(finding, ada, finished(right=40, ago=1, model="other"), "is about other, not phantom")
    under_way = run_start(
        model_version=finding.run.model_version, validation_set=finding.run.validation_set, plan=rows.plan()
    )
    refused_close(finding, ada, under_way, "is under way; a finding is closed by a finished one")
    loose = comparing.plan(thresholds=comparing.plan().thresholds.model_copy(update={"accuracy": 0.1}))
    lenient = finished(right=20, ago=1, plan=loose)
    refused_close(finding, ada, lenient, r"another threshold \(Accuracy: 0.1 instead of 0.8\)")


def test_a_run_that_did_not_measure_it_closes_nothing(ada):
    finding = finished(flipping=30, ago=5).tracked.get(finding="outside-flips")
    refused_close(finding, ada, finished(ago=1), "did not measure what this finding is about")
    finding_close(finding, follow_up=finished(flipping=0, ago=1), by=ada)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
def test_a_step_without_a_reason_that_can_be_read_is_refused(ada, reason):
    finding = accuracy(finished(right=20))
    with pytest.raises(Refused, match=r"reason"):
        finding_accept(finding, reason=reason, by=ada)
    assert kinds(finding) == ["found"]


def test_an_owner_and_a_date_must_be_of_use(ada):
    finding = accuracy(finished(right=20))
    with pytest.raises(Refused, match="has passed"):
        finding_assign(finding, owner=ada, due=TODAY - timedelta(days=1), by=ada)
    gone = User.objects.create_user("gone", is_active=False)
    with pytest.raises(Refused, match="no active account"):
        finding_assign(finding, owner=gone, due=TODAY, by=ada)
    with pytest.raises(Refused, match="is open"):
        finding_reopen(finding, reason="x", by=ada)


@pytest.mark.parametrize("table", ["audits_findingstep", "audits_thresholdchange", "audits_deliveryattempt"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_keeps_every_history(ada, table, statement):
    run = finished(right=20)
    changed = plan_of("quick", "image").thresholds.model_copy(update={"accuracy": 0.9})
    plan_own(plan_of("quick", "image").model_copy(update={"name": "own", "thresholds": changed}), ada)
    now = utc_now()
    notice = run.notices.create(
        channel="email", target="a@b.example", findings=[], created_at=now, not_before=now
    )
    notice.tries.create(at=utc_now(), delivered=True, outcome="x")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement.format(table))
    with pytest.raises(TypeError):
        FindingStep.objects.first().delete()


def test_the_report_says_what_stood_when_it_was_made(ada):
    run = finished(right=20)
    assert declared_of_findings([run])[run.pk] == ()
    finding_assign(accuracy(run), owner=ada, due=TODAY, by=ada)
    (owner,) = declared_of_findings([run])[run.pk]
    assert (owner.field, owner.by) == ("accuracy", "Ada Lovelace")
    assert owner.rows == ({"owner": "Ada Lovelace", "due": TODAY.isoformat()},)
    finding_accept(accuracy(run), reason="a pilot only", by=ada)
    assert declared_of_findings([run])[run.pk][1].rows == ({"kind": "accepted", "reason": "a pilot only"},)


def test_changed_thresholds_are_recorded_when_a_plan_is_fixed(ada):
    base = plan_of("standard", "image")
    own = base.model_copy(
        update={
            "name": "stricter",
            "thresholds": base.thresholds.model_copy(update={"accuracy": 0.9}),
            "surrogate": base.surrogate.model_copy(update={"minimum_fidelity": 0.7}),
        }
    )
    plan = plan_own(own, ada, base=base)
    assert list(plan.threshold_changes.values_list("name", "before", "after", "base", "by__username")) == [
        ("accuracy", 0.8, 0.9, "standard", "ada"),
        ("surrogate.minimum_fidelity", 0.8, 0.7, "standard", "ada"),
    ]
    plan_own(own, ada, base=base)
    assert ThresholdChange.objects.count() == 2
    next_one = plan_own(own.model_copy(update={"name": "again"}), ada, base=own)
    assert not next_one.threshold_changes.exists()
    from_file = plan_own(own.model_copy(update={"name": "from a file"}), None)
    assert set(from_file.threshold_changes.values_list("base", flat=True)) == {""}
    said = fixed_plan(plan)
    assert (said.by, said.changes[0].by, said.changes[0].after) == ("Ada Lovelace", "Ada Lovelace", 0.9)


def test_a_run_is_compared_with_the_one_before_it():
    first, second = finished(right=20, ago=9), finished(right=30, ago=5)
    other = finished(right=30, ago=3, model="other")
    third = finished(right=40, ago=1)
    assert first.compared_with is None
    assert (second.compared_with, third.compared_with) == (first, second)
    assert other.compared_with is None
    assert predecessor(third) == second


def test_a_predecessor_that_cannot_be_read_does_not_stop_a_run(caplog):
    before = finished(right=20, ago=9)
    Run.objects.filter(pk=before.pk).update(evidence_digest=sha256(b"lost"))
    assert finished(right=21, ago=1).compared_with is None
    assert "is not compared with its predecessor" in caplog.text


def test_the_comparison_is_made_from_what_is_stored(settings):
    finished(right=10, ago=9)
    later = finished(right=40, ago=1, number="2")
    comparison = comparison_of(later, Store.at(settings.STORAGE_URL))
    assert {one.id: one.change for one in comparison.findings}["accuracy"] == "gone"
    assert (comparison.before.evidence, comparison.after.run) == (
        later.compared_with.evidence_digest,
        str(later.pk),
    )


def test_what_cannot_be_compared_is_refused():
    run = finished(ago=1)
    toys = rows.run()
    with pytest.raises(Refused, match="with itself"):
        run_compare(run, run)
    with pytest.raises(Refused, match="choose a finished one"):
        run_compare(run, toys)
    with pytest.raises(Refused, match="only a finished one can be compared"):
        run_compare(toys, run)
    with pytest.raises(Refused, match="same classes"):
        run_start(
            model_version=toys.model_version,
            validation_set=toys.validation_set,
            plan=rows.plan(),
            compare_with=run,
        )
