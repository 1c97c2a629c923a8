"""Global importance: which parts of the items matter over the whole set."""

from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _

from auditor.explain.evidence import Measure, RegionImportance
from auditor.language import said
from reports.documents.book import Book
from reports.documents.figures.forest import Row, forest
from reports.documents.figures.grid import grid_map
from reports.documents.figures.overlay import original
from reports.documents.figures.source import Bytes
from reports.documents.kinds import WORDS
from reports.documents.numbers import Notes
from reports.documents.sections.layers import layers

_SHOWN, _PARTS, _ACROSS = 4, 10, 3


def context(book: Book) -> dict[str, object]:
    """Return what the page on global importance prints."""
    regions, notes = book.evidence.regions, Notes()
    titles = {method.card.name: said(method.card.title) for method in book.evidence.methods}
    masks = [region for region in regions if region.kind == "mask"]
    cells = [region for region in regions if region.kind == "grid"]
    ranked = sorted(cells, key=lambda cell: -(cell.flips.value or 0))
    layered = any(cell.layer is not None for cell in cells)
    methods = [name for name in titles if any(name in region.shares for region in masks)]
    parts = sorted(
        (region for region in regions if region.kind in ("column", "feature")),
        key=lambda region: (-(region.flips.value or 0), -abs(region.drop.value or 0)),
    )
    shown = [name for name in titles if any(_has_share(part, name) for part in parts)][:_ACROSS]
    return {
        "parts": [_row(region, notes) for region in parts[:_PARTS]],
        "parts_left": max(0, len(parts) - _PARTS),
        "chart": _chart(book, parts[:_PARTS]) if parts else None,
        "share_titles": [titles[name] for name in shown],
        "part_shares": [
            (_name(part), [_share(part, name, notes) for name in shown]) for part in parts[:_PARTS] if shown
        ],
        "mask_rows": [_row(region, notes) | {"name": _mask_name(book, region)} for region in masks],
        "share_rows": [
            {"title": titles.get(name, name), "shares": [_share(region, name, notes) for region in masks]}
            for name in methods
        ],
        "cell_rows": [_row(region, notes) for region in ranked[:_SHOWN]],
        "map": (layers(book, cells) if layered else _map(book, cells)) if cells else None,
        "layered": layered,
        "images": len(book.evidence.gallery.entries),
        "grid": book.evidence.plan.grid,
        "importance_notes": notes.texts,
    }


def _mask_name(book: Book, region: RegionImportance) -> object:
    relevant = WORDS[book.evidence.model.spec.input.kind].relevant
    return {"inside": relevant, "outside": _("everything else")}.get(region.name, region.name)


def _name(region: RegionImportance) -> str:
    if region.kind == "grid":
        place = {"row": (region.row or 0) + 1, "column": (region.column or 0) + 1}
        if region.layer is not None:
            return _("layer %(layer)d, row %(row)d, column %(column)d") % (
                place | {"layer": region.layer + 1}
            )
        return _("row %(row)d, column %(column)d") % place
    return said(region.title) or region.name


def _chart(book: Book, parts: Sequence[RegionImportance]) -> str:
    lines = [
        Row(_name(part), part.flips.n, part.flips.value, part.flips.low, part.flips.high)
        for part in parts
        if part.flips.value is not None
    ]
    return book.asset(forest(lines, _("share of decisions changed"), None), "image/svg+xml")


def _row(region: RegionImportance, notes: Notes) -> dict[str, object]:
    return {
        "name": _name(region),
        "area": notes.share(region.area) if region.kind == "mask" else None,
        "flips": notes.share(region.flips),
        "drop": notes.plain(region.drop),
    }


def _has_share(region: RegionImportance, method: str) -> bool:
    return method in region.shares and region.shares[method].value is not None


def _share(region: RegionImportance, method: str, notes: Notes) -> object:
    return notes.share(region.shares[method]) if method in region.shares else None


def _map(book: Book, cells: list[RegionImportance]) -> str:
    side = book.evidence.plan.grid
    flips, drops = (np.full((side, side), np.nan, dtype=np.float32) for _unused in range(2))
    for cell in cells:
        place = (cell.row or 0, cell.column or 0)
        flips[place], drops[place] = _value(cell.flips), _value(cell.drop)
    titles = (_("decisions changed, in percent"), _("mean fall of the score"))
    return book.asset(grid_map(mean_image(book), flips, drops, titles), "image/png")


def _value(measure: Measure) -> float:
    return float("nan") if measure.value is None else measure.value


def mean_image(book: Book) -> Bytes:
    """Return the mean of the gallery's images, (height, width, 3)."""
    items = [entry.item for entry in book.evidence.gallery.entries]
    if not items:
        return np.full((8, 8, 3), 255, dtype=np.uint8)
    total = np.zeros(original(items[0], book.store).shape, dtype=np.int64)
    for item in items:
        total += original(item, book.store)
    return np.asarray((total / len(items)).round(), dtype=np.uint8)
