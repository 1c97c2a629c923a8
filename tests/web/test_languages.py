"""The pages speak the reader's language: nothing visible is left that was not looked up in a catalogue."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from auditor.audits.finding_forms import RunField
from auditor.audits.findings import findings
from auditor.audits.models import Run, Schedule
from auditor.audits.schedules import crontab, schedule_create
from auditor.audits.services import plan_own, run_start
from auditor.audits.workflow import finding_accept, finding_assign, finding_close, finding_reopen
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.common.store import Store
from auditor.jobs.models import State
from auditor.language import said
from auditor.registry.models import Intake, ValidationSet
from tests import rows
from tests.audits.finished import finished, validation_set, version
from tests.documents import factory
from tests.pseudo import LANGUAGE, pseudo, unspoken
from tests.web.plain import PLAIN
from tests.web.test_findings import settle

pytestmark = pytest.mark.django_db
NAMES = {name for _, name in settings.LANGUAGES}
# Data of these tests, names of products, files, formats and plans, and what has no other word.
KNOWN = NAMES | {
    *(
        "Retrace",
        "Ada Lovelace",
        "ada",
        "phantom",
        "Phantom classifier",
        "toy",
        "toys",
        "phantoms",
        "nightly",
    ),
    *(
        "my plan",
        "quick",
        "standard",
        "thorough",
        "set.zip",
        "clear",
        "no",
        "lesion",
        "none",
        "other",
        "a pilot only",
    ),
    *("a@clinic.example", "https://hooks.example/retrace", "Image", "UTC", "sex", "view", "age", "site"),
    *(
        "F",
        "M",
        "AP",
        "PA",
        "GDPR Art",
        "GDPR Recital",
        "AI Act Art",
        "Art",
        *("Grad-CAM", "Integrated Gradients", "Occlusion"),
        *(f"item-{n}" for n in range(60)),
        "retrace.small_cnn",
        "p",
        "n",
        "R²",
        "RT",
        "PDF",
        "Art. 11,  IV",  # of the AI Act
    ),
}
# Chapters are printed by the templates of the report, which tests/documents looks at.
REPORT = frozenset({"measured"})


@pytest.fixture
def reader(client: Client, ada: User, monkeypatch) -> Client:
    client.force_login(ada)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = pseudo(monkeypatch)
    return client


def page_of(answer) -> str:
    return answer.content.decode()


def started() -> Run:
    return run_start(model_version=version(), validation_set=validation_set(), plan=rows.plan())


def audited() -> Run:
    """Return a run with the evidence of a model that reads a marker, with all that pages show of it."""
    store, run = Store.at(settings.STORAGE_URL), started()
    run.state, run.finished_at = Run.State.FINISHED, utc_now()
    run.evidence_digest = store.put(factory.evidence(store, marker=True).to_bytes())
    run.save()
    return run


def registered() -> ValidationSet:
    found = validation_set()
    found.deidentification = {
        "profile": "NIfTI header text and extensions dropped",
        "files": 3,
        "removed": {"Private": 2},
        "replaced": {},
        "burned_in": 1,
    }
    found.unlabelled = {"rows": 1, "groups": [{"column": "sex", "value": "F", "n": 1}]}
    found.save()
    return found


def scheduled(plan) -> Schedule:
    made = schedule_create(
        name="nightly",
        model=version().model,
        validation_set=validation_set(),
        plan=plan,
        when=crontab("weekly", day=1, hour=3, minute=0),
        by=None,
        recipients=["a@clinic.example"],
        webhook_url="https://hooks.example/retrace",
    )
    Schedule.objects.filter(pk=made.pk).update(last_error=say("The model %(model)s is gone.", model="toy"))
    return made


def own_plan(ada: User):
    base = rows.plan().document
    thresholds = base.thresholds.model_copy(update={"accuracy": 0.75})
    return plan_own(base.model_copy(update={"name": "my plan", "thresholds": thresholds}), by=ada, base=base)


def settled_findings(run: Run, later: Run, ada: User) -> None:
    """Take a step of every kind with findings of a run."""
    first, *_ = run.tracked.exclude(finding__in=later.tracked.values("finding"))
    finding_assign(first, owner=ada, due=utc_now().date() + timedelta(days=3), by=ada)
    finding_accept(first, reason="a pilot only", by=ada)
    finding_reopen(first, reason="a pilot only", by=ada)
    finding_close(first, follow_up=later, by=ada)


@pytest.fixture
def addresses(ada: User) -> dict[str, str]:
    """Return the address of every page that can be looked at, with something on it to be seen."""
    plan, early = own_plan(ada), finished(right=10, ago=9)
    later = finished(right=40, flipping=0, ago=1, number="2")
    settled_findings(early, later, ada)
    settle(later)
    failed, waiting = rows.intake(), rows.intake()
    Intake.objects.filter(pk=failed.pk).update(
        state=State.FAILED, error=say("%(file)s is empty.", file="set.zip")
    )
    broken = started()
    broken.stop(Run.State.FAILED, say("The worker died."))
    scheduled(plan)
    marked = audited()
    kinds = {f"register {kind}": reverse("register", args=[kind]) for kind in ("model", "set")}
    intakes = {f"intake {one.pk}": reverse("intake", args=[one.pk]) for one in (failed, waiting)}
    runs = {
        f"run {name}": reverse("run", args=[run.pk])
        for name, run in {"early": early, "later": later, "failed": broken, "marked": marked}.items()
    }
    return {
        **{name: reverse(name) for name in PLAIN},
        **kinds,
        **intakes,
        **runs,
        "declarations": reverse("declarations", args=[marked.pk]),
        "letters": reverse("letters", args=[marked.pk, 0]),
        "verify": reverse("verify"),
        "all findings": reverse("findings") + "?state=all",
        "no findings": reverse("findings") + "?severity=note&state=closed",
        "plan editor": f"{reverse('new-plan')}?model_version={version().pk}&from=standard",
        "model": reverse("model-version", args=[version().pk]),
        "set": reverse("validation-set", args=[registered().pk]),
        "comparison": reverse("comparison", args=[later.pk]),
        "gallery": reverse("gallery", args=[marked.pk]),
        "chapter": reverse("results", args=[marked.pk, "performance"]),
        "nothing": "/nothing/",
    }


def test_every_page_says_only_what_was_looked_up(reader, addresses):
    found = {}
    for name, address in addresses.items():
        answer = reader.get(address)
        assert answer.status_code in (200, 404, 422), name
        page = page_of(answer)
        assert f'<html lang="{LANGUAGE}">' in page
        if left := unspoken(page, KNOWN, hidden=REPORT):
            found[name] = left
    assert not found


def test_forms_and_refusals_say_only_what_was_looked_up(reader, addresses):
    run = Run.objects.filter(state=Run.State.FINISHED, tracked__isnull=False).first()
    wrong = reader.get(addresses["plan editor"])
    fields = dict.fromkeys(re.findall(r'name="((?:thresholds|trust|lime)-\w+)"', page_of(wrong)), "wrong")
    answers = {
        "empty run": reader.post(reverse("new-run"), {}),
        "empty schedule": reader.post(reverse("new-schedule"), {"recipients": "nobody"}),
        "empty upload": reader.post(reverse("register", args=["set"]), {}),
        "empty plan": reader.post(addresses["plan editor"], {"use-lime": "on", **fields}),
        "over already": reader.post(reverse("cancel-run", args=[run.pk])),
        "no such step": reader.post(reverse("finding-step", args=[run.tracked.first().pk, "accept"]), {}),
        "secret": reader.post(reverse("schedule-secret", args=[Schedule.objects.get().pk])),
    }
    found = {name: unspoken(page_of(answer), KNOWN | {"wrong", "nobody"}) for name, answer in answers.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "empty run": 422,
        "empty schedule": 422,
        "empty upload": 422,
        "empty plan": 422,
        "over already": 409,
        "no such step": 409,
        "secret": 200,
    }
    assert not {name: left for name, left in found.items() if left}


def test_a_stranger_chooses_a_language_and_it_is_remembered(client, monkeypatch):
    page = page_of(client.get(reverse("login")))
    assert '<html lang="en">' in page
    assert [name in page for name in ("English", "Deutsch", "Français")] == [True] * 3
    answer = client.post(reverse("set_language"), {"language": "de", "next": reverse("login")})
    assert answer["Location"] == reverse("login")
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME]["max-age"] > 0
    assert '<html lang="de">' in page_of(client.get(reverse("login")))
    away = client.post(reverse("set_language"), {"language": "de", "next": "https://elsewhere.example/"})
    assert away["Location"] == "/"


def test_a_page_follows_the_browser_where_nobody_chose(client):
    answer = client.get(reverse("login"), headers={"Accept-Language": "fr-CH, de;q=0.5"})
    assert '<html lang="fr">' in page_of(answer)
    assert '<html lang="en">' in page_of(client.get(reverse("login"), headers={"Accept-Language": "da"}))


def test_numbers_and_times_are_written_as_the_reader_does(reader):
    run = finished(right=10)
    shown = page_of(reader.get(reverse("run", args=[run.pk])))
    assert f"{run.started_at:%d/%m/%Y %H:%M}" in shown
    assert "«25,0 %»" in shown
    assert "25.0" not in shown


def test_reports_are_asked_for_in_the_reader_s_language(reader):
    for name in ("new-run", "new-schedule"):
        page = page_of(reader.get(reverse(name)))
        assert f'<option value="{LANGUAGE}" selected>Français</option>' in page


def test_what_a_choice_of_runs_prints_follows_the_language():
    run = finished()
    with override("de"):
        assert f"{run.started_at:%d.%m.%Y %H:%M}" in RunField(Run.objects.all()).label_from_instance(run)


@pytest.mark.parametrize("marker", [True, False])
def test_findings_remember_how_they_were_made(tmp_path, monkeypatch, marker):
    with override(pseudo(monkeypatch)):
        for one in findings(factory.evidence(Store(tmp_path), marker=marker)):
            spoken = [one.title, one.sentence, one.action, *(measure.label for measure in one.measures)]
            for text in spoken:
                assert said(text).startswith("«"), text
                assert "%" not in re.sub(r" %(?=\W|$)", "", said(text)), text


def test_an_error_is_said_in_the_language_of_who_reads_it(monkeypatch):
    error = Refused(say("%(file)s is empty; choose the archive again.", file="set.zip"))
    with override(pseudo(monkeypatch)):
        assert said(error.sentence) == "«set.zip is empty; choose the archive again.»"
