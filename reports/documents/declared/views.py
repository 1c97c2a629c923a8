"""The page on which people declare what no measurement can fill."""

from collections.abc import Mapping
from http import HTTPStatus
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from auditor.audits.models import Run
from auditor.audits.queries import runs_for_list
from auditor.web import Request, officer
from reports.documents.declared.forms import SectionForm
from reports.documents.declared.queries import Stated, stated_in

TITLES: Mapping[str, Promise] = {
    "identity": _("Who answers for it"),
    "summary": _("Conclusion"),
    "purpose": _("Purpose, role and legal basis"),
    "model": _("The model"),
    "set": _("The validation set"),
    "security": _("Security of processing"),
    "risks": _("Risks and measures"),
    "rights": _("Rights of data subjects"),
}


class Section(NamedTuple):
    """A section as the page shows it."""

    name: str
    title: Promise
    form: SectionForm
    missing: int
    fields: int


@require_safe
def declarations(request: Request, pk: UUID) -> HttpResponse:
    """Show every field with what was stated, by whom and for what it holds; what is missing is marked."""
    found = get_object_or_404(runs_for_list(), pk=pk)
    return _page(request, found, {name: SectionForm(found, one) for name, one in _sections(found).items()})


@require_POST
def declare(request: Request, pk: UUID, section: str) -> HttpResponse:
    """Keep what was typed in a section, or show it again with what is wrong."""
    found = get_object_or_404(runs_for_list(), pk=pk)
    sections = _sections(found)
    if section not in sections:
        raise Http404
    more = "more" in request.POST
    form = SectionForm(found, sections[section], request.POST, more)
    if not more and form.is_valid() and form.save(officer(request)):
        return redirect(f"{reverse('declarations', args=[pk])}?saved={section}#{section}")
    forms = {name: SectionForm(found, one) for name, one in sections.items()} | {section: form}
    return _page(request, found, forms, HTTPStatus.OK if more else HTTPStatus.UNPROCESSABLE_ENTITY)


def _sections(run: Run) -> dict[str, list[Stated]]:
    return {name: list(found) for name, found in groupby(stated_in(run), lambda one: one.field.section)}


def _page(
    request: Request, run: Run, forms: Mapping[str, SectionForm], status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    shown = [
        Section(
            name,
            TITLES[name],
            form,
            sum(one.current is None for one in form.stated.values()),
            len(form.stated),
        )
        for name, form in forms.items()
    ]
    total, missing = sum(one.fields for one in shown), sum(one.missing for one in shown)
    context = {
        "run": run,
        "sections": shown,
        "total": total,
        "declared": total - missing,
        "saved": request.GET.get("saved"),
    }
    return render(request, "documents/declared/declarations.html", context, status=status)
