"""The worker's side of a recall: reviews begin batch by batch, each batch whole or not at all."""

from collections import Counter

from django.db import transaction

from auditor.common.errors import Corrupt
from reports.decisions.actors import officer
from reports.decisions.models import Decision, Recall
from reports.decisions.recall.asking import recalled
from reports.decisions.state import ReviewAssigned, Reviewer, State
from reports.decisions.transitions import Applied, Change, events_apply
from reports.keys.subjects import KeyDestroyed

BATCH = 200
UNREADABLE = "unreadable"
"""Why no review begins of a decision whose key is gone, or whose record was altered."""


def begin_reviews(recall: Recall) -> None:
    """Assign the reviewer to all decisions of a recall that nobody saw to yet, and keep count of it.

    It stops where another worker has taken the job over.
    """
    while _batch(recall):
        pass


@transaction.atomic
def _batch(job: Recall) -> bool:
    """See to the next decisions, and return whether there may be more; the row is locked, so nobody else does."""
    recall = Recall.jobs.select_for_update().get(pk=job.pk)
    if recall.claim != job.claim:
        return False
    rows = list(recalled(recall).filter(pk__gt=recall.reached)[:BATCH])
    if not rows:
        return False
    left = Counter(recall.left)
    open_ones = []
    for row in rows:
        if row.state in (State.ERASED, State.UNDER_REVIEW):
            left[row.state] += 1
        else:
            open_ones.append(row)
    for answer in _answers(recall, open_ones):
        if answer is None:
            recall.begun += 1
        else:
            left[answer] += 1
    recall.left, recall.reached = dict(left), rows[-1].pk
    recall.save(update_fields=["left", "reached", "begun"])
    return True


def _answers(recall: Recall, rows: list[Decision]) -> list[str | None]:
    """Return for each decision why no review of it began, None where one did."""
    try:
        with transaction.atomic():
            return _assigned(recall, rows)
    except (KeyDestroyed, Corrupt):
        if len(rows) == 1:
            return [UNREADABLE]
    half = len(rows) // 2  # one that cannot be read keeps no other from its review
    return _answers(recall, rows[:half]) + _answers(recall, rows[half:])


def _assigned(recall: Recall, rows: list[Decision]) -> list[str | None]:
    given = recall.reviewer or {}
    reviewer = Reviewer(given["id"], given["authority"], tuple(given["known_as"]))
    event = ReviewAssigned(
        actor=officer(recall.by), reason=recall.reason, evidence=recall.evidence, reviewer=reviewer
    )
    answers = events_apply([Change(row.pk, event) for row in rows]) if rows else []
    return [None if isinstance(answer, Applied) else answer.code.value for answer in answers]


def done(recall: Recall, result: None) -> None:
    """Nothing is left to do: every batch kept its own count."""
