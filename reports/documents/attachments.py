"""The files within a report: what it was made from, so that anybody can make it again or check it by other means."""

from datetime import datetime

from weasyprint import Attachment

from reports.documents.listing import listing
from reports.documents.snapshot import Snapshot


def attachments(snapshot: Snapshot) -> list[Attachment]:
    """Return the evidence, everything that is said beside it, and the list of arrays, in the order of their names."""
    issued = datetime.fromisoformat(snapshot.issued_at)
    files = (
        (
            "arrays.txt",
            listing(snapshot.evidence).encode(),
            "SHA-256 of every array and picture that the evidence names",
            "Supplement",
        ),
        ("evidence.json", snapshot.evidence.to_bytes(), f"Evidence {snapshot.evidence_digest}", "Data"),
        (
            "statement.json",
            snapshot.statement(),
            "Everything that this report says beside the evidence",
            "Data",
        ),
    )
    return [
        Attachment(
            string=content,
            name=name,
            description=description,
            relationship=relationship,
            created=issued,
            modified=issued,
        )
        for name, content, description, relationship in files
    ]
