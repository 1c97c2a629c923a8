"""Pages on which a report is prepared, read as a preview, and signed off or sent back by a second person."""

from http import HTTPStatus
from io import BytesIO
from uuid import UUID

from django.forms import Form
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from auditor.audits.models import Run
from auditor.common.errors import Refused
from auditor.language import said
from auditor.web import STOP_POLLING, Request, officer, refused
from reports.documents.declared.queries import stated_in
from reports.documents.forms import LanguageForm
from reports.documents.models import SignOffRequest
from reports.documents.queries import store
from reports.documents.signoff.forms import ReasonForm, StatementForm
from reports.documents.signoff.queries import requests, where_is
from reports.documents.signoff.services import report_prepare, report_send_back, report_sign_off


@require_POST
def prepare(request: Request, pk: UUID) -> HttpResponse:
    """Prepare a report of a finished audit for sign-off."""
    found = get_object_or_404(Run, pk=pk)
    form = LanguageForm(request.POST)
    sentence = _("Choose a language that reports are written in.")
    if form.is_valid():
        try:
            made = report_prepare(run=found, language=form.cleaned_data["language"], by=officer(request))
            return redirect("sign-off", pk=made.pk)
        except Refused as error:
            sentence = error.sentence
    return refused(request, sentence)


@require_safe
def sign_off(request: Request, pk: int) -> HttpResponse:
    """Show what was prepared; a page that waits for it asks for the fragment until it is there."""
    found = get_object_or_404(requests(), pk=pk)
    if request.htmx:
        context = _context(request, found)
        status = 200 if found.being_prepared else STOP_POLLING
        return render(request, "documents/signoff/_sign_off.html", context, status=status)
    return render(request, "documents/signoff/sign_off.html", _context(request, found))


@require_safe
def preview(request: Request, pk: int) -> FileResponse:
    """Answer with the preview that was drawn, which is marked as one on every page."""
    found = get_object_or_404(SignOffRequest, pk=pk)
    if not found.preview_digest:
        raise Http404
    content = BytesIO(store().get(found.preview_digest))
    return FileResponse(content, as_attachment=True, filename=f"preview-{found.number}.pdf")


@require_POST
def sign(request: Request, pk: int) -> HttpResponse:
    """Sign a prepared report off."""
    found, form = get_object_or_404(requests(), pk=pk), StatementForm(request.POST)
    if form.is_valid():
        try:
            statement = form.cleaned_data["statement"]
            report_sign_off(request=found, statement=statement, by=officer(request))
            return redirect("run", pk=found.run_id)
        except Refused as error:
            form.add_error(None, said(error.sentence))
    return _again(request, pk, statement=form)


@require_POST
def send_back(request: Request, pk: int) -> HttpResponse:
    """Send a prepared report back."""
    found, form = get_object_or_404(requests(), pk=pk), ReasonForm(request.POST)
    if form.is_valid():
        try:
            report_send_back(request=found, reason=form.cleaned_data["reason"], by=officer(request))
            return redirect("sign-off", pk=pk)
        except Refused as error:
            form.add_error(None, said(error.sentence))
    return _again(request, pk, reason=form)


def _again(request: Request, pk: int, **forms: Form) -> HttpResponse:
    context = _context(request, get_object_or_404(requests(), pk=pk)) | forms
    return render(request, "documents/signoff/sign_off.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _context(request: Request, found: SignOffRequest) -> dict[str, object]:
    stated, person = stated_in(found.run), officer(request)
    answer = found.answered
    return {
        "asked": found,
        "run": found.run,
        "where": where_is(found),
        "answer": answer,
        "report": answer.reports.order_by("-pk").first() if answer else None,
        "own": found.prepared_by_id == person.pk,
        "mine": sum(one.current is not None and one.current.by_id == person.pk for one in stated),
        "missing": [one.field for one in stated if one.current is None],
        "total": len(stated),
        "statement": StatementForm(),
        "reason": ReasonForm(),
    }
