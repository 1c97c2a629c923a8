"""What a kind of input has to know: reading, describing, and exchanging parts."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.evidence import Feature, Region
from auditor.explain.spec import Box

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Subject:
    """One item as comparisons need it; `maps` are its attributions, one value a place, by method.

    `given` and `donor` are inputs of the model, masks are booleans (*places).
    """

    given: Tensor
    mask: Mask | None
    donor_id: str
    donor: Tensor
    donor_mask: Mask | None
    target: int
    maps: Mapping[str, NDArray[np.float32]]


class Modality(ABC):
    """One kind of input.

    Attributes
    ----------
    features : what `describe` gives, in words and units
    exchanges : whether parts are exchanged for a donor's; where not, they are taken away
    """

    features: tuple[Feature, ...]
    exchanges: bool = True

    @abstractmethod
    def read(self, content: bytes, name: str) -> Tensor:
        """Return stored content as the model's input before normalisation, float32 (*shape); raises Refused."""

    def relevant(self, content: bytes, name: str) -> Mask | None:
        """Return a mask on the model's places, None where it covers nothing or everything; raises Refused."""
        return None

    def marked(self, boxes: Sequence[Box]) -> Mask | None:
        """Return the places in any of the boxes; None where that is none of them or all."""
        return None

    def trimmed(self, values: NDArray[np.float32], given: Tensor) -> NDArray[np.float32]:
        """Return what a method attributes to one item (*places) without places that only pad it."""
        return values

    @abstractmethod
    def describe(self, given: Tensor, mask: Mask | None) -> dict[str, float]:
        """Return the features of one item by name; those that it does not have are absent."""

    @abstractmethod
    def fingerprint(self, given: Tensor) -> bytes:
        """Return what one item is compared with others by, to find copies."""

    @abstractmethod
    def regions(self, masked: bool) -> tuple[Region, ...]:
        """Return the parts that all items of a set are compared in; masks' come first."""

    @abstractmethod
    def replaced(self, subject: Subject, region: Region) -> Tensor | None:
        """Return the item with one region exchanged; None for a mask's region that it does not have."""

    @abstractmethod
    def owned(self, region: Region, mask: Mask | None) -> Mask | None:
        """Return the places of a region in an item with this mask, (*places); None where it has no such region."""


INSIDE, OUTSIDE = (Region(name=name, kind="mask") for name in ("inside", "outside"))


def exchanged_mask(region: Region, mask: Mask | None, other: Mask | None) -> Mask | None:
    """Return where a donor's numbers go when the relevant region or its surroundings are exchanged.

    "inside" is the union of both masks, so that no half of an organ stays behind, and "outside" the rest; both need
    both masks.
    """
    if mask is None or other is None:
        return None
    union = mask | other
    if region.name == INSIDE.name:
        return union
    return None if union.all() else ~union


def partial_mask(mask: Mask) -> Mask | None:
    """Return a mask; None where it covers nothing or everything."""
    return mask if mask.any() and not mask.all() else None


def owned_mask(region: Region, mask: Mask | None) -> Mask | None:
    """Return the places of the relevant region or its surroundings."""
    if mask is None:
        return None
    return mask if region.name == INSIDE.name else ~mask


def cells(places: Sequence[int], grid: Sequence[int]) -> dict[tuple[int, ...], tuple[slice, ...]]:
    """Return the cells of a grid over places by their position, row by row."""
    edges = [
        np.linspace(0, side, count + 1).round().astype(int) for side, count in zip(places, grid, strict=True)
    ]
    return {
        position: tuple(
            slice(int(edge[at]), int(edge[at + 1])) for edge, at in zip(edges, position, strict=True)
        )
        for position in np.ndindex(*grid)
    }
