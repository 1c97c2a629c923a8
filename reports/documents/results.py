"""What the result pages print about evidence, in the same words as the report."""

from auditor.explain.evidence import Evidence
from reports.documents.portraits import Portrait


def gallery(evidence: Evidence, drawn: Portrait) -> list[dict[str, object]]:
    """Return the entries of the gallery with the words of their panels; raises NotFound or Corrupt."""
    return [
        {"rule": entry.rule, "item": entry.item, "panels": drawn.panels(entry.item)}
        for entry in evidence.gallery.entries
    ]
