"""How well decisions agree with labels: overall and per group, with bootstrap intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.explain.bootstrap import Bootstrap, Floats, ratio, undefined
from auditor.explain.evidence import GroupPerformance, ItemRecord, Metric, Performance
from auditor.explain.plan import Plan


@dataclass(frozen=True)
class Answers:
    """Labels and decisions (items,) as class indices, and probabilities (items, classes)."""

    labels: NDArray[np.int64]
    decided: NDArray[np.int64]
    scores: Floats

    def of(self, chosen: NDArray[np.bool_]) -> "Answers":
        """Return the answers on some of the items."""
        return Answers(self.labels[chosen], self.decided[chosen], self.scores[chosen])


def performance(records: Sequence[ItemRecord], classes: Sequence[str], plan: Plan) -> Performance:
    """Return overall and group performance; groups under the plan's minimum are suppressed."""
    position = {name: index for index, name in enumerate(classes)}
    answers = Answers(
        labels=np.array([position[record.entry.label] for record in records], dtype=np.int64),
        decided=np.array([position[record.predicted] for record in records], dtype=np.int64),
        scores=np.array([record.scores for record in records], dtype=np.float64).reshape(-1, len(classes)),
    )
    confusion = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(confusion, (answers.labels, answers.decided), 1)
    return Performance(
        overall=metrics(answers, classes, Bootstrap.of(plan)),
        groups=tuple(_groups(records, answers, classes, plan)),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
    )


def _groups(
    records: Sequence[ItemRecord], answers: Answers, classes: Sequence[str], plan: Plan
) -> list[GroupPerformance]:
    found = sorted({pair for record in records for pair in record.entry.groups.items()})
    result = []
    for column, value in found:
        chosen = np.array([record.entry.groups.get(column) == value for record in records])
        n = int(chosen.sum())
        small = n < plan.minimum_group
        numbers = () if small else metrics(answers.of(chosen), classes, Bootstrap.of(plan))
        result.append(GroupPerformance(column=column, value=value, n=n, suppressed=small, metrics=numbers))
    return result


def metrics(answers: Answers, classes: Sequence[str], bootstrap: Bootstrap) -> tuple[Metric, ...]:
    """Return every metric on these items; resamples keep the number of items of each label."""
    columns = _columns(answers, classes)

    def statistic(counts: Floats) -> Floats:
        return np.stack([column.of(counts) for column in columns], axis=1)

    values = statistic(np.ones((1, len(answers.labels))))[0]
    replicates = bootstrap.replicates(statistic, answers.labels)
    made = []
    for column, value, replicate in zip(columns, values, replicates.T, strict=True):
        how = f"{column.how}; items resampled within each label"
        measure = (
            bootstrap.measure(float(value), replicate, column.n, how, share=column.share)
            if np.isfinite(value)
            else undefined(None, column.n, column.how, column.undefined)
        )
        made.append(Metric(name=column.name, of=column.label, measure=measure))
    return tuple(made)


@dataclass(frozen=True)
class _Column:
    """One metric as a function of counts (rows, items) to values (rows,)."""

    name: Any
    label: str | None
    of: Any
    n: int
    how: str
    undefined: str = ""
    share: bool = False


def _columns(answers: Answers, classes: Sequence[str]) -> list[_Column]:
    right = (answers.labels == answers.decided).astype(np.float64)
    n, brier = len(right), _brier(answers)
    present = [index for index in range(len(classes)) if (answers.labels == index).any()]
    kinds = [(answers.labels == index).astype(np.float64) for index in present]

    def balanced(counts: Floats) -> Floats:
        shares = np.array([ratio(counts @ (right * kind), counts @ kind) for kind in kinds])
        result: Floats = shares.mean(axis=0)
        return result

    columns = [
        _Column(
            "accuracy",
            None,
            _share_of(right, np.ones(n)),
            n,
            "share of items decided as labelled",
            share=True,
        ),
        _Column(
            "balanced_accuracy", None, balanced, n, "mean over the labels present of the share decided right"
        ),
    ]
    for index, label in enumerate(classes):
        columns += _one_against_rest(answers, index, label)
    scale = "second class" if len(classes) == 2 else "all classes, summed"
    how = f"mean squared difference between probability and label, {scale}"
    columns.append(_Column("brier", None, _share_of(brier, np.ones(n)), n, how))
    return columns


def _one_against_rest(answers: Answers, index: int, label: str) -> list[_Column]:
    is_label = (answers.labels == index).astype(np.float64)
    said = (answers.decided == index).astype(np.float64)
    n, positives = len(said), int(is_label.sum())
    none, only = f"no item here is labelled {label}", f"every item here is labelled {label}"
    missing = none if positives == 0 else only
    return [
        _Column(
            "sensitivity", label, _share_of(said * is_label, is_label), positives,
            f"share of the items labelled {label} decided as {label}", none, share=True,
        ),
        _Column(
            "specificity", label, _share_of((1 - said) * (1 - is_label), 1 - is_label), n - positives,
            f"share of the items not labelled {label} not decided as {label}", only, share=True,
        ),
        _Column(
            "auroc", label, _Auroc(is_label, answers.scores[:, index]), n,
            f"area under the ROC curve of the probability of {label}, ties counted half", missing,
        ),
    ]  # fmt: skip


def _share_of(part: Floats, whole: Floats) -> Any:
    return lambda counts: ratio(counts @ part, counts @ whole)


def _brier(answers: Answers) -> Floats:
    """Return each item's squared difference; for two classes that of the second one (Brier 1950, halved)."""
    truth = np.eye(answers.scores.shape[1])[answers.labels]
    squared = (answers.scores - truth) ** 2
    result: Floats = squared[:, 1] if squared.shape[1] == 2 else squared.sum(axis=1)
    return result


class _Auroc:
    """The probability that a positive scores above a negative, from counts, by one sort for all resamples."""

    def __init__(self, positive: Floats, scores: Floats) -> None:
        self.order = np.argsort(scores, kind="stable")
        self.positive = positive[self.order]
        _, self.starts = np.unique(scores[self.order], return_index=True)

    def __call__(self, counts: Floats) -> Floats:
        ordered = counts[:, self.order]
        positives = np.add.reduceat(ordered * self.positive, self.starts, axis=1)  # (rows, distinct scores)
        negatives = np.add.reduceat(ordered * (1 - self.positive), self.starts, axis=1)
        below = np.cumsum(negatives, axis=1) - negatives / 2
        return ratio((positives * below).sum(axis=1), positives.sum(axis=1) * negatives.sum(axis=1))
