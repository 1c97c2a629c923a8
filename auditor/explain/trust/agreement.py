"""Do two methods say the same of an item."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from auditor.explain.modalities.base import cells
from auditor.explain.spec import ImageInput, InputSpec, VolumeInput
from auditor.explain.trust.documents import ItemAgreement
from auditor.explain.trust.ranks import Floats, spearman

Owners = NDArray[np.intp]


def agreements(maps: Mapping[str, NDArray[np.float32]], owners: Owners | None) -> tuple[ItemAgreement, ...]:
    """Return the rank correlation of each pair of methods over one item's parts, in the order of the methods.

    Maps are (*places), and `owners` (*places) names the part that a place is in, from 0; None where every place is a
    part. A part's value is the sum of its places', so that coarse and fine maps compare alike. A pair of which a map
    is constant over the parts is absent.
    """
    parts = {name: _parts(values, owners) for name, values in maps.items()}
    found = ((pair, spearman(*(parts[name] for name in pair))) for pair in combinations(parts, 2))
    return tuple(
        ItemAgreement(first=pair[0], second=pair[1], correlation=correlation)
        for pair, correlation in found
        if correlation is not None
    )


def owners_of(given: InputSpec, grid: int) -> Owners | None:
    """Return the cell that each place of an image or volume is in, of at most `grid` a side; None for other kinds."""
    if not isinstance(given, ImageInput | VolumeInput):
        return None
    places: Sequence[int] = given.shape[1:]
    owners = np.zeros(places, dtype=np.intp)
    for number, cell in enumerate(cells(places, [min(grid, side) for side in places]).values()):
        owners[cell] = number
    return owners


def _parts(values: NDArray[np.float32], owners: Owners | None) -> Floats:
    flat: Floats = values.astype(np.float64).ravel()
    if owners is None:
        return flat
    return np.bincount(owners.ravel(), weights=flat).astype(np.float64)
