"""Performance: overall, by group, and the confusions; comparisons.py adds intersections and gaps."""

from collections import Counter
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from auditor.explain.evidence import Calibration, GroupPerformance, Metric, Performance
from reports.documents.book import Book
from reports.documents.figures.forest import Row, forest
from reports.documents.figures.reliability import reliability
from reports.documents.formats import number
from reports.documents.numbers import Notes, Number
from reports.documents.sections import comparisons
from reports.documents.sections.metrics import named, number_of, title_of

_KINDS = (
    (lazy("Discrimination"), ("auroc", "auprc")),
    (lazy("Decisions"), ("accuracy", "balanced_accuracy", "sensitivity", "specificity", "ppv", "npv")),
    (lazy("Probabilities"), ("brier", "ece")),
)
_MIRRORED = ("sensitivity", "specificity", "ppv", "npv", "auroc")
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
        "kinds": _kinds(performance.overall, classes, notes),
        "by_class": _by_class(performance, classes, notes) if len(classes) > _WIDEST else None,
        "two": classes if len(classes) == 2 else None,
        "prevalence": _prevalence(performance, notes) if len(classes) <= _WIDEST else [],
        "calibration": _calibration(book, performance.calibration, notes),
        "groups": [_group(group, notes) for group in _printed(performance)],
        "small": _small(performance),
        "forest": _forest(book, performance),
        "classes": classes,
        "matrix": _matrix(performance, classes) if len(classes) <= _WIDEST else None,
        "confusions": _confusions(performance, classes),
        **comparisons.context(book, notes),
        "performance_notes": notes.texts,
    }


def _kinds(
    metrics: tuple[Metric, ...], classes: tuple[str, ...], notes: Notes
) -> list[tuple[str, list[tuple[str, Number]]]]:
    """Return the metrics by what they speak of; of two classes, what mirrors the second's is not said twice."""
    mirrored = classes[0] if len(classes) == 2 else None
    found = []
    for title, names in _KINDS:
        rows = [
            (title_of(metric), number_of(metric, notes))
            for metric in sorted(metrics, key=lambda one: classes.index(one.of) if one.of in classes else -1)
            if metric.name in names
            and not (metric.name in _MIRRORED and metric.of == mirrored)
            and (metric.of is None or len(classes) <= _WIDEST)
        ]
        if rows:
            found.append((str(title), rows))
    return found


def _prevalence(performance: Performance, notes: Notes) -> list[tuple[str | None, Number]]:
    return [(metric.of, notes.share(metric.measure)) for metric in performance.prevalence]


def _by_class(
    performance: Performance, classes: tuple[str, ...], notes: Notes
) -> tuple[list[str], list[tuple[str, list[Number | None]]]]:
    """Return the titles of the numbers that each class has, and a line of them for each class."""
    metrics = [metric for metric in (*performance.prevalence, *performance.overall) if metric.of is not None]
    found = {(metric.name, metric.of): metric for metric in metrics}
    names = list(dict.fromkeys(metric.name for metric in metrics))
    rows = [
        (of, [number_of(found[name, of], notes) if (name, of) in found else None for name in names])
        for of in classes
    ]
    return [named(name, None) for name in names], rows


def _calibration(book: Book, curve: Calibration | None, notes: Notes) -> dict[str, object] | None:
    if curve is None:
        return None
    of = curve.of or _("the decided class")
    across = _("mean probability of %(of)s") % {"of": of}
    up = _("share labelled so") if curve.of else _("share decided right")
    return {
        "of": of,
        "figure": book.asset(reliability(curve, across, up), "image/svg+xml"),
        "bins": [
            (f"{number(one.low)} – {number(one.high)}", number(one.predicted), notes.plain(one.observed))
            for one in curve.bins
        ],
        "plain": number(curve.plain),
    }


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
        "small": group.why != "complement",
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
