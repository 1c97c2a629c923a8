"""Spearman's rank correlation of maps, and the places that maps are compared at."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from torch import Tensor

from auditor.explain import packing
from auditor.explain.model import AuditedModel
from auditor.explain.spec import GraphInput

Floats = NDArray[np.float64]


def spearman(first: Floats, second: Floats) -> float | None:
    """Return the correlation of two maps' ranks, -1 to 1, where ties share the mean of their ranks.

    Both are (places,). None where a map is constant, or holds what is no number.
    """
    if not (ranked(first) and ranked(second)):
        return None
    a, b = (ranks - ranks.mean() for ranks in (rankdata(first), rankdata(second)))
    return float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1, 1))


def ranked(values: Floats) -> bool:
    """Say whether a map (places,) puts its places in an order: all numbers, and not all the same."""
    return bool(np.isfinite(values).all() and values.size and values.min() < values.max())


def correlations(first: Sequence[Floats], second: Sequence[Floats]) -> list[float | None]:
    """Return the rank correlation of each map with the one of the same number."""
    return [spearman(a, b) for a, b in zip(first, second, strict=True)]


def flat(model: AuditedModel, inputs: Tensor, maps: Tensor) -> list[Floats]:
    """Return each of the maps (items, *places) as float64 (places,), of a graph for the nodes that exist alone."""
    rows = maps.detach().cpu().double().flatten(1).numpy()
    if not isinstance(model.spec.input, GraphInput):
        return list(rows)
    there = packing.exists(inputs)[..., 0].cpu().numpy()
    return [row[nodes] for row, nodes in zip(rows, there, strict=True)]
