"""The change since the last audit: findings, numbers and decisions of two runs side by side."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from auditor.audits.comparison import Comparison
from auditor.audits.comparison.documents import ChangedFinding, MetricChange, PairedTest
from auditor.explain.evidence import Metric
from auditor.explain.measure import Measure
from auditor.language import said
from reports.documents.book import ReportBook
from reports.documents.formats import chance, number, signed
from reports.documents.numbers import Notes
from reports.documents.sections import findings
from reports.documents.sections.metrics import title_of

ORDER = ("new", "worse", "not measured", "unchanged", "better", "gone")
_ICONS = {"new": "✚", "worse": "↘", "not measured": "?", "unchanged": "=", "better": "↗", "gone": "✓"}
_LONGEST = 20


class Row(NamedTuple):
    """One line of a table: what it is about, both numbers, their difference, the test and the change."""

    title: str
    before: str
    after: str
    difference: str
    interval: str
    mark: str
    p: str
    word: str
    icon: str
    severities: str = ""
    how: str = ""


def context(book: ReportBook) -> dict[str, object]:
    """Return what the chapter prints; without a comparison it says so."""
    return shown(book.snapshot.comparison)


def shown(comparison: Comparison | None) -> dict[str, object]:
    """Return a comparison as pages print it."""
    if comparison is None:
        return {"comparison": None}
    notes = Notes()
    changed = sorted(comparison.findings, key=lambda one: ORDER.index(one.change))
    decisions = comparison.decisions
    return {
        "comparison": comparison,
        "tally": [
            (_ICONS[change], word(change), sum(one.change == change for one in changed)) for change in ORDER
        ],
        "findings": [_finding(one, notes) for one in changed],
        "metrics": [_metric(one, notes) for one in comparison.metrics],
        "changed": None if decisions is None else notes.share(decisions.changed),
        "ways": () if decisions is None else decisions.ways,
        "items": () if decisions is None else decisions.items[:_LONGEST],
        "hidden": 0 if decisions is None else max(0, len(decisions.items) - _LONGEST),
        "notes": notes.texts,
        "tests": _tests(comparison),
    }


def word(change: str) -> str:
    """Return a change in the active language."""
    return {
        "new": _("new"),
        "worse": _("worse"),
        "not measured": _("not measured"),
        "unchanged": _("unchanged"),
        "better": _("better"),
        "gone": _("gone"),
    }[change]


def _finding(one: ChangedFinding, notes: Notes) -> Row:
    severities = " → ".join(
        findings.word(severity) if severity else "–" for severity in (one.severity_before, one.severity_after)
    )
    return _row(one.title, one.before, one.after, one.difference, one.test, one.change, notes)._replace(
        severities=severities, how=one.how
    )


def _metric(one: MetricChange, notes: Notes) -> Row:
    measure = one.after or one.before or one.difference
    title = title_of(Metric.model_validate({"name": one.name, "of": one.of, "measure": measure}))
    return _row(title, one.before, one.after, one.difference, one.test, one.change, notes)


def _row(
    title: str,
    before: Measure | None,
    after: Measure | None,
    difference: Measure | None,
    test: PairedTest | None,
    change: str,
    notes: Notes,
) -> Row:
    moved = None if difference is None else difference.value
    printed = None if difference is None or moved is None else notes.plain(difference)
    return Row(
        title=title,
        before=_plain(before),
        after=_plain(after),
        difference="–" if moved is None else signed(moved),
        interval="–" if printed is None else printed.interval,
        mark="" if printed is None else printed.mark,
        p="–" if test is None else chance(test.corrected),
        word=word(change),
        icon=_ICONS[change],
    )


def _plain(measure: Measure | None) -> str:
    return "–" if measure is None or measure.value is None else number(measure.value)


def _tests(comparison: Comparison) -> str:
    tests = [one.test for one in comparison.metrics] + [one.test for one in comparison.findings]
    made = [said(test.method) for test in tests if test is not None]
    if not made:
        return _("Nothing was tested item by item.")
    named = "; ".join(dict.fromkeys(made))
    return _("Tests: %(named)s. p is corrected for the number of tests in its table (Holm 1979).") % {
        "named": named
    }
