"""What pages ask about audits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from auditor.audits.models import Run, Shard
from auditor.jobs.models import State


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
