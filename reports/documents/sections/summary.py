"""The summary: findings by severity, and what can and cannot be said."""

import math

from django.utils.translation import gettext as _

from auditor.audits.findings import SEVERITIES, Finding
from auditor.explain.evidence import Evidence
from reports.documents.book import ReportBook
from reports.documents.declared.shown import owner_of, status_of
from reports.documents.formats import moment, percent, short
from reports.documents.kinds import WORDS
from reports.documents.numbers import Notes
from reports.documents.people import OWNER, STATUS

_ICONS = {"critical": "▲", "warning": "◆", "note": "●"}
_LINES, _LINE, _LONGEST = 27.0, 105, 640


def context(book: ReportBook) -> dict[str, object]:
    """Return what the summary and the list of findings print."""
    found = book.snapshot.findings
    notes = Notes()
    shown = _fitting(found)
    return {
        "counts": [
            {"severity": severity, "icon": _ICONS[severity], "n": sum(f.severity == severity for f in found)}
            for severity in SEVERITIES
        ],
        "top": [_entry(finding, notes) for finding in found[:shown]],
        "hidden": len(found) - shown,
        "every": [_entry(finding, notes) | _people(finding, book) for finding in found],
        "finding_notes": notes.texts,
        "can": _can(book.evidence),
        "cannot": _cannot(book.evidence),
    }


def _fitting(found: tuple[Finding, ...]) -> int:
    """Return how many findings fit on the page of the summary, counted in lines."""
    used = 0.0
    for index, finding in enumerate(found):
        used += 2.4 + math.ceil(min(len(finding.sentence), _LONGEST) / _LINE) + len(finding.title) // _LINE
        if used > _LINES:
            return index
    return len(found)


def _entry(finding: Finding, notes: Notes) -> dict[str, object]:
    return {
        "finding": finding,
        "icon": _ICONS[finding.severity],
        "measures": [
            (one.label, notes.share(one.measure) if one.share else notes.plain(one.measure))
            for one in finding.measures
        ],
        "threshold": _limit(finding),
    }


def _limit(finding: Finding) -> str | None:
    """Return the threshold in the scale of what is held against it."""
    threshold, measures = finding.threshold, finding.measures
    if threshold is None:
        return None
    return short(threshold.value) if measures and not measures[0].share else percent(threshold.value)


def _people(finding: Finding, book: ReportBook) -> dict[str, object]:
    """Return who fixed the threshold, and what officers declared about the finding."""
    said = {one.section: one for one in book.snapshot.declarations if one.field == finding.id}
    owner, status = said.get(OWNER), said.get(STATUS)
    return {
        "set_by": _set_by(finding, book),
        "owner": owner and {"text": owner_of(owner), "by": owner.by, "when": moment(owner.when)},
        "status": status and {"text": status_of(status), "by": status.by, "when": moment(status.when)},
    }


def _set_by(finding: Finding, book: ReportBook) -> str:
    threshold, plan = finding.threshold, book.snapshot.plan
    if threshold is None:
        return ""
    if threshold.set_by == "rule":
        return _("set by the rule")
    if threshold.set_by == "default":
        return _("default of the product")
    name = book.evidence.plan.name
    default = "" if threshold.default is None else _("; the default is %(n)g") % {"n": threshold.default}
    if plan is None or not plan.by:
        return _("plan %(name)s") % {"name": name} + default
    fixed = {"name": name, "by": plan.by, "when": moment(plan.when)}
    return _("plan %(name)s, fixed by %(by)s on %(when)s") % fixed + default


def _can(evidence: Evidence) -> list[str]:
    facts = evidence.validation_set
    statements = [
        _("How often the decisions agreed with the labels on the %(n)d items of this set, by group.")
        % {"n": facts.items},
        str(WORDS[evidence.model.spec.input.kind].changed),
        _("What each method attributed on the items shown, chosen by a rule that was fixed before the run."),
    ]
    if evidence.surrogate.accepted:
        statements.append(
            _("How far a few simple questions reproduce the decisions, on items held out for that.")
        )
    return statements


def _cannot(evidence: Evidence) -> list[str]:
    statements = [
        _("How the model behaves on other items, other devices, places or groups than those in this set."),
        _("Why the model was built as it is.")
        if evidence.survey.counterfactuals
        else _("Why the model was built as it is, or what it would do if the person were different."),
        _("Whether its use is lawful: that also depends on purpose, legal basis and human review."),
    ]
    if evidence.validation_set.masks == 0 and evidence.model.spec.input.kind in ("image", "volume"):
        statements.append(_("Whether decisions rest on the relevant region: the set has no masks."))
    if evidence.validation_set.masks == 0 and evidence.model.spec.input.kind == "graph":
        statements.append(_("Whether decisions rest on the relevant nodes: the set names none."))
    return statements
