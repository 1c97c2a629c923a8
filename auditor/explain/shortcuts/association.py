"""Do attributions and scores go along with a group column beyond the label, and the column with the label?"""

from collections.abc import Mapping

import numpy as np

from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap, Floats, ratio
from auditor.explain.evidence import Measure
from auditor.explain.globals.drift import holm
from auditor.explain.shortcuts.documents import SCORES, Association
from auditor.explain.shortcuts.patterns import Patterns, Words
from auditor.explain.shortcuts.permanova import Permanova, permutations_for

_CRAMER = say("Cramer's V of column and label, corrected for bias (Bergsma 2013)")


def associations(seen: Patterns) -> dict[str, tuple[Association, ...]]:
    """Return by column how far each method's patterns and the scores go along with it beyond the label.

    All columns are tested; those of which fewer than two values are large enough, or that do not vary within any
    label, have none. Items of values that are too small are left out.
    """
    described = {name: table.reshape(len(table), -1) for name, table in seen.signed.items()}
    described[SCORES] = seen.scores
    asked = {
        (column, name): test
        for column in seen.groups
        for name, test in _tests(seen, column, described).items()
        if test.testable
    }
    permutations = permutations_for(len(asked), seen.bootstrap)
    p_values = [test.p_value(permutations, seen.plan.seed) for test in asked.values()]
    found: dict[str, tuple[Association, ...]] = dict.fromkeys(seen.groups, ())
    adjusted = holm(np.array(p_values)) if p_values else np.array([])
    for ((column, name), test), p_value, corrected in zip(asked.items(), p_values, adjusted, strict=True):
        found[column] += (
            Association(
                of=name,
                effect=test.effect(seen.bootstrap),
                p_value=p_value,
                adjusted=float(corrected),
                permutations=permutations,
            ),
        )
    return found


def _tests(seen: Patterns, column: str, described: Mapping[str, Floats]) -> dict[str, Permanova]:
    values = seen.groups[column]
    large = seen.large(values)
    found = {}
    for name, table in described.items():
        kept = np.isin(values, large) & np.isfinite(table).all(axis=1)
        if len(np.unique(values[kept])) > 1:
            labels, levels = (
                np.unique(words[kept], return_inverse=True)[1] for words in (seen.labels, values)
            )
            found[name] = Permanova(table[kept], labels, levels)
    return found


def separation(labels: Words, values: Words, bootstrap: Bootstrap) -> Measure:
    """Return Cramer's V of (items,) values with (items,) labels, with both of at least two kinds.

    Notes
    -----
    W. Bergsma: A bias-correction for Cramer's V and Tschuprow's T. Journal of the Korean Statistical Society 42, 2013.
    """
    rows, columns = (np.unique(words, return_inverse=True)[1] for words in (labels, values))
    shape = (rows.max() + 1, columns.max() + 1)
    cells = np.eye(shape[0] * shape[1])[rows * shape[1] + columns]  # (items, cells)

    def statistic(counts: Floats) -> Floats:
        return cramers_v((counts @ cells).reshape(-1, *shape))[:, None]

    value = float(statistic(np.ones((1, len(labels))))[0, 0])
    replicates = bootstrap.replicates(statistic, np.zeros(len(labels), dtype=np.int64))[:, 0]
    return bootstrap.measure(value, replicates, len(labels), _CRAMER)


def cramers_v(tables: Floats) -> Floats:
    """Return the bias-corrected V of each of (tables, rows, columns) counts; 0 where there is one row or column."""
    n = tables.sum(axis=(1, 2))
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    expected = rows[:, :, None] * columns[:, None, :] / n[:, None, None]
    squares = ratio((tables - expected) ** 2, expected)
    r, c = ((sums > 0).sum(axis=1) for sums in (rows, columns))
    phi2 = np.maximum(0, np.nansum(squares, axis=(1, 2)) / n - (r - 1) * (c - 1) / (n - 1))
    width = np.minimum(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return np.sqrt(np.nan_to_num(ratio(phi2, np.maximum(width, 0))))
