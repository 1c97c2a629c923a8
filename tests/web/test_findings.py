"""Pages of findings and comparisons: with htmx and without, each refusal in words."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from auditor.audits.models import Run, Schedule, TrackedFinding
from auditor.audits.notices.signature import secret_of
from auditor.audits.workflow import finding_assign
from auditor.common.clock import utc_now
from reports.documents.models import Report
from tests import rows
from tests.audits.finished import finished, validation_set, version
from tests.documents.settling import issued

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def officer(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def page_of(answer) -> str:
    return answer.content.decode()


def settle(run: Run) -> Report:
    """Issue the report that waits for a run as a worker would, without drawing it."""
    return issued(run.reports.first())


def step(row: TrackedFinding, name: str) -> str:
    return reverse("finding-step", args=[row.pk, name])


def test_a_finding_is_assigned_on_the_page_of_its_run(officer, ada):
    run = finished(right=10)
    settle(run)
    row = run.tracked.get(finding="accuracy")
    page = page_of(officer.get(reverse("run", args=[run.pk])))
    assert f'hx-post="{step(row, "assign")}"' in page
    assert "no owner yet" in page
    assert "default of the product" in page
    due = utc_now().date() + timedelta(days=3)
    answer = officer.post(step(row, "assign"), {"owner": ada.pk, "due": due.isoformat()}, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in page_of(answer)
    assert "Ada Lovelace" in page_of(answer)
    assert row.steps.get(kind="assigned").by == ada


def test_without_htmx_a_step_leads_back_to_the_finding(officer):
    row = finished(right=10).tracked.get(finding="accuracy")
    answer = officer.post(step(row, "accept"), {"reason": "a pilot <b>only</b>"})
    assert answer["Location"] == f"{reverse('run', args=[row.run_id])}#tracked-{row.pk}"
    page = page_of(officer.get(answer["Location"]))
    assert "a pilot &lt;b&gt;only&lt;/b&gt;" in page
    again = officer.post(step(row, "accept"), {"reason": "x"})
    assert again.status_code == 409
    assert "This finding is accepted" in page_of(again)


def test_a_refusal_stands_beside_the_form_that_was_sent(officer):
    row = finished(right=10, ago=5).tracked.get(finding="accuracy")
    later = finished(right=11, ago=1)
    answer = officer.post(step(row, "close"), {"follow_up": later.pk}, headers=HTMX)
    assert answer.status_code == 422
    assert "fires in the follow-up audit as well" in page_of(answer)
    empty = officer.post(step(row, "accept"), {"reason": ""}, headers=HTMX)
    assert empty.status_code == 422
    assert "Reason: This field is required." in page_of(empty)
    assert officer.post(step(row, "delete")).status_code == 404
    assert officer.get(step(row, "accept")).status_code == 405


def test_open_findings_of_all_audits_are_filtered(officer, ada):
    old, new = finished(right=10, ago=9), finished(right=10, flipping=30, ago=1, number="2")
    due = utc_now().date()
    row = old.tracked.get(finding="accuracy")
    finding_assign(row, owner=ada, due=due, by=ada)
    TrackedFinding.objects.filter(pk=row.pk).update(due=due - timedelta(days=2))

    def listed(**query: object) -> set[str]:
        page = page_of(officer.get(reverse("findings"), query))
        return set(re.findall(r"#tracked-(\d+)", page))

    def pks(**query: object) -> set[str]:
        return {str(pk) for pk in TrackedFinding.objects.filter(**query).values_list("pk", flat=True)}

    assert listed() == pks()
    assert listed(severity="critical") == pks(severity="critical")
    assert listed(owner=ada.pk) == listed(overdue="on") == {str(row.pk)}
    assert listed(state="closed") == set()
    assert listed(state="all", severity="critical", owner=ada.pk) == {str(row.pk)}
    assert "Lovelace" in page_of(officer.get(reverse("findings")))
    assert {"outside-flips", "accuracy"} <= set(
        new.tracked.filter(severity="critical").values_list("finding", flat=True)
    )


def test_findings_of_an_older_audit_are_taken_up_when_somebody_asks(officer):
    run = finished(right=10, announced=False)
    assert not run.tracked.exists()
    assert reverse("track-findings", args=[run.pk]) in page_of(officer.get(reverse("run", args=[run.pk])))
    officer.post(reverse("track-findings", args=[run.pk]))
    assert run.tracked.filter(finding="accuracy").exists()
    assert officer.post(reverse("track-findings", args=[rows.run().pk])).status_code == 409


def test_two_audits_are_compared_and_the_page_shows_what_changed(officer):
    older, before = finished(right=12, ago=9), finished(right=10, ago=5)
    run = finished(right=40, flipping=0, ago=1, number="2")
    settle(run)
    assert run.compared_with == before
    page = page_of(officer.get(reverse("run", args=[run.pk])))
    assert reverse("comparison", args=[run.pk]) in page
    shown = page_of(officer.get(reverse("comparison", args=[run.pk])))
    assert "40 items are in both audits" in shown
    assert "gone" in shown
    answer = officer.post(reverse("compare-run", args=[run.pk]), {"other": older.pk})
    assert answer["Location"] == reverse("run", args=[run.pk])
    run.refresh_from_db()
    assert run.compared_with == older
    settle(run)
    document = officer.get(reverse("comparison-json", args=[run.pk])).json()
    assert document["before"]["run"] == str(older.pk)


def test_what_cannot_be_compared_is_refused_in_words(officer):
    run, toys = finished(ago=1), rows.run()
    answer = officer.post(reverse("compare-run", args=[run.pk]), {"other": toys.pk})
    assert answer.status_code == 409
    assert "same classes" in page_of(answer)
    assert officer.get(reverse("comparison", args=[run.pk])).status_code == 404


def test_a_schedule_names_who_hears_of_it(officer, settings):
    data = {
        "name": "nightly",
        "model": version().model.pk,
        "validation_set": validation_set().pk,
        "plan": "quick",
        "frequency": "daily",
        "day": 1,
        "at": "04:05",
        "language": "en",
        "recipients": "a@clinic.example,\nb@clinic.example",
        "webhook_url": "https://hooks.example/retrace",
    }
    assert officer.post(reverse("new-schedule"), data | {"recipients": "nobody"}).status_code == 422
    refused = officer.post(reverse("new-schedule"), data | {"webhook_url": "http://hooks.example/"})
    assert "needs an https:// address" in page_of(refused)
    assert officer.post(reverse("new-schedule"), data).status_code == 302
    made = Schedule.objects.get()
    assert made.recipients == ["a@clinic.example", "b@clinic.example"]
    assert "a@clinic.example" in page_of(officer.get(reverse("schedules")))
    secret = officer.post(reverse("schedule-secret", args=[made.pk]))
    assert secret_of(settings.WEBHOOK_KEY, made.pk) in page_of(secret)
    assert "no-store" in secret["Cache-Control"]
    assert secret_of(settings.WEBHOOK_KEY, made.pk) not in page_of(officer.get(reverse("schedules")))
