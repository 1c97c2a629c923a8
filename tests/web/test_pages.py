"""Pages: closed to strangers, strict about what a browser may load, and each refusal in words."""

import io
import re

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from auditor.audits.models import Run, Schedule
from auditor.jobs.models import State
from auditor.registry.models import Intake
from tests import folders, rows
from tests.web.plain import PLAIN

pytestmark = pytest.mark.django_db
OPEN = {"login", "set_language", "verify", "certificate"}


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(User.objects.create_user("officer"))
    return client


def patterns(resolver: URLResolver) -> list[URLPattern]:
    found = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            found.append(entry)
        elif not entry.namespace:  # the admin and the API have doors and tests of their own
            found += patterns(entry)
    return found


NAMES = sorted({pattern.name for pattern in patterns(get_resolver()) if pattern.name})
VALUES = {
    "pk": 1,
    "item": 0,
    "step": "assign",
    "section": "purpose",
    "index": 0,
    "sequence": 1,
    "key": "grad_cam",
    "kind": "model",
    "name": "performance",
    "digest": "0" * 64,
}
UUID = "9e107d9d-372b-4b81-8e2b-000000000001"


def address(name: str) -> str:
    (pattern,) = [pattern for pattern in patterns(get_resolver()) if pattern.name == name]
    wanted = pattern.pattern.converters
    return reverse(
        name, kwargs={key: UUID if "UUID" in type(c).__name__ else VALUES[key] for key, c in wanted.items()}
    )


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OPEN])
def test_no_page_answers_a_stranger(client, name):
    for answer in (client.get(address(name)), client.post(address(name))):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")


def test_the_admin_is_closed_to_an_officer_who_is_no_administrator(officer):
    assert officer.get("/admin/").status_code == 302


@pytest.mark.parametrize("name", [*PLAIN, "login"])
def test_pages_load_nothing_from_elsewhere_and_run_no_inline_code(officer, name):
    if name == "login":
        officer.logout()
    answer = officer.get(reverse(name))
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert not re.findall(r"<script(?![^>]*\bsrc=)", page)
    assert not re.findall(r"\son\w+=|\sstyle=", page)
    assert answer["X-Frame-Options"] == "DENY"


def test_an_upload_becomes_an_intake(officer, model_folder, tmp_path):
    archive = folders.zipped(model_folder, tmp_path / "model.zip")
    upload = SimpleUploadedFile("model.zip", archive.read_bytes())
    answer = officer.post(reverse("register", args=["model"]), {"archive": upload})
    intake = Intake.objects.get()
    assert answer["Location"] == reverse("intake", args=[intake.pk])
    assert intake.received_by.username == "officer"
    assert officer.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("content", [b"", None], ids=["empty", "absent"])
def test_an_upload_of_nothing_is_refused_beside_the_field(officer, content):
    data = {} if content is None else {"archive": io.BytesIO(content)}
    answer = officer.post(reverse("register", args=["model"]), data)
    assert answer.status_code == 422
    assert "alert" in answer.content.decode()
    assert not Intake.objects.exists()


def test_a_refused_intake_answers_422_with_its_sentence(officer):
    intake = rows.intake()
    Intake.objects.filter(pk=intake.pk).update(state=State.FAILED, error="labels.csv has no rows.")
    answer = officer.get(reverse("intake", args=[intake.pk]))
    assert answer.status_code == 422
    assert "labels.csv has no rows." in answer.content.decode()


def test_an_audit_is_started_watched_and_cancelled(officer):
    version, items = rows.model_version(), rows.validation_set()
    data = {"model_version": version.pk, "validation_set": items.pk, "plan": "quick", "language": "en"}
    answer = officer.post(reverse("new-run"), data)
    run = Run.objects.get()
    assert answer["Location"] == reverse("run", args=[run.pk])
    fragment = officer.get(answer["Location"], headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "0 of 3 parts" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    officer.post(reverse("cancel-run", args=[run.pk]))
    stopped = officer.get(answer["Location"], headers={"HX-Request": "true"})
    assert stopped.status_code == 286
    again = officer.post(reverse("cancel-run", args=[run.pk]))
    assert again.status_code == 409
    assert "cannot be cancelled" in again.content.decode()


def test_an_audit_that_cannot_be_started_says_why(officer):
    version, items = rows.model_version(), rows.validation_set("tumour", "clear")
    data = {"model_version": version.pk, "validation_set": items.pk, "plan": "quick", "language": "en"}
    answer = officer.post(reverse("new-run"), data)
    assert answer.status_code == 422
    assert "labels.csv, row 2" in answer.content.decode()
    assert not Run.objects.exists()


def test_a_schedule_is_made_and_paused(officer):
    version, items = rows.model_version(), rows.validation_set()
    data = {
        "name": "Every month",
        "model": version.model.pk,
        "validation_set": items.pk,
        "plan": "quick",
        "frequency": "monthly",
        "day": 3,
        "at": "04:05",
        "language": "de",
    }
    assert officer.post(reverse("new-schedule"), data)["Location"] == reverse("schedules")
    schedule = Schedule.objects.get()
    assert str(schedule.periodic_task.crontab).startswith("5 4 3 ")
    assert schedule.language == "de"
    assert "Every month" in officer.get(reverse("schedules")).content.decode()
    officer.post(reverse("pause-schedule", args=[schedule.pk]))
    schedule.periodic_task.refresh_from_db()
    assert not schedule.periodic_task.enabled
    refused = officer.post(reverse("new-schedule"), {**data, "day": 0})
    assert refused.status_code == 422


def test_what_does_not_exist_is_not_found_in_words(officer):
    answer = officer.get("/runs/9e107d9d-372b-4b81-8e2b-000000000001/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
