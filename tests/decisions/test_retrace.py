"""A decision of a real model is computed again; whatever is missing for it is said, and filed with the decision."""

import json
from datetime import timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from auditor.common.errors import NotFound, Refused, RetraceError
from auditor.explain.arrays import put_array
from auditor.jobs.models import State
from reports.decisions import state as s
from reports.decisions.actors import officer
from reports.decisions.errors import EventRefused
from reports.decisions.models import Decision, Draw, Event, Retracing
from reports.decisions.retracing.asking import retrace_ask
from reports.decisions.retracing.sampling import redrawn, sample_due
from reports.decisions.retracing.sealed import opened_report
from reports.decisions.sealed import opened_event
from reports.decisions.tasks import retrace, sample
from reports.decisions.transitions import event_apply
from reports.keys.subjects import destroy_keys, subject_key
from reports.ledger.models import Entry
from reports.ledger.services import ledger_break
from tests import folders
from tests.decisions import drafts
from tests.decisions import retracing as made
from tests.decisions.drafts import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(model_folder):
    return made.registered(model_folder)


@pytest.fixture
def ada():
    return drafts.person("ada")


def traced(number: int, by, reason: str = "") -> Retracing:
    job = retrace_ask(number, by=by, reason=reason)
    retrace(job.pk)
    job.refresh_from_db()
    return job


def filed(number: int) -> s.Retraced:
    row = Decision.objects.get(pk=number)
    return opened_event(Event.objects.get(decision=number, kind="retraced"), subject_key(row.subject_id))


def test_a_decision_is_reproduced_bit_by_bit(version, ada):
    number = made.decided(version)
    job = traced(number, ada, reason="asked by the subject")
    report = opened_report(job)
    assert (job.state, job.outcome, job.why) == (State.DONE, "reproduced", [])
    assert (report.largest, report.flips, report.differences) == (0.0, (), ())
    assert (report.terms.tolerance, report.terms.tolerance_from) == (0.0, "record")
    assert {score.name for score in report.scores} == {"clear", "lesion"}
    event = filed(number)
    assert (event.outcome, event.reason) == (s.Outcome.REPRODUCED, "asked by the subject")
    assert (event.evidence, event.actor) == (job.report, officer(ada))
    assert Entry.objects.get(position=job.entry).body["event"] == "retraced"
    assert b"clear" not in made.store().get(job.report)
    assert Decision.objects.get().state == "recorded"
    assert ledger_break() is None


def test_another_version_of_the_model_deviates(version, ada, tmp_path):
    other = made.registered(folders.model(tmp_path / "other", "marker", name="Another"))
    film = made.FILM.read_bytes()
    before, now = made.scored(version, film), made.scored(other, film)
    job = traced(made.decided(other, scores=before, threshold=None), ada)
    report = opened_report(job)
    assert job.outcome == "deviates"
    assert "scores" in job.why
    assert report.largest == max(abs(before[name] - now[name]) for name in before)


def test_the_class_that_crossed_the_threshold_is_named(version, ada):
    scores = made.scored(version, made.FILM.read_bytes())
    top = max(scores, key=scores.get)
    changed = scores | {top: scores[top] - 0.01}
    number = made.decided(
        version, scores=changed, threshold=scores[top] - 0.005, environment={"tolerance": 0.5}
    )
    job = traced(number, ada)
    (flip,) = opened_report(job).flips
    assert (job.outcome, job.why) == ("deviates", ["class"])
    assert (flip.name, flip.before, flip.now) == (top, False, True)


def test_without_a_tolerance_the_installations_holds_as_it_was_when_asked(version, ada, settings):
    scores = made.scored(version, made.FILM.read_bytes())
    number = made.decided(
        version, environment={}, scores={name: value + 0.001 for name, value in scores.items()}, threshold=9.0
    )
    settings.RETRACE_TOLERANCE = 0.01
    job = retrace_ask(number, by=ada)
    settings.RETRACE_TOLERANCE = 0.0
    retrace(job.pk)
    job.refresh_from_db()
    assert job.outcome == "reproduced"
    assert opened_report(job).terms.tolerance_from == "installation"
    assert traced(number, ada).outcome == "deviates"


