"""What pages ask about reports that are on their way to be signed off."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from auditor.audits.models import Run
from auditor.jobs.models import State
from reports.documents.models import SignOffAnswer, SignOffRequest
from reports.documents.signoff.facts import facts_of_each

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
    return where_each(requests().filter(run=run))


def waiting_requests() -> list[Waiting]:
    """Return the requests that wait for a second person, or to be prepared again; the oldest first."""
    unanswered = requests().filter(~_newer(), state=State.DONE, answer__isnull=True)
    return where_each(unanswered.order_by("pk")[:MOST_WAITING])


def where_is(request: SignOffRequest) -> Where:
    """Return where a request is."""
    return where_each([request])[0].where


def where_each(found: Iterable[SignOffRequest]) -> list[Waiting]:
    """Return requests and where each is; the number of queries is the same for any number of them."""
    found = list(found)
    ready = [one for one in found if one.answered is None and one.state == State.DONE]
    replaced = set(
        SignOffRequest.objects.filter(_newer(), pk__in=[one.pk for one in ready]).values_list("pk", flat=True)
    )
    now = facts_of_each({one.run_id: one.run for one in ready if one.pk not in replaced}.values())
    return [Waiting(one, _where(one, one.pk in replaced, now.get(one.run_id))) for one in found]


def _where(request: SignOffRequest, replaced: bool, facts: str | None) -> Where:
    answer = request.answered
    if answer is not None:
        return "signed" if answer.kind == SignOffAnswer.Kind.SIGNED else "returned"
    if request.being_prepared:
        return "preparing"
    if request.state != State.DONE:
        return "failed"
    if replaced:
        return "replaced"
    return "awaiting" if request.facts_digest == facts else "outdated"


def _newer() -> Exists:
    """Return the condition that another request about the same run in the same language came later."""
    return Exists(
        SignOffRequest.objects.filter(
            run=OuterRef("run"), language=OuterRef("language"), pk__gt=OuterRef("pk")
        )
    )
