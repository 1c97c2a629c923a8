"""Erasing a subject, or one decision: first the rows, in one transaction with the ledger, then what they open."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from auditor.common.canonical import canonical
from auditor.common.clock import utc_now
from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.common.said import say
from reports.decisions.actors import Actors
from reports.decisions.erasure.finishing import erasure_finish
from reports.decisions.erasure.recipients import Told, recipients_of
from reports.decisions.errors import EventRefused, Hindrance, SubjectKept
from reports.decisions.models import Cause, Decision, Erasure, Ground, Subject
from reports.decisions.queries import decision_numbered
from reports.decisions.state import Actor, Code, Erased, State
from reports.decisions.subjects import subject_locked
from reports.decisions.transitions import Change, events_apply
from reports.ledger.services import ledger_append


class Asked(NamedTuple):
    """Why something is erased, and by whom; the reason stays after it, so it names nobody."""

    by: Actor
    reason: str
    ground: str  # a letter of Art. 17(1)
    cause: str = Cause.REQUEST


def subject_erase(number: int, asked: Asked, *, now: datetime | None = None) -> Erasure:
    """Erase a subject and return the erasure, completed; raises as `subject_empty` and `erasure_finish`.

    Where the process ends in between, the reconciler does the rest: the rows are empty, and the erasure waits.
    """
    return erasure_finish(subject_empty(number, asked, now=now), now=now)


def decision_erase(number: int, asked: Asked, *, now: datetime | None = None) -> Erasure:
    """Erase one decision and return the erasure, completed; raises as `subject_erase`, and NotFound.

    Where it is the last of its subject the subject is erased, and the key destroyed. Otherwise the other decisions
    need the key, and copies of this one's row and input in backups stay readable until the subject is erased.
    """
    subject = decision_numbered(number).subject_id
    with transaction.atomic(durable=True):
        whole = not _left(subject_locked(subject)).exclude(pk=number).exists()
        erasure = _emptied(subject, [number], whole, asked, now or utc_now())
    return erasure_finish(erasure, now=now)


def subject_empty(
    number: int, asked: Asked, *, past: date | None = None, now: datetime | None = None
) -> Erasure:
    """Empty all of a subject's decisions in one transaction, and return the erasure, whose key is still to go.

    With `past` only where every decision's retention ended before that day. Raises SubjectKept where one cannot be
    erased - a legal hold, an open round, a restriction - and then none is; NotFound; Refused for a subject who is
    erased, or without a reason or a ground; and as `events_apply`.
    """
    with transaction.atomic(durable=True):
        subject = subject_locked(number)
        if subject.erased_at is not None:
            raise Refused(say("Subject %(subject)s is erased already.", subject=str(number)))
        if past is not None and _left(subject).filter(kept_on(past)).exists():
            raise Refused(
                say("Subject %(subject)s has a decision that is to be kept for longer.", subject=str(number))
            )
        rows = list(_left(subject).values_list("pk", flat=True))
        return _emptied(number, rows, True, asked, now or utc_now())


def kept_on(day: date) -> Q:
    """Return which decisions are to be kept on a day still."""
    return Q(retention_until__isnull=True) | Q(retention_until__gte=day)


def erasure_keep(
    subject: int, decisions: Sequence[int], whole: bool, asked: Asked, recipients: list[Told], now: datetime
) -> Erasure:
    """Keep an erasure with its entry of the ledger, in the caller's transaction, and end the subject if it is whole."""
    if whole:
        Subject.objects.filter(pk=subject).update(pseudonym=None, erased_at=now)
    entry = ledger_append(
        kind="erasure",
        subject=sha256(canonical({"cause": asked.cause, "ground": asked.ground, "reason": asked.reason})),
        body={"subject_number": subject, "whole": whole, "decisions": list(decisions), "cause": asked.cause},
        now=now,
    )
    return Erasure.objects.create(
        subject_id=subject,
        whole=whole,
        decisions=list(decisions),
        recipients=recipients,
        cause=asked.cause,
        ground=asked.ground,
        reason=asked.reason,
        actor=asked.by.kind.value,
        user_id=Actors.of([asked.by]).user(asked.by),
        at=now,
        entry=entry.position,
    )


def _emptied(subject: int, numbers: Sequence[int], whole: bool, asked: Asked, now: datetime) -> Erasure:
    _refuse_unfounded(asked)
    rows = list(Decision.objects.filter(pk__in=numbers).exclude(state=State.ERASED).order_by("pk"))
    recipients = recipients_of(rows)
    event = Erased(actor=asked.by, reason=asked.reason)
    answers = events_apply([Change(number, event) for number in numbers], now=now)
    refused = [
        Hindrance(number, answer.code, answer.sentence)
        for number, answer in zip(numbers, answers, strict=True)
        if isinstance(answer, EventRefused) and not (whole and answer.code is Code.ERASED)
    ]
    if refused:
        raise SubjectKept(subject, refused)
    return erasure_keep(subject, numbers, whole, asked, recipients, now)


def _left(subject: Subject) -> QuerySet[Decision]:
    return Decision.objects.filter(subject=subject).exclude(state=State.ERASED).order_by("pk")


def _refuse_unfounded(asked: Asked) -> None:
    if asked.ground not in Ground.values:
        raise Refused(
            say(
                "%(ground)s is no ground for erasure; Art. 17(1) has the letters %(letters)s.",
                ground=repr(asked.ground),
                letters=tuple(Ground.values),
            )
        )
    if not asked.reason.strip():
        raise Refused(say("Give the reason for the erasure, in words that name nobody."))
