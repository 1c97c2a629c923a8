"""Images: the image as given, and under the map of each method."""

from django.utils.translation import gettext as _

from auditor.explain.evidence import ItemRecord
from reports.documents.book import Asset
from reports.documents.figures.overlay import encoded, original, overlaid, scale_of
from reports.documents.figures.source import attribution
from reports.documents.formats import short
from reports.documents.portraits.base import Panel, Portrait

ORIGINAL = "original"


class ImagePortrait(Portrait):
    """Tiles: the original with the outline of the relevant region, then one a method."""

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

    def draw(self, item: ItemRecord, key: str) -> Asset:
        """Return a panel as JPEG."""
        if key == ORIGINAL:
            return Asset(encoded(original(item, self.store, outlined=True), "JPEG"), "image/jpeg")
        return Asset(encoded(overlaid(item, key, self.store)[0], "JPEG"), "image/jpeg")

    def _map(self, item: ItemRecord, name: str, words: dict[str, str]) -> Panel:
        title = self.titles[name]
        scale = scale_of(attribution(self.store, item.maps[name].array, f"map by {name}"))
        full = (
            _("no contribution") if scale == 0 else _("full colour ±%(value)s") % {"value": short(scale, 2)}
        )
        alt = _("Item %(id)s: attribution to “%(target)s” by %(title)s, painted over the image")
        return Panel(name, title, alt % (words | {"title": title}), (full, *self.belief(item, name)))
