"""Pages on which people declare, prepare, sign off and withdraw: what they show, and each refusal in words."""

import html
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from auditor.audits.models import Run
from reports.documents.declared.services import declaration_make
from reports.documents.models import Declaration, Report, SignOffRequest
from reports.documents.signoff.services import report_prepare, report_sign_off
from tests.audits.finished import finished
from tests.documents.settling import issued, prepared

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def officer(ada) -> Client:
    return signed_in(ada)


@pytest.fixture
def second(bea) -> Client:
    return signed_in(bea)


@pytest.fixture
def run() -> Run:
    found = finished(right=20)
    issued(found.reports.get())
    return found


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(answer) -> str:
    return answer.content.decode()


def form_of(client: Client, run: Run, section: str) -> dict[str, str]:
    """Return what the form of a section would send as it stands."""
    page = page_of(client.get(reverse("declarations", args=[run.pk])))
    form = re.search(rf'<form[^>]*id="{section}">.*?</form>', page, re.S)[0]
    values = dict(re.findall(r'<input type="(?:hidden|text)" name="([^"]+)" value="([^"]*)"', form))
    values |= {
        name: text.strip("\n")
        for name, text in re.findall(r'<textarea[^>]*?name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S)
    }
    chosen = re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)"[^>]*checked', form)
    values.pop("csrfmiddlewaretoken", None)
    return {name: html.unescape(text) for name, text in (values | dict(chosen)).items()}


def save(client: Client, run: Run, section: str, data: dict[str, str]):
    return client.post(reverse("declare", args=[run.pk, section]), data)


def test_what_is_missing_is_marked_and_counted(officer, run):
    page = page_of(officer.get(reverse("declarations", args=[run.pk])))
    assert "0 of 29 declared" in page
    assert page.count('<span class="tag missing">not declared</span>') == 29
    assert "holds for every audit of the model phantom" in page
    assert "holds for this audit alone" in page
    assert "GDPR Art. 22(1); CJEU C-634/21" in page
    assert "0 of 29 fields declared" in page_of(officer.get(reverse("run", args=[run.pk])))


def test_a_section_is_saved_with_who_and_when(officer, run):
    data = form_of(officer, run, "purpose") | {
        "purpose-intended_use": "Second <b>reader</b>",
        "purpose-automation": "supported",
    }
    answer = save(officer, run, "purpose", data)
    assert answer["Location"].endswith("?saved=purpose#purpose")
    page = page_of(officer.get(answer["Location"]))
    assert "Saved." in page
    assert "Second &lt;b&gt;reader&lt;/b&gt;" in page
    assert "Stated by Ada Lovelace" in page
    assert "2 of 29 declared" in page
    assert form_of(officer, run, "purpose")["purpose-automation"] == "supported"
    assert save(officer, run, "purpose", form_of(officer, run, "purpose")).status_code == 302
    assert Declaration.objects.count() == 2


def test_rows_are_added_and_saved(officer, run):
    data = form_of(officer, run, "risks") | {
        "risks-register-0-risk": "Missed",
        "risks-register-0-owner": "Ada",
    }
    more = save(officer, run, "risks", data | {"more": "1"})
    assert more.status_code == 200
    assert 'name="risks-register-3-risk"' in page_of(more)
    assert "Missed" in page_of(more)
    assert not Declaration.objects.exists()
    save(officer, run, "risks", data)
    assert Declaration.objects.get().rows == [
        {"risk": "Missed", "measure": "", "owner": "Ada", "date": "", "residual": ""}
    ]
    save(
        officer,
        run,
        "risks",
        form_of(officer, run, "risks") | {"risks-register-0-risk": "", "risks-register-0-owner": ""},
    )
    assert Declaration.objects.last().rows == []
    assert "taken back" in page_of(officer.get(reverse("declarations", args=[run.pk])))


