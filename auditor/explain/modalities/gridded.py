"""What images and volumes share: the relevant region, the cells of a grid, and how both are exchanged."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from auditor.common.said import say
from auditor.explain.evidence import Region
from auditor.explain.material.fingerprints import thumbnail
from auditor.explain.modalities.base import (
    INSIDE,
    OUTSIDE,
    Mask,
    Modality,
    Subject,
    cells,
    exchanged_mask,
    owned_mask,
)

_AXES = ("layer", "row", "column")


class Gridded(Modality):
    """Items with places along axes, the last two of which are rows and columns; at most `grid` cells an axis."""

    def __init__(self, places: Sequence[int], grid: int) -> None:
        self._places = tuple(places)
        self._cells = cells(self._places, [min(grid, side) for side in self._places])

    def regions(self, masked: bool) -> tuple[Region, ...]:
        """Return inside and outside where there are masks, then the cells, row by row."""
        axes = _AXES[-len(self._places) :]
        found = tuple(
            Region(
                name=f"cell {_place(position)}",
                kind="grid",
                title=say("cell %(place)s", place=_place(position)),
                **dict(zip(axes, position, strict=True)),
            )
            for position in self._cells
        )
        return (INSIDE, OUTSIDE, *found) if masked else found

    def fingerprint(self, given: Tensor) -> bytes:
        """Return a small grey picture or volume."""
        return thumbnail(given)

    def replaced(self, subject: Subject, region: Region) -> Tensor | None:
        """Return the item with a region of the donor's."""
        chosen = (
            exchanged_mask(region, subject.mask, subject.donor_mask)
            if region.kind == "mask"
            else self.owned(region, None)
        )
        if chosen is None:
            return None
        return torch.where(torch.from_numpy(chosen).to(subject.given.device), subject.donor, subject.given)

    def owned(self, region: Region, mask: Mask | None) -> Mask | None:
        """Return the places of a region, (*places)."""
        if region.kind == "mask":
            return owned_mask(region, mask)
        return self.covered((region.layer or 0, region.row or 0, region.column or 0)[-len(self._places) :])

    def covered(self, position: tuple[int, ...]) -> Mask:
        """Return the places of the cell at a position of the grid, (*places)."""
        covered = np.zeros(self._places, dtype=np.bool_)
        covered[self._cells[position]] = True
        return covered


def _place(position: Sequence[int]) -> str:
    return ",".join(str(at + 1) for at in position)
