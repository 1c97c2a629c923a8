"""A job is done once, by whoever holds it, and is never lost."""

import uuid
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.said import as_json, say
from auditor.jobs.models import State
from auditor.jobs.reconcile import job_kinds, reconcile
from auditor.jobs.work import work
from auditor.registry.models import Intake
from tests import rows

pytestmark = pytest.mark.django_db
LEASE = timedelta(seconds=30)


def settle(job: Intake, name: str) -> None:
    Intake.objects.filter(pk=job.pk).update(filename=name)


def test_a_job_is_computed_and_settled():
    job = rows.intake()
    assert work(Intake, job.pk, compute=lambda job: f"{job.kind} done", settle=settle)
    job.refresh_from_db()
    assert (job.state, job.filename, job.claim, job.lease_until) == (State.DONE, "set done", None, None)


def test_a_second_ring_finds_nothing_to_do():
    job = rows.intake()
    done = []
    for _ in range(3):
        work(Intake, job.pk, compute=lambda job: done.append(job) or "x", settle=settle)
    assert len(done) == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Refused("labels.csv has no rows."), "labels.csv has no rows."),
        (Refused(say("%(name)s has no rows.", name="a.csv")), say("%(name)s has no rows.", name="a.csv")),
        (
            KeyError("secret"),
            say(
                "An internal error ended this (%(error)s); the worker's log has the details.",
                error="KeyError",
            ),
        ),
    ],
)
def test_an_error_ends_the_job_with_a_sentence_for_people(error, sentence):
    job = rows.intake()

    def compute(job: Intake) -> str:
        raise error

    assert not work(Intake, job.pk, compute=compute, settle=settle)
    job.refresh_from_db()
    assert (job.state, job.error, job.filename) == (State.FAILED, sentence, "set.zip")
    assert as_json(job.error) == as_json(sentence)


def test_a_result_that_cannot_be_settled_leaves_nothing_half_done():
    job = rows.intake()

    def broken(job: Intake, name: str) -> None:
        settle(job, name)
        raise Refused("no room.")

    assert not work(Intake, job.pk, compute=lambda job: "x", settle=broken)
    job.refresh_from_db()
    assert (job.state, job.error, job.filename) == (State.FAILED, "no room.", "set.zip")


def test_the_result_of_a_worker_that_lost_its_claim_is_dropped():
    job = rows.intake()

    def slow(job: Intake) -> str:
        Intake.objects.filter(pk=job.pk).update(lease_until=utc_now() - LEASE)
        reconcile()
        assert work(Intake, job.pk, compute=lambda job: "second", settle=settle)
        return "first"

    assert not work(Intake, job.pk, compute=slow, settle=settle)
    job.refresh_from_db()
    assert (job.state, job.filename, job.attempts) == (State.DONE, "second", 2)


def test_a_job_that_kills_its_workers_fails_instead_of_killing_for_ever(settings):
    job = rows.intake()
    for _ in range(settings.JOB_ATTEMPTS):
        assert Intake.jobs.claim(job.pk, token=uuid.uuid4(), now=utc_now(), lease=-LEASE)
        reconcile()
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "died 3 times" in job.error


def test_every_kind_of_job_is_reconciled():
    kinds = {kind.__name__ for kind in job_kinds()}
    assert kinds == {
        "Assembly",
        "Intake",
        "Letter",
        "Notice",
        "Recall",
        "Report",
        "Retracing",
        "Shard",
        "SignOffRequest",
    }


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["claim", "extend", "finish", "wait", "reconcile"]),
        st.integers(0, 2),
        st.integers(0, 40),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_no_sequence_of_events_lets_two_workers_settle_one_job(actions, monkeypatch):
    """Workers 0 to 2 do what they like while time passes; a model of one job says what must be true."""
    monkeypatch.setattr("auditor.jobs.reconcile._silent", lambda: False)
    job, now, finishes = rows.intake(), utc_now(), 0
    tokens = [uuid.uuid4() for _ in range(3)]
    for action, worker, seconds in actions:
        now += timedelta(seconds=seconds)
        monkeypatch.setattr("auditor.jobs.reconcile.utc_now", lambda now=now: now)
        held = Intake.jobs.held(job.pk, tokens[worker])
        if action == "claim":
            tokens[worker], before = uuid.uuid4(), job.state
            claimed = Intake.jobs.claim(job.pk, token=tokens[worker], now=now, lease=LEASE)
            assert claimed == (before == State.WAITING)
        elif action == "extend":
            mine = held.exists()
            assert Intake.jobs.extend(job.pk, token=tokens[worker], now=now, lease=LEASE) == mine
        elif action == "finish":
            finishes += held.update(state=State.DONE, claim=None, lease_until=None)
        elif action == "reconcile":
            reconcile()
        job.refresh_from_db()
        assert finishes <= 1
        assert (job.state == State.DONE) == (finishes == 1)
        assert (job.claim is not None) == (job.state == State.RUNNING) == (job.lease_until is not None)
        assert job.attempts <= 3
        assert sum(Intake.jobs.held(job.pk, token).exists() for token in tokens) <= 1
    job.delete()
