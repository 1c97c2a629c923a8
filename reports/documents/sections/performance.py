"""Performance: overall, by group, and the confusions."""

from collections import Counter
from typing import NamedTuple

from django.utils.translation import gettext as _

from auditor.explain.evidence import GroupPerformance, Metric, Performance
from reports.documents.book import Book
from reports.documents.figures.forest import Row, forest
from reports.documents.numbers import Notes, Number

_NAMES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "auroc": "Area under the ROC curve",
    "brier": "Brier score",
}
_SHARES = {"accuracy", "balanced_accuracy", "sensitivity", "specificity"}
_WIDEST, _LONGEST, _PLOTTED, _SMALL = 8, 15, 30, 6


class Cell(NamedTuple):
    """One cell of the confusion matrix; `shade` is the share of its label in percent, rounded to tens."""

    n: int
    shade: int
    right: bool


def context(book: Book) -> dict[str, object]:
    """Return what the pages on performance print."""
    performance, notes = book.evidence.performance, Notes()
    classes = book.evidence.model.spec.output.classes
    return {
        "overall": [(title_of(metric), number_of(metric, notes)) for metric in performance.overall],
        "groups": [_group(group, notes) for group in _printed(performance)],
        "small": _small(performance),
        "forest": _forest(book, performance),
        "classes": classes,
        "matrix": _matrix(performance, classes) if len(classes) <= _WIDEST else None,
        "confusions": _confusions(performance, classes),
        "performance_notes": notes.texts,
    }


def title_of(metric: Metric) -> str:
    """Return the name that readers know a metric by, and its class."""
    return f"{_(_NAMES[metric.name])}{f', {metric.of}' if metric.of else ''}"


def number_of(metric: Metric, notes: Notes) -> Number:
    """Return a metric as it is printed: shares as percentages."""
    return notes.share(metric.measure) if metric.name in _SHARES else notes.plain(metric.measure)


def _printed(performance: Performance) -> list[GroupPerformance]:
    """Return the groups that get a row: measured ones, and small ones where a column has few."""
    small = _small_by_column(performance)
    return [group for group in performance.groups if not group.suppressed or small[group.column] <= _SMALL]


def _small(performance: Performance) -> list[tuple[str, int]]:
    """Return the columns whose small groups share one row, and how many they are."""
    return [(column, n) for column, n in sorted(_small_by_column(performance).items()) if n > _SMALL]


def _small_by_column(performance: Performance) -> Counter[str]:
    return Counter(group.column for group in performance.groups if group.suppressed)


def _group(group: GroupPerformance, notes: Notes) -> dict[str, object]:
    found = {metric.name: metric for metric in group.metrics}  # the last class stands for a number by class
    chosen = [found.get(name) for name in ("accuracy", "balanced_accuracy", "auroc")]
    return {
        "column": group.column,
        "value": group.value,
        "n": group.n,
        "suppressed": group.suppressed,
        "numbers": [number_of(metric, notes) if metric else None for metric in chosen],
    }


def _forest(book: Book, performance: Performance) -> str | None:
    rows = [Row(_("all items"), m.n, m.value, m.low, m.high, True) for m in _accuracies(performance.overall)]
    for group in performance.groups:
        for m in () if group.suppressed else _accuracies(group.metrics):
            rows.append(Row(f"{group.column} = {group.value}", m.n, m.value, m.low, m.high))
    if len(rows) < 2:
        return None
    threshold = book.evidence.plan.thresholds.accuracy
    return book.asset(forest(rows[:_PLOTTED], _("accuracy"), threshold), "image/svg+xml")


class _Point(NamedTuple):
    n: int
    value: float
    low: float | None
    high: float | None


def _accuracies(metrics: tuple[Metric, ...]) -> list[_Point]:
    return [
        _Point(metric.measure.n, metric.measure.value, metric.measure.low, metric.measure.high)
        for metric in metrics
        if metric.name == "accuracy" and metric.of is None and metric.measure.value is not None
    ]


def _matrix(performance: Performance, classes: tuple[str, ...]) -> list[tuple[str, int, list[Cell]]]:
    rows = []
    for index, (name, counts) in enumerate(zip(classes, performance.confusion, strict=True)):
        total = sum(counts)
        cells = [
            Cell(n, round(10 * n / max(total, 1)) * 10, column == index) for column, n in enumerate(counts)
        ]
        rows.append((name, total, cells))
    return rows


def _confusions(performance: Performance, classes: tuple[str, ...]) -> list[tuple[str, str, int]]:
    wrong = [
        (classes[i], classes[j], n)
        for i, row in enumerate(performance.confusion)
        for j, n in enumerate(row)
        if i != j and n
    ]
    return sorted(wrong, key=lambda entry: -entry[2])[:_LONGEST]
