"""Performance numbers of two runs side by side, and their difference on the items that both have."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from auditor.audits.comparison.documents import MetricChange, PairedTest
from auditor.audits.comparison.pairs import Pairs
from auditor.audits.comparison.tests import apart, holm, shares, statistic, verdict
from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap, Floats, ratio
from auditor.explain.evidence import Evidence
from auditor.explain.measure import Measure
from auditor.explain.performance import Answers
from auditor.explain.performance.answers import Chosen
from auditor.explain.performance.calibration import bins, promised
from auditor.explain.performance.ranking import AveragePrecision
from auditor.explain.plan import Plan

Curve = Callable[[Floats], Floats]
LOWER = {"brier", "ece"}
_WHAT = say("difference, later minus earlier")
_PLAIN = say("difference of the plain calibration errors, later minus earlier")


def metric_changes(before: Evidence, after: Evidence, pairs: Pairs | None) -> tuple[MetricChange, ...]:
    """Return every number that either run has over its whole set, in the later run's order."""
    earlier, later = _by_key(before), _by_key(after)
    keys = list(dict.fromkeys([*later, *earlier]))
    found = [_difference(key, earlier.get(key), later.get(key), pairs, after.plan) for key in keys]
    corrected = holm([test for _, test in found])
    return tuple(
        MetricChange(
            name=key[0],
            of=key[1],
            before=earlier.get(key),
            after=later.get(key),
            difference=difference,
            test=test,
            change=verdict(difference, test, higher=key[0] not in LOWER, confidence=after.plan.confidence),
        )
        for key, (difference, _), test in zip(keys, found, corrected, strict=True)
    )


def metric_difference(
    name: str, of: str | None, pairs: Pairs, plan: Plan
) -> tuple[Measure, PairedTest] | None:
    """Return the difference of a number on the pairs with its test, or None where the pairs do not define it.

    Shares of the same items in both runs are tested by McNemar's exact test, all else by a paired bootstrap.
    """
    bootstrap = Bootstrap.of(plan)
    if name in ("accuracy", "sensitivity", "specificity"):
        return _shares(name, of, pairs, bootstrap)
    one, other = (curve(name, of, answers, pairs.classes, plan.minimum_group) for answers in pairs.answers)
    if one is None or other is None:
        return None
    found = statistic(
        lambda counts: (other(counts) - one(counts))[:, None],
        pairs.answers[1].labels,
        _PLAIN if name == "ece" else _WHAT,
        bootstrap,
    )
    return found if found[0].value is not None and np.isfinite(found[0].value) else None


def curve(name: str, of: str | None, answers: Answers, classes: Sequence[str], minimum: int) -> Curve | None:
    """Return a number as a function of how often each item was drawn, (rows, items) to (rows,); None for others."""
    place = list(classes).index(of) if of else len(classes) - 1
    is_label, said = answers.labels == place, answers.decided == place
    every = np.ones(len(answers.labels), dtype=bool)
    parts: dict[str, tuple[Chosen, Chosen]] = {
        "accuracy": (answers.right, every),
        "sensitivity": (said, is_label),
        "specificity": (~said, ~is_label),
        "ppv": (is_label, said),
        "npv": (~is_label, ~said),
    }
    if name in parts:
        return _ratio(*parts[name])
    made: dict[str, Callable[[], Curve]] = {
        "balanced_accuracy": lambda: _balanced(answers),
        "auroc": lambda: _auroc(is_label, answers.scores[:, place]),
        "auprc": lambda: AveragePrecision(is_label, answers.scores[:, place]),
        "brier": lambda: _brier(answers, len(classes)),
        "ece": lambda: _calibration(answers, minimum),
    }
    if name not in made or (name in ("auroc", "auprc") and is_label.all() | ~is_label.any()):
        return None
    return made[name]()


def _difference(
    key: tuple[str, str | None],
    before: Measure | None,
    after: Measure | None,
    pairs: Pairs | None,
    plan: Plan,
) -> tuple[Measure, PairedTest | None]:
    found = None
    if pairs is not None and before is not None and after is not None:
        found = metric_difference(*key, pairs, plan)
    return found or (apart(before, after, _WHAT), None)


def _shares(
    name: str, of: str | None, pairs: Pairs, bootstrap: Bootstrap
) -> tuple[Measure, PairedTest] | None:
    """Return the difference of shares decided right among the pairs that have one label in both runs."""
    one, other = pairs.answers
    chosen, place = one.labels == other.labels, list(pairs.classes).index(of) if of else None
    if name == "accuracy":
        return shares(one.right.astype(np.float64), other.right.astype(np.float64), _WHAT, bootstrap)
    positive = name == "sensitivity"
    chosen &= (other.labels == place) == positive
    if not chosen.any():
        return None
    before, after = (
        ((side.decided[chosen] == place) == positive).astype(np.float64) for side in (one, other)
    )
    return shares(before, after, _WHAT, bootstrap)


def _ratio(part: Chosen, whole: Chosen) -> Curve:
    hit, counted = (part & whole).astype(np.float64), whole.astype(np.float64)
    return lambda counts: ratio(counts @ hit, counts @ counted)


def _balanced(answers: Answers) -> Curve:
    kinds = [_ratio(answers.right, answers.labels == index) for index in np.unique(answers.labels)]

    def balanced(counts: Floats) -> Floats:
        result: Floats = np.mean([kind(counts) for kind in kinds], axis=0)
        return result

    return balanced


def _brier(answers: Answers, classes: int) -> Curve:
    squared = (answers.scores - np.eye(classes)[answers.labels]) ** 2
    each = squared[:, 1] if classes == 2 else squared.sum(axis=1)
    return lambda counts: ratio(counts @ each, counts.sum(axis=1))


def _calibration(answers: Answers, minimum: int) -> Curve:
    """Return the plain calibration error over the bins that the run itself has."""
    given, came = promised(answers)
    members = np.stack(bins(given, minimum), axis=1).astype(np.float64)  # (items, bins)

    def error(counts: Floats) -> Floats:
        result: Floats = np.abs((counts * (came - given)) @ members).sum(axis=1) / counts.sum(axis=1)
        return result

    return error


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


def _auroc(positive: Chosen, scores: Floats) -> Curve:
    order = np.argsort(scores, kind="stable")
    _, starts = np.unique(scores[order], return_index=True)
    return _Auroc(order, positive[order].astype(np.float64), starts)


def _by_key(evidence: Evidence) -> dict[tuple[str, str | None], Measure]:
    return {(metric.name, metric.of): metric.measure for metric in evidence.performance.overall}
