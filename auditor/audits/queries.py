"""What pages ask about audits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from auditor.audits.models import Plan, Run, Shard, TrackedFinding
from auditor.explain.choosing import suits, title_of
from auditor.explain.plan import Plan as PlanDocument
from auditor.explain.plans import NAMES, plan_of
from auditor.explain.spec import KINDS, Modality
from auditor.jobs.models import State
from auditor.registry.models import ModelVersion


@dataclass(frozen=True)
class Progress:
    """How far a run is: items explained, in all, and an estimate of the time left from the pace so far."""

    done: int
    total: int
    items: int
    left: timedelta | None

    @property
    def percent(self) -> int:
        """Return the share of shards that are done, 0 to 100."""
        return 100 * self.done // self.total if self.total else 0


def runs_for_list() -> QuerySet[Run]:
    """Return all runs with what a table of them shows, in one query."""
    return Run.objects.select_related("model_version__model", "validation_set", "plan", "schedule")


def predecessor(run: Run) -> Run | None:
    """Return the finished run that came before: the last of the same schedule, else of the same model and set."""
    earlier = Run.objects.filter(state=Run.State.FINISHED, started_at__lt=run.started_at).exclude(pk=run.pk)
    by_schedule = earlier.filter(schedule=run.schedule_id) if run.schedule_id else earlier.none()
    alike = earlier.filter(
        model_version__model=run.model_version.model_id, validation_set=run.validation_set_id
    )
    return by_schedule.order_by("-started_at").first() or alike.order_by("-started_at").first()


def comparable(run: Run) -> list[Run]:
    """Return the finished runs that a run can be compared with, the newest first, other ones of its model first."""
    spec = run.model_version.document
    found = runs_for_list().filter(state=Run.State.FINISHED).exclude(pk=run.pk)[:200]
    alike = [
        other
        for other in found
        if other.model_version.document.output.classes == spec.output.classes
        and other.model_version.kind == spec.input.kind
    ]
    return sorted(alike, key=lambda other: other.model_version.model_id != run.model_version.model_id)


def follow_ups(run: Run) -> QuerySet[Run]:
    """Return the finished later runs of the same model, with which findings may be closed."""
    return (
        runs_for_list()
        .filter(
            state=Run.State.FINISHED,
            model_version__model=run.model_version.model_id,
            started_at__gt=run.finished_at or run.started_at,
        )
        .order_by("-started_at")
    )


def findings_for_list() -> QuerySet[TrackedFinding]:
    """Return the findings of all runs, the newest run's first, with what a table of them shows."""
    return TrackedFinding.objects.select_related("owner", "run__model_version__model", "run__validation_set")


def version_asked(pk: str | None) -> ModelVersion | None:
    """Return the model version that an address names, or None."""
    return ModelVersion.objects.filter(pk=pk).first() if pk and pk.isdecimal() else None


def progress_of(run: Run, now: datetime) -> Progress:
    """Return how far a run is."""
    counted = Shard.jobs.filter(run=run).aggregate(
        total=Count("pk"), done=Count("pk", filter=Q(state=State.DONE))
    )
    done, total = counted["done"], counted["total"]
    left = None
    if run.active and 0 < done < total:
        left = timedelta(seconds=round((now - run.started_at).total_seconds() * (total - done) / done))
    return Progress(done=done, total=total, items=run.validation_set.items, left=left)


@dataclass(frozen=True)
class ListedPlan:
    """A plan as pages list it: `chosen` is what forms name it by, `row` None where nobody has used it yet."""

    document: PlanDocument
    digest: str
    chosen: str
    kinds: tuple[Modality, ...]
    row: Plan | None
    runs: int

    @property
    def methods(self) -> list[str]:
        """Return the titles of its methods."""
        return [title_of(method.name) for method in self.document.methods]


def plan_asked(chosen: str, kind: Modality) -> PlanDocument:
    """Return the plan that a form names, an own one by its digest; raises Refused for an unknown name."""
    own = Plan.objects.filter(digest=chosen).first()
    return own.document if own else plan_of(chosen, kind)


def own_plans() -> QuerySet[Plan]:
    """Return the plans that are not the product's, the newest first."""
    return Plan.objects.exclude(name__in=NAMES).select_related("fixed_by").order_by("-fixed_at", "pk")


def listed_own_plans() -> list[ListedPlan]:
    """Return the plans that are not the product's, as pages list them."""
    return [
        ListedPlan(
            document := plan.document,
            plan.digest,
            plan.digest,
            tuple(kind for kind in KINDS if suits(document, kind)),
            plan,
            plan.runs,
        )
        for plan in own_plans().annotate(runs=Count("run")).prefetch_related("threshold_changes__by")
    ]


def listed_product_plans() -> list[ListedPlan]:
    """Return the plans of the product for every kind of input."""
    rows = {plan.digest: plan for plan in Plan.objects.filter(name__in=NAMES).annotate(runs=Count("run"))}
    found = []
    for kind in KINDS:
        for name in NAMES:
            document = plan_of(name, kind)
            row = rows.get(document.document_digest())
            runs = 0 if row is None else row.runs
            found.append(ListedPlan(document, document.document_digest(), name, (kind,), row, runs))
    return found
