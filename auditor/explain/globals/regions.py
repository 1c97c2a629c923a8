"""Which region decides: each is replaced by the same region of a donor of another label."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.evidence import Region, RegionEffects
from auditor.explain.items import ValidationSet
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
    subject: Subject, modality: Modality, regions: Sequence[Region], probabilities: Probabilities, batch: int
) -> tuple[RegionEffects, int]:
    """Return what each region's replacement does to one item, and how many answers were not numbers.

    Areas and shares of attribution are those of the item's own mask.
    """
    drop: list[float | None] = [None] * len(regions)
    flip: list[bool | None] = [None] * len(regions)
    before, lost = probabilities(subject.given[None])[0].double(), 0
    for first in range(0, len(regions), batch):
        replaced = {
            place: changed
            for place in range(first, min(first + batch, len(regions)))
            if (changed := modality.replaced(subject, regions[place])) is not None
        }
        if not replaced:
            continue
        after = probabilities(torch.stack(list(replaced.values()))).double()  # (replaced, classes)
        falls = (before[subject.target] - after[:, subject.target]).tolist()
        turned = (after.argmax(dim=1) != before.argmax()).tolist()
        for place, fall, turn in zip(replaced, falls, turned, strict=True):
            if math.isfinite(fall):
                drop[place], flip[place] = fall, turn
            else:
                lost += 1
    owned = [modality.owned(region, subject.mask) for region in regions]
    found = RegionEffects(
        donor=subject.donor_id if modality.exchanges else None,
        area=tuple(None if places is None else float(places.mean()) for places in owned),
        drop=tuple(drop),
        flip=tuple(flip),
        shares={name: _shares(values, owned) for name, values in subject.maps.items()},
    )
    return found, lost


def _shares(values: NDArray[Any], owned: Sequence[Mask | None]) -> tuple[float | None, ...]:
    weight = np.abs(values.astype(np.float64))
    total = weight.sum()
    if total == 0:
        return (None,) * len(owned)
    return tuple(None if places is None else float(weight[places].sum() / total) for places in owned)
