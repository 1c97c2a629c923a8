"""Volumes: three planes that show the relevant region, and three through the strongest place of each map."""

import numpy as np
from django.utils.translation import gettext as _

from auditor.common.said import say
from auditor.explain.evidence import ItemRecord
from auditor.explain.formats.axes import Volume
from auditor.explain.formats.window import window
from auditor.explain.spec import ItemEntry, VolumeInput
from reports.documents.book import Asset
from reports.documents.figures.overlay import encoded, printed, scale_of
from reports.documents.figures.planes import WIDTH, Solid, middle_of, strongest, three_planes
from reports.documents.figures.source import Floats, volume
from reports.documents.portraits.base import Panel, Portrait, Scales, extent

ORIGINAL = "original"


class VolumePortrait(Portrait):
    """The original where its mask is largest, then one panel a method, each through its own strongest voxel."""

    across = 2
    _last: tuple[ItemEntry, Solid] | None = None  # an item's panels are drawn one after the other

    def panels(self, item: ItemRecord) -> list[Panel]:
        """Return the original and the map of every method."""
        words = {"id": item.entry.id[:60], "target": item.target[:60]}
        alt = _("Volume of item %(id)s as given, in three planes") % words
        through = _("planes that show most of the mask") if item.entry.mask else _("no mask; middle planes")
        first = Panel(ORIGINAL, _("original"), alt, (through,))
        return [first, *(self._map(item, name, words) for name in self.shown(item))]

    def draw(self, item: ItemRecord, key: str, scales: Scales) -> Asset:
        """Return a panel as JPEG."""
        solid = self.solid(item)
        if key == ORIGINAL:
            at = middle_of(solid.grey.shape, solid.region)
        else:
            values = self.values(item, key)
            solid = solid._replace(values=values, scale=scales[key])
            at = strongest(values, solid.grey.shape)
        drawn = three_planes(solid, at, self.pixels or WIDTH)
        return Asset(printed(drawn) if self.pixels else encoded(drawn, "JPEG"), "image/jpeg")

    def full(self, values: Floats) -> float:
        """Return the 99.5th percentile of absolute values."""
        return scale_of(values)

    def solid(self, item: ItemRecord) -> Solid:
        """Return an item's volume, windowed as the model sees it, with its relevant region."""
        if self._last is None or self._last[0] != item.entry:
            self._last = item.entry, self._read(item)
        return self._last[1]

    def _read(self, item: ItemRecord) -> Solid:
        found = volume(
            self.store, item.entry.content, say("The volume of item %(item)s", item=repr(item.entry.id))
        )
        region = None
        if item.entry.mask:
            region = (
                volume(
                    self.store, item.entry.mask, say("The mask of item %(item)s", item=repr(item.entry.id))
                ).voxels
                != 0
            )
        return Solid(self._windowed(found), found.spacing, region)

    def _windowed(self, found: Volume) -> Floats:
        spec = self.evidence.model.spec.input
        if not isinstance(spec, VolumeInput):
            raise ValueError("the evidence is not about volumes")
        low, high = window(found, spec)
        return np.asarray(np.clip((found.voxels - low) / ((high - low) or 1.0), 0, 1), dtype=np.float32)

    def _map(self, item: ItemRecord, name: str, words: dict[str, str]) -> Panel:
        title, found = self.titles[name], extent(self.values(item, name))
        alt = _(
            "Item %(id)s: attribution to “%(target)s” by %(title)s, painted over three planes through its strongest "
            "place, from %(extent)s"
        )
        told = words | {"title": title, "extent": found}
        return Panel(name, title, alt % told, (found, *self.belief(item, name)), self.tested(name))
