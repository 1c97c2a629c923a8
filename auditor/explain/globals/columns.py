"""The columns of a table as features that a person can name, and the curves of one of them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from auditor.common.said import verbatim
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.globals.curves import Predict, dependence_curves, effect_curves
from auditor.explain.globals.documents import Curve, Feature, GlobalSettings
from auditor.explain.globals.table import setting
from auditor.explain.spec import CategoryColumn, TableInput


def column_features(spec: TableInput) -> tuple[Feature, ...]:
    """Return each column as a feature; without a title its name stands for it."""
    return tuple(
        Feature(name=column.name, title=verbatim(column.label), unit="", categories=column.values)
        if isinstance(column, CategoryColumn)
        else Feature(
            name=column.name, title=verbatim(column.label), unit=verbatim(column.unit) if column.unit else ""
        )
        for column in spec.columns
    )


def column_values(rows: Floats, spec: TableInput) -> Floats:
    """Return the value of each column (items, columns) of rows (items, numbers).

    A category is its position among the column's values, and NaN where a one-hot row names none.
    """
    owners, found = np.asarray(spec.owners), np.empty((len(rows), len(spec.columns)))
    for index, column in enumerate(spec.columns):
        numbers = rows[:, owners == index]
        one_hot = isinstance(column, CategoryColumn) and column.encoding == "one_hot"
        position = np.where(numbers.any(axis=1), numbers.argmax(axis=1), np.nan)
        found[:, index] = position if one_hot else numbers[:, 0]
    return found


def curves_of_column(
    predict: Predict,
    rows: Floats,
    spec: TableInput,
    index: int,
    classes: Sequence[str],
    settings: GlobalSettings,
    bootstrap: Bootstrap,
) -> tuple[Curve, ...]:
    """Return a column's partial dependence and, for numbers, its accumulated local effects.

    The grid is of the quantiles of the numbers, or of the commonest categories. Rows whose number is missing count in
    the partial dependence, not in the local effects.
    """
    column, feature = spec.columns[index], column_features(spec)[index]
    numbers = np.flatnonzero(np.asarray(spec.owners) == index)
    values = column_values(rows, spec)[:, index]
    known = np.isfinite(values)
    if not known.any():
        return ()
    if isinstance(column, CategoryColumn):
        codes = np.arange(len(column.values), dtype=np.float64)[:, None]
        adjust = setting(numbers, np.eye(len(codes)) if column.encoding == "one_hot" else codes)
        counts = sorted(
            Counter(values[known].astype(int).tolist()).items(), key=lambda pair: (-pair[1], pair[0])
        )
        chosen = sorted(counts[: settings.grid])
        grid = np.array([code for code, _ in chosen], dtype=np.float64)
        seen = tuple(count for _, count in chosen)
        return dependence_curves(predict, rows, adjust, grid, feature, classes, bootstrap, seen)
    adjust = setting(int(numbers[0]))
    grid = np.unique(np.quantile(values[known], np.linspace(0, 1, settings.grid), method="inverted_cdf"))
    return (
        *dependence_curves(predict, rows, adjust, grid, feature, classes, bootstrap),
        *effect_curves(
            predict, rows[known], values[known], adjust, settings.bins, feature, classes, bootstrap
        ),
    )
