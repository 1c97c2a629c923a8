"""Which groups must not be printed, because they are small or because the size of a small one would follow."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Cell = tuple[str | None, str | None]
T = TypeVar("T", bound=Hashable)


def withheld(sizes: Mapping[str | None, int], minimum: int) -> set[str | None]:
    """Return the values of one column that are not printed; None stands for items without a value.

    All values under `minimum` are withheld. What is withheld together must hold `minimum` items and two values at
    least, for the rest follows from the total by subtraction; the smallest printed ones are added until it does.
    """
    return _closed(sizes, {value for value, n in sizes.items() if n < minimum}, minimum)


def withheld_cells(
    sizes: Mapping[Cell, int], rows: set[str | None], columns: set[str | None], minimum: int
) -> set[Cell]:
    """Return the cells of two columns' table that are not printed, as whose margins the columns' values are.

    Cells are withheld that are under `minimum`, or of a value that is (`rows` and `columns`), and so are those that
    follow from a margin: within each row and column, what is withheld holds `minimum` items and two cells at least.
    Cells of items without a value of a column are never printed.

    References
    ----------
    A. Hundepool et al.: Statistical Disclosure Control. 2012, chapter 4 (secondary cell suppression).
    """
    hidden = {
        cell
        for cell, n in sizes.items()
        if n < minimum or None in cell or cell[0] in rows or cell[1] in columns
    }
    before = -1
    while len(hidden) != before:
        before = len(hidden)
        for axis in (0, 1):
            for value in _in_order({cell[axis] for cell in sizes}):
                line = {cell: n for cell, n in sizes.items() if cell[axis] == value}
                hidden |= _closed(line, hidden & set(line), minimum)
    return hidden


def sizes_of(values: Iterable[T]) -> dict[T, int]:
    """Return how often each value occurs."""
    return dict(Counter(values))


def _closed(sizes: Mapping[T, int], hidden: set[T], minimum: int) -> set[T]:
    """Return what is hidden, with the smallest others while it could be computed from the total."""
    found = set(hidden)
    for value in sorted(set(sizes) - hidden, key=lambda value: (sizes[value], str(value))):
        if not found or (len(found) > 1 and sum(sizes[one] for one in found) >= minimum):
            break
        found.add(value)
    return found


def _in_order(values: Iterable[str | None]) -> list[str | None]:
    return sorted(values, key=lambda value: (value is None, value or ""))
