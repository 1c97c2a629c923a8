"""How often each cell of a volume decides, layer by layer over a mean volume."""

from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _
from PIL import Image

from auditor.explain.evidence import RegionImportance
from reports.documents.book import Book
from reports.documents.figures.grid import layer_map
from reports.documents.figures.planes import Solid
from reports.documents.figures.source import Bytes, Floats
from reports.documents.portraits.volume import VolumePortrait

_MOST, _PIXELS = 6, 160


def layers(book: Book, cells: Sequence[RegionImportance]) -> str:
    """Return the address of the figure; of more layers than fit, those with the strongest cells are shown."""
    places = [(cell.layer or 0, cell.row or 0, cell.column or 0) for cell in cells]
    shape = tuple(1 + max(place[axis] for place in places) for axis in range(3))
    flips, drops = (np.full(shape, np.nan, dtype=np.float32) for _unused in range(2))
    for cell, place in zip(cells, places, strict=True):
        flips[place] = np.nan if cell.flips.value is None else cell.flips.value
        drops[place] = np.nan if cell.drop.value is None else cell.drop.value
    strength = np.nan_to_num(flips).max(axis=(1, 2))
    shown = sorted(np.argsort(-strength, kind="stable")[:_MOST].tolist())
    pictures = _means(book, shape[0])
    content = layer_map(
        [pictures[layer] for layer in shown],
        flips[shown],
        drops[shown],
        [_title(layer, shape[0]) for layer in shown],
        (_("decisions changed, %"), _("mean fall of the score")),
    )
    return book.asset(content, "image/png")


def _title(layer: int, count: int) -> str:
    words = {0: _("layer %(n)d, lowest"), count - 1: _("layer %(n)d, highest")}
    return words.get(layer, _("layer %(n)d")) % {"n": layer + 1}


def _means(book: Book, count: int) -> list[Bytes]:
    """Return for each layer the mean of the gallery's volumes over it, (height, width, 3)."""
    portrait = VolumePortrait(book.evidence, book.store)
    solids = [portrait.solid(entry.item) for entry in book.evidence.gallery.entries]
    if not solids:
        return [np.full((_PIXELS, _PIXELS, 3), 255, dtype=np.uint8)] * count
    wide, high = (float(np.mean([_extent(solid, axis) for solid in solids])) for axis in (2, 1))
    size = (_PIXELS, max(1, round(_PIXELS * high / wide)))
    return [
        np.asarray(
            np.mean([_layer(solid, layer, count, size) for solid in solids], axis=0).round(), dtype=np.uint8
        )
        for layer in range(count)
    ]


def _extent(solid: Solid, axis: int) -> float:
    return float(solid.grey.shape[axis] * solid.spacing[axis])


def _layer(solid: Solid, layer: int, count: int, size: tuple[int, int]) -> Floats:
    edges = np.linspace(0, len(solid.grey), count + 1).round().astype(int)
    last = max(edges[layer] + 1, edges[layer + 1])
    plane = 255 * solid.grey[edges[layer] : last].mean(axis=0)
    picture = Image.fromarray(plane.round().astype(np.uint8)).convert("RGB")
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR), dtype=np.float32)
