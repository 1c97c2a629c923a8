"""Findings in full: numbers, thresholds, and what officers declared about each."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auditor.audits.findings import Finding
from auditor.audits.findings.thresholds import label_of
from reports.documents.book import ReportBook
from reports.documents.declared.followed import DUE, FOLLOW_UP, KIND, OWNER, REASON, STATUS, WHO
from reports.documents.formats import day, moment, percent, short
from reports.documents.numbers import Notes
from reports.documents.snapshot import Declaration

ICONS = {"critical": "▲", "warning": "◆", "note": "●"}


def context(book: ReportBook) -> dict[str, object]:
    """Return what the chapter on risks prints of the findings."""
    notes = Notes()
    return {
        "entries": [_entry(finding, notes) | _people(finding, book) for finding in book.snapshot.findings],
        "notes": notes.texts,
        "owners": _unowned(book),
    }


def word(severity: str) -> str:
    """Return a severity in the active language."""
    return {"critical": _("critical"), "warning": _("warning"), "note": _("note")}[severity]


def _unowned(book: ReportBook) -> str:
    """Return in a sentence how many findings nobody sees to; empty where there are none."""
    owned = {one.field for one in book.snapshot.declarations if one.section == OWNER}
    found = book.snapshot.findings
    left = sum(finding.id not in owned for finding in found)
    words = ngettext("%(n)d finding of %(of)d has no owner.", "%(n)d findings of %(of)d have no owner.", left)
    return words % {"n": left, "of": len(found)} if left else ""


def _entry(finding: Finding, notes: Notes) -> dict[str, object]:
    return {
        "finding": finding,
        "icon": ICONS[finding.severity],
        "severity": word(finding.severity),
        "measures": [
            (one.label, notes.share(one.measure) if one.share else notes.plain(one.measure))
            for one in finding.measures
        ],
        "threshold": _scaled(finding, finding.threshold.value if finding.threshold else None),
        "held_against": label_of(finding.threshold.name) if finding.threshold else "",
    }


def _scaled(finding: Finding, value: float | None) -> str:
    """Return a threshold in the scale of what is held against it."""
    if value is None:
        return ""
    return short(value) if finding.measures and not finding.measures[0].share else percent(value)


def _people(finding: Finding, book: ReportBook) -> dict[str, object]:
    """Return who fixed the threshold, and what officers declared about the finding."""
    said = {one.section: one for one in book.snapshot.declarations if one.field == finding.id}
    owner, status = said.get(OWNER), said.get(STATUS)
    return {
        "set_by": _set_by(finding, book),
        "owner": _owner(owner) if owner else None,
        "status": _status(status) if status else None,
    }


def _owner(found: Declaration) -> dict[str, str]:
    row = found.rows[0] if found.rows else {WHO: found.text}
    due = row.get(DUE, "")
    text = _("%(owner)s, until %(due)s") % {"owner": row[WHO], "due": day(due)} if due else row[WHO]
    return {"text": text, "by": found.by, "when": moment(found.when)}


def _status(found: Declaration) -> dict[str, str]:
    row = found.rows[0] if found.rows else {}
    words = {
        "accepted": _("accepted"),
        "closed": _("closed"),
        "reopened": _("reopened"),
    }
    kind = row.get(KIND, "")
    text = words.get(kind, kind) or found.text
    if row.get(FOLLOW_UP):
        text = _("%(status)s by the audit %(audit)s") % {"status": text, "audit": row[FOLLOW_UP]}
    if row.get(REASON):
        text = _("%(status)s: %(reason)s") % {"status": text, "reason": row[REASON]}
    return {"text": text, "by": found.by, "when": moment(found.when)}


def _set_by(finding: Finding, book: ReportBook) -> str:
    threshold, plan = finding.threshold, book.snapshot.plan
    if threshold is None:
        return ""
    if threshold.set_by == "rule":
        return _("set by the rule")
    if threshold.set_by == "default":
        return _("default of the product")
    words = {"name": book.evidence.plan.name}
    if plan is not None and plan.by:
        words |= {"by": plan.by, "when": moment(plan.when)}
        text = _("plan %(name)s, fixed by %(by)s on %(when)s") % words
    else:
        text = _("plan %(name)s") % words
    if threshold.default is None:
        return text
    return _("%(origin)s; the default is %(n)s") % {"origin": text, "n": _scaled(finding, threshold.default)}
