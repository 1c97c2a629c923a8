"""What the result pages print about evidence, in the same words as the report."""

from auditor.common.store import Store
from auditor.explain.evidence import Evidence, GalleryEntry
from reports.documents.figures.overlay import scale_of
from reports.documents.figures.source import attribution
from reports.documents.numbers import Notes, Number
from reports.documents.sections.gallery import caption, shown
from reports.documents.sections.performance import number_of, title_of


def performance(evidence: Evidence) -> list[tuple[str, Number]]:
    """Return the metrics over the whole set with their names."""
    notes = Notes()
    return [(title_of(metric), number_of(metric, notes)) for metric in evidence.performance.overall]


def gallery(evidence: Evidence, store: Store) -> list[dict[str, object]]:
    """Return the entries of the gallery with the captions of their maps; raises NotFound or Corrupt."""
    return [
        {"rule": entry.rule, "item": entry.item, "maps": _captions(evidence, entry, store)}
        for entry in evidence.gallery.entries
    ]


def _captions(evidence: Evidence, entry: GalleryEntry, store: Store) -> list[dict[str, object]]:
    item = entry.item
    return [
        caption(evidence, item, name, scale_of(attribution(store, item.maps[name].array, f"map by {name}")))
        for name in shown(evidence, item)
    ]
