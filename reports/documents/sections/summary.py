"""The summary on one page: what was audited, findings, what may be told and what not, and the officer's conclusion."""

import math
from collections.abc import Sequence

from django.utils.translation import gettext as _

from auditor.audits.findings import SEVERITIES, Finding
from auditor.language import said
from reports.documents.book import ReportBook
from reports.documents.formats import moment
from reports.documents.sections import telling
from reports.documents.sections.declarations import declared
from reports.documents.sections.findings import ICONS, word

Row = tuple[str, str]
_SENTENCE, _CONCLUSION = 520, 420  # characters that are printed here; the rest stands in the chapters
_PAGE, _FURNITURE = 244.0, 86.0  # millimetres: the page, and what stands on it in any case


def context(book: ReportBook) -> dict[str, object]:
    """Return what the summary prints; as many findings as fit on its page, the gravest first."""
    found = book.snapshot.findings
    may, may_not = telling.may(book.evidence), telling.may_not(book.evidence)
    conclusion = next(one for one in declared(book, "summary") if one.name == "conclusion")
    left = _PAGE - _FURNITURE - max(_column(may), _column(may_not)) - _conclusion(conclusion.text or "")
    shown = _fitting(found, left)
    return {
        "facts": _facts(book),
        "signed": signed(book),
        "counts": [
            {"severity": severity, "icon": ICONS[severity], "n": sum(f.severity == severity for f in found)}
            for severity in SEVERITIES
        ],
        "top": [
            (ICONS[one.severity], word(one.severity), one, _head(said(one.sentence))) for one in found[:shown]
        ],
        "hidden": len(found) - shown,
        "may": may,
        "may_not": may_not,
        "conclusion": conclusion,
        "conclusion_longest": _CONCLUSION,
    }


def signed(book: ReportBook) -> dict[str, str] | None:
    """Return who signed the report off, when and what they stated; None for an interim report."""
    found = book.snapshot.sign_off
    if found is None:
        return None
    return {
        "by": found.by,
        "when": moment(found.when),
        "prepared_by": found.prepared_by,
        "statement": found.statement,
    }


def _facts(book: ReportBook) -> list[Row]:
    evidence = book.evidence
    spec, facts = evidence.model.spec, evidence.validation_set
    plan = {"name": evidence.plan.name[:60], "seed": evidence.plan.seed}
    return [
        (
            _("Model"),
            _("%(name)s, version %(version)s") % {"name": spec.name[:60], "version": spec.version[:30]},
        ),
        (_("Measured on"), _("%(name)s, n = %(n)d") % {"name": facts.name[:70], "n": facts.items}),
        (_("Plan"), _("%(name)s, seed %(seed)d") % plan),
        (_("Measured when"), moment(book.snapshot.conditions.finished_at)),
    ]


def _fitting(found: Sequence[Finding], left: float) -> int:
    """Return how many findings fit into a height in millimetres, by a cautious count of their lines."""
    for index, finding in enumerate(found):
        lines = _lines(_head(said(finding.sentence)), 104) + _lines(said(finding.title)[:140], 84) - 1
        left -= 6.6 + 4.1 * lines
        if left < (5.0 if index + 1 < len(found) else 0.0):
            return index
    return len(found)


def _head(text: str) -> str:
    """Return the first sentences of a text that fit; a first sentence that does not is cut between words."""
    if len(text) <= _SENTENCE:
        return text
    whole = text[:_SENTENCE].rfind(". ") + 1
    return f"{text[:whole] if whole else text[:_SENTENCE].rpartition(' ')[0]} …"


def _column(sentences: Sequence[str]) -> float:
    return sum(0.9 + 3.8 * _lines(sentence, 52) for sentence in sentences)


def _conclusion(text: str) -> float:
    return 4.3 * _lines(text[:_CONCLUSION], 95)


def _lines(text: str, width: int) -> int:
    return max(1, math.ceil(len(text) / width))
