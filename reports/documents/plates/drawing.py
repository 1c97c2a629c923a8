"""One part of the plates as a PDF file."""

from datetime import datetime
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.translation import override

from auditor.common.store import Store
from reports.documents.book import Book
from reports.documents.html import Page
from reports.documents.plates.jobs import Job
from reports.documents.portraits import portrait
from reports.documents.printing import printed
from reports.documents.sections.sheet import sheet
from reports.documents.sheets import layout, sheets


def page(job: Job, store: Store) -> Page:
    """Return the plates of a part as HTML; raises RetraceError where an image or a map is missing."""
    book, laid = Book(job.evidence, store), layout(job.evidence)
    drawn = portrait(job.evidence, store, laid.pixels)
    with override(job.language):
        plates = [
            {
                "number": job.plate + place,
                "sheet": sheet(book, drawn, laid, entries, job.item + place * laid.items),
            }
            for place, entries in enumerate(sheets(job.evidence.gallery.entries, laid.items))
        ]
        html = render_to_string("documents/report/part.html", {"job": job, "laid": laid, "plates": plates})
    return Page(html, book.assets)


def draw(job: Job, store: Store, out: Path) -> None:
    """Write a part as a PDF file that can be joined with others; raises RetraceError where anything is missing."""
    identifier = f"{job.report_id}/{job.plate}".encode()
    content = printed(page(job, store), datetime.fromisoformat(job.issued_at), identifier, part=True)
    out.write_bytes(content)
