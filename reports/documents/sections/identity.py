"""Cover and identity: which report about what, with digests in full."""

from datetime import datetime

from django.utils.translation import gettext as _

from reports.documents.book import ReportBook

Row = tuple[str, str]
_DECLARED = ("Controller", "Data protection officer", "Auditor", "Sign-off")
_PURPOSE = ("Intended use", "Decision supported or automated", "Human role", "Lawful basis")


def context(book: ReportBook) -> dict[str, object]:
    """Return what the cover and the identity page print."""
    snapshot = book.snapshot
    evidence = snapshot.evidence
    declared = [_declared(book, "identity", name) for name in _DECLARED]
    return {
        "issued": moment(snapshot.issued_at),
        "short": snapshot.evidence_digest[:12],
        "digests": [
            (_("Evidence"), snapshot.evidence_digest),
            (_("Model (weights and description)"), evidence.model.digest),
            (_("Weights alone"), evidence.model.weights),
            (_("Validation set (Merkle root)"), evidence.validation_set.digest),
            (_("Plan"), evidence.plan_digest),
            (_("Entry hash in the ledger"), snapshot.ledger.hash),
        ],
        "run": _run(book),
        "thresholds": _thresholds(book),
        "software": sorted(evidence.software.packages.items()),
        "declared": declared,
        "people": declared + [_declared(book, "purpose", name) for name in _PURPOSE],
        "conclusion": _declared(book, "summary", "Conclusion of the officer"),
    }


def moment(text: str) -> str:
    """Return an RFC 3339 time in words."""
    return datetime.fromisoformat(text).strftime("%-d %B %Y, %H:%M UTC")


def _run(book: ReportBook) -> list[Row]:
    conditions, software = book.snapshot.conditions, book.evidence.software
    seconds = conditions.compute_seconds
    return [
        (_("Run"), book.snapshot.run_id),
        (_("Started"), moment(conditions.started_at)),
        (_("Finished"), moment(conditions.finished_at)),
        (_("Computed on"), ", ".join(conditions.devices) or _("not recorded")),
        (_("Hosts"), ", ".join(conditions.hosts) or _("not recorded")),
        (_("Computing time"), _("not recorded") if seconds is None else f"{seconds:.1f} s"),
        (_("Parts"), str(conditions.shards)),
        (_("Plan"), f"{book.evidence.plan.name}, seed {book.evidence.plan.seed}"),
        (_("Plan fixed"), _fixed(book)),
        (_("Software"), f"Retrace {software.retrace}, {software.device_class}, {software.dtype}"),
        (_("Ledger position"), str(book.snapshot.ledger.position)),
    ]


def _fixed(book: ReportBook) -> str:
    plan = book.snapshot.plan
    if plan is None:
        return _("not recorded")
    return f"{plan.by}, {moment(plan.when)}" if plan.by else moment(plan.when)


def _thresholds(book: ReportBook) -> list[dict[str, str]]:
    """Return the thresholds that were changed when the plan was made."""
    return [
        {
            "name": change.name,
            "before": f"{change.before:g}",
            "after": f"{change.after:g}",
            "base": change.base or _("defaults of the product"),
            "by": change.by or _("not recorded"),
            "when": moment(change.when),
        }
        for change in (book.snapshot.plan.changes if book.snapshot.plan else ())
    ]


def _declared(book: ReportBook, section: str, name: str) -> dict[str, str | None]:
    for declaration in book.snapshot.declarations:
        if (declaration.section, declaration.field) == (section, name):
            return {"name": name, "text": declaration.text, "by": declaration.by, "when": declaration.when}
    return {"name": name, "text": None, "by": None, "when": None}
