"""The public page: anybody hands a PDF in, gets four answers, and cannot hurt anybody with it."""

import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from auditor.common.store import Store
from reports.documents.queries import store
from reports.documents.verification import turns
from reports.keys.log import log_key
from reports.keys.signing import signing_key
from reports.ledger.services import ledger_verifier
from tests.documents import factory
from tests.documents.sealing import Installation, rendered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


@pytest.fixture
def page() -> str:
    return reverse("verify")


def handed(content: bytes) -> dict[str, SimpleUploadedFile]:
    return {"report": SimpleUploadedFile("report.pdf", content, "application/pdf")}


def signed_elsewhere(tmp_path) -> bytes:
    snapshot = factory.snapshot(factory.evidence(Store(tmp_path / "other")))
    return Installation().signed(snapshot, rendered(snapshot), tmp_path / "x.pdf").read_bytes()


def test_it_is_open_to_everybody_and_linked_from_the_login(client, page):
    answer = client.get(page)
    assert answer.status_code == 200
    assert str(ledger_verifier()) in answer.content.decode()
    assert f'href="{page}"' in client.get(reverse("login")).content.decode()


def test_it_gives_four_answers_and_keeps_nothing(client, page, tmp_path):
    answer = client.post(page, handed(signed_elsewhere(tmp_path)))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.count('class="outcome"') == 4
    assert "These are the bytes that were signed" in text
    assert "is not trusted here" in text
    assert "Nobody here vouches for this file" in text
    assert not store().root.exists()


def test_what_is_no_pdf_and_an_empty_form_are_sentences(client, page):
    assert "This is not a PDF" in client.post(page, handed(b"<html>")).content.decode()
    answer = client.post(page, {})
    assert answer.status_code == 422
    assert "Choose the PDF of a report or a letter." in answer.content.decode()


def test_text_in_a_file_stays_text(client, page):
    upload = {"report": io.BytesIO(b"x")}
    upload["report"].name = "<script>x</script>.pdf"
    assert "<script>x" not in client.post(page, upload).content.decode()


def test_a_form_that_is_not_ours_is_refused(page):
    answer = Client(enforce_csrf_checks=True).post(page, handed(b"%PDF-"))
    assert answer.status_code == 403


def test_a_large_file_is_refused_before_it_is_read(client, page, settings):
    settings.VERIFY_LIMIT_BYTES = 1000
    answer = client.post(page, handed(b"%PDF-" + bytes(70_000)))
    assert answer.status_code == 413
    assert "No report has more than" in answer.content.decode()


def test_many_files_in_a_minute_are_refused(client, page, settings):
    settings.VERIFY_PER_MINUTE = 1
    assert client.post(page, {}).status_code == 422
    assert client.post(page, {}).status_code == 429


def test_many_files_at_once_are_refused(client, page, settings):
    settings.VERIFY_AT_ONCE = 0
    answer = client.post(page, handed(b"%PDF-"))
    assert answer.status_code == 503
    assert "Other files are being examined" in answer.content.decode()


def test_a_place_is_free_again_afterwards(settings):
    settings.VERIFY_AT_ONCE = 1
    for _ in range(2):
        with turns.turn():
            pass


def test_the_certificate_is_public_and_the_keys_are_not(client):
    answer = client.get(reverse("certificate"))
    assert answer.content.startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in answer.content
    assert signing_key().certificate.subject
    assert log_key()
