"""Images: the image as given, and under the map of each method."""

import numpy as np
from django.utils.translation import gettext as _

from auditor.explain.evidence import ItemRecord
from reports.documents.book import Asset
from reports.documents.figures.overlay import (
    SIZE,
    encoded,
    grey,
    original,
    outlined,
    paint,
    printed,
    scale_of,
)
from reports.documents.figures.source import Bytes, Floats
from reports.documents.portraits.base import Panel, Portrait, Scales, extent

ORIGINAL = "original"


class ImagePortrait(Portrait):
    """Tiles: the original with the outline of the relevant region, then one a method."""

    _last: tuple[int, Bytes] | None = None  # an item's panels are drawn one after the other

    def panels(self, item: ItemRecord) -> list[Panel]:
        """Return the original and the map of every method."""
        words = {"id": item.entry.id[:60], "target": item.target[:60]}
        first = Panel(
            ORIGINAL,
            _("original"),
            _("Image of item %(id)s as given") % words,
            () if item.entry.mask else (_("no mask"),),
        )
        return [first, *(self._map(item, name, words) for name in self.shown(item))]

    def draw(self, item: ItemRecord, key: str, scales: Scales) -> Asset:
        """Return a panel as JPEG."""
        drawn = self._image(item)
        if key != ORIGINAL:
            drawn = paint(grey(drawn), self.values(item, key), scales[key])
        elif item.entry.mask:
            drawn = outlined(drawn, item, self.store)
        return Asset(printed(drawn) if self.pixels else encoded(drawn, "JPEG"), "image/jpeg")

    def full(self, values: Floats) -> float:
        """Return the 99.5th percentile of absolute values."""
        return scale_of(values)

    def _image(self, item: ItemRecord) -> Bytes:
        if self._last is None or self._last[0] != item.index:
            self._last = item.index, original(item, self.store, self.pixels or SIZE)
        return self._last[1]

    def _map(self, item: ItemRecord, name: str, words: dict[str, str]) -> Panel:
        title, values = self.titles[name], self.values(item, name)
        alt = _(
            "Item %(id)s: attribution to “%(target)s” by %(title)s, painted over the image, from %(extent)s"
        )
        told = words | {"title": title, "extent": extent(values)}
        notes = (extent(values), *self.belief(item, name))
        return Panel(name, title, f"{alt % told}{_strongest(values)}", notes, self.tested(name))


def _strongest(values: Floats) -> str:
    """Say where a map is largest in size, for those who do not see it."""
    if not values.any():
        return ""
    row, column = np.unravel_index(int(np.abs(values).argmax()), values.shape)
    return _(", strongest %(x)d %% from the left and %(y)d %% from the top") % {
        "x": round(100 * (int(column) + 0.5) / values.shape[1]),
        "y": round(100 * (int(row) + 0.5) / values.shape[0]),
    }
