"""Shapley values of a game, by permutations or by the Shapley kernel, with standard errors."""

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


def settled(values: Floats, errors: Floats, tolerance: float) -> bool:
    """Say whether the largest standard error is within `tolerance` of the values' range.

    I. Covert, S. Lundberg, S.-I. Lee: Understanding Global Feature Contributions With Additive Importance Measures.
    NeurIPS 2020, section 4.2.
    """
    return bool(errors.max() <= tolerance * (values.max() - values.min()))


class Permutations:
    """Shapley values as means over permutations, in pairs of one and its reverse.

    Castro, Gomez, Tejada: Polynomial Calculation of the Shapley Value Based on Sampling. 2009; pairs: R. Mitchell, J.
    Cooper, E. Frank, G. Holmes: Sampling Permutations for Shapley Value Estimation. JMLR 23, 2022, section 3.
    """

    def __init__(self, players: int, nobody: float, everybody: float, rng: np.random.Generator) -> None:
        self.players, self.ends, self.rng = players, (nobody, everybody), rng
        self.samples: list[Floats] = []

    def propose(self, pairs: int) -> Booleans:
        """Return the coalitions of so many pairs of permutations, (pairs * 2 * (players - 1), players)."""
        drawn = [self.rng.permutation(self.players) for _ in range(pairs)]
        self.orders = [order for one in drawn for order in (one, one[::-1])]
        return np.array([row for order in self.orders for row in _joining(order)], dtype=np.bool_).reshape(
            -1, self.players
        )

    def learn(self, values: Floats) -> None:
        """Take the values of the coalitions that were proposed last."""
        nobody, everybody = self.ends
        marginals = []
        for order, inner in zip(self.orders, values.reshape(len(self.orders), -1), strict=True):
            steps = np.diff(np.concatenate(([nobody], inner, [everybody])))
            marginal = np.empty(self.players)
            marginal[order] = steps
            marginals.append(marginal)
        self.samples.extend((a + b) / 2 for a, b in zip(marginals[::2], marginals[1::2], strict=True))

    def estimate(self) -> tuple[Floats, Floats]:
        """Return the values and their standard errors, both (players,); needs two pairs."""
        made = np.stack(self.samples)
        return made.mean(axis=0), made.std(axis=0, ddof=1) / math.sqrt(len(made))


def _joining(order: NDArray[np.int64]) -> Iterator[Booleans]:
    """Return the coalitions on the way from nobody to everybody, without these two."""
    there = np.zeros(len(order), dtype=np.bool_)
    for player in order[:-1]:
        there[player] = True
        yield there.copy()


class Kernel:
    """Shapley values as the constrained least squares fit under the Shapley kernel.

    Coalitions are drawn from the kernel in pairs of one and its complement. The standard errors are those of the fit:
    the covariance of its residuals through the exact moment matrix.

    S. Lundberg, S.-I. Lee: A Unified Approach to Interpreting Model Predictions. NeurIPS 2017, theorem 2; I. Covert,
    S.-I. Lee: Improving KernelSHAP. AISTATS 2021, sections 3 and 4.
    """

    def __init__(self, players: int, nobody: float, everybody: float, rng: np.random.Generator) -> None:
        self.players, self.nobody, self.rng = players, nobody, rng
        self.gain = everybody - nobody
        self.coalitions = np.zeros((0, players), dtype=np.bool_)
        self.gains: Floats = np.zeros(0)

    def propose(self, pairs: int) -> Booleans:
        """Return so many pairs of coalitions, (2 * pairs, players)."""
        sizes = np.arange(1, self.players)
        weight = 1 / (sizes * (self.players - sizes))
        drawn = self.rng.choice(sizes, size=pairs, p=weight / weight.sum())
        self.asked = np.zeros((2 * pairs, self.players), dtype=np.bool_)
        for row, size in enumerate(drawn):
            self.asked[2 * row, self.rng.permutation(self.players)[:size]] = True
            self.asked[2 * row + 1] = ~self.asked[2 * row]
        return self.asked

    def learn(self, values: Floats) -> None:
        """Take the values of the coalitions that were proposed last."""
        self.coalitions = np.concatenate((self.coalitions, self.asked))
        self.gains = np.concatenate((self.gains, values - self.nobody))

    def estimate(self) -> tuple[Floats, Floats]:
        """Return the values and their standard errors, both (players,); needs two pairs."""
        there = self.coalitions.astype(np.float64)
        moments = there.T @ there / len(there)
        exact = moment_matrix(self.players)
        if np.linalg.matrix_rank(moments, hermitian=True) < self.players:
            moments = exact
        values = constrained(moments, there.T @ self.gains / len(there), self.gain)
        inverse = np.linalg.inv(exact)
        ones = inverse.sum(axis=1)
        projector = inverse - np.outer(ones, ones) / ones.sum()
        scores = there * (self.gains - there @ values)[:, None]
        pairs = (scores[::2] + scores[1::2]) / 2 @ projector.T
        return values, pairs.std(axis=0, ddof=1) / math.sqrt(len(pairs))


def constrained(moments: Floats, products: Floats, gain: float) -> Floats:
    """Return the values that fit best among those that sum to the gain."""
    inverse = np.linalg.inv(moments)
    free, ones = inverse @ products, inverse.sum(axis=1)
    result: Floats = free - ones * (free.sum() - gain) / ones.sum()
    return result


def moment_matrix(players: int) -> Floats:
    """Return E[z z'] of coalitions z under the Shapley kernel, (players, players)."""
    sizes = np.arange(1, players)
    weight = 1 / (sizes * (players - sizes))
    both = float((weight * sizes * (sizes - 1)).sum() / weight.sum() / (players * (players - 1)))
    return np.full((players, players), both) + np.eye(players) * (0.5 - both)


def every_coalition(players: int) -> Booleans:
    """Return all coalitions but nobody and everybody, (2 ** players - 2, players)."""
    return np.array(list(product((False, True), repeat=players))[1:-1], dtype=np.bool_).reshape(-1, players)


def exact(coalitions: Booleans, gains: Floats, gain: float) -> Floats:
    """Return exact Shapley values from the gains over nobody of `every_coalition`."""
    players = coalitions.shape[1]
    if players == 1:
        return np.array([gain])
    sizes = coalitions.sum(axis=1)
    weight = np.array([1 / (math.comb(players, int(s)) * s * (players - s)) for s in sizes])
    there = coalitions.astype(np.float64)
    return constrained(there.T @ (there * weight[:, None]), there.T @ (gains * weight), gain)
