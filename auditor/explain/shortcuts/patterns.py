"""What the analyses share: labels, decisions, scores, groups, and each map summed by cell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from auditor.explain.arrays import read_array
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.evidence import ItemRecord
from auditor.explain.items import ValidationSet
from auditor.explain.modalities.base import Mask
from auditor.explain.plan import Plan
from auditor.explain.spec import Modality

NOT_STATED = "not stated"
Words = NDArray[np.str_]


@dataclass(frozen=True)
class Patterns:
    """The records of a set as arrays.

    Attributes
    ----------
    records, plan, classes : what they were made from and the classes in the model's order
    signed : by method, the sums of the map by cell or column over its absolute sum, (items, *cells); NaN for no map
    absolute : the same of the absolute map, so that each item's cells add up to 1
    relevant : the share of each cell in the relevant region, (items, *cells); None without any mask
    """

    records: Sequence[ItemRecord]
    plan: Plan
    classes: tuple[str, ...]
    signed: dict[str, Floats]
    absolute: dict[str, Floats]
    relevant: Floats | None

    @cached_property
    def bootstrap(self) -> Bootstrap:
        """How intervals are made."""
        return Bootstrap.of(self.plan)

    @cached_property
    def labels(self) -> Words:
        """Each item's label, (items,)."""
        return np.array([record.entry.label for record in self.records], dtype=np.str_)

    @cached_property
    def decided(self) -> Words:
        """The class that the model decided for, (items,)."""
        return np.array([record.predicted for record in self.records], dtype=np.str_)

    @cached_property
    def scores(self) -> Floats:
        """The model's probabilities, (items, classes)."""
        return np.array([record.scores for record in self.records], dtype=np.float64)

    @cached_property
    def groups(self) -> dict[str, Words]:
        """Each group column's values, (items,); a value that an item does not have is NOT_STATED."""
        names = sorted({name for record in self.records for name in record.entry.groups})
        return {
            name: np.array([record.entry.groups.get(name, NOT_STATED) for record in self.records])
            for name in names
        }

    def large(self, values: Words) -> list[str]:
        """Return the values that enough items of (items,) carry, in order."""
        found, counts = np.unique(values, return_counts=True)
        return [str(value) for value, n in zip(found, counts, strict=True) if n >= self.plan.minimum_group]


def patterns(records: Sequence[ItemRecord], items: ValidationSet, kind: Modality, plan: Plan) -> Patterns:
    """Return the records as arrays; maps are read from the set's store, masks from its items.

    Maps of graphs have no places in common, so there are no patterns of them.
    """
    gridded = kind in ("image", "volume")
    grid = plan.grid if gridded else None
    signed: dict[str, Floats] = {}
    absolute: dict[str, Floats] = {}
    for name in [] if kind == "graph" else [planned.name for planned in plan.methods]:
        rows = [_summed(record, name, items.store.get, grid) for record in records]
        shape = next((row[0].shape for row in rows if row is not None), None)
        if shape is not None:
            nothing = np.full((2, *shape), np.nan)
            signed[name], absolute[name] = np.stack([nothing if row is None else row for row in rows], axis=1)
    masks = [items.relevant(record.index) for record in records] if gridded and items.has_masks else []
    return Patterns(records, plan, items.classes, signed, absolute, _relevant(masks, plan.grid))


def cell_sums(values: Floats, grid: int) -> Floats:
    """Return the sums of (*places) over the cells of a grid of at most `grid` cells an axis, as modalities cut it."""
    for axis, side in enumerate(values.shape):
        edges = np.linspace(0, side, min(grid, side) + 1).round().astype(int)
        values = np.add.reduceat(values, edges[:-1], axis=axis)
    return values


def _summed(record: ItemRecord, name: str, get: Callable[[str], bytes], grid: int | None) -> Floats | None:
    """Return the signed and the absolute sums of one map, (2, *cells); None for no map or one of nothing."""
    if name not in record.maps:
        return None
    values = read_array(record.maps[name].array, get).astype(np.float64)
    total = np.abs(values).sum()
    if total == 0:
        return None
    both = [values / total, np.abs(values) / total]
    return np.stack(both if grid is None else [cell_sums(one, grid) for one in both])


def _relevant(masks: Sequence[Mask | None], grid: int) -> Floats | None:
    shape = next((mask.shape for mask in masks if mask is not None), None)
    if shape is None:
        return None
    sizes = cell_sums(np.ones(shape), grid)
    nothing = np.full(sizes.shape, np.nan)
    return np.stack(
        [nothing if mask is None else cell_sums(mask.astype(np.float64), grid) / sizes for mask in masks]
    )
