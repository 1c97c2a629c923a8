"""Whatever people do in whatever order: no row is lost, what was issued stays, and nobody signs off their own."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.audits.models import Run
from auditor.common.errors import Refused
from auditor.jobs.models import State
from auditor.jobs.work import work
from reports.documents.declared.services import declaration_make
from reports.documents.models import (
    Declaration,
    Report,
    SignOffAnswer,
    SignOffRequest,
    Supersession,
    Withdrawal,
)
from reports.documents.queries import standing_of
from reports.documents.services import report_again, report_request, report_withdraw
from reports.documents.signoff.services import report_prepare, report_send_back, report_sign_off
from reports.ledger.models import Entry
from reports.ledger.services import ledger_break
from tests.audits.finished import finished
from tests.documents.settling import issued, prepared, snapshot_in

pytestmark = pytest.mark.django_db
KEPT = (Declaration, SignOffAnswer, Supersession, Withdrawal, Entry)
ACTS = (
    "declare", "prepare", "draw", "sign", "sign", "send back", "interim", "issue", "issue", "fail", "again",
    "withdraw",
)  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 2), st.integers(0, 3)), min_size=4, max_size=24
)


@pytest.fixture
def people() -> list[User]:
    return [User.objects.create_user(name) for name in ("ada", "bea", "cleo")]


@pytest.fixture
def run() -> Run:
    return finished(right=20)


def pick(rows, place: int):
    found = list(rows.order_by("-pk"))
    return found[place % len(found)] if found else None


def act(run: Run, name: str, by: User, place: int) -> Callable[[], object]:
    """Return what one person does, to a row that `place` picks; nothing where there is none."""
    requests, reports = SignOffRequest.objects.filter(run=run), Report.objects.filter(run=run)
    request, report = pick(requests, place), pick(reports, place)
    drawn, waiting = (
        pick(requests.filter(state=State.WAITING), 0),
        pick(reports.filter(state=State.WAITING), 0),
    )
    acts: dict[str, tuple[object, Callable[[], object]]] = {
        "declare": (run, lambda: declaration_make(run=run, field="identity.dpo", text=f"{place}", by=by)),
        "prepare": (run, lambda: report_prepare(run=run, language="en", by=by)),
        "draw": (drawn, lambda: prepared(drawn)),
        "sign": (request, lambda: report_sign_off(request=request, statement="Read.", by=by)),
        "send back": (request, lambda: report_send_back(request=request, reason="No.", by=by)),
        "interim": (run, lambda: report_request(run=run, language="en", by=by)),
        "issue": (waiting, lambda: issued(waiting)),
        "fail": (waiting, lambda: work(Report, waiting.pk, compute=broken, settle=lambda report, none: None)),
        "again": (report, lambda: report_again(report=report, by=by)),
        "withdraw": (report, lambda: report_withdraw(report=report, reason="Wrong.", by=by)),
    }
    given_to, done = acts[name]
    return done if given_to is not None else lambda: None


def broken(report: Report) -> None:
    raise Refused("the disk is full.")


def kept() -> dict[object, dict[str, object]]:
    """Return every row that must stay as it is from now on."""
    issued_rows = Report.objects.filter(entry__isnull=False)
    prepared_rows = SignOffRequest.objects.exclude(snapshot_digest="")
    tables = [(kind, kind.objects.all()) for kind in KEPT]
    tables += [(Report, issued_rows), (SignOffRequest, prepared_rows)]
    return {(kind, row["pk"]): row for kind, found in tables for row in found.values("pk", *names(kind))}


def names(kind) -> list[str]:
    return [field.attname for field in kind._meta.concrete_fields]


def everything() -> dict[object, object]:
    """Return all rows of reports, whatever their state."""
    kinds = (*KEPT, Report, SignOffRequest)
    return {(kind, row["pk"]): row for kind in kinds for row in kind.objects.values("pk", *names(kind))}


def check(run: Run) -> None:
    reports = list(Report.objects.filter(entry__isnull=False).select_related("sign_off__request"))
    standings = [standing_of(report.document_digest) for report in reports]
    assert sum(one.state == "current" for one in standings) <= 1
    for report in reports:
        said = snapshot_in(report)
        assert (said.sign_off is None) == report.interim
        if report.sign_off:
            request = report.sign_off.request
            assert report.sign_off.kind == "signed"
            assert report.sign_off.by_id != request.prepared_by_id
            assert said.sign_off.by != said.sign_off.prepared_by
    made = [Report.objects.filter(entry__isnull=False), Supersession.objects, Withdrawal.objects]
    assert Entry.objects.count() == 1 + sum(rows.count() for rows in made)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_no_way_through_the_states_loses_or_changes_what_must_stay(run, people, steps):
    with transaction.atomic():
        seen: dict[object, dict[str, object]] = {}
        for name, person, place in steps:
            before = everything()
            try:
                act(run, name, people[person], place)()
            except Refused:
                assert everything() == before
            assert everything().keys() >= before.keys()
            now = kept()
            assert {key: now.get(key) for key in seen} == seen
            seen = now
            check(run)
        assert ledger_break() is None
        transaction.set_rollback(True)


def test_the_way_to_a_final_report_is_among_them(run, people):
    ada, bea, _cleo = people
    steps = ["issue", "declare", "prepare", "draw"]
    for name in steps:
        act(run, name, ada, 0)()
    act(run, "sign", bea, 0)()
    act(run, "issue", ada, 0)()
    check(run)
    assert [report.interim for report in Report.objects.order_by("pk")] == [True, False]
