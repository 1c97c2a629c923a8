"""Which parts of an item counted for or against its result, by a method that stood its tests; numbers only."""

from typing import NamedTuple

import numpy as np

from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.evidence import Evidence, ItemRecord
from reports.documents.figures.source import Floats, attribution

_MOST, _LEAST = 3, 0.1


class Part(NamedTuple):
    """One part: its place among the parts, and its value in the unit of the strongest, -1 to 1."""

    place: int
    weight: float


class Reasons(NamedTuple):
    """What one method says: the method, the map (*places), and the strongest parts, the strongest first."""

    method: str
    title: str
    values: Floats
    parts: tuple[Part, ...]


def trusted_method(evidence: Evidence, item: ItemRecord) -> str | None:
    """Return the best-ranked method that stood its tests and has a map of the item, or None."""
    ranked = sorted(
        (one for one in evidence.trust.methods if one.trusted and one.method in item.maps),
        key=lambda one: (one.rank is None, one.rank or 0, one.method),
    )
    return ranked[0].method if ranked else None


def reasons(evidence: Evidence, store: Store, item: ItemRecord) -> Reasons | None:
    """Return what counted most, or None where no method may be quoted or its map is empty.

    Raises RetraceError where the map is missing or damaged.
    """
    method = trusted_method(evidence, item)
    if method is None:
        return None
    values = attribution(store, item.maps[method].array, _what(item, method))
    largest = float(np.abs(values).max(initial=0.0))
    if largest == 0:
        return None
    title = next(one.card.title for one in evidence.methods if one.card.name == method)
    return Reasons(method, title, values, _strongest(values / largest))


def _what(item: ItemRecord, method: str) -> str:
    return say("The map of item %(item)s by %(method)s", item=repr(item.entry.id), method=method)


def _strongest(weights: Floats) -> tuple[Part, ...]:
    """Return the strongest parts; of maps over places the parts are the cells of three rows by three columns."""
    flat = weights if weights.ndim == 1 else _ninths(weights)
    largest = float(np.abs(flat).max()) or 1.0
    order = np.argsort(-np.abs(flat), kind="stable")[:_MOST]
    return tuple(
        Part(int(index), float(flat[index] / largest))
        for index in order
        if abs(float(flat[index])) >= _LEAST * largest
    )


def _ninths(weights: Floats) -> Floats:
    """Return the summed weight of each of nine cells, row by row; a volume is seen from its first axis."""
    plane = weights.sum(axis=0) if weights.ndim == 3 else weights
    rows = np.array_split(plane, 3, axis=0)
    return np.array([cell.sum() for row in rows for cell in np.array_split(row, 3, axis=1)], dtype=np.float32)
