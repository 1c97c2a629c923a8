"""Recalling a model version: the list of its decisions is fixed, and the ledger knows of it."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max, QuerySet

from auditor.common.clock import utc_now
from auditor.common.digest import sha256
from auditor.common.errors import NotFound, Refused
from auditor.common.said import say
from auditor.jobs.models import State
from auditor.registry.models import ModelVersion
from auditor.users import user_named
from reports.decisions.evidence import refuse_missing
from reports.decisions.models import Decision, Recall
from reports.decisions.state import Reviewer
from reports.ledger.services import ledger_append


@transaction.atomic
def recall_model(
    digest: str,
    *,
    reason: str,
    by: User,
    evidence: str = "",
    reviewer: Reviewer | None = None,
    now: datetime | None = None,
) -> Recall:
    """Recall a model version; with a reviewer, a job assigns them to all its decisions.

    `evidence` names the document that shows why, such as the evidence with a critical finding. Raises NotFound for a
    model or a document that there is not, and Refused without a reason or for a reviewer whom nobody knows.
    """
    reason, now = reason.strip(), now or utc_now()
    if not reason:
        raise Refused(say("Say why the model version is recalled."))
    version = _version(digest)
    refuse_missing([evidence])
    if reviewer:
        _check(reviewer)
    among = Decision.objects.filter(model_version=version).order_by()
    found = among.aggregate(upto=Max("pk"), decisions=Count("pk"))
    upto, decisions = found["upto"] or 0, found["decisions"]
    entry = ledger_append(
        kind="recall",
        subject=version.digest,
        body={
            "upto": upto,
            "decisions": decisions,
            "evidence": evidence,
            "reason_digest": sha256(reason.encode()),
        },
        now=now,
    )
    made = Recall.objects.create(
        model_version=version,
        reason=reason,
        evidence=evidence,
        by=by,
        at=now,
        upto=upto,
        decisions=decisions,
        entry=entry.position,
        state=State.WAITING if reviewer else State.DONE,
        reviewer=None
        if reviewer is None
        else {"id": reviewer.id, "authority": reviewer.authority, "known_as": list(reviewer.known_as)},
    )
    if reviewer:
        made.ring()
    return made


def recalled(recall: Recall) -> QuerySet[Decision]:
    """Return the decisions of a recall, by number."""
    return Decision.objects.filter(model_version=recall.model_version_id, pk__lte=recall.upto).order_by("pk")


def states_of(recall: Recall) -> dict[str, int]:
    """Return how many decisions of a recall stand in each state."""
    return dict(
        recalled(recall).order_by("state").values("state").annotate(n=Count("pk")).values_list("state", "n")
    )


def _check(reviewer: Reviewer) -> None:
    user_named(reviewer.id)
    if not reviewer.authority.strip():
        raise Refused(say("Name the declaration that lets %(name)s change decisions.", name=reviewer.id))


def _version(digest: str) -> ModelVersion:
    found = ModelVersion.objects.filter(digest=digest).first()
    if found is None:
        raise NotFound(say("No registered model version has the digest %(digest)s.", digest=digest[:80]))
    return found
