"""Intersections of groups, and the gaps between a group and the others."""

from django.utils.translation import gettext as _

from auditor.explain.evidence import Account, Gap, Intersection, Performance
from reports.documents.book import Book
from reports.documents.formats import chance
from reports.documents.numbers import Notes, Number
from reports.documents.sections.metrics import named, number_of

_LONGEST = 24


def context(book: Book, notes: Notes) -> dict[str, object]:
    """Return what the pages on intersections and gaps print; the lowest and the rarest come first."""
    performance = book.evidence.performance
    crossed = sorted(performance.intersections, key=_accuracy)
    gaps = sorted(performance.gaps, key=lambda gap: (gap.adjusted, gap.p, gap.column, gap.value))
    return {
        "intersections": [_intersection(one, notes) for one in crossed[:_LONGEST]],
        "more_intersections": max(0, len(crossed) - _LONGEST),
        "gaps": [_gap(gap, notes, book.evidence.plan.confidence) for gap in gaps[:_LONGEST]],
        "more_gaps": max(0, len(gaps) - _LONGEST),
        "tested": len(gaps),
        "accounts": _accounts(performance),
        "left_out": performance.left_out,
    }


def _accuracy(one: Intersection) -> float:
    return next((metric.measure.value or 0.0 for metric in one.metrics if metric.name == "accuracy"), 0.0)


def _intersection(one: Intersection, notes: Notes) -> dict[str, object]:
    found = {metric.name: metric for metric in one.metrics}  # the last class stands for a number by class
    chosen = [found.get(name) for name in ("accuracy", "sensitivity", "specificity")]
    return {
        "parts": list(zip(one.columns, one.values, strict=True)),
        "n": one.n,
        "numbers": [number_of(metric, notes) if metric else None for metric in chosen],
    }


def _gap(gap: Gap, notes: Notes, confidence: float) -> dict[str, object]:
    number: Number = notes.plain(gap.difference) if gap.name == "auroc" else notes.share(gap.difference)
    return {
        "column": gap.column,
        "value": gap.value,
        "name": named(gap.name, gap.of),
        "number": number,
        "n": gap.n,
        "others": gap.others,
        "p": chance(gap.p),
        "adjusted": chance(gap.adjusted),
        "beyond": 1 - gap.adjusted > confidence,
    }


def _accounts(performance: Performance) -> list[tuple[str, Account]]:
    """Return the columns and pairs of which not all items are in a printed group."""
    return [(_(" and ").join(one.columns), one) for one in performance.accounts if one.withheld]
