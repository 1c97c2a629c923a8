"""Cover and identity: which report about what, with digests in full."""

from django.utils.translation import gettext as _

from reports.documents.book import ReportBook
from reports.documents.declared.fields import BY_ID
from reports.documents.declared.shown import text_of
from reports.documents.formats import moment, number, short

Row = tuple[str, str]
_DECLARED = ("controller", "dpo", "auditor")
_PURPOSE = ("intended_use", "automation", "human_role", "lawful_basis")


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
        "sign_off": _sign_off(book),
        "people": declared + [_declared(book, "purpose", name) for name in _PURPOSE],
        "conclusion": _declared(book, "summary", "conclusion"),
    }


def _run(book: ReportBook) -> list[Row]:
    conditions, software = book.snapshot.conditions, book.evidence.software
    seconds = conditions.compute_seconds
    return [
        (_("Run"), book.snapshot.run_id),
        (_("Started"), moment(conditions.started_at)),
        (_("Finished"), moment(conditions.finished_at)),
        (_("Computed on"), ", ".join(conditions.devices) or _("not recorded")),
        (_("Hosts"), ", ".join(conditions.hosts) or _("not recorded")),
        (_("Computing time"), _("not recorded") if seconds is None else f"{number(seconds, 1)} s"),
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
            "before": short(change.before),
            "after": short(change.after),
            "base": change.base or _("defaults of the product"),
            "by": change.by or _("not recorded"),
            "when": moment(change.when),
        }
        for change in (book.snapshot.plan.changes if book.snapshot.plan else ())
    ]


def _declared(book: ReportBook, section: str, name: str) -> dict[str, str | None]:
    title = str(BY_ID[f"{section}.{name}"].title)
    for one in book.snapshot.declarations:
        if (one.section, one.field) == (section, name):
            return {
                "field": name,
                "name": title,
                "text": text_of(one),
                "by": one.by,
                "when": moment(one.when),
            }
    return {"field": name, "name": title, "text": None, "by": None, "when": None}


def _sign_off(book: ReportBook) -> dict[str, str] | None:
    """Return who signed the report off, or None for an interim report."""
    signed = book.snapshot.sign_off
    if signed is None:
        return None
    return {
        "by": signed.by,
        "when": moment(signed.when),
        "statement": signed.statement,
        "prepared_by": signed.prepared_by,
    }
