"""Finished runs as rows with evidence in the store."""

from datetime import datetime, timedelta

from django.conf import settings

from auditor.audits.lifecycle import run_finished
from auditor.audits.models import Run, Schedule
from auditor.audits.services import run_start
from auditor.common.clock import utc_now
from auditor.common.digest import digest_of
from auditor.common.store import Store
from auditor.registry.models import ModelVersion, ValidationSet
from tests import rows
from tests.audits import comparing
from tests.documents import factory

N = 40


def version(number: str = "1", model: str = "phantom") -> ModelVersion:
    found = ModelVersion.objects.filter(model__name=model, version=number).first()
    return found or rows.model_version(number, model, spec=factory.spec())


def validation_set() -> ValidationSet:
    labels = factory.CLASSES * (N // 2)
    found = ValidationSet.objects.filter(digest=digest_of(list(labels))).first()
    return found or rows.validation_set(*labels)


def finished(
    *,
    right: int = N,
    flipping: int | None = None,
    ago: int = 0,
    number: str = "1",
    model: str = "phantom",
    schedule: Schedule | None = None,
    announced: bool = True,
    **changes: object,
) -> Run:
    """Return a run that finished `ago` hours ago: so many items right, and so many that flip from outside."""
    store, at = Store.at(settings.STORAGE_URL), started(ago)
    flips = None if flipping is None else [place < flipping for place in range(N)]
    made = comparing.records([place < right for place in range(N)], flips=flips)
    given = comparing.given(store, made, "run", **changes)
    run = run_start(
        model_version=version(number, model),
        validation_set=validation_set(),
        plan=rows.plan(),
        schedule=schedule,
    )
    run.shards.update(state="done")
    run.state, run.evidence_digest = Run.State.FINISHED, given.digest
    run.started_at, run.finished_at = at, at + timedelta(minutes=10)
    run.save()
    if announced:
        run_finished.announce(run)
    return run


def started(ago: int) -> datetime:
    return utc_now() - timedelta(hours=ago + 1)
