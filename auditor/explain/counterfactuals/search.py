"""The smallest sets of edits that alter an outcome: all of one, all of two, and so on while the budget allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from auditor.explain.bootstrap import Floats
from auditor.explain.counterfactuals.neighbourhood import DECIMALS
from auditor.explain.counterfactuals.outcome import Outcome

Sets = NDArray[np.int64]  # (sets, size), numbers of edits in ascending order
_CHUNK = 256


@dataclass(frozen=True)
class Edits:
    """What can be done to an item: each edit changes one place (a column, a region) and costs some distance.

    Both are (edits,), ordered by place. A set of edits has one edit a place; its distance is the sum of its costs.
    """

    places: NDArray[np.int64]
    costs: Floats

    def distances(self, sets: Sets) -> Floats:
        """Return the distance of each set, (sets,)."""
        return np.asarray(self.costs[sets].sum(axis=1).round(DECIMALS), dtype=np.float64)

    def number(self, size: int) -> int:
        """Return how many sets of one size there are."""
        totals = [1] + [0] * size
        for options in np.bincount(self.places).tolist():
            for have in range(size, 0, -1):
                totals[have] += options * totals[have - 1]
        return totals[size]


class Judge(Protocol):
    """Whoever can carry edits out."""

    def probabilities(self, sets: Sets) -> Floats:
        """Return what the model says of each edited item, (sets, classes)."""

    def nearness(self, sets: Sets) -> Floats:
        """Return how near each edited item is to the reference items, (sets,)."""


@dataclass(frozen=True)
class Limits:
    """The largest set, the most alternatives, the most questions, the largest distance and the largest nearness."""

    size: int
    count: int
    budget: int
    bound: float
    distance: float = np.inf


@dataclass(frozen=True)
class Chosen:
    """One alternative: its edits, its distance, its nearness and the model's probabilities (classes,)."""

    edits: tuple[int, ...]
    distance: float
    nearness: float
    probabilities: Floats


@dataclass(frozen=True)
class Found:
    """The alternatives, smallest first, and how thoroughly they were searched for; see `documents.Answer`."""

    chosen: tuple[Chosen, ...] = ()
    tried: int = 0
    altering: int = 0
    searched_to: int = 0
    exhaustive: bool = True


def search(edits: Edits, judge: Judge, outcome: Outcome, limits: Limits) -> Found:
    """Return the smallest plausible sets that alter the outcome.

    Smallest means fewest edits, then the smallest distance, then the first in the order of places. An alternative
    changes no superset of the places of one before it, so that each needs all that it changes. All sets of a size are
    tried while the budget allows; else the most promising sets of the size before are grown by one edit each.

    References
    ----------
    S. Wachter, B. Mittelstadt, C. Russell: Counterfactual Explanations without Opening the Black Box. Harvard JOLT 31,
    2018. R. Mothilal, A. Sharma, C. Tan: Explaining Machine Learning Classifiers through Diverse Counterfactual
    Explanations. FAT* 2020. C. Fernandez-Loria, F. Provost, X. Han: Explaining Data-Driven Decisions made by AI
    Systems: The Counterfactual Approach. MIS Quarterly 46, 2022.
    """
    chosen: list[Chosen] = []
    sets, tried, altering, searched_to, exhaustive = np.zeros((1, 0), np.int64), 0, 0, 0, True
    for size in range(1, min(limits.size, len(np.unique(edits.places))) + 1):
        left, taken = limits.budget - tried, _places(edits, chosen)
        if edits.number(size) <= left:
            sets = _every(edits, size)
            searched_to += exhaustive
        else:
            exhaustive = False
            sets = _grown(edits, sets[_fresh(edits, sets, taken)], left // (limits.size - size + 1))
        sets = sets[_fresh(edits, sets, taken) & (edits.distances(sets) <= limits.distance)]
        if not len(sets):
            continue
        probabilities = judge.probabilities(sets)
        altered = np.flatnonzero(outcome.altered(probabilities))
        tried, altering = tried + len(sets), altering + len(altered)
        chosen += _smallest(
            edits, judge, sets[altered], probabilities[altered], limits, limits.count - len(chosen)
        )
        if len(chosen) == limits.count:
            break
        sets = sets[np.argsort(-outcome.promise(probabilities), kind="stable")]
    return Found(tuple(chosen), tried, altering, searched_to, exhaustive)


def _places(edits: Edits, chosen: Sequence[Chosen]) -> list[tuple[int, ...]]:
    return [tuple(edits.places[list(one.edits)].tolist()) for one in chosen]


def _fresh(edits: Edits, sets: Sets, taken: Sequence[tuple[int, ...]]) -> NDArray[np.bool_]:
    """Return which sets hold none of the taken sets of places, (sets,)."""
    fresh, places = np.ones(len(sets), np.bool_), edits.places[sets]
    for one in taken:
        fresh &= ~np.all([(places == place).any(axis=1) for place in one], axis=0)
    return fresh


def _every(edits: Edits, size: int) -> Sets:
    options = [np.flatnonzero(edits.places == place) for place in np.unique(edits.places)]
    blocks = [
        np.stack(np.meshgrid(*picked, indexing="ij"), axis=-1).reshape(-1, size)
        for picked in combinations(options, size)
    ]
    return np.concatenate(blocks)


def _grown(edits: Edits, sets: Sets, most: int) -> Sets:
    """Return the first sets, each with one more edit, cheap ones first; at most `most`."""
    more = np.argsort(edits.costs, kind="stable")[:most]
    parents = sets[: max(1, most // max(1, len(more)))]
    grown = np.concatenate(
        (np.repeat(parents, len(more), axis=0), np.tile(more, len(parents))[:, None]), axis=1
    )
    apart = ~(edits.places[grown[:, :-1]] == edits.places[grown[:, -1:]]).any(axis=1)
    ordered = np.sort(grown[apart], axis=1)
    _, first = np.unique(ordered, axis=0, return_index=True)
    return ordered[np.sort(first)]


def _smallest(
    edits: Edits, judge: Judge, sets: Sets, probabilities: Floats, limits: Limits, count: int
) -> list[Chosen]:
    """Return at most `count` plausible sets of different places, smallest first; all sets are of one size."""
    distances, chosen = edits.distances(sets), list[Chosen]()
    order = np.lexsort((*sets.T[::-1], distances))
    while len(order) and len(chosen) < count:
        part, order = order[:_CHUNK], order[_CHUNK:]
        nearness = judge.nearness(sets[part])
        for at, near in zip(part, nearness, strict=True):
            if near <= limits.bound and _fresh(edits, sets[at : at + 1], _places(edits, chosen))[0]:
                chosen.append(
                    Chosen(tuple(sets[at].tolist()), float(distances[at]), float(near), probabilities[at])
                )
        order = order[_fresh(edits, sets[order], _places(edits, chosen))]
    return chosen[:count]
