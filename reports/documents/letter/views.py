"""Asking for letters and fetching them."""

from http import HTTPStatus
from io import BytesIO
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from auditor.audits.models import Run
from auditor.audits.queries import runs_for_list
from auditor.common.errors import Refused
from auditor.jobs.models import State
from auditor.language import said
from auditor.web import STOP_POLLING, Request, officer
from reports.documents.declared.queries import declared_in
from reports.documents.forms import LanguageForm
from reports.documents.letter.facts import missing, titles
from reports.documents.letter.services import letter_request
from reports.documents.models import Letter
from reports.documents.queries import gallery_entry, store


@require_safe
def letters(request: Request, pk: UUID, item: int) -> HttpResponse:
    """Show the letters about one decision, and a form that asks for another; the page watches those being written."""
    run = get_object_or_404(runs_for_list(), pk=pk)
    return _page(request, run, item, LanguageForm(initial={"language": run.language}))


@require_POST
def write(request: Request, pk: UUID, item: int) -> HttpResponse:
    """Ask for a letter about one decision."""
    run = get_object_or_404(runs_for_list(), pk=pk)
    form = LanguageForm(request.POST)
    if form.is_valid():
        try:
            letter_request(run=run, item=item, language=form.cleaned_data["language"], by=officer(request))
            return redirect("letters", pk=pk, item=item)
        except Refused as error:
            form.add_error("language", said(error.sentence))
    return _page(request, run, item, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@require_safe
def letter_pdf(request: Request, pk: int) -> FileResponse:
    """Answer with a letter that was written."""
    letter = get_object_or_404(Letter, pk=pk, state=State.DONE)
    return FileResponse(
        BytesIO(store().get(letter.pdf_digest)), as_attachment=True, filename=f"{letter.number}.pdf"
    )


def _page(
    request: Request, run: Run, item: int, form: LanguageForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    found = list(Letter.objects.filter(run=run, item=item))
    settled = all(letter.finished for letter in found)
    context = {
        "run": run,
        "entry": gallery_entry(run, item)[1],
        "letters": found,
        "form": form,
        "missing": titles(missing(declared_in(run))),
        "settled": settled,
    }
    if request.htmx:
        return render(
            request, "documents/letter/_letters.html", context, status=STOP_POLLING if settled else 200
        )
    return render(request, "documents/letter/letters.html", context, status=status)
