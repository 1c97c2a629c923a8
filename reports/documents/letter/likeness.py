"""How often the model errs for people like this one, and how sure it is: numbers out of the evidence."""

import math
from typing import NamedTuple

from auditor.explain.evidence import Evidence, ItemRecord, Measure, Metric


class Errors(NamedTuple):
    """How many of a hundred results differed from the label: the number, its interval, and on how many cases."""

    of_hundred: int
    low: int | None
    high: int | None
    n: int
    group: tuple[tuple[str, str], ...] = ()


def overall_errors(evidence: Evidence) -> Errors | None:
    """Return the errors over the whole set, or None where accuracy is undefined."""
    measure = _accuracy(evidence.performance.overall)
    return None if measure is None else _errors(measure)


def errors_like(evidence: Evidence, item: ItemRecord) -> Errors | None:
    """Return the errors in the smallest printed group or pair of groups that the item belongs to, or None."""
    performance, groups = evidence.performance, item.entry.groups
    found: list[tuple[int, tuple[tuple[str, str], ...], tuple[Metric, ...]]] = [
        (one.n or 0, ((one.column, one.value),), one.metrics)
        for one in performance.groups
        if not one.suppressed and groups.get(one.column) == one.value
    ]
    found += [
        (one.n, tuple(zip(one.columns, one.values, strict=True)), one.metrics)
        for one in performance.intersections
        if all(groups.get(column) == value for column, value in zip(one.columns, one.values, strict=True))
    ]
    for _n, group, metrics in sorted(found, key=lambda one: (one[0], one[1])):
        measure = _accuracy(metrics)
        if measure is not None:
            return _errors(measure)._replace(group=group)
    return None


def observed_at(evidence: Evidence, item: ItemRecord) -> Measure | None:
    """Return how often results with about this score came true in the test, or None where that was not measured."""
    calibration = evidence.performance.calibration
    if calibration is None:
        return None
    classes = evidence.model.spec.output.classes
    score = item.scores[classes.index(item.predicted if calibration.of is None else calibration.of)]
    near = min(calibration.bins, key=lambda one: abs(one.predicted - score), default=None)
    if near is None or near.observed.value is None or not near.low <= score <= near.high:
        return None
    return near.observed if calibration.of in (None, item.predicted) else _complement(near.observed)


def _complement(measure: Measure) -> Measure:
    turned = {
        "value": None if measure.value is None else 1 - measure.value,
        "low": None if measure.high is None else 1 - measure.high,
        "high": None if measure.low is None else 1 - measure.low,
    }
    return measure.model_copy(update=turned)


def _accuracy(metrics: tuple[Metric, ...]) -> Measure | None:
    for one in metrics:
        if one.name == "accuracy" and one.measure.value is not None:
            return one.measure
    return None


def _errors(measure: Measure) -> Errors:
    low = None if measure.high is None else math.floor(100 * (1 - measure.high))
    high = None if measure.low is None else math.ceil(100 * (1 - measure.low))
    return Errors(round(100 * (1 - (measure.value or 0.0))), low, high, measure.n)
