"""A snapshot to PDF: the chapters, and behind them the plates; the same snapshot gives the same bytes anywhere."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _
from django.utils.translation import override

from auditor.common.store import Store
from reports.documents.attachments import attachments
from reports.documents.finishing import finish
from reports.documents.html import page
from reports.documents.plates.jobs import Job, jobs
from reports.documents.plates.joining import Section, join
from reports.documents.plates.working import helpers, lay_out, work
from reports.documents.printing import JOINABLE, drawn
from reports.documents.snapshot import Snapshot


def render(snapshot: Snapshot, store: Store, *, preview: bool = False) -> bytes:
    """Return the report as PDF/A-3a and PDF/UA-1, with evidence, statement and the list of arrays attached.

    A preview says on every page that it is one. Raises RetraceError where an array or an image that the evidence
    names is missing or damaged.
    """
    with TemporaryDirectory(prefix="retrace-report-") as name:
        out = Path(name) / "report.pdf"
        render_into(out, snapshot, store, preview=preview)
        return out.read_bytes()


def render_into(out: Path, snapshot: Snapshot, store: Store, *, preview: bool = False) -> None:
    """Write the report as `render` returns it into a file, holding no more of the plates than a few of them."""
    parts = list(jobs(snapshot, preview=preview))
    if not parts:
        out.write_bytes(_chapters(snapshot, store, preview=preview))
        return
    with TemporaryDirectory(prefix="retrace-plates-") as name:
        folder = Path(name)
        places, titles = lay_out(parts, folder), [_title(job) for job in parts]
        first = folder / "chapters.pdf"
        with helpers(len(parts), folder, store):
            first.write_bytes(_chapters(snapshot, store, preview=preview, pdf_version=JOINABLE))
            work(folder, store)
        with override(snapshot.language):
            label = _("Plate")
        join(first, map(Section, places, titles), out, f"{label} ")


def _chapters(snapshot: Snapshot, store: Store, *, preview: bool, **options: object) -> bytes:
    return drawn(
        page(snapshot, store, preview=preview),
        datetime.fromisoformat(snapshot.issued_at),
        pdf_variant="pdf/a-3a",
        pdf_identifier=snapshot.document_digest()[:32].encode(),
        attachments=attachments(snapshot),
        finisher=finish,
        **options,
    )


def _title(job: Job) -> str:
    with override(job.language):
        return _("Plates %(first)d to %(last)d") % {"first": job.plate, "last": job.last}
