"""What pages ask about reports that are on their way to be signed off."""

from typing import Literal, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from auditor.audits.models import Run
from auditor.jobs.models import State
from reports.documents.models import SignOffAnswer, SignOffRequest
from reports.documents.signoff.facts import facts_now

MOST_WAITING = 20
Where = Literal["preparing", "failed", "signed", "returned", "replaced", "outdated", "awaiting"]


class Waiting(NamedTuple):
    """A request and where it is."""

    request: SignOffRequest
    where: Where

    @property
    def open(self) -> bool:
        """Whether somebody may still answer it."""
        return self.where == "awaiting"


def requests() -> QuerySet[SignOffRequest]:
    """Return all requests with what pages show of them, the newest first."""
    return SignOffRequest.objects.select_related(
        "prepared_by", "answer__by", "run__model_version__model", "run__validation_set"
    )


def requests_of(run: Run) -> list[Waiting]:
    """Return the requests about a run, the newest first, and where each is."""
    return [Waiting(found, where_is(found)) for found in requests().filter(run=run)]


def waiting_requests() -> list[Waiting]:
    """Return the requests that wait for a second person, or to be prepared again; the oldest first."""
    newer = SignOffRequest.objects.filter(
        run=OuterRef("run"), language=OuterRef("language"), pk__gt=OuterRef("pk")
    )
    unanswered = requests().filter(~Exists(newer), state=State.DONE, answer__isnull=True)
    return [Waiting(found, where_is(found)) for found in unanswered.order_by("pk")[:MOST_WAITING]]


def where_is(request: SignOffRequest) -> Where:
    """Return where a request is."""
    answer = request.answered
    if answer is not None:
        return "signed" if answer.kind == SignOffAnswer.Kind.SIGNED else "returned"
    if request.being_prepared:
        return "preparing"
    if request.state != State.DONE:
        return "failed"
    alike = SignOffRequest.objects.filter(run=request.run_id, language=request.language)
    if alike.filter(pk__gt=request.pk).exists():
        return "replaced"
    return "awaiting" if request.facts_digest == facts_now(request.run) else "outdated"
