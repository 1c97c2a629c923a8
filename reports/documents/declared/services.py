"""Declaring: each statement is a row that stays."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from auditor.audits.models import Run
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.common.said import say
from reports.documents.declared.queries import stated_by, subject_of
from reports.documents.declared.statements import Statement, field_named, statement
from reports.documents.models import Declaration


class Overtaken(Refused):
    """Somebody else made a statement about the field since it was last read."""


def declaration_make(
    *,
    run: Run,
    field: str,
    text: str = "",
    rows: Iterable[Mapping[str, str]] = (),
    by: User,
    seen: int | None = None,
    now: datetime | None = None,
) -> Declaration | None:
    """State something about a field for the subject that it has in a run, and return the row that holds afterwards.

    An empty statement takes the one before it back; the same statement again changes nothing. `seen` is the number of
    the statement that the person has read, 0 for none; without it whatever stands is replaced. Raises Refused for what
    the field does not take, and Overtaken where another statement was made meanwhile.
    """
    found = field_named(field)
    made = statement(found, text, rows)
    about = {"field": found.id, "scope": found.scope, **subject_of(run, found.scope)}
    last = Declaration.objects.filter(**about).order_by("-number").first()
    number = last.number if last else 0
    if seen is not None and seen != number:
        raise _overtaken(str(found.title))
    if made == (stated_by(last) if last else Statement()):
        return last
    try:
        with transaction.atomic():
            return Declaration.objects.create(
                **about, number=number + 1, text=made.text, rows=list(made.rows), by=by, at=now or utc_now()
            )
    except IntegrityError:
        raise _overtaken(str(found.title)) from None


def declarations_make(*, run: Run, made: Mapping[str, Statement], by: User) -> None:
    """State many things about a run, all or none; raises Refused as `declaration_make` does."""
    with transaction.atomic():
        for field, said in made.items():
            declaration_make(run=run, field=field, text=said.text, rows=said.rows, by=by)


def _overtaken(title: str) -> Overtaken:
    return Overtaken(
        say("“%(field)s” was changed by somebody else meanwhile; read that and save again.", field=title)
    )
