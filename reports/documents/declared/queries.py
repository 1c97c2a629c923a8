"""What was declared about the subjects of a run."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from auditor.audits.models import Run
from auditor.common.clock import timestamp
from reports.documents import models
from reports.documents.declared.fields import FIELDS, Field, Scope
from reports.documents.declared.names import named
from reports.documents.declared.statements import Statement
from reports.documents.snapshot import Declaration


class Stated(NamedTuple):
    """A field and every statement about it for one run's subject, the oldest first."""

    field: Field
    history: tuple[models.Declaration, ...]

    @property
    def last(self) -> models.Declaration | None:
        """Return the row that holds, even where it takes a statement back."""
        return self.history[-1] if self.history else None

    @property
    def current(self) -> models.Declaration | None:
        """Return the row with the statement that holds, or None where the field is missing."""
        return None if self.last is None or stated_by(self.last).empty else self.last

    @property
    def number(self) -> int:
        """Return how many statements were made."""
        return self.last.number if self.last else 0


def subject_of(run: Run, scope: Scope) -> dict[str, Model]:
    """Return the column and the row of what a statement of a scope is about for a run."""
    subjects: dict[Scope, dict[str, Model]] = {
        "organisation": {},
        "model": {"model": run.model_version.model},
        "version": {"version": run.model_version},
        "set": {"validation_set": run.validation_set},
        "run": {"run": run},
    }
    return subjects[scope]


def stated_by(row: models.Declaration) -> Statement:
    """Return what a row states."""
    return Statement(row.text, tuple(row.rows))


def statements_about(runs: Iterable[Run]) -> QuerySet[models.Declaration]:
    """Return every statement that was made about runs, their models, versions and sets, and the organisation."""
    wanted = Q(scope="organisation")
    for run in runs:
        for scope in ("model", "version", "set", "run"):
            wanted |= Q(scope=scope, **subject_of(run, scope))
    return models.Declaration.objects.filter(wanted).select_related("by").order_by("number")


def stated_in_each(runs: Collection[Run]) -> dict[UUID, list[Stated]]:
    """Return for each of some runs all fields with what was stated about them, by run; one query for all runs."""
    found: dict[tuple[str, str, object], list[models.Declaration]] = defaultdict(list)
    for row in statements_about(runs):
        subject = row.model_id or row.version_id or row.validation_set_id or row.run_id
        found[row.field, row.scope, subject].append(row)
    return {
        run.pk: [Stated(field, tuple(found[field.id, field.scope, _subject(run, field)])) for field in FIELDS]
        for run in runs
    }


def _subject(run: Run, field: Field) -> object:
    return next((row.pk for row in subject_of(run, field.scope).values()), None)


def stated_in(run: Run) -> list[Stated]:
    """Return all fields of the catalogue in their order, with what was stated about them for a run."""
    return stated_in_each([run])[run.pk]


def declared_in(run: Run) -> tuple[Declaration, ...]:
    """Return the statements that hold for a run, as a snapshot copies them in."""
    return declared(stated_in(run))


def declared(stated: Iterable[Stated]) -> tuple[Declaration, ...]:
    """Return the statements that hold among those made, as a snapshot copies them in."""
    return tuple(
        Declaration(
            section=one.field.section,
            field=one.field.name,
            text=row.text,
            rows=tuple(row.rows),
            by=named(row.by),
            when=timestamp(row.at),
        )
        for one in stated
        if (row := one.current) is not None
    )
