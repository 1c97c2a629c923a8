"""Global importance: which image regions matter over the whole set."""

import numpy as np
from django.utils.translation import gettext as _

from auditor.explain.evidence import Measure, RegionImportance
from reports.documents.book import Book
from reports.documents.figures.grid import grid_map
from reports.documents.figures.overlay import original
from reports.documents.figures.source import Bytes
from reports.documents.numbers import Notes

_SHOWN = 4


def context(book: Book) -> dict[str, object]:
    """Return what the page on global importance prints."""
    regions, notes = book.snapshot.evidence.regions, Notes()
    titles = {method.card.name: method.card.title for method in book.snapshot.evidence.methods}
    masks = [region for region in regions if region.kind == "mask"]
    cells = [region for region in regions if region.kind == "grid"]
    ranked = sorted(cells, key=lambda cell: (-(cell.flips.value or 0), cell.row or 0, cell.column or 0))
    methods = [name for name in titles if any(name in region.shares for region in masks)]
    return {
        "mask_rows": [_row(region, notes) for region in masks],
        "share_rows": [
            {"title": titles.get(name, name), "shares": [_share(region, name, notes) for region in masks]}
            for name in methods
        ],
        "cell_rows": [_row(region, notes) for region in ranked[:_SHOWN]],
        "map": _map(book, cells) if cells else None,
        "images": len(book.snapshot.evidence.gallery.entries),
        "grid": book.snapshot.evidence.plan.grid,
        "importance_notes": notes.texts,
    }


def _row(region: RegionImportance, notes: Notes) -> dict[str, object]:
    names = {"inside": _("the relevant region"), "outside": _("everything else")}
    place = _("row %(row)d, column %(column)d") % {
        "row": (region.row or 0) + 1,
        "column": (region.column or 0) + 1,
    }
    return {
        "name": names.get(region.name, region.name) if region.kind == "mask" else place,
        "area": notes.share(region.area),
        "flips": notes.share(region.flips),
        "drop": notes.plain(region.drop),
    }


def _share(region: RegionImportance, method: str, notes: Notes) -> object:
    return notes.share(region.shares[method]) if method in region.shares else None


def _map(book: Book, cells: list[RegionImportance]) -> str:
    side = book.snapshot.evidence.plan.grid
    flips, drops = (np.full((side, side), np.nan, dtype=np.float32) for _unused in range(2))
    for cell in cells:
        place = (cell.row or 0, cell.column or 0)
        flips[place], drops[place] = _value(cell.flips), _value(cell.drop)
    titles = (_("decisions changed, in percent"), _("mean fall of the score"))
    return book.asset(grid_map(_mean_image(book), flips, drops, titles), "image/png")


def _value(measure: Measure) -> float:
    return float("nan") if measure.value is None else measure.value


def _mean_image(book: Book) -> Bytes:
    """Return the mean of the gallery's images, (height, width, 3)."""
    items = [entry.item for entry in book.snapshot.evidence.gallery.entries]
    if not items:
        return np.full((8, 8, 3), 255, dtype=np.uint8)
    images = [original(item, book.store).astype(np.float32) for item in items]
    return np.asarray(np.mean(images, axis=0).round(), dtype=np.uint8)
