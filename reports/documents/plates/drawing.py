"""One part of the plates as a PDF file."""

from datetime import datetime
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.translation import override

from auditor.common.store import Store
from reports.documents.book import Book
from reports.documents.finishing import finish_part
from reports.documents.fonts import STACK, covered
from reports.documents.html import Page
from reports.documents.plates.jobs import Job
from reports.documents.portraits import portrait
from reports.documents.printable import printable
from reports.documents.printing import JOINABLE, drawn
from reports.documents.sections.sheet import sheet
from reports.documents.sheets import layout, sheets


def page(job: Job, store: Store) -> Page:
    """Return the plates of a part as HTML; raises RetraceError where an image or a map is missing."""
    book, laid = Book(job.evidence, store), layout(job.evidence)
    portraits = portrait(job.evidence, store, laid.pixels)
    with override(job.language):
        plates = [
            {
                "number": job.plate + place,
                "sheet": sheet(book, portraits, laid, entries, job.item + place * laid.items),
            }
            for place, entries in enumerate(sheets(job.evidence.gallery.entries, laid.items))
        ]
        context = {"job": job, "laid": laid, "plates": plates, "typefaces": STACK}
        html = render_to_string("documents/report/part.html", context)
    return Page(printable(html, covered()), book.assets)


def draw(job: Job, store: Store, out: Path) -> None:
    """Write a part as a PDF file that can be joined with others; raises RetraceError where anything is missing."""
    content = drawn(
        page(job, store),
        datetime.fromisoformat(job.issued_at),
        pdf_variant="pdf/a-3a",
        pdf_version=JOINABLE,
        pdf_identifier=f"{job.report_id}/{job.plate}".encode(),
        finisher=finish_part,
    )
    out.write_bytes(content)
