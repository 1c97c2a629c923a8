"""The heatmap gallery: each item as given, beside it the map of every method."""

from django.utils.translation import gettext as _

from auditor.explain.evidence import Evidence, GalleryEntry, ItemRecord
from reports.documents.book import Book
from reports.documents.figures.bar import scale_bar
from reports.documents.figures.overlay import PERCENTILE, encoded, original, overlaid

_LONGEST = 24


def context(book: Book) -> dict[str, object]:
    """Return what the gallery prints; raises RetraceError where an image or a map is missing."""
    gallery = book.snapshot.evidence.gallery
    return {
        "rule": gallery.rule,
        "seed": gallery.seed,
        "bar": book.asset(scale_bar(), "image/png"),
        "percentile": f"{PERCENTILE:g}",
        "entries": [_entry(book, entry) for entry in gallery.entries[:_LONGEST]],
        "left_out": max(0, len(gallery.entries) - _LONGEST),
    }


def _entry(book: Book, entry: GalleryEntry) -> dict[str, object]:
    item = entry.item
    classes = book.snapshot.evidence.model.spec.output.classes
    return {
        "rule": entry.rule,
        "id": item.entry.id,
        "label": item.entry.label,
        "predicted": item.predicted,
        "target": item.target,
        "right": item.predicted == item.entry.label,
        "score": f"{100 * item.scores[classes.index(item.predicted)]:.1f} %",
        "original": _jpeg(book, original(item, book.store, outlined=True)),
        "outlined": item.entry.mask is not None,
        "maps": [_map(book, entry, name) for name in shown(book.snapshot.evidence, item)],
    }


def shown(evidence: Evidence, item: ItemRecord) -> list[str]:
    """Return the methods that an item has maps of, in the plan's order."""
    return [method.card.name for method in evidence.methods if method.card.name in item.maps]


def _map(book: Book, entry: GalleryEntry, name: str) -> dict[str, object]:
    painted, scale = overlaid(entry.item, name, book.store)
    return caption(book.snapshot.evidence, entry.item, name, scale) | {"url": _jpeg(book, painted)}


def caption(evidence: Evidence, item: ItemRecord, name: str, scale: float) -> dict[str, object]:
    """Return what stands below a map: the method's title, what full colour stands for, how far to believe it."""
    titles = {method.card.name: method.card.title for method in evidence.methods}
    record = item.maps[name]
    return {
        "method": name,
        "title": titles.get(name, name),
        "scale": _("no contribution") if scale == 0 else f"±{scale:.2g}",
        "completeness": None if record.completeness is None else f"{100 * record.completeness:.1f} %",
        "fit": None if record.fit is None else f"{record.fit:.2f}",
        "noise": None if record.noise is None else f"±{100 * record.noise:.0f} %",
    }


def _jpeg(book: Book, picture: object) -> str:
    return book.asset(encoded(picture, "JPEG"), "image/jpeg")  # type: ignore[arg-type]
