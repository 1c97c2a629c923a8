"""The parts of an item that a coalitional game is played with: superpixels, cells of a grid, features, nodes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import torch
from skimage.segmentation import slic
from torch import Tensor
from torch.nn.functional import pad

from auditor.common.errors import Refused
from auditor.common.said import say

Cut = Literal["superpixels", "grid"]


@dataclass(frozen=True)
class Players:
    """Which part each number of one input belongs to.

    `owner` counts parts from 0 and broadcasts to one input: (1, *places) for images and volumes, (numbers,) for
    the rows of a table.
    """

    owner: Tensor

    @cached_property
    def sizes(self) -> Tensor:
        """How many numbers of `owner` each part has, (players,)."""
        return torch.bincount(self.owner.flatten())

    def __len__(self) -> int:
        return len(self.sizes)

    def kept(self, coalitions: Tensor) -> Tensor:
        """Return what each coalition (coalitions, players) keeps, booleans (coalitions, *owner)."""
        return coalitions[:, self.owner]

    def spread(self, values: Tensor) -> Tensor:
        """Return each part's value spread evenly over its numbers, in the shape of `owner`."""
        return (values / self.sizes)[self.owner]

    def neutral(self, item: Tensor) -> Tensor:
        """Return an input (channels, *places) with each part painted in its own mean."""
        flat, owner = item.flatten(1).double(), self.owner.flatten()
        sums = torch.zeros(len(flat), len(self), dtype=flat.dtype, device=item.device)
        sums.index_add_(1, owner, flat)
        return (sums / self.sizes)[:, self.owner[0]].to(item.dtype)


@dataclass(frozen=True)
class Nodes(Players):
    """The nodes of a graph that may leave it; `owner` (nodes,) is -1 for the focus and where there is no node."""

    features: int

    @cached_property
    def sizes(self) -> Tensor:
        """How many numbers of a node's features each player has, (players,)."""
        return torch.full_like(self.owner[self.owner >= 0], self.features)

    def kept(self, coalitions: Tensor) -> Tensor:
        """Return what each coalition (coalitions, players) keeps: a node's line, and its edges where both ends stay."""
        there = pad(coalitions, (0, 1), value=True)[:, self.owner]
        lines = there[..., None].expand(-1, -1, 2 + self.features)
        return torch.cat((lines, there[..., None] & there[:, None]), dim=-1)

    def spread(self, values: Tensor) -> Tensor:
        """Return each node's value spread evenly over its features, (nodes, columns)."""
        shares = pad(values / self.features, (0, 1))[self.owner]
        return pad(shares[:, None].expand(-1, self.features), (2, len(self.owner)))

    def neutral(self, item: Tensor) -> Tensor:
        """Return the graph (nodes, columns) that no player is in."""
        return torch.zeros_like(item)


def nodes_of(item: Tensor, features: int) -> Nodes:
    """Return the players of a graph (nodes, columns): the nodes that exist and are not the focus."""
    plays = (item[:, 0] != 0) & (item[:, 1] == 0)
    return Nodes(torch.where(plays, plays.cumsum(0) - 1, -1), features)


def cut_into_parts(item: Tensor, cut: Cut, count: int) -> Players:
    """Return about `count` parts of an image or volume (channels, *places) in [0, 1].

    Superpixels are those of SLIC (Achanta et al. 2012), by colour where there are three channels and by the mean of
    all channels elsewhere.
    """
    places = item.shape[1:]
    if count > places.numel():
        raise Refused(
            say(
                "An input of %(places)s places cannot be cut into %(count)s parts; ask for fewer.",
                places=places.numel(),
                count=count,
            )
        )
    owner = _superpixels(item, count) if cut == "superpixels" else _grid(tuple(places), count)
    return Players(torch.from_numpy(owner)[None].to(item.device))


def _superpixels(item: Tensor, count: int) -> np.ndarray:
    values = item.cpu().numpy().astype(np.float64)
    if len(values) == 3 and values.ndim == 3:
        labels = slic(values.transpose(1, 2, 0), n_segments=count, compactness=10.0, start_label=0)
    else:
        labels = slic(
            values.mean(axis=0), n_segments=count, compactness=0.1, start_label=0, channel_axis=None
        )
    return np.unique(labels, return_inverse=True)[1].reshape(item.shape[1:]).astype(np.int64)


def _grid(places: tuple[int, ...], count: int) -> np.ndarray:
    cells = max(1, round(count ** (1 / len(places))))
    owner = np.zeros(places, dtype=np.int64)
    for axis, side in enumerate(places):
        along = np.arange(side) * min(cells, side) // side
        owner = owner * min(cells, side) + along.reshape([-1 if axis == a else 1 for a in range(len(places))])
    return owner