def test_what_differs_around_the_model_is_told(version, ada):
    number = made.decided(
        version,
        environment={
            "packages": {"torch": "0.1", "no-such-package": "1"},
            "device": "cuda:0",
            "tolerance": 0.001,
        },
        preprocessing="b" * 64,
    )
    report = opened_report(traced(number, ada))
    told = {one.what: (one.recorded, one.now) for one in report.differences}
    assert told.keys() >= {"torch", "no-such-package", "preprocessing"}
    assert told["no-such-package"] == ("1", "")
    assert told["preprocessing"] == ("b" * 64, version.spec_digest)
    assert report.packages["torch"] == told["torch"][1]


def test_explanations_are_compared_by_rank(version, ada):
    film, store = made.FILM.read_bytes(), made.store()
    digest = made.mapped(version, film, made.digest)
    number = made.decided(
        version, explanation={"digest": digest, "methods": [made.METHOD, "lime", "no_such"]}
    )
    same, sampled, unknown = opened_report(traced(number, ada)).explanations
    assert (same.identical, same.correlation) == (True, 1.0)
    assert "alone" in sampled.not_compared or "several" in sampled.not_compared
    assert "no method" in unknown.not_compared

    rng = np.random.default_rng(0)
    other = put_array(rng.normal(size=(128, 128)).astype(np.float32), store.put).sha256
    number = made.decided(version, reference="r-2", explanation={"digest": other, "methods": [made.METHOD]})
    job = traced(number, ada)
    assert (job.outcome, job.why) == ("deviates", ["explanation"])
    assert abs(opened_report(job).explanations[0].correlation) < 0.1

    number = made.decided(
        version, reference="r-3", explanation={"digest": "c" * 64, "methods": [made.METHOD]}
    )
    job = traced(number, ada)
    assert job.outcome == "reproduced"
    assert "digest alone" in opened_report(job).explanations[0].not_compared


def test_a_decision_about_a_row_and_its_logits(ada, tmp_path):
    version = made.registered(made.table_folder(tmp_path / "table"))
    row = json.dumps({"age": "40.5", "ward": "c", "crp": "9.0", "dose": "3", "sex": "m"}).encode()
    number = made.decided(version, row)
    report = opened_report(traced(number, ada))
    assert (report.outcome, report.largest, report.scale) == (s.Outcome.REPRODUCED, 0.0, "probabilities")
    logits = {name: 100 + score for name, score in made.scored(version, row).items()}
    report = opened_report(traced(made.decided(version, row, reference="r-2", scores=logits), ada))
    assert (report.outcome, report.scale) == (s.Outcome.DEVIATES, "logits")


def _named(version):
    return made.decided(version, input={"reference": "pacs://east/1", "sha256": "a" * 64})


def _gone(version):
    number = made.decided(version)
    made.store().path(Decision.objects.get(pk=number).sealed_input).unlink()
    return number


def _tampered(version):
    number = made.decided(version)
    path = made.store().path(Decision.objects.get(pk=number).sealed_input)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    return number


def _no_image(version):
    return made.decided(
        version, input={"content": b"no image"}, content=made.FILM.read_bytes(), scores={"clear": 0.5}
    )


def _unknown(version):
    return made.decided(version, scores={"malignant": 0.5})


def _model_gone(version):
    number = made.decided(version)
    made.store().path(version.weights_digest).unlink()
    return number


def _model_altered(version):
    number = made.decided(version)
    made.store().path(version.weights_digest).write_bytes(b"x")
    return number


@pytest.mark.parametrize(
    ("prepared", "why"),
    [
        (_named, "input_referenced"),
        (_gone, "input_gone"),
        (_tampered, "input_corrupt"),
        (_no_image, "input_unreadable"),
        (_unknown, "scores_unknown"),
        (_model_gone, "model_gone"),
        (_model_altered, "model_corrupt"),
    ],
)
def test_what_is_missing_is_said_and_filed(version, ada, prepared, why):
    number = prepared(version)
    job = traced(number, ada)
    report, event = opened_report(job), filed(number)
    assert (job.state, job.outcome, job.why) == (State.DONE, "not_reproducible", [why])
    assert (event.outcome, event.reason) == (s.Outcome.NOT_REPRODUCIBLE, str(report.detail))
    assert report.detail
    assert event.evidence == job.report


