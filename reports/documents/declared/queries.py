"""What was declared about the subjects of a run."""

from collections import defaultdict
from typing import NamedTuple

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


def statements_about(run: Run) -> QuerySet[models.Declaration]:
    """Return every statement that was made about a run, its model, version and set, and the organisation."""
    wanted = Q(scope="organisation")
    for scope in ("model", "version", "set", "run"):
        wanted |= Q(scope=scope, **subject_of(run, scope))
    return models.Declaration.objects.filter(wanted).select_related("by").order_by("number")


def stated_in(run: Run) -> list[Stated]:
    """Return all fields of the catalogue in their order, with what was stated about them for a run."""
    found: dict[tuple[str, str], list[models.Declaration]] = defaultdict(list)
    for row in statements_about(run):
        found[row.field, row.scope].append(row)
    return [Stated(field, tuple(found[field.id, field.scope])) for field in FIELDS]


def declared_in(run: Run) -> tuple[Declaration, ...]:
    """Return the statements that hold for a run, as a snapshot copies them in."""
    return tuple(
        Declaration(
            section=stated.field.section,
            field=stated.field.name,
            text=row.text,
            rows=tuple(row.rows),
            by=named(row.by),
            when=timestamp(row.at),
        )
        for stated in stated_in(run)
        if (row := stated.current) is not None
    )
