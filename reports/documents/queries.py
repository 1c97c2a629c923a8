"""What pages ask about a run's evidence."""

from functools import lru_cache

from django.conf import settings
from django.http import Http404

from auditor.audits.comparison import Comparison
from auditor.audits.models import Run
from auditor.common.store import Store
from auditor.explain.evidence import Evidence, GalleryEntry
from reports.documents.services import REPORT
from reports.documents.verify import Recorded
from reports.ledger.models import Entry


def store() -> Store:
    """Return the content store of this installation."""
    return Store.at(settings.STORAGE_URL)


@lru_cache(maxsize=16)
def evidence_by_digest(digest: str) -> Evidence:
    """Return stored evidence; raises NotFound or Corrupt."""
    return Evidence.parse(store().get(digest), name="evidence")


def recorded(digest: str) -> Recorded | None:
    """Return what the ledger recorded about the bytes of a report, or None."""
    entry = Entry.objects.filter(kind=REPORT, subject=digest).first()
    if entry is None:
        return None
    return Recorded(entry.position, entry.hash, entry.recorded_at, entry.body["report"])


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
