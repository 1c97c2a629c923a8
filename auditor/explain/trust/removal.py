"""Taking places of an item away: which places can go, and what stands in for them."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom
from torch import Tensor

from auditor.explain.coalitions.players import Nodes, Players, nodes_of
from auditor.explain.modalities.base import cells
from auditor.explain.model import AuditedModel
from auditor.explain.spec import GraphInput, TableInput

Floats = NDArray[np.float64]
_BLUR = 1 / 8  # of a side: what is smaller than about a quarter of it is gone


@dataclass(frozen=True)
class Removal:
    """One item (*shape) of which places can be taken away.

    The places are pixels, voxels, a table's columns, or the nodes of a graph that may leave it, which are all but the
    focus. A place that is taken away becomes what `filled` (*shape) has there. Of an image or a volume that is a
    strongly blurred copy of itself, since black holes have edges of their own that a model reads, and a map would be
    measured by those; the standard deviation is an eighth of each side. Of a row it is the reference of the column. A
    node leaves the graph with its edges.
    """

    places: Players
    given: Tensor
    filled: Tensor

    @classmethod
    def of(cls, model: AuditedModel, given: Tensor) -> "Removal":
        """Return what can be taken away from one input (*shape) of the model."""
        spec = model.spec.input
        if isinstance(spec, GraphInput):
            nodes = nodes_of(given, len(spec.features))
            return cls(nodes, given, nodes.neutral(given))
        if isinstance(spec, TableInput):
            owners = torch.tensor(spec.owners, device=given.device)
            return cls(Players(owners), given, model.baseline(None, given[None])[0])
        shape = given.shape[1:]
        every = torch.arange(shape.numel(), device=given.device).reshape(1, *shape)
        return cls(Players(every), given, blurred(given))

    def __len__(self) -> int:
        """How many places can be taken away."""
        return len(self.places)

    def without(self, gone: Tensor) -> Tensor:
        """Return the item without the places of each set, (sets, *shape), given booleans (sets, places)."""
        return torch.where(self.places.kept(~gone), self.given, self.filled)

    def values(self, attributed: NDArray[np.float32]) -> Floats:
        """Return a map's value of every place that can be taken away, (places,)."""
        if isinstance(self.places, Nodes):
            plays = (self.places.owner >= 0).cpu().numpy()[: len(attributed)]
            return np.asarray(attributed[plays], dtype=np.float64)
        return np.asarray(attributed.ravel(), dtype=np.float64)

    def cells(self, grid: int) -> NDArray[np.int64]:
        """Return which part each place belongs to, (places,): a cell of a grid, or itself in tables and graphs."""
        if self.given.ndim < 3:
            return np.arange(len(self))
        shape = tuple(self.given.shape[1:])
        owner = np.zeros(shape, dtype=np.int64)
        for number, where in enumerate(cells(shape, [min(grid, side) for side in shape]).values()):
            owner[where] = number
        return owner.ravel()

    def noise(self, grid: int, rng: np.random.Generator) -> Floats:
        """Return a random map, (places,), as smooth as the cells of a grid; of tables and graphs it is not smooth."""
        if self.given.ndim < 3:
            return rng.normal(size=len(self))
        shape = tuple(self.given.shape[1:])
        coarse = rng.normal(size=[min(grid, side) for side in shape])
        factors = [side / count for side, count in zip(shape, coarse.shape, strict=True)]
        smooth = zoom(coarse, factors, order=1, mode="nearest", grid_mode=True)
        return np.asarray(smooth.ravel(), dtype=np.float64)


def blurred(given: Tensor) -> Tensor:
    """Return an image or a volume (channels, *places) without anything small in it."""
    sigma = (0.0, *(_BLUR * side for side in given.shape[1:]))
    smooth = gaussian_filter(given.cpu().numpy(), sigma, mode="nearest", truncate=3.0)
    return torch.from_numpy(smooth).to(given.device)
