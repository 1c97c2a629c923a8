"""What a worker does with reports and their previews, but for the drawing."""

from auditor.common.digest import sha256
from auditor.jobs.work import work
from reports.documents.execution import Written, issue, snapshot_of
from reports.documents.gathering import gather
from reports.documents.models import Report, SignOffRequest
from reports.documents.queries import store
from reports.documents.services import evidence_entry, record_issue
from reports.documents.signoff.execution import Prepared, keep_prepared
from reports.documents.signoff.facts import facts_in
from reports.documents.snapshot import Snapshot


def issued(report: Report) -> Report:
    """Issue a report that waits, with other bytes than a drawing's."""
    assert work(Report, report.pk, compute=written, settle=issue)
    return Report.objects.get(pk=report.pk)


def written(report: Report) -> Written:
    """Keep and record what a report says, as its writing does, but draw and sign nothing."""
    snapshot = snapshot_of(report, store())
    compared = "" if snapshot.comparison is None else store().put(snapshot.comparison.to_bytes())
    kept, pdf = store().put(snapshot.to_bytes()), f"%PDF-{report.number}".encode()
    entry = record_issue(report, document=sha256(pdf), snapshot=kept)
    signed = pdf + b" signed"
    return Written(kept, sha256(pdf), store().put(signed), len(signed), compared, entry.position)


def prepared(request: SignOffRequest) -> SignOffRequest:
    """Prepare a report that waits to be."""

    def made(request: SignOffRequest) -> Prepared:
        snapshot = gather(
            run=request.run,
            entry=evidence_entry(request.run),
            number=request.number,
            at=request.prepared_at,
            language=request.language,
            store=store(),
        )
        return Prepared(store().put(snapshot.to_bytes()), facts_in(snapshot), store().put(b"%PDF-preview"))

    assert work(SignOffRequest, request.pk, compute=made, settle=keep_prepared)
    return SignOffRequest.objects.get(pk=request.pk)


def snapshot_in(report: Report) -> Snapshot:
    """Return what an issued report says."""
    return Snapshot.parse(store().get(report.snapshot_digest), name="snapshot")