def test_an_input_that_cannot_be_decrypted_any_more(version, ada):
    number = made.decided(version)
    destroy_keys([Decision.objects.get(pk=number).subject_id])
    job = traced(number, ada, reason="why")
    assert (job.outcome, job.why, job.report, job.entry) == ("not_reproducible", ["key_destroyed"], "", None)
    with pytest.raises(NotFound, match="no report"):
        opened_report(job)
    assert not Event.objects.exists()


def test_an_erased_decision(version, ada):
    number = made.decided(version)
    event_apply(number, s.Erased(actor=officer(ada), reason="Art. 17"), now=NOW)
    assert traced(number, ada).why == ["decision_erased"]


def test_under_restriction_a_person_says_why(version, ada):
    number = made.decided(version)
    event_apply(number, s.Restricted(actor=officer(ada), reason="asked"), now=NOW)
    for by, reason, code in ((None, "r", s.Code.RESTRICTED), (ada, " ", s.Code.REASON_MISSING)):
        with pytest.raises(EventRefused) as raised:
            retrace_ask(number, by=by, reason=reason)
        assert raised.value.code is code
    assert traced(number, ada, reason="the court asks").outcome == "reproduced"


def test_a_restriction_that_came_after_the_schedule_asked_holds(version, ada):
    number = made.decided(version)
    job = retrace_ask(number, by=None)
    event_apply(number, s.Restricted(actor=officer(ada), reason="asked"), now=NOW)
    retrace(job.pk)
    job.refresh_from_db()
    assert (job.state, job.outcome) == (State.FAILED, "")
    assert "restricted" in job.error


def test_a_month_is_drawn_once_and_can_be_drawn_again(version, ada, settings):
    settings.RETRACE_SAMPLE = 3
    numbers = [made.decided(version, reference=f"r-{n}", subject=f"p-{n}") for n in range(5)]
    outside = made.decided(version, reference="later", decided_at=(NOW + timedelta(hours=1)).isoformat())
    april = NOW.replace(month=4)
    assert sample_due(NOW) is None  # February has no decisions
    whole = drawn_by(settings, april, size=9)
    assert sorted(whole.numbers) == [*numbers, outside]


def drawn_by(settings, now, size):
    settings.RETRACE_SAMPLE = size
    draw = sample_due(now, seed="5" * 64)
    assert draw is not None
    return draw


def test_restricted_decisions_are_drawn_and_passed_over(version, ada, settings):
    numbers = [made.decided(version, reference=f"r-{n}", subject=f"p-{n}") for n in range(5)]
    event_apply(numbers[2], s.Restricted(actor=officer(ada), reason="asked"), now=NOW)
    april = NOW.replace(month=4)
    draw = drawn_by(settings, april, size=5)
    assert (draw.passed_over, draw.population) == ([numbers[2]], 5)
    assert set(draw.retracings.values_list("decision_id", flat=True)) == set(numbers) - {numbers[2]}
    made.decided(version, reference="recorded late")
    assert redrawn(draw) == draw.numbers
    assert sample_due(april) is None
    assert Entry.objects.get(position=draw.entry).body["seed"] == draw.seed
    for job in draw.retracings.all():
        retrace(job.pk)
    assert set(draw.retracings.values_list("outcome", flat=True)) == {"reproduced"}
    assert set(Event.objects.filter(kind="retraced").values_list("actor", flat=True)) == {"clock"}
    for statement in ("UPDATE decisions_draw SET seed = 'x'", "DELETE FROM decisions_draw"):
        with pytest.raises(DatabaseError, match="keeps what it has"), transaction.atomic():
            connection.cursor().execute(statement)


def test_none_are_drawn_where_none_are_wanted(version, settings):
    made.decided(version)
    settings.RETRACE_SAMPLE = 0
    assert sample_due(NOW.replace(month=4)) is None
    sample()
    assert not Draw.objects.exists()


def test_from_a_console(version, ada):
    number, out = made.decided(version), StringIO()
    call_command("decisions", "retrace", str(number), "--as", "ada", "--wait", stdout=out)
    assert f"Decision {number}: reproduced" in out.getvalue()
    call_command("decisions", "retrace", str(number), "--as", "ada", stdout=out)
    assert Retracing.objects.filter(state=State.WAITING).count() == 1
    with pytest.raises(Refused, match="no active user"):
        call_command("decisions", "retrace", str(number), "--as", "eve")
    with pytest.raises(RetraceError, match="no decision 999999"):
        call_command("decisions", "retrace", "999999", "--as", "ada")
