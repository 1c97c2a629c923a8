"""What pages ask about a run's evidence."""

from functools import lru_cache

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404

from auditor.audits.comparison import Comparison
from auditor.audits.models import Run
from auditor.common.store import Store
from auditor.explain.evidence import Evidence, GalleryEntry
from reports.documents.models import Letter, Report
from reports.documents.standing import Standing, standing


def store() -> Store:
    """Return the content store of this installation."""
    return Store.at(settings.STORAGE_URL)


@lru_cache(maxsize=16)
def evidence_by_digest(digest: str) -> Evidence:
    """Return stored evidence; raises NotFound or Corrupt."""
    return Evidence.parse(store().get(digest), name="evidence")


def reports_of(run: Run | None = None) -> QuerySet[Report]:
    """Return all reports, or those about a run, the newest first, with what says where each stands."""
    found = Report.objects.all() if run is None else Report.objects.filter(run=run)
    return found.select_related(
        "sign_off__by", "sign_off__request__prepared_by", "withdrawal__by", "supersession__by", "entry"
    ).order_by("-pk")


def current_report(run: Run, language: str) -> Report | None:
    """Return the issued report about a run in a language that is neither withdrawn nor superseded."""
    issued = reports_of(run).filter(language=language, entry__isnull=False)
    return issued.filter(withdrawal__isnull=True, supersession__isnull=True).first()


def standing_of(document_digest: str) -> Standing | None:
    """Return where the document stands whose rendered bytes have a digest, or None where none was issued with it.

    A letter stands as it was issued: it answers for the day that it was written on.
    """
    unsigned = Q(document_digest="", pdf_digest=document_digest)  # issued before reports were signed
    issued = Report.objects.filter(Q(document_digest=document_digest) | unsigned, entry__isnull=False)
    found = issued.select_related("withdrawal", "supersession__by").first()
    if found is not None:
        return standing(found)
    letter = Letter.objects.filter(document_digest=document_digest, entry__isnull=False)
    return Standing("current") if letter.exists() else None


def last_comparison(run: Run) -> Comparison:
    """Return the comparison in the last report about a run that has one; raises Http404 where none has."""
    report = run.reports.exclude(comparison_digest="").order_by("-pk").first()
    if report is None:
        raise Http404
    return Comparison.parse(store().get(report.comparison_digest), name="comparison")


def gallery_entry(run: Run, index: int) -> tuple[int, GalleryEntry]:
    """Return an item's place in the gallery, from 0, and what it holds about it; raises Http404 where it does not."""
    if not run.evidence_digest:
        raise Http404
    for place, entry in enumerate(evidence_by_digest(run.evidence_digest).gallery.entries):
        if entry.item.index == index:
            return place, entry
    raise Http404
