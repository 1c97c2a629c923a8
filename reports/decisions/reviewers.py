"""Declaring who may review decisions, and reading the declarations that are valid."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.said import say
from reports.decisions import state
from reports.decisions.models import Reviewer


def declared_reviewers() -> QuerySet[Reviewer]:
    """Return every declaration, those that are withdrawn too, with the people in them."""
    return Reviewer.objects.select_related("user", "declared_by", "withdrawn_by")


def current_reviewers() -> QuerySet[Reviewer]:
    """Return the declarations that are valid."""
    return declared_reviewers().filter(withdrawn_at=None)


def as_declared(row: Reviewer) -> state.Reviewer:
    """Return a declaration as the rules read it; a person's full name and address are names of theirs, too."""
    user = row.user
    names = dict.fromkeys(name for name in (*row.known_as, user.get_full_name(), user.email) if name.strip())
    return state.Reviewer(user.get_username(), row.authority, tuple(names))


def reviewer_declare(user: User, *, authority: str, known_as: Sequence[str] = (), by: User) -> Reviewer:
    """Declare that a person may change decisions; raises Refused for oneself, and where a declaration is valid."""
    if user == by:
        raise Refused(say("Nobody declares their own authority; ask a colleague to declare it."))
    try:
        with transaction.atomic():
            return Reviewer.objects.create(
                user=user, authority=authority, known_as=list(known_as), declared_by=by, declared_at=utc_now()
            )
    except IntegrityError:
        raise Refused(
            say(
                "An authority is declared for %(name)s already; withdraw it before you declare another.",
                name=user.get_full_name() or user.get_username(),
            )
        ) from None


def reviewer_withdraw(row: Reviewer, *, by: User) -> None:
    """Withdraw a declaration; raises Refused where it is withdrawn already."""
    moved = Reviewer.objects.filter(pk=row.pk, withdrawn_at=None).update(
        withdrawn_by=by, withdrawn_at=utc_now()
    )
    if not moved:
        raise Refused(say("This authority is withdrawn already."))
