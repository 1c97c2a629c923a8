"""Principal components of a set: how much each explains, with intervals, and where the items lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain import seeds
from auditor.explain.bootstrap import Bootstrap, Floats, ratio, undefined
from auditor.explain.globals.documents import Components
from auditor.explain.measure import Measure

Scaling = Literal["standardised", "centred"]
_SHARE = say("share of the total variance")
_INFLATED = say(
    "items are too few for the columns: resamples repeat items, and their interval leaves the value out"
)
_LEAST = 1e-10  # below this share of its largest value, what a column varies by is rounding


@dataclass(frozen=True)
class _Table:
    """The columns that vary, without gaps, and what became of the others."""

    rows: Floats
    columns: tuple[str, ...]
    fixed: dict[str, float | None]
    imputed: int


def principal_components(
    rows: Floats,
    most: int,
    bootstrap: Bootstrap,
    *,
    names: Sequence[str] | None = None,
    scaling: Scaling = "standardised",
    drawn: int = 1000,
) -> Components:
    """Return the first components, at most `most`, of rows (items, numbers).

    Columns are centred and, if "standardised", divided by their standard deviation (over n). A missing value (NaN)
    is replaced by its column's mean; a column that does not vary is left out. Scores are those of `drawn` items at
    most, drawn by the seed. Intervals resample items and repeat everything, scaling included; where items are few for
    the columns they can leave the value out, and are then withheld with the reason. A resample costs the eigenvalues
    of a square matrix of the smaller side of `rows`.

    Raises Refused where there are fewer than three items, infinite values, or no column that varies.

    References
    ----------
    I. T. Jolliffe: Principal Component Analysis. 2nd edition, Springer 2002, section 3.7 for the intervals.
    """
    table = _without_gaps(
        rows, names or [say("column %(number)s", number=index + 1) for index in range(rows.shape[1])]
    )
    n = len(table.rows)
    mean = table.rows.mean(axis=0)
    scale = table.rows.std(axis=0) if scaling == "standardised" else np.ones_like(mean)
    left, singular, right = np.linalg.svd((table.rows - mean) / scale, full_matrices=False)
    kept = min(most, n - 1, int((singular > singular[0] * _LEAST).sum()))
    signs = np.sign(right[np.arange(kept), np.abs(right[:kept]).argmax(axis=1)])
    scores = left[:, :kept] * singular[:kept] * signs
    items = seeds.drawn(n, drawn, bootstrap.seed)
    return Components(
        scaling=scaling,
        n=n,
        columns=table.columns,
        fixed=table.fixed,
        imputed=table.imputed,
        mean=tuple(mean.tolist()),
        scale=tuple(scale.tolist()),
        loadings=tuple(map(tuple, (right[:kept] * signs[:, None]).tolist())),
        variances=tuple((singular[:kept] ** 2 / (n - 1)).tolist()),
        explained=_explained(table.rows, singular[:kept] ** 2 / (singular**2).sum(), scaling, bootstrap),
        items=tuple(items.tolist()),
        scores=tuple(map(tuple, scores[items].tolist())),
    )


def _without_gaps(rows: Floats, names: Sequence[str]) -> _Table:
    if len(rows) < 3:
        raise Refused(
            say("The set has %(items)s items, and principal components need at least three.", items=len(rows))
        )
    if np.isinf(rows).any():
        name = names[int(np.isinf(rows).any(axis=0).argmax())]
        raise Refused(
            say(
                "The column %(name)s holds an infinite value; replace it before its components are taken.",
                name=repr(name),
            )
        )
    known = np.isfinite(rows)
    means = ratio(np.where(known, rows, 0.0).sum(axis=0), known.sum(axis=0))
    filled = np.where(known, rows, means)
    largest = np.abs(np.nan_to_num(filled)).max(axis=0)
    varies = known.any(axis=0) & (np.nan_to_num(filled).std(axis=0) > _LEAST * largest)
    if not varies.any():
        raise Refused(say("No column varies among the items, so there are no principal components."))
    fixed = {
        names[index]: float(means[index]) if known[:, index].any() else None
        for index in np.flatnonzero(~varies).tolist()
    }
    columns = tuple(names[index] for index in np.flatnonzero(varies).tolist())
    return _Table(filled[:, varies], columns, fixed, int((~known[:, varies]).sum()))


def _explained(rows: Floats, shares: Floats, scaling: Scaling, bootstrap: Bootstrap) -> tuple[Measure, ...]:
    def statistic(counts: Floats) -> Floats:
        return np.stack([_shares(rows, count, len(shares), scaling) for count in counts])

    replicates = bootstrap.replicates(statistic, np.zeros(len(rows), dtype=np.int64))
    return tuple(
        _around(bootstrap.measure(float(share), column, len(rows), _SHARE))
        for share, column in zip(shares, replicates.T, strict=True)
    )


def _around(measure: Measure) -> Measure:
    """Withhold an interval that leaves its value out."""
    if measure.value is None or measure.low is None or measure.high is None:
        return measure
    if measure.low <= measure.value <= measure.high:
        return measure
    return undefined(measure.value, measure.n, _SHARE, _INFLATED)


def _shares(rows: Floats, count: Floats, kept: int, scaling: Scaling) -> Floats:
    """Return the shares of one resample's first components, (kept,), NaN where it has fewer."""
    weight, chosen = count[count > 0, None], rows[count > 0]
    centred = (chosen - (weight * chosen).sum(axis=0) / count.sum()) * np.sqrt(weight)
    if scaling == "standardised":
        centred = np.nan_to_num(ratio(centred, np.sqrt((centred**2).sum(axis=0))))
    square = centred @ centred.T if len(centred) < centred.shape[1] else centred.T @ centred
    values = np.linalg.eigvalsh(square)[::-1]
    found = np.full(kept, np.nan)
    found[: len(values)] = values[:kept] / values.sum() if values.sum() > 0 else np.nan
    return found
