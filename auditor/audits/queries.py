"""What pages ask about audits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from auditor.audits.models import Plan, Run, Shard
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
    def methods(self) -> str:
        """Return the titles of its methods."""
        return ", ".join(title_of(method.name) for method in self.document.methods)


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
        for plan in own_plans().annotate(runs=Count("run"))
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
