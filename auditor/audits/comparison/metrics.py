"""Performance numbers of two runs side by side, and their difference on the items that both have."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from auditor.audits.comparison.documents import MetricChange, PairedTest
from auditor.audits.comparison.pairs import Answers, Floats, Pairs
from auditor.audits.comparison.tests import apart, holm, shares, statistic, verdict
from auditor.explain.bootstrap import Bootstrap, ratio
from auditor.explain.evidence import Evidence, Metric
from auditor.explain.measure import Measure

Of = Callable[[Floats], Floats]
_LOWER = {"brier", "ece", "mce", "log_loss"}


def metric_changes(before: Evidence, after: Evidence, pairs: Pairs | None) -> tuple[MetricChange, ...]:
    """Return every number that either run has over its whole set, in the later run's order."""
    earlier, later = _by_key(before), _by_key(after)
    keys = list(dict.fromkeys([*later, *earlier]))
    found = [
        _difference(name, of, earlier.get((name, of)), later.get((name, of)), pairs, after)
        for name, of in keys
    ]
    corrected = holm([test for _, test in found])
    return tuple(
        MetricChange(
            name=name,
            of=of,
            before=earlier.get((name, of)),
            after=later.get((name, of)),
            difference=difference,
            test=test,
            change=verdict(difference, test, higher=name not in _LOWER, confidence=after.plan.confidence),
        )
        for (name, of), (difference, _), test in zip(keys, found, corrected, strict=True)
    )


def accuracy_within(
    pairs: Pairs, chosen: np.ndarray, what: str, bootstrap: Bootstrap
) -> tuple[Measure, PairedTest]:
    """Return the difference of the shares of decisions that agree with their labels, on some of the pairs."""
    one, other = (side.right[chosen].astype(np.float64) for side in pairs.answers)
    return shares(one, other, what, bootstrap)


def _difference(
    name: str,
    of: str | None,
    before: Measure | None,
    after: Measure | None,
    pairs: Pairs | None,
    evidence: Evidence,
) -> tuple[Measure, PairedTest | None]:
    what, bootstrap = "difference, later minus earlier", Bootstrap.of(evidence.plan)
    if pairs is None or before is None or after is None:
        return apart(before, after, what), None
    if name in ("accuracy", "sensitivity", "specificity"):
        chosen = _chosen(name, of, pairs)
        if not chosen.any():
            return apart(before, after, what), None
        return (
            accuracy_within(pairs, chosen, what, bootstrap)
            if name == "accuracy"
            else _said(pairs, chosen, of or "", name, what, bootstrap)
        )
    made = _CURVES.get(name)
    if made is None:
        return apart(before, after, what), None
    one, other = (made(answers, pairs.classes, of) for answers in pairs.answers)
    value = statistic(
        lambda counts: (other(counts) - one(counts))[:, None], pairs.answers[1].labels, what, bootstrap
    )
    return (
        value
        if value[0].value is not None and np.isfinite(value[0].value)
        else (apart(before, after, what), None)
    )


def _chosen(name: str, of: str | None, pairs: Pairs) -> np.ndarray:
    """Return the pairs that a number is about; those whose label changed belong to no class."""
    one, other = pairs.answers
    if name == "accuracy":
        return np.ones(len(pairs), dtype=bool)
    labelled = other.labels == pairs.classes.index(of or "")
    same = one.labels == other.labels
    chosen: np.ndarray = same & (labelled if name == "sensitivity" else ~labelled)
    return chosen


def _said(
    pairs: Pairs, chosen: np.ndarray, of: str, name: str, what: str, bootstrap: Bootstrap
) -> tuple[Measure, PairedTest]:
    place = pairs.classes.index(of)
    one, other = ((side.decided[chosen] == place) == (name == "sensitivity") for side in pairs.answers)
    return shares(one.astype(np.float64), other.astype(np.float64), what, bootstrap)


def _balanced(answers: Answers, classes: Sequence[str], of: str | None) -> Of:
    right = answers.right.astype(np.float64)
    kinds = [(answers.labels == index).astype(np.float64) for index in np.unique(answers.labels)]

    def balanced(counts: Floats) -> Floats:
        result: Floats = np.mean([ratio(counts @ (right * kind), counts @ kind) for kind in kinds], axis=0)
        return result

    return balanced


def _brier(answers: Answers, classes: Sequence[str], of: str | None) -> Of:
    squared = (answers.scores - np.eye(len(classes))[answers.labels]) ** 2
    each = squared[:, 1] if len(classes) == 2 else squared.sum(axis=1)
    return lambda counts: ratio(counts @ each, counts.sum(axis=1))


@dataclass(frozen=True)
class _Auroc:
    """How often an item of a class scores above another, by counts; ties count half."""

    order: np.ndarray
    positive: Floats
    starts: np.ndarray

    def __call__(self, counts: Floats) -> Floats:
        ordered = counts[:, self.order]
        positives = np.add.reduceat(ordered * self.positive, self.starts, axis=1)  # (rows, distinct scores)
        negatives = np.add.reduceat(ordered * (1 - self.positive), self.starts, axis=1)
        below = np.cumsum(negatives, axis=1) - negatives / 2
        return ratio((positives * below).sum(axis=1), positives.sum(axis=1) * negatives.sum(axis=1))


def _auroc(answers: Answers, classes: Sequence[str], of: str | None) -> Of:
    place = list(classes).index(of or classes[-1])
    order = np.argsort(answers.scores[:, place], kind="stable")
    _, starts = np.unique(answers.scores[order, place], return_index=True)
    return _Auroc(order, (answers.labels == place)[order].astype(np.float64), starts)


_CURVES: dict[str, Callable[[Answers, Sequence[str], str | None], Of]] = {
    "balanced_accuracy": _balanced,
    "auroc": _auroc,
    "brier": _brier,
}


def _by_key(evidence: Evidence) -> dict[tuple[str, str | None], Measure]:
    metrics: Sequence[Metric] = evidence.performance.overall
    return {(metric.name, metric.of): metric.measure for metric in metrics}
