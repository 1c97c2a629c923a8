"""The console: declare, prepare, sign off, send back, withdraw and list, each refusal in a sentence."""

import json
from contextlib import contextmanager
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from auditor.audits.models import Run
from auditor.common.errors import Refused
from reports.documents.management.who import person, report_named, request_named
from reports.documents.models import Report, SignOffRequest
from tests.audits.finished import finished
from tests.documents.settling import issued, prepared, snapshot_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def installation(settings):
    settings.EMBEDDED = False
    User.objects.create_user("ada")
    User.objects.create_user("bea")
    User.objects.create_user("gone", is_active=False)


@pytest.fixture
def run() -> Run:
    found = finished(right=20)
    issued(found.reports.get())
    return found


@pytest.fixture
def drawn(monkeypatch):
    """Let the worker do its jobs as soon as somebody waits for it."""

    @contextmanager
    def worker(wanted=None):
        for request in SignOffRequest.objects.filter(state="waiting"):
            prepared(request)
        for report in Report.objects.filter(state="waiting"):
            issued(report)
        yield lambda: True

    monkeypatch.setattr("reports.documents.management.waiting.worker", worker)


def told(*arguments: object, **options: object) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, **options)
    return out.getvalue()


def test_a_report_goes_all_its_way_on_a_console(run, drawn, tmp_path):
    stated = tmp_path / "declared.json"
    stated.write_text(json.dumps({"summary.conclusion": "A second reader.", "set.period": "2025"}))
    assert "2 of 29 fields are declared" in told("declare", run.pk, stated, "--as", "ada")
    preview = tmp_path / "preview.pdf"
    said = told("report", "prepare", run.pk, "--preview", preview, "--as", "ada")
    request = SignOffRequest.objects.get()
    assert f"{request.number} is prepared" in said
    assert preview.read_bytes() == b"%PDF-preview"
    assert f"{request.number}  {run.pk}  en  awaiting" in told("report", "list")
    out = tmp_path / "report.pdf"
    told("report", "sign-off", request.number, "--statement", "Read.", "--as", "bea", "--out", out)
    report = Report.objects.order_by("pk").last()
    assert out.read_bytes() == f"%PDF-{report.number} signed".encode()
    assert snapshot_in(report).sign_off.by == "bea"
    assert f"{report.number}  {run.pk}  en  final  current" in told("report", "list", run.pk)
    told("report", "withdraw", report.number, "--reason", "Wrong set.", "--as", "ada")
    lines = told("report", "list", run.pk).splitlines()
    assert [line.split()[-1] for line in lines] == ["withdrawn", "superseded", "signed"]


def test_it_is_sent_back(run, drawn):
    told("report", "prepare", run.pk, "--as", "ada")
    number = SignOffRequest.objects.get().number
    with pytest.raises(Refused, match="another person signs it off"):
        told("report", "send-back", number, "--reason", "x", "--as", "ada")
    told("report", "send-back", number, "--reason", "The role is missing.", "--as", "bea")
    assert SignOffRequest.objects.get().answer.kind == "returned"


def test_who_acts_must_be_known(run):
    with pytest.raises(Refused, match="--as USER"):
        person(None)
    for name in ("nobody", "gone"):
        with pytest.raises(Refused, match=f"no active user '{name}'"):
            person(name)


@pytest.mark.parametrize("number", ["", "RT-", "RT-2026-x", "SO-2026-000001", "RT-2026-" + "9" * 30])
def test_what_is_no_number_of_a_report_is_refused(number):
    with pytest.raises(Refused, match="is not a number such as RT-2026-000001"):
        report_named(number)


def test_what_is_not_there_is_refused(run):
    report = run.reports.get()
    assert report_named(report.number) == report
    with pytest.raises(Refused, match="There is no report RT-1999"):
        report_named(f"RT-1999-{report.pk:06d}")
    with pytest.raises(Refused, match="There is no request SO-2026-000009"):
        request_named("SO-2026-000009")


def test_beside_the_embedded_servers_the_demo_accounts_act(settings, tmp_path, monkeypatch):
    settings.EMBEDDED = True
    monkeypatch.setattr("reports.documents.officer.var_directory", lambda: tmp_path)
    assert person(None).username == "officer"
    assert person("reviewer").username == "reviewer"
    assert (tmp_path / "demo-reviewer-password").stat().st_mode & 0o777 == 0o600
