"""What people do to audits."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from auditor.audits.models import Plan, Run, Schedule, Shard
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.fitting import check_fit
from auditor.explain.plan import Plan as PlanDocument
from auditor.explain.plans import plan_of
from auditor.explain.spec import Manifest, Modality
from auditor.registry.models import ModelVersion, ValidationSet


def plan_fix(document: PlanDocument) -> Plan:
    """Return the row of a plan, which is made when nobody fixed this plan before."""
    plan, _ = Plan.objects.get_or_create(
        digest=document.document_digest(),
        defaults={"name": document.name, "content": document.model_dump(mode="json", by_alias=True)},
    )
    return plan


def plan_named(name: str, kind: Modality = "image") -> Plan:
    """Return a plan of the product for a kind of input; raises Refused for an unknown name."""
    return plan_fix(plan_of(name, kind))


def run_start(
    *,
    model_version: ModelVersion,
    validation_set: ValidationSet,
    plan: Plan,
    language: str = "en",
    by: User | None = None,
    schedule: Schedule | None = None,
) -> Run:
    """Start an audit: its shards are written in one transaction and rung for after it.

    Raises Refused for a set that does not fit the model, or a language without a report.
    """
    _check_language(language)
    check_pair(model_version, validation_set)
    size = plan.document.shard_size
    with transaction.atomic():
        run = Run.objects.create(
            model_version=model_version,
            validation_set=validation_set,
            plan=plan,
            language=language,
            started_at=utc_now(),
            started_by=by,
            schedule=schedule,
        )
        starts = range(0, validation_set.items, size)
        shards = Shard.jobs.bulk_create(
            Shard(run=run, index=index, items=min(size, validation_set.items - start))
            for index, start in enumerate(starts)
        )
        for shard in shards:
            shard.ring()
    return run


def run_cancel(run: Run) -> None:
    """End an active run; raises Refused when it is over already."""
    if not run.active:
        raise Refused(f"This audit is {run.state} already and cannot be cancelled.")
    with transaction.atomic():
        run.stop(Run.State.CANCELLED, "")


def check_pair(version: ModelVersion, validation_set: ValidationSet) -> None:
    """Raise Refused, naming what differs, when a set does not fit a model."""
    content = Store.at(settings.STORAGE_URL).get(validation_set.manifest_digest)
    check_fit(Manifest.parse(content, name="manifest"), version.document)


def _check_language(language: str) -> None:
    languages: dict[str, Any] = dict(settings.LANGUAGES)
    if language not in languages:
        raise Refused(f"There are no reports in {language!r}; the languages are {', '.join(languages)}.")
