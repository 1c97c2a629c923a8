"""Which region decides: each is replaced by the same region of a donor of another label."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.decode import Mask
from auditor.explain.evidence import RegionEffects
from auditor.explain.items import ValidationSet
from auditor.explain.memory import Room
from auditor.explain.plan import Plan

Probabilities = Callable[[Tensor], Tensor]
MASK_REGIONS = ("inside", "outside")


@dataclass(frozen=True)
class Regions:
    """The regions of a set: "inside" and "outside" of masks where there are any, then the cells of a grid."""

    names: tuple[str, ...]
    cells: NDArray[np.bool_]  # (cells, height, width)
    masked: bool

    @classmethod
    def of(cls, items: ValidationSet, plan: Plan, height: int, width: int) -> "Regions":
        """Return the regions that every shard of a set compares."""
        rows, columns = (np.linspace(0, side, plan.grid + 1).round().astype(int) for side in (height, width))
        cells = np.zeros((plan.grid**2, height, width), dtype=np.bool_)
        for index in range(plan.grid**2):
            row, column = divmod(index, plan.grid)
            cells[index, rows[row] : rows[row + 1], columns[column] : columns[column + 1]] = True
        return cls(region_names(plan.grid, items.has_masks), cells, items.has_masks)


def region_names(grid: int, masked: bool) -> tuple[str, ...]:
    """Return the names of all regions: the masks' where there are masks, then the cells row by row."""
    cells = tuple(f"cell {row + 1},{column + 1}" for row in range(grid) for column in range(grid))
    return (MASK_REGIONS if masked else ()) + cells


def donor_of(items: ValidationSet, index: int, seed: int) -> int | None:
    """Return the seeded donor of an item, an item of another label; it depends on nothing else."""
    label = items.entries[index].label
    others = [other for other, entry in enumerate(items.entries) if entry.label != label]
    if not others:
        return None
    return others[int(np.random.default_rng([seed, index]).integers(len(others)))]


@dataclass(frozen=True)
class Subject:
    """One item as the comparison needs it; `maps` are its attribution maps (height, width) by method."""

    pixels: Tensor
    mask: Mask | None
    donor_id: str
    donor_pixels: Tensor
    donor_mask: Mask | None
    target: int
    maps: Mapping[str, NDArray[np.float32]]


def effects(
    subject: Subject, regions: Regions, probabilities: Probabilities, room: Room
) -> tuple[RegionEffects, int]:
    """Return what each region's replacement does to one item, and how many answers were not numbers.

    "inside" replaces the union of the item's and the donor's mask, so that no half of an organ stays behind,
    and "outside" the rest; both need both masks. Areas and shares of attribution are those of the item's own
    mask.
    """
    replaced = _replaced(subject, regions)
    present = [index for index, region in enumerate(replaced) if region is not None]
    nothing = np.zeros_like(regions.cells[0])
    stacked = np.stack([nothing, *(region for region in replaced if region is not None)])
    chosen = torch.from_numpy(stacked).to(subject.pixels.device)

    def scores(part: slice) -> Tensor:
        return probabilities(torch.where(chosen[part][:, None], subject.donor_pixels, subject.pixels))

    before, *others = torch.cat(list(room.each(len(chosen), scores))).double()  # (classes,) each
    after = torch.stack(others)  # (present, classes)
    drops = (before[subject.target] - after[:, subject.target]).tolist()
    flips = (after.argmax(dim=1) != before.argmax()).tolist()
    drop: list[float | None] = [None] * len(replaced)
    flip: list[bool | None] = [None] * len(replaced)
    for place, fall, turned in zip(present, drops, flips, strict=True):
        if math.isfinite(fall):
            drop[place], flip[place] = fall, turned
    lost = len(present) - sum(fall is not None for fall in drop)
    owned = _owned(subject.mask, regions)
    found = RegionEffects(
        donor=subject.donor_id,
        area=tuple(None if region is None else float(region.mean()) for region in owned),
        drop=tuple(drop),
        flip=tuple(flip),
        shares={name: _shares(values, owned) for name, values in subject.maps.items()},
    )
    return found, lost


def _replaced(subject: Subject, regions: Regions) -> list[Mask | None]:
    cells: list[Mask | None] = list(regions.cells)
    if not regions.masked:
        return cells
    if subject.mask is None or subject.donor_mask is None:
        return [None, None, *cells]
    union = subject.mask | subject.donor_mask
    return [union, None if union.all() else ~union, *cells]


def _owned(mask: Mask | None, regions: Regions) -> list[Mask | None]:
    cells: list[Mask | None] = list(regions.cells)
    if not regions.masked:
        return cells
    return [mask, None if mask is None else ~mask, *cells]


def _shares(values: NDArray[Any], owned: list[Mask | None]) -> tuple[float | None, ...]:
    weight = np.abs(values.astype(np.float64))
    total = weight.sum()
    if total == 0:
        return (None,) * len(owned)
    return tuple(None if region is None else float(weight[region].sum() / total) for region in owned)
