"""Reading the register: decisions by number, reference and subject, and its pages."""

from collections.abc import Iterable

from django.db.models import QuerySet

from auditor.common.errors import NotFound
from auditor.common.said import say
from reports.decisions.models import Decision, SendingSystem
from reports.decisions.recording.filed import reference_index
from reports.decisions.subjects import subjects_named


def decisions() -> QuerySet[Decision]:
    """Return all decisions with what a line about one needs, in one query."""
    return Decision.objects.select_related("system", "model_version__model")


def decision_numbered(number: int) -> Decision:
    """Return a decision; raises NotFound."""
    found = decisions().filter(pk=number).first()
    if found is None:
        raise NotFound(say("There is no decision %(decision)s in the register.", decision=str(number)))
    return found


def decisions_referenced(reference: str, systems: Iterable[SendingSystem] | None = None) -> list[Decision]:
    """Return the decisions that systems - all of them, unless some are given - know under a reference."""
    asked = SendingSystem.objects.all() if systems is None else systems
    indexes = [reference_index(system, reference.strip()) for system in asked]
    return list(decisions().filter(reference_index__in=indexes).order_by("pk"))


def decisions_about(identifier: str) -> QuerySet[Decision]:
    """Return the decisions about everybody whom a system knows under an identifier; see `subjects_named`."""
    return decisions().filter(subject__in=subjects_named(identifier.strip()))