def test_what_is_refused_keeps_what_was_typed_and_saves_nothing(officer, run):
    data = form_of(officer, run, "set") | {"set-origin": "Two wards", "set-period": "x" * 301}
    answer = save(officer, run, "set", data)
    assert answer.status_code == 422
    page = page_of(answer)
    assert "Nothing was saved yet" in page
    assert "at most 300 characters" in page
    assert "Two wards" in page
    assert not Declaration.objects.exists()
    unknown = form_of(officer, run, "purpose") | {"purpose-automation": "perhaps"}
    assert "perhaps is not one of the available choices" in page_of(save(officer, run, "purpose", unknown))
    broken = form_of(officer, run, "set") | {"set-origin-seen": "x"}
    assert save(officer, run, "set", broken).status_code == 422
    assert save(officer, run, "nothing", {}).status_code == 404


def test_two_people_who_edit_the_same_field_are_told(officer, second, run):
    theirs, ours = form_of(officer, run, "identity"), form_of(second, run, "identity")
    save(officer, run, "identity", theirs | {"identity-dpo": "Bea", "identity-controller": "Clinic"})
    answer = save(second, run, "identity", ours | {"identity-dpo": "Cleo", "identity-auditor": "Bea Worth"})
    assert answer.status_code == 422
    page = page_of(answer)
    assert "Somebody else changed this meanwhile" in page
    assert ">Cleo</textarea>" in page.replace("\n", "")
    assert "Ada Lovelace" in page
    assert set(Declaration.objects.values_list("text", flat=True)) == {"Bea", "Clinic"}
    (number,) = re.findall(r'name="identity-dpo-seen" value="(\d+)"', page)
    again = ours | {"identity-dpo": "Cleo", "identity-auditor": "Bea Worth", "identity-dpo-seen": number}
    assert save(second, run, "identity", again).status_code == 302
    assert Declaration.objects.filter(field="identity.dpo").last().text == "Cleo"
    assert Declaration.objects.filter(field="identity.controller").count() == 1


def test_a_report_is_prepared_read_and_signed_off(officer, second, run, ada):
    declaration_make(run=run, field="identity.dpo", text="Bea", by=ada)
    page = page_of(officer.get(reverse("run", args=[run.pk])))
    assert "Not signed off by a second person." in page
    answer = officer.post(reverse("prepare-report", args=[run.pk]), {"language": "en"})
    request = SignOffRequest.objects.get()
    address = reverse("sign-off", args=[request.pk])
    assert answer["Location"] == address
    assert "hx-get" in page_of(officer.get(address))
    assert officer.get(reverse("sign-off-preview", args=[request.pk])).status_code == 404
    assert officer.get(address, headers=HTMX).status_code == 200
    assert "the preview is being drawn" in page_of(officer.get(reverse("run", args=[run.pk])))
    prepared(request)
    fragment = officer.get(address, headers=HTMX)
    assert fragment.status_code == 286
    assert "Another person signs it off" in page_of(fragment)
    assert reverse("sign-report", args=[request.pk]) not in page_of(fragment)
    assert b"".join(second.get(reverse("sign-off-preview", args=[request.pk]))) == b"%PDF-preview"
    assert "waits for another person" in page_of(officer.get(reverse("home")))
    home = page_of(second.get(reverse("home")))
    assert "Awaiting sign-off" in home
    assert "waits for you or a colleague" in home
    page = page_of(second.get(address))
    assert "28 of 29 not declared" in page
    assert "#field-identity-controller" in page
    own = officer.post(reverse("sign-report", args=[request.pk]), {"statement": "x"})
    assert own.status_code == 422
    empty = second.post(reverse("sign-report", args=[request.pk]), {"statement": " "})
    assert empty.status_code == 422
    assert "This field is required." in page_of(empty)
    done = second.post(reverse("sign-report", args=[request.pk]), {"statement": "I have read it."})
    assert done["Location"] == reverse("run", args=[run.pk])
    report = issued(Report.objects.order_by("pk").last())
    page = page_of(second.get(done["Location"]))
    assert f"superseded by {report.number}" in page
    assert "Signed off by Bea Worth" in page
    assert reverse("report-pdf", args=[report.pk]) in page
    assert "Write an interim report" not in page
    assert "Awaiting sign-off" not in page_of(second.get(reverse("home")))
    assert "I have read it." in page_of(second.get(address))
    refused = officer.post(reverse("request-report", args=[run.pk]))
    assert refused.status_code == 409
    assert "is final" in page_of(refused)


