"""A snapshot to PDF: the chapters, and behind them the plates; the same snapshot gives the same bytes anywhere."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _
from django.utils.translation import override

from auditor.common.store import Store
from reports.documents.html import page
from reports.documents.plates.jobs import Job, jobs
from reports.documents.plates.joining import Section, join
from reports.documents.plates.working import helpers, lay_out, work
from reports.documents.printing import attached, printed
from reports.documents.snapshot import Snapshot


def render(snapshot: Snapshot, store: Store) -> bytes:
    """Return the report as a tagged PDF with the evidence attached.

    Raises RetraceError where an array or an image that the evidence names is missing or damaged.
    """
    with TemporaryDirectory(prefix="retrace-report-") as name:
        out = Path(name) / "report.pdf"
        render_into(snapshot, store, out)
        return out.read_bytes()


def render_into(snapshot: Snapshot, store: Store, out: Path) -> None:
    """Write the report as `render` returns it into a file, holding no more of a large gallery than a few pages."""
    parts = list(jobs(snapshot))
    if not parts:
        out.write_bytes(_chapters(snapshot, store, part=False))
        return
    with TemporaryDirectory(prefix="retrace-plates-") as name:
        folder = Path(name)
        drawn, titles = lay_out(parts, folder), [_title(job) for job in parts]
        first = folder / "chapters.pdf"
        with helpers(len(parts), folder, store):
            first.write_bytes(_chapters(snapshot, store, part=True))
            work(folder, store)
        with override(snapshot.language):
            label = _("Plate")
        join(first, map(Section, drawn, titles), out, f"{label} ")


def _chapters(snapshot: Snapshot, store: Store, *, part: bool) -> bytes:
    issued = datetime.fromisoformat(snapshot.issued_at)
    evidence = attached(
        snapshot.evidence.to_bytes(), "evidence.json", f"Evidence {snapshot.evidence_digest}", issued
    )
    identifier = snapshot.document_digest()[:32].encode()
    return printed(page(snapshot, store), issued, identifier, [evidence], part=part)


def _title(job: Job) -> str:
    with override(job.language):
        return _("Plates %(first)d to %(last)d") % {"first": job.plate, "last": job.last}
