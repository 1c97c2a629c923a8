"""The worker's side of a sign-off: fix the snapshot, draw a preview, and say who signed in the final one."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from auditor.common.clock import timestamp
from auditor.common.store import Store
from reports.documents.declared.names import named
from reports.documents.gathering import gather
from reports.documents.models import Report, SignOffAnswer, SignOffRequest
from reports.documents.queries import store
from reports.documents.render import render_into
from reports.documents.services import evidence_entry
from reports.documents.signoff.facts import facts_in
from reports.documents.snapshot import SignOff, Snapshot


class Prepared(NamedTuple):
    """A snapshot and its preview in the store."""

    snapshot_digest: str
    facts_digest: str
    preview_digest: str


def prepare(request: SignOffRequest) -> Prepared:
    """Keep the snapshot that would be signed, and a preview of it."""
    kept = store()
    snapshot = gather(
        run=request.run,
        entry=evidence_entry(request.run),
        number=request.number,
        at=request.prepared_at,
        language=request.language,
        store=kept,
    )
    with TemporaryDirectory(prefix="retrace-preview-") as scratch:
        preview = Path(scratch) / "preview.pdf"
        render_into(preview, snapshot, kept, preview=True)
        return Prepared(kept.put(snapshot.to_bytes()), facts_in(snapshot), kept.put_file(preview))


def keep_prepared(request: SignOffRequest, prepared: Prepared) -> None:
    """Close the request's row: from here on it says what was read."""
    request.snapshot_digest, request.facts_digest, request.preview_digest = prepared
    request.save(update_fields=list(Prepared._fields))


def signed_snapshot(report: Report, answer: SignOffAnswer, store: Store) -> Snapshot:
    """Return what was read, under the number of the report and with who signed it off."""
    request = answer.request
    read = Snapshot.parse(store.get(request.snapshot_digest), name="snapshot")
    return read.model_copy(
        update={
            "report_id": report.number,
            "issued_at": timestamp(report.requested_at),
            "supersedes": report.supersedes.number if report.supersedes else "",
            "sign_off": SignOff(
                by=named(answer.by),
                when=timestamp(answer.at),
                statement=answer.text,
                prepared_by=named(request.prepared_by),
            ),
        }
    )
