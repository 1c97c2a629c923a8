"""Chapters of results: the sections of the report on pages of their own, with figures that the page can load."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from auditor.audits.models import Run
from auditor.common.store import Store
from reports.documents.chapters import CHAPTERS
from tests import rows
from tests.documents import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(User.objects.create_user("officer"))
    return client


@pytest.fixture
def run() -> Run:
    store = Store.at(settings.STORAGE_URL)
    found = rows.run()
    found.state = Run.State.FINISHED
    found.evidence_digest = store.put(factory.evidence(store).to_bytes())
    found.save()
    return found


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_chapter_answers_and_its_figures_load(officer, run, name):
    address = f"/runs/{run.pk}/results/{name}/"
    answer = officer.get(address)
    assert answer.status_code == 200
    page = answer.content.decode()
    figures = re.findall(r'<img src="(figures/[^"]+)"', page)
    assert len(figures) == page.count("<img") - page.count('alt="" width="26"')
    for figure in figures:
        loaded = officer.get(address + figure)
        assert loaded.status_code == 200
        assert loaded["Content-Type"].startswith("image/")


def test_the_run_leads_to_its_chapters(officer, run):
    page = officer.get(f"/runs/{run.pk}/").content.decode()
    assert all(f"/runs/{run.pk}/results/{name}/" in page for name in CHAPTERS)


@pytest.mark.parametrize("rest", ["nothing/", "performance/figures/" + "0" * 64])
def test_what_no_chapter_holds_is_not_found(officer, run, rest):
    assert officer.get(f"/runs/{run.pk}/results/{rest}").status_code == 404


def test_a_run_without_evidence_has_no_chapters(officer):
    assert officer.get(f"/runs/{rows.run().pk}/results/performance/").status_code == 404
