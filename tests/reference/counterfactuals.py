"""Counterfactuals again, slowly: every combination of all columns or regions, in the file's own words."""

from itertools import product
from math import prod

import numpy as np
import torch
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve
from torch import Tensor

from auditor.explain.model import AuditedModel
from auditor.explain.rows import encoded
from auditor.explain.spec import NumberColumn

Row = dict[str, float | str | None]  # None is missing


def probabilities(model: AuditedModel, row: Row) -> list[float]:
    words = {name: "" if value is None else str(value) for name, value in row.items()}
    return model.probabilities(encoded(words, model.spec.input, "row")[None])[0].tolist()


def spread(model: AuditedModel, rows: list[Row], name: str) -> float:
    values = [row[name] for row in rows if isinstance(row[name], float)]
    return max(values) - min(values) if values else 0.0


def distance(one: Row, other: Row, spreads: dict[str, float]) -> float:
    """Gower 1971: the mean over columns that neither row misses; 1 where there is none."""
    parts = []
    for name, value in one.items():
        if value is None or other[name] is None:
            continue
        if isinstance(value, str) or spreads[name] == 0:
            parts.append(0.0 if value == other[name] else 1.0)
        else:
            parts.append(abs(value - other[name]) / spreads[name])
    return round(sum(parts) / len(parts), 12) if parts else 1.0


def nearness(row: Row, others: list[Row], neighbours: int, spreads: dict[str, float]) -> float:
    return round(sum(sorted(distance(row, other, spreads) for other in others)[:neighbours]) / neighbours, 12)


def bound(rows: list[Row], neighbours: int, quantile: float, spreads: dict[str, float]) -> float:
    """The smallest value that at least this share of the rows does not exceed."""
    among = [
        nearness(row, rows[:index] + rows[index + 1 :], neighbours, spreads) for index, row in enumerate(rows)
    ]
    return min(v for v in among if sum(other <= v for other in among) / len(among) >= quantile)


def allowed(rows: list[Row], name: str, levels: int) -> list[float | str]:
    """The observed values; of more numbers than levels, their quantiles by counting."""
    values = sorted(row[name] for row in rows if row[name] is not None)
    if not values or isinstance(values[0], str) or len(set(values)) <= levels:
        return sorted(set(values))
    shares = [level / (levels - 1) for level in range(levels)]
    return sorted({next(v for i, v in enumerate(values, 1) if i / len(values) >= share) for share in shares})


def smallest(
    model: AuditedModel, row: Row, rows: list[Row], settings: dict[str, float], target: int | None
) -> list[tuple[int, float, Row]]:
    """Every plausible row that alters the outcome: how many columns change, the distance, the row; smallest first."""
    columns = {column.name: column for column in model.spec.input.columns}
    spreads = {name: spread(model, rows, name) for name, c in columns.items() if isinstance(c, NumberColumn)}
    limit = bound(rows, settings["neighbours"], settings["quantile"], spreads)
    others = list(rows)
    if row in others:
        others.remove(row)
    options = [
        [row[name]]
        if column.fixed or row[name] is None
        else [row[name], *(v for v in allowed(rows, name, settings["levels"]) if v != row[name])]
        for name, column in columns.items()
    ]
    before, found = probabilities(model, row), []
    for values in product(*options):
        changed = dict(zip(columns, values, strict=True))
        size = sum(changed[name] != row[name] for name in columns)
        after = probabilities(model, changed)
        top = after.index(max(after))
        wanted = top == target if target is not None else top != before.index(max(before))
        if not 1 <= size <= settings["most_columns"] or not wanted or max(after) < settings["margin"]:
            continue
        if nearness(changed, others, settings["neighbours"], spreads) <= limit:
            found.append((size, distance(row, changed, spreads), changed))
    return sorted(found, key=lambda one: one[:2])


def harmonic(plane: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Laplace's equation on the hole as one sparse system: each place the mean of its neighbours, borders mirrored."""
    numbers = np.full(hole.shape, -1)
    numbers[hole] = np.arange(hole.sum())
    matrix, right = lil_matrix((int(hole.sum()),) * 2), np.zeros(int(hole.sum()))
    for place in zip(*np.nonzero(hole), strict=True):
        row = numbers[place]
        for axis, step in product(range(hole.ndim), (-1, 1)):
            beside = list(place)
            beside[axis] = min(max(beside[axis] + step, 0), hole.shape[axis] - 1)
            matrix[row, row] += 1
            if hole[tuple(beside)]:
                matrix[row, numbers[tuple(beside)]] -= 1
            else:
                right[row] += plane[tuple(beside)]
    result = plane.astype(np.float64).copy()
    result[hole] = spsolve(matrix.tocsr(), right)
    return result


def subsets_that_flip(model: AuditedModel, item: Tensor, owner: Tensor, fill, most_area: float) -> list:
    """Every set of regions that alters the outcome once filled: its size, area, regions and pixels; smallest first."""
    count, places = int(owner.max()) + 1, prod(owner.shape)
    before, found = int(model.probabilities(item[None])[0].argmax()), []
    sets = [tuple(part for part in range(count) if number >> part & 1) for number in range(1, 2**count - 1)]
    holes = torch.stack([torch.isin(owner, torch.tensor(regions)) for regions in sets])
    for regions, hole, pixels in zip(sets, holes, fill(item, holes), strict=True):
        area = round(float(hole.sum()) / places, 12)
        if area <= most_area and int(model.probabilities(pixels[None])[0].argmax()) != before:
            found.append((len(regions), area, regions, pixels[None]))
    return sorted(found, key=lambda one: one[:3])
