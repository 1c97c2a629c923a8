"""What the result pages print about evidence, in the same words as the report."""

from auditor.explain.evidence import Evidence
from reports.documents.numbers import Notes, Number
from reports.documents.portraits import Portrait
from reports.documents.sections.metrics import number_of, title_of


def performance(evidence: Evidence) -> list[tuple[str, Number]]:
    """Return the metrics over the whole set with their names."""
    notes = Notes()
    return [(title_of(metric), number_of(metric, notes)) for metric in evidence.performance.overall]


def gallery(evidence: Evidence, drawn: Portrait) -> list[dict[str, object]]:
    """Return the entries of the gallery with the words of their panels; raises NotFound or Corrupt."""
    return [
        {"rule": entry.rule, "item": entry.item, "panels": drawn.panels(entry.item)}
        for entry in evidence.gallery.entries
    ]
