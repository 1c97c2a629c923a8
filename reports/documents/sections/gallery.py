"""The gallery: each item as given, and what every method attributes to its parts."""

from auditor.explain.evidence import GalleryEntry
from reports.documents.book import Book
from reports.documents.figures.bar import scale_bar
from reports.documents.figures.overlay import PERCENTILE
from reports.documents.formats import percent, short
from reports.documents.portraits import Portrait, portrait
from reports.documents.sections.robustness import flips

_LONGEST = 24


def context(book: Book) -> dict[str, object]:
    """Return what the gallery prints; raises RetraceError where an image or a map is missing."""
    gallery, drawn = book.evidence.gallery, portrait(book.evidence, book.store)
    return {
        "rule": gallery.rule,
        "seed": gallery.seed,
        "scale": drawn.scale,
        "across": drawn.across,
        "bar": book.asset(scale_bar(), "image/png") if drawn.scale == "colour" else None,
        "percentile": short(PERCENTILE),
        "entries": [_entry(book, drawn, entry) for entry in gallery.entries[:_LONGEST]],
        "left_out": max(0, len(gallery.entries) - _LONGEST),
    }


def _entry(book: Book, drawn: Portrait, entry: GalleryEntry) -> dict[str, object]:
    item = entry.item
    classes = book.evidence.model.spec.output.classes
    return {
        "rule": entry.rule,
        "id": item.entry.id,
        "label": item.entry.label,
        "predicted": item.predicted,
        "target": item.target,
        "right": item.predicted == item.entry.label,
        "score": percent(item.scores[classes.index(item.predicted)]),
        "flips": flips(book.evidence, item),
        "panels": [
            {"panel": panel, "url": book.keep(drawn.draw(item, panel.key))} for panel in drawn.panels(item)
        ],
    }