def test_it_is_sent_back_or_must_be_prepared_again(officer, second, run, ada, bea):
    request = prepared(report_prepare(run=run, language="en", by=ada))
    address = reverse("sign-off", args=[request.pk])
    assert second.post(reverse("send-back", args=[request.pk]), {"reason": ""}).status_code == 422
    second.post(reverse("send-back", args=[request.pk]), {"reason": "The role is missing."})
    assert "Sent back by Bea Worth" in page_of(officer.get(address))
    assert "The role is missing." in page_of(officer.get(reverse("run", args=[run.pk])))
    again = prepared(report_prepare(run=run, language="en", by=ada))
    declaration_make(run=run, field="identity.dpo", text="Bea", by=ada)
    page = page_of(second.get(reverse("sign-off", args=[again.pk])))
    assert "Something was declared since" in page
    assert "to be prepared again" in page_of(second.get(reverse("home")))
    late = second.post(reverse("sign-report", args=[again.pk]), {"statement": "x"})
    assert late.status_code == 422
    prepared(report_prepare(run=run, language="en", by=bea))
    assert "It was prepared again" in page_of(officer.get(reverse("sign-off", args=[again.pk])))


def test_a_report_is_withdrawn_and_can_still_be_read(officer, run):
    report = run.reports.get()
    address = reverse("withdraw-report", args=[report.pk])
    assert "A withdrawal is not taken back." in page_of(officer.get(address))
    assert officer.post(address, {"reason": ""}).status_code == 422
    assert officer.post(address, {"reason": "The labels <i>were</i> wrong."})["Location"].endswith("#reports")
    page = page_of(officer.get(reverse("run", args=[run.pk])))
    assert "The labels &lt;i&gt;were&lt;/i&gt; wrong." in page
    assert "No report about this audit is current." in page
    assert b"".join(officer.get(reverse("report-pdf", args=[report.pk]))).startswith(b"%PDF")
    again = officer.post(address, {"reason": "x"})
    assert again.status_code == 422
    assert "is withdrawn already" in page_of(again)
    officer.post(reverse("request-report", args=[run.pk]), {"language": "en"})
    assert run.reports.count() == 2


def test_a_report_that_could_not_be_written_is_asked_for_again(officer, run, ada, bea):
    request = prepared(report_prepare(run=run, language="en", by=ada))
    report = report_sign_off(request=request, statement="Read.", by=bea)
    Report.objects.filter(pk=report.pk).update(state="failed", error="the disk is full.")
    page = page_of(officer.get(reverse("run", args=[run.pk])))
    assert "the disk is full." in page
    assert reverse("write-again", args=[report.pk]) in page
    assert officer.post(reverse("write-again", args=[report.pk])).status_code == 302
    assert Report.objects.order_by("pk").last().sign_off == report.sign_off
    assert officer.post(reverse("write-again", args=[run.reports.last().pk])).status_code == 409


def test_what_cannot_be_prepared_is_refused_in_words(officer, run):
    answer = officer.post(reverse("prepare-report", args=[run.pk]), {"language": "tlh"})
    assert answer.status_code == 409
    assert "Choose a language" in page_of(answer)
    officer.post(reverse("prepare-report", args=[run.pk]), {"language": "en"})
    twice = officer.post(reverse("prepare-report", args=[run.pk]), {"language": "en"})
    assert "is being prepared already" in page_of(twice)
