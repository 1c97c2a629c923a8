"""Pages on which a run is watched and its evidence is read, and the files that belong to it."""

from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from auditor.audits.finding_forms import CompareForm
from auditor.audits.finding_views import listed_findings
from auditor.audits.findings import findings
from auditor.audits.models import Run
from auditor.audits.queries import progress_of, runs_for_list
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.jobs.models import State
from auditor.language import said
from auditor.web import STOP_POLLING, Request, officer, refused
from reports.documents import results
from reports.documents.chapters import CHAPTERS, FIGURES, chapter
from reports.documents.declared.queries import stated_in
from reports.documents.forms import LanguageForm
from reports.documents.html import Page
from reports.documents.models import Report
from reports.documents.portraits import portrait
from reports.documents.queries import (
    evidence_by_digest,
    gallery_entry,
    last_comparison,
    reports_of,
    store,
)
from reports.documents.sections import change
from reports.documents.services import report_again, report_request, report_withdraw
from reports.documents.signoff.forms import ReasonForm
from reports.documents.signoff.queries import requests_of
from reports.documents.signoff.services import report_compare
from reports.documents.standing import standing

immutable = cache_control(private=True, max_age=31536000, immutable=True)


@require_safe
def run(request: Request, pk: UUID) -> HttpResponse:
    """Show an audit; a page that watches it asks for the fragment until nothing more will change."""
    found = get_object_or_404(runs_for_list(), pk=pk)
    reports, asked = list(reports_of(found)), requests_of(found)
    last = reports[0] if reports else None
    settled = not found.active and (last is None or last.finished)
    preparing = any(one.where == "preparing" for one in asked)
    context = {
        "run": found,
        "progress": progress_of(found, utc_now()),
        "last": last,
        "settled": settled,
        "watched": not settled or preparing,
    }
    if found.evidence_digest:
        stated = stated_in(found)
        listed = [(one, standing(one) if one.entry_id else None) for one in reports]
        current = next((one for one, stands in listed if stands and stands.state == "current"), None)
        context |= {
            "current": current,
            "reports": listed,
            "asked": asked,
            "declared": sum(one.current is not None for one in stated),
            "total": len(stated),
            "languages": LanguageForm(initial={"language": found.language}),
        }
        evidence = evidence_by_digest(found.evidence_digest)
        context |= {
            "evidence": evidence,
            "findings": listed_findings(found, findings(evidence), utc_now().date()),
            "untracked": not found.tracked.exists() and bool(findings(evidence)),
            "compare": CompareForm(found) if settled else None,
            "chapters": CHAPTERS,
        }
    if request.htmx:
        return render(
            request,
            "documents/results/_run.html",
            context,
            status=200 if context["watched"] else STOP_POLLING,
        )
    return render(request, "documents/results/run.html", context)


@require_safe
def gallery(request: Request, pk: UUID) -> HttpResponse:
    """Show the heatmap gallery of a finished audit."""
    found = get_object_or_404(runs_for_list(), pk=pk)
    if not found.evidence_digest:
        raise Http404
    evidence = evidence_by_digest(found.evidence_digest)
    pages = Paginator(evidence.gallery.entries, results.PER_PAGE)
    number = pages.get_page(request.GET.get("page")).number
    drawn = portrait(evidence, store())
    context = {
        "run": found,
        "evidence": evidence,
        "entries": results.gallery(evidence, drawn, number),
        "drawn": drawn,
        "scales": results.scales_in_words(drawn, results.scales(found.evidence_digest, number)),
        "page": pages.page(number),
    }
    return render(request, "documents/results/gallery.html", context)


@require_safe
def results_chapter(request: Request, pk: UUID, name: str) -> HttpResponse:
    """Show one chapter of what was measured, as the report prints it."""
    found = get_object_or_404(runs_for_list(), pk=pk)
    page = _chapter(found, name)
    return render(
        request,
        "documents/results/chapter.html",
        {"run": found, "name": name, "title": CHAPTERS[name].title, "chapters": CHAPTERS, "page": page},
    )


@require_safe
@immutable
def figure(request: Request, pk: UUID, name: str, digest: str) -> HttpResponse:
    """Answer with one figure of a chapter."""
    asset = _chapter(get_object_or_404(Run, pk=pk), name).assets.get(f"{FIGURES}{digest}")
    if asset is None:
        raise Http404
    return HttpResponse(asset.content, content_type=asset.kind)


