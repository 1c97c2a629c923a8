"""The pages of letters: asked for in a language, watched while they are written, fetched when they are there."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from auditor.audits.models import Run
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.jobs.models import State
from reports.documents.declared.services import declaration_make
from reports.documents.letter import views
from reports.documents.letter.services import letter_request
from reports.documents.models import Letter
from reports.documents.queries import store
from tests import rows
from tests.documents.writing import declare_all, run_with_evidence, written

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ITEM = 1


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def officer(ada) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def run(ada) -> Run:
    found = run_with_evidence()
    declare_all(found, ada)
    return found


@pytest.fixture
def letter(run, ada) -> Letter:
    return letter_request(run=run, item=ITEM, language="en", by=ada)


def page(run: Run, item: int = ITEM) -> str:
    return reverse("letters", args=[run.pk, item])


def text_of(answer) -> str:
    return answer.content.decode()


def test_the_gallery_leads_to_the_letters_of_an_item(officer, run):
    assert f'href="{page(run)}"' in text_of(officer.get(reverse("gallery", args=[run.pk])))


def test_a_letter_is_asked_for_in_a_language(officer, run, ada):
    answer = officer.post(reverse("write-letter", args=[run.pk, ITEM]), {"language": "de"})
    assert answer.headers["Location"] == page(run)
    letter = Letter.objects.get()
    assert (letter.run, letter.item, letter.language, letter.requested_by) == (run, ITEM, "de", ada)
    shown = text_of(officer.get(page(run)))
    assert letter.number in shown
    assert "being written" in shown
    assert "Deutsch" in shown


def test_the_page_asks_again_until_every_letter_is_written(officer, run, letter):
    watching = officer.get(page(run), headers=HTMX)
    assert watching.status_code == 200
    assert 'hx-trigger="every 1s"' in text_of(watching)
    written(letter)
    settled = officer.get(page(run), headers=HTMX)
    assert settled.status_code == views.STOP_POLLING
    assert "hx-trigger" not in text_of(settled)
    assert f"signed, ledger position {Letter.objects.get().entry_id}" in text_of(settled)
    assert "<html" not in text_of(settled)


def test_a_written_letter_is_fetched_and_the_public_page_knows_it(officer, letter):
    assert officer.get(reverse("letter-pdf", args=[letter.pk])).status_code == 404
    found = written(letter)
    answer = officer.get(reverse("letter-pdf", args=[letter.pk]))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{found.number}.pdf"'
    content = b"".join(answer.streaming_content)
    assert content == store().get(found.pdf_digest)
    cache.clear()
    handed = {"report": SimpleUploadedFile("letter.pdf", content, "application/pdf")}
    shown = text_of(Client().post(reverse("verify"), handed))
    assert "This letter holds" in shown
    assert found.number in shown
    assert shown.count('<li class="yes">') == 4


def test_where_statements_are_missing_the_page_says_that_it_will_be_a_draft(officer, run, ada):
    assert "A letter would be a draft" not in text_of(officer.get(page(run)))
    declaration_make(run=run, field="rights.authority", text="", by=ada)
    shown = text_of(officer.get(page(run)))
    assert "A letter would be a draft" in shown
    assert "Supervisory authority" in shown
    assert reverse("declarations", args=[run.pk]) in shown
    draft = written(letter_request(run=run, item=ITEM, language="en", by=ada))
    assert "draft, not signed" in text_of(officer.get(page(run)))
    assert officer.get(reverse("letter-pdf", args=[draft.pk])).status_code == 200


def test_a_failure_is_shown_in_its_sentence(officer, run, letter):
    Letter.objects.filter(pk=letter.pk).update(state=State.FAILED, error="The disk is full.")
    assert "The disk is full." in text_of(officer.get(page(run)))


@pytest.mark.parametrize("language", ["", "xx"])
def test_a_language_that_is_none_of_ours_is_refused_on_the_form(officer, run, language):
    answer = officer.post(reverse("write-letter", args=[run.pk, ITEM]), {"language": language})
    assert answer.status_code == 422
    assert not Letter.objects.exists()


def test_a_refusal_is_said_in_the_language_of_the_page(officer, run, monkeypatch):
    def refuse(**_: object) -> None:
        raise Refused(say("%(number)s is being written already; wait for it.", number="RL-1"))

    monkeypatch.setattr(views, "letter_request", refuse)
    officer.cookies["django_language"] = "de"
    answer = officer.post(
        reverse("write-letter", args=[run.pk, ITEM]), {"language": "en"}, headers={"Accept-Language": "de"}
    )
    assert answer.status_code == 422
    assert "RL-1 wird bereits" in text_of(answer)


def test_what_is_not_there_is_not_found(officer, run):
    assert officer.get(page(run, item=999)).status_code == 404
    assert officer.post(reverse("write-letter", args=[run.pk, 999]), {"language": "en"}).status_code == 404
    assert officer.get(reverse("letters", args=[uuid4(), ITEM])).status_code == 404
    assert officer.get(reverse("letter-pdf", args=[1])).status_code == 404


def test_an_audit_without_evidence_has_no_letters(officer):
    assert officer.get(page(rows.run(), item=0)).status_code == 404


def test_only_who_signed_in_sees_letters_and_asks_by_post(officer, run, letter):
    for address in (page(run), reverse("letter-pdf", args=[letter.pk])):
        assert reverse("login") in Client().get(address).headers["Location"]
    assert officer.get(reverse("write-letter", args=[run.pk, ITEM])).status_code == 405
    assert officer.post(page(run)).status_code == 405
