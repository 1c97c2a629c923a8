"""Deletion and insertion curves: how the probability goes while places leave or come back as a map orders them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.trust.asking import Answer, Asked
from auditor.explain.trust.removal import Floats, Removal


class Pair(NamedTuple):
    """The probability at each of the fractions, (steps + 1,), while places leave and while they come back."""

    deletion: Floats
    insertion: Floats


@dataclass(frozen=True)
class Curves:
    """The curves of some orders of one item's places (Petsiuk, Das, Saenko 2018).

    `orders` (orders, places) is the position of every place, from 0, which goes first. Insertion begins with all
    places taken away and brings them back in the same order. Steps that take away as many places as the one before
    cost no pass.
    """

    removal: Removal
    orders: NDArray[np.int64]
    steps: int

    @property
    def _inner(self) -> NDArray[np.int64]:
        """The numbers of places taken away, but for none and all."""
        counts = np.unique(taken(len(self.removal), self.steps))
        return counts[(counts > 0) & (counts < len(self.removal))]

    def asked(self, target: int) -> Asked:
        """Return the inputs between the ends of all curves: by order, deletion before insertion."""
        device = self.removal.given.device
        orders = torch.from_numpy(self.orders.astype(np.int32)).to(device)
        inner = torch.from_numpy(self._inner).to(device)

        def made(part: slice) -> Tensor:
            number = torch.arange(part.start, part.stop, device=device)
            early = orders[number // (2 * len(inner))] < inner[number % len(inner)][:, None]
            inserted = number // len(inner) % 2 == 1
            return self.removal.without(early ^ inserted[:, None])

        return Asked(2 * len(inner) * len(self.orders), target, made)

    def read(self, answer: Answer, whole: float, nothing: float) -> list[Pair]:
        """Return the curves of each order, given the probabilities of the whole item and with all places gone."""
        places, inner = len(self.removal), self._inner
        found = answer.probabilities.reshape(len(self.orders), 2, len(inner))
        at = np.searchsorted(np.array([0, *inner, places]), taken(places, self.steps))
        return [
            Pair(
                np.array([whole, *deleted, nothing])[at],
                np.array([nothing, *inserted, whole])[at],
            )
            for deleted, inserted in found
        ]


def taken(places: int, steps: int) -> NDArray[np.int64]:
    """Return how many of the places are taken away after each step, (steps + 1,), from none to all."""
    return np.floor(places * np.arange(steps + 1) / steps + 0.5).astype(np.int64)


def order(values: Floats, seed: int) -> NDArray[np.int64]:
    """Return the position of every place (places,), the highest value first; the seed breaks ties."""
    ties = np.random.default_rng([seed, 0x71E]).random(len(values))
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[np.lexsort((ties, -values))] = np.arange(len(values))
    return ranks


def area(curve: Floats) -> float:
    """Return the area under a curve over fractions from 0 to 1, by trapezoids."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))