def _chapter(run: Run, name: str) -> Page:
    if not run.evidence_digest or name not in CHAPTERS:
        raise Http404
    return chapter(run.evidence_digest, name, get_language() or run.language)


@require_safe
@immutable
def panel(request: Request, pk: UUID, index: int, key: str) -> HttpResponse:
    """Answer with one picture of an item of the gallery."""
    found = get_object_or_404(Run, pk=pk)
    place, entry = gallery_entry(found, index)
    drawn = portrait(evidence_by_digest(found.evidence_digest), store())
    if key not in {one.key for one in drawn.panels(entry.item)}:
        raise Http404
    shared = results.scales(found.evidence_digest, 1 + place // results.PER_PAGE)
    asset = drawn.draw(entry.item, key, shared)
    return HttpResponse(asset.content, content_type=asset.kind)


@require_safe
def evidence(request: Request, pk: UUID) -> FileResponse:
    """Answer with the evidence as the canonical JSON that its digest names."""
    found = get_object_or_404(Run, pk=pk)
    if not found.evidence_digest:
        raise Http404
    content = BytesIO(store().get(found.evidence_digest))
    return FileResponse(content, as_attachment=True, filename=f"evidence-{found.evidence_digest[:12]}.json")


@require_POST
def compare(request: Request, pk: UUID) -> HttpResponse:
    """Compare a finished audit with another, and write a report that says the difference."""
    found = get_object_or_404(runs_for_list(), pk=pk)
    form = CompareForm(found, request.POST)
    sentence = _("Choose a finished audit of a model with the same classes.")
    if form.is_valid():
        try:
            report_compare(run=found, other=form.cleaned_data["other"], by=officer(request))
            return redirect("run", pk=pk)
        except Refused as error:
            sentence = error.sentence
    return refused(request, sentence)


@require_safe
def comparison(request: Request, pk: UUID) -> HttpResponse:
    """Show what changed from the audit that a finished one was compared with, as its last report says it."""
    found = get_object_or_404(runs_for_list(), pk=pk)
    document = last_comparison(found)
    context = {"run": found, "change": change.shown(document)}
    return render(request, "documents/results/comparison.html", context)


@require_safe
def comparison_json(request: Request, pk: UUID) -> HttpResponse:
    """Answer with the comparison as canonical JSON."""
    document = last_comparison(get_object_or_404(Run, pk=pk))
    return HttpResponse(document.to_bytes(), content_type="application/json")


@require_POST
def request_report(request: Request, pk: UUID) -> HttpResponse:
    """Ask for an interim report about a finished audit, in its language unless another is chosen."""
    found = get_object_or_404(Run, pk=pk)
    form = LanguageForm({"language": request.POST.get("language", found.language)})
    language = form.cleaned_data["language"] if form.is_valid() else found.language
    return _asked(request, pk, lambda: report_request(run=found, language=language, by=officer(request)))


@require_POST
def write_again(request: Request, pk: int) -> HttpResponse:
    """Ask once more for a report that could not be written."""
    found = get_object_or_404(Report, pk=pk)
    return _asked(request, found.run_id, lambda: report_again(report=found, by=officer(request)))


def _asked(request: Request, run: UUID, ask: Callable[[], Report]) -> HttpResponse:
    try:
        ask()
    except Refused as error:
        return refused(request, error.sentence)
    return redirect("run", pk=run)


def withdraw(request: Request, pk: int) -> HttpResponse:
    """Withdraw an issued report for a reason."""
    found = get_object_or_404(Report.objects.select_related("run"), pk=pk, entry__isnull=False)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            report_withdraw(report=found, reason=form.cleaned_data["reason"], by=officer(request))
            return redirect(f"{reverse('run', args=[found.run_id])}#reports")
        except Refused as error:
            form.add_error(None, said(error.sentence))
    return render(
        request,
        "documents/signoff/withdraw.html",
        {"report": found, "form": form},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else 200,
    )


@require_safe
def pdf(request: Request, pk: int) -> FileResponse:
    """Answer with an issued report, after checking that its bytes are those that were issued."""
    report = get_object_or_404(Report, pk=pk, state=State.DONE)
    content = store().get(report.pdf_digest)
    return FileResponse(BytesIO(content), as_attachment=True, filename=f"{report.number}.pdf")
