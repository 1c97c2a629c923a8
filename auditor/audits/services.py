"""What people do to audits."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from auditor.audits.comparison import check_alike
from auditor.audits.findings.thresholds import changes
from auditor.audits.models import Plan, Run, Schedule, Shard, ThresholdChange
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.choosing import check_methods, check_suits
from auditor.explain.fitting import check_fit
from auditor.explain.plan import Plan as PlanDocument
from auditor.explain.plans import NAMES, plan_of
from auditor.explain.spec import KINDS, Manifest, Modality
from auditor.registry.models import ModelVersion, ValidationSet


def plan_fix(document: PlanDocument, by: User | None = None) -> Plan:
    """Return the row of a plan, which is made when nobody fixed this plan before."""
    plan, _ = Plan.objects.get_or_create(
        digest=document.document_digest(),
        defaults={
            "name": document.name,
            "content": document.model_dump(mode="json", by_alias=True),
            "fixed_by": by,
        },
    )
    return plan


def plan_named(name: str, kind: Modality = "image") -> Plan:
    """Return a plan of the product for a kind of input; raises Refused for an unknown name."""
    return plan_fix(plan_of(name, kind))


def plan_own(
    document: PlanDocument,
    by: User | None = None,
    *,
    base: PlanDocument | None = None,
    now: datetime | None = None,
) -> Plan:
    """Fix a plan of one's own, and record where its thresholds differ from the plan that it was made from.

    Without a `base` they are held against the product's defaults. Raises Refused as `check_own` does.
    """
    check_own(document)
    with transaction.atomic():
        known = Plan.objects.filter(digest=document.document_digest()).exists()
        plan = plan_fix(document, by)
        if not known:
            ThresholdChange.objects.bulk_create(
                ThresholdChange(
                    plan=plan,
                    base=base.name if base else "",
                    base_digest=base.document_digest() if base else "",
                    **change._asdict(),
                    at=now or utc_now(),
                    by=by,
                )
                for change in changes(base, document)
            )
    return plan


def check_own(document: PlanDocument) -> None:
    """Raise Refused for a name of the product's on another plan, or a method that is unknown or wrongly set."""
    check_methods(document)
    if document.name in NAMES and all(document != plan_of(document.name, kind) for kind in KINDS):
        raise Refused(
            say(
                "The name %(name)s belongs to a plan of the product; give yours another name.",
                name=repr(document.name),
            )
        )


def plan_chosen(chosen: str, kind: Modality) -> Plan:
    """Return the plan that a form names: a plan of the product by its name, an own one by its digest."""
    plan = Plan.objects.filter(digest=chosen).first()
    return plan or plan_named(chosen, kind)


def run_start(
    *,
    model_version: ModelVersion,
    validation_set: ValidationSet,
    plan: Plan,
    language: str = "en",
    by: User | None = None,
    schedule: Schedule | None = None,
    reference: ValidationSet | None = None,
    compare_with: Run | None = None,
) -> Run:
    """Start an audit: its shards are written in one transaction and rung for after it.

    `reference` is a set that drift is measured against, `compare_with` a finished run that the report says the
    difference from; where None, the run's predecessor is taken when it has finished. Raises Refused for a set, a plan
    or a run to compare with that does not fit the model, or a language without a report.
    """
    check_language(language)
    check_pair(model_version, validation_set)
    check_plan(plan, model_version)
    if reference is not None:
        check_pair(model_version, reference)
    if compare_with is not None:
        check_comparable(compare_with, model_version)
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
            reference=reference,
            compared_with=compare_with,
        )
        starts = range(0, validation_set.items, size)
        shards = Shard.jobs.bulk_create(
            Shard(run=run, index=index, items=min(size, validation_set.items - start))
            for index, start in enumerate(starts)
        )
        for shard in shards:
            shard.ring()
    return run


def run_compare(run: Run, other: Run) -> None:
    """Choose the earlier run that a finished run is compared with from now on; raises Refused where it cannot be."""
    if run.state != Run.State.FINISHED:
        raise Refused(
            say("This audit is %(state)s; only a finished one can be compared.", state=run.standing)
        )
    if run.pk == other.pk:
        raise Refused(say("An audit cannot be compared with itself; choose another."))
    check_comparable(other, run.model_version)
    Run.objects.filter(pk=run.pk).update(compared_with=other)
    run.compared_with = other


def check_comparable(other: Run, version: ModelVersion) -> None:
    """Raise Refused for a run that has not finished, or that is about other classes than a model version."""
    if other.state != Run.State.FINISHED:
        raise Refused(
            say("The audit to compare with is %(state)s; choose a finished one.", state=other.standing)
        )
    check_alike(other.model_version.document, version.document)


def run_cancel(run: Run) -> None:
    """End an active run; raises Refused when it is over already."""
    if not run.active:
        raise Refused(say("This audit is %(state)s already and cannot be cancelled.", state=run.standing))
    with transaction.atomic():
        run.stop(Run.State.CANCELLED, "")


def check_pair(version: ModelVersion, validation_set: ValidationSet) -> None:
    """Raise Refused, naming what differs, when a set does not fit a model."""
    content = Store.at(settings.STORAGE_URL).get(validation_set.manifest_digest)
    check_fit(Manifest.parse(content, name="manifest"), version.document)


def check_plan(plan: Plan, version: ModelVersion) -> None:
    """Raise Refused when a model allows none of a plan's methods."""
    check_suits(plan.document, version.kind, version.measured_tier)


def check_language(language: str) -> None:
    """Raise Refused for a language without reports."""
    languages: dict[str, Any] = dict(settings.LANGUAGES)
    if language not in languages:
        raise Refused(
            say(
                "There are no reports in %(language)s; the languages are %(languages)s.",
                language=repr(language),
                languages=tuple(languages),
            )
        )
