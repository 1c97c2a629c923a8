"""What pages about reports say in words: what a statement holds for, and what waits for a second person."""

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _

from auditor.audits.models import Run
from reports.documents.declared.fields import Field
from reports.documents.models import Declaration
from reports.documents.signoff.queries import Waiting, waiting_requests

register = template.Library()


@register.simple_tag
def scope_of(field: Field, run: Run) -> str:
    """Return what a statement about a field holds for."""
    version = run.model_version
    words = {
        "organisation": _("holds for every audit of this organisation"),
        "model": _("holds for every audit of the model %(name)s") % {"name": version.model.name},
        "version": _("holds for every audit of %(name)s") % {"name": version},
        "set": _("holds for every audit on the set %(name)s") % {"name": run.validation_set.name},
        "run": _("holds for this audit alone"),
    }
    return words[field.scope]


@register.simple_tag
def awaiting_sign_off() -> list[Waiting]:
    """Return the prepared reports that nobody has answered."""
    return waiting_requests()


@register.filter
def choice_of(row: Declaration, field: Field) -> str:
    """Return a choice in the words of the catalogue."""
    return str(field.choices.get(row.text, row.text))


@register.filter
def cell(row: Mapping[str, str], column: str) -> str:
    """Return what a row says in a column."""
    return row.get(column, "")
