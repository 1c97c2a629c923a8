"""Which region decides: each is replaced by the same region of a donor of another label, or taken away."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.evidence import Region, RegionEffects
from auditor.explain.items import ValidationSet
from auditor.explain.memory import Room
from auditor.explain.modalities import Modality, Subject
from auditor.explain.modalities.base import Mask

Probabilities = Callable[[Tensor], Tensor]


def donor_of(items: ValidationSet, index: int, seed: int) -> int | None:
    """Return the seeded donor of an item, an item of another label; it depends on nothing else."""
    label = items.entries[index].label
    others = [other for other, entry in enumerate(items.entries) if entry.label != label]
    if not others:
        return None
    return others[int(np.random.default_rng([seed, index]).integers(len(others)))]


def effects(
    subject: Subject, modality: Modality, regions: Sequence[Region], probabilities: Probabilities, room: Room
) -> tuple[RegionEffects, int]:
    """Return what each region's replacement does to one item, and how many answers were not numbers.

    Areas and shares of attribution are those of the item's own mask.
    """
    present = [
        place
        for place, region in enumerate(regions)
        if region.kind != "mask" or modality.replaced(subject, region) is not None
    ]

    def scores(part: slice) -> Tensor:
        changed = [modality.replaced(subject, regions[place]) for place in present[part]]
        return probabilities(torch.stack([one for one in changed if one is not None]))

    before = probabilities(subject.given[None])[0].double()
    found = [before.new_zeros(0, len(before)), *room.each(len(present), scores)]
    after = torch.cat(found).double()  # (present, classes)
    drops = (before[subject.target] - after[:, subject.target]).tolist()
    flips = (after.argmax(dim=1) != before.argmax()).tolist()
    drop: list[float | None] = [None] * len(regions)
    flip: list[bool | None] = [None] * len(regions)
    for place, fall, turned in zip(present, drops, flips, strict=True):
        if math.isfinite(fall):
            drop[place], flip[place] = fall, turned
    lost = len(present) - sum(fall is not None for fall in drop)
    owned = [modality.owned(region, subject.mask) for region in regions]
    measured = RegionEffects(
        donor=subject.donor_id if modality.exchanges else None,
        area=tuple(None if places is None else float(places.mean()) for places in owned),
        drop=tuple(drop),
        flip=tuple(flip),
        shares={name: _shares(values, owned) for name, values in subject.maps.items()},
    )
    return measured, lost


def _shares(values: NDArray[Any], owned: Sequence[Mask | None]) -> tuple[float | None, ...]:
    weight = np.abs(values.astype(np.float64))
    total = weight.sum()
    if total == 0:
        return (None,) * len(owned)
    return tuple(None if places is None else float(weight[places].sum() / total) for places in owned)
