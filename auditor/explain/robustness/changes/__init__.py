"""Each change as a pure function of an item, a dose and a generator; a dose of 0 gives the item back."""

import zlib
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from auditor.explain.robustness.changes import compression, graphs, intensity, motion, noise, optics, rows
from auditor.explain.spec import GraphInput, ImageInput, InputSpec, TableInput, VolumeInput

Item = NDArray[np.float32]
Apply = Callable[[Item, float, np.random.Generator], Item]

_GRIDDED: dict[str, Apply] = {
    "blur": optics.blurred,
    "contrast": intensity.flattened,
    "curve": intensity.curved,
    "bias_field": intensity.uneven,
    "rotation": motion.rotated,
    "shift": motion.shifted,
}
MOVING = frozenset({"rotation", "shift"})


def changes_of(given: InputSpec) -> Mapping[str, Apply]:
    """Return the changes that a kind of input can undergo, by the names of the catalog.

    Each takes an item in the model's units before normalisation, float32 (*shape), a dose in the catalog's unit and a
    generator, and returns another item; the same generator draws the same at every dose. Changes in `MOVING` move
    places, and move a map with one channel (1, *places) in the same way. A table without numbers, or without
    categories, lacks the changes of these.
    """
    match given:
        case ImageInput():
            return {"noise": noise.in_grey_levels, "compression": compression.compressed, **_GRIDDED}
        case VolumeInput():
            return {"noise": noise.in_percent, **_GRIDDED}
        case TableInput():
            return rows.changes(given)
        case GraphInput():
            return {
                "features": partial(graphs.noisy, spec=given),
                "edges": partial(graphs.without_edges, spec=given),
            }
        case _:
            raise NotImplementedError(given.kind)


def generator(seed: int, index: int, name: str) -> np.random.Generator:
    """Return what one change of one item draws from, whichever items are changed beside it."""
    return np.random.default_rng([seed, index, zlib.crc32(name.encode())])
