"""What happens to rows of a table between the person and the file."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from auditor.explain.spec import CategoryColumn, Column, NumberColumn, TableInput

Item = NDArray[np.float32]
Apply = Callable[[Item, float, np.random.Generator], Item]


def changes(spec: TableInput) -> dict[str, Apply]:
    """Return the changes that a table's columns allow."""
    found: dict[str, Apply] = {}
    if any(isinstance(column, NumberColumn) for column in spec.columns):
        found.update({"error": partial(misread, spec=spec), "offset": partial(offset, spec=spec)})
    if any(may_be_missing(column) for column in spec.columns):
        found["missing"] = partial(incomplete, spec=spec)
    if any(isinstance(column, CategoryColumn) for column in spec.columns):
        found["category"] = partial(misrecorded, spec=spec)
    return found


def misread(row: Item, dose: float, draw: np.random.Generator, spec: TableInput) -> Item:
    """Return a row (numbers,) whose numbers carry a normal error of `dose` % of their column's standard deviation.

    Missing numbers stay missing.
    """
    return _moved(row, draw.standard_normal(len(row)), dose, spec)


def offset(row: Item, dose: float, draw: np.random.Generator, spec: TableInput) -> Item:
    """Return a row (numbers,) whose numbers all read higher by `dose` % of their column's standard deviation.

    Nothing is drawn, so that all items of a set shift alike.
    """
    return _moved(row, np.ones(len(row)), dose, spec)


def incomplete(row: Item, dose: float, draw: np.random.Generator, spec: TableInput) -> Item:
    """Return a row (numbers,) of which each value is missing with a probability of `dose` %.

    A missing value is what it is at intake: NaN where the model reads it, else the column's reference. Columns that
    may not be missing stay.
    """
    made, owners = row.copy(), np.asarray(spec.owners)
    for index, (column, drawn) in enumerate(zip(spec.columns, draw.random(len(spec.columns)), strict=True)):
        if drawn < dose / 100 and may_be_missing(column):
            reads_nan = isinstance(column, NumberColumn) and column.missing == "nan"
            made[owners == index] = np.nan if reads_nan else column.encoded_reference
    return made


def misrecorded(row: Item, dose: float, draw: np.random.Generator, spec: TableInput) -> Item:
    """Return a row (numbers,) of which each category is another one, evenly drawn, with a probability of `dose` %.

    A category that is missing stays missing.
    """
    made, owners = row.copy(), np.asarray(spec.owners)
    drawn, steps = draw.random((2, len(spec.columns)))
    for index, column in enumerate(spec.columns):
        if isinstance(column, CategoryColumn) and drawn[index] < dose / 100:
            made[owners == index] = _another(made[owners == index], column, steps[index])
    return made


def may_be_missing(column: Column) -> bool:
    """Whether a model takes a row without this column's value."""
    return isinstance(column, CategoryColumn) or column.missing != "refused"


def _moved(row: Item, by: NDArray[np.float64], dose: float, spec: TableInput) -> Item:
    numbers = np.array([isinstance(spec.columns[owner], NumberColumn) for owner in spec.owners])
    return np.asarray(row + numbers * by * dose / 100 * np.array(spec.std), dtype=np.float32)


def _another(numbers: Item, column: CategoryColumn, step: float) -> Item:
    """Return the numbers of another category, `step` in [0, 1) of the way through the others."""
    count = len(column.values)
    further = 1 + int(step * (count - 1))
    if column.encoding == "code":
        return np.asarray((numbers + further) % count, dtype=np.float32)
    return np.roll(numbers, further)  # of no category at all, none is left
