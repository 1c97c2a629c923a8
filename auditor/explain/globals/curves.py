"""How probabilities follow one column or concept: partial dependence and accumulated local effects.

`adjust` sets what is varied: of rows (rows, ...) and one value a row (rows,) it returns changed rows.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.globals.documents import Curve, Feature
from auditor.explain.measure import Measure

Rows = NDArray[Any]  # float64 or float32, whatever the model takes
Predict = Callable[[Rows], Floats]
Labels = NDArray[np.int64]
Adjust = Callable[[Rows, Floats], Rows]
_MOST_CELLS = 4_000_000
_PER_BIN = 10  # fewest rows a bin, so that hardly a resample leaves one empty


def predicted(predict: Predict, made: Callable[[slice], Rows], total: int, numbers: int) -> Floats:
    """Return the probabilities of `total` rows (total, classes), made and asked for a few million numbers at a time.

    Raises RetraceError where the model answers with something that is no number.
    """
    size = max(1, _MOST_CELLS // max(numbers, 1))
    found = np.concatenate([predict(made(slice(at, min(at + size, total)))) for at in range(0, total, size)])
    if not np.isfinite(found).all():
        raise RetraceError(
            say("The model answered with something that is no number, so nothing is said of the set.")
        )
    return found


def dependence(predict: Predict, rows: Rows, adjust: Adjust, grid: Sequence[float] | Floats) -> Floats:
    """Return each row's probabilities with every value of a grid, (grid, rows, classes)."""

    return np.stack(
        [
            predicted(predict, _adjusted(rows, np.full(len(rows), value), adjust), len(rows), rows[0].size)
            for value in grid
        ]
    )


def _adjusted(rows: Rows, values: Floats, adjust: Adjust) -> Callable[[slice], Rows]:
    return lambda chosen: adjust(rows[chosen], values[chosen])


class Local(NamedTuple):
    """Local effects: edges (edges,), each row's bin (rows,), and what crossing it adds (rows, classes)."""

    edges: Floats
    place: Labels
    differences: Floats

    @property
    def counts(self) -> Labels:
        """How many rows lie in each bin, (edges - 1,)."""
        return np.bincount(self.place, minlength=len(self.edges) - 1)

    def accumulated(self, weights: Floats, of: int) -> Floats:
        """Return the centred curves of class `of` with rows weighted, (w, edges), of weights (w, rows).

        Equations 15 and 16 of Apley and Zhu (2020); a bin without weight has no effect.
        """
        inside = np.eye(len(self.edges) - 1)[self.place]  # (rows, bins)
        counts = weights @ inside
        steps = weights @ (inside * self.differences[:, of, None]) / np.maximum(counts, 1)
        curves = np.concatenate((np.zeros((len(weights), 1)), steps.cumsum(axis=1)), axis=1)
        middle = (curves[:, :-1] + curves[:, 1:]) / 2
        centred: Floats = curves - ((middle * counts).sum(axis=1) / counts.sum(axis=1))[:, None]
        return centred


def local_effects(predict: Predict, rows: Rows, values: Floats, adjust: Adjust, bins: int) -> Local | None:
    """Return local effects over bins of about equally many rows, or None where all `values` (rows,) are the same.

    Values that many rows share can make the bins fewer.
    """
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1), method="inverted_cdf"))
    if len(edges) == 1:
        return None
    place = np.clip(np.searchsorted(edges, values, side="left") - 1, 0, len(edges) - 2)
    lower, upper = (
        predicted(predict, _adjusted(rows, ends[place], adjust), len(rows), rows[0].size)
        for ends in (edges[:-1], edges[1:])
    )
    return Local(edges, place, upper - lower)


def shown(classes: Sequence[str]) -> list[int]:
    """Return the classes that curves are made of: all, or the second of two, whose curve mirrors the first's."""
    return [1] if len(classes) == 2 else list(range(len(classes)))


def dependence_curves(
    predict: Predict,
    rows: Rows,
    adjust: Adjust,
    grid: Floats,
    feature: Feature,
    classes: Sequence[str],
    bootstrap: Bootstrap,
    counts: tuple[int, ...] = (),
) -> tuple[Curve, ...]:
    """Return the partial dependence of each class that is shown; a feature of categories has their positions as grid.

    References
    ----------
    J. H. Friedman: Greedy Function Approximation: A Gradient Boosting Machine. Annals of Statistics 29, 2001.
    """
    found = dependence(predict, rows, adjust, grid)
    how = [say("mean probability over items")] * len(grid)
    return tuple(
        _curve(
            "partial_dependence",
            feature,
            classes[of],
            grid,
            bootstrap.means(found[:, :, of].T, how, [False] * len(grid)),
            counts,
            bootstrap,
        )
        for of in shown(classes)
    )


def effect_curves(
    predict: Predict,
    rows: Rows,
    values: Floats,
    adjust: Adjust,
    bins: int,
    feature: Feature,
    classes: Sequence[str],
    bootstrap: Bootstrap,
) -> tuple[Curve, ...]:
    """Return the accumulated local effects of each class that is shown; none where all values are the same.

    Bins hold ten items or more and stay as they are in all resamples.

    References
    ----------
    D. W. Apley, J. Zhu: Visualizing the Effects of Predictor Variables in Black Box Supervised Learning Models. JRSS B
    82, 2020, equations 15 and 16.
    """
    local = local_effects(predict, rows, values, adjust, max(1, min(bins, len(rows) // _PER_BIN)))
    if local is None:
        return ()
    counts = (0, *local.counts.tolist())
    return tuple(
        _curve(
            "accumulated_local_effects",
            feature,
            classes[of],
            local.edges,
            _accumulated(local, of, bootstrap),
            counts,
            bootstrap,
        )
        for of in shown(classes)
    )


def _accumulated(local: Local, of: int, bootstrap: Bootstrap) -> list[Measure]:
    rows = len(local.place)
    values = local.accumulated(np.ones((1, rows)), of)[0]
    replicates = bootstrap.replicates(
        lambda counts: local.accumulated(counts, of), np.zeros(rows, dtype=np.int64)
    )
    how = say("accumulated mean change of probability, from its mean over items")
    return [
        bootstrap.measure(float(value), replicate, rows, how)
        for value, replicate in zip(values, replicates.T, strict=True)
    ]


def _curve(
    kind: Literal["partial_dependence", "accumulated_local_effects"],
    feature: Feature,
    of: str,
    grid: Floats,
    measures: Sequence[Measure],
    counts: tuple[int, ...],
    bootstrap: Bootstrap,
) -> Curve:
    fullest = max(measures, key=lambda measure: len(measure.how))
    missing = [measure.no_interval for measure in measures if measure.no_interval]
    return Curve(
        name=feature.name,
        title=feature.title,
        unit=feature.unit,
        of=of,
        kind=kind,
        at=() if feature.categories else tuple(grid.tolist()),
        categories=tuple(feature.categories[int(code)] for code in grid) if feature.categories else (),
        values=tuple(measure.value for measure in measures if measure.value is not None),
        low=tuple(measure.low for measure in measures),
        high=tuple(measure.high for measure in measures),
        confidence=bootstrap.confidence,
        counts=counts,
        n=max(measure.n for measure in measures),
        method=fullest.method,
        how=fullest.how,
        seed=bootstrap.seed,
        no_interval=missing[0] if missing else None,
    )
